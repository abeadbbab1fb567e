import { ApplicationFailure } from "@temporalio/common";
import type { ChargeResult } from "../../../activities/charging.ts";
import type { PaymentOrders } from "../../../activities/looking.ts";
import type { NextStep } from "../../../domain/next-step.ts";
import type { Crash } from "./engine-model.ts";
import type { Operation } from "./operations.ts";
import type { PaymentRow } from "./rows-model.ts";
import { Sequence } from "./sequence.ts";

const MINUTE_MS = 60_000;
const SHORTEST_WAIT_MS = 1_000;
const FINE: Extract<Operation, { do: "work" }> = {
  do: "work",
  bank: { transport: "ok", execution: "success" },
  crash: "none",
};

/**
 * One debt whose payments are real workflows. Their activities stand on the model's rows; the list of operations is used up as the workflow calls them,
 * so what happens comes between any two of its steps.
 */
export class WorkflowRun {
  readonly sequence: Sequence;
  readonly #name: string;
  readonly #operations: Operation[];
  readonly #now: () => Promise<number>;
  readonly #startedAt: number;
  #begun = 0;
  #rung = false;

  constructor(
    name: string,
    parts: {
      readonly shape: "keys" | "intent";
      readonly operations: readonly Operation[];
      /** Milliseconds of the server's own, skipped time. */
      readonly now: () => Promise<number>;
      readonly startedAt: number;
    },
  ) {
    this.#name = name;
    this.#operations = [...parts.operations];
    this.#now = parts.now;
    this.#startedAt = parts.startedAt;
    this.sequence = new Sequence(parts.shape);
  }

  /** The next payment that has no workflow yet, by the name that its workflow gets. */
  nextPayment(): string | undefined {
    const payment = this.sequence.rows.payments[this.#begun];
    if (payment) this.#begun += 1;
    return payment && `${this.#name}/${payment.id}`;
  }

  async look(paymentId: string, asked: boolean): Promise<PaymentOrders> {
    await this.#catchUp();
    const payment = this.#payment(paymentId);
    const now = this.sequence.clock.minutes;
    const step = this.sequence.engine.orders(payment, asked || this.#rung);
    this.#rung = false;
    const until = step.do === "wait" && step.why === "payer" ? payment.giveUpAt : payment.nextLookAt;
    return {
      step: withName(this.#name, step),
      waitMs: Math.max(SHORTEST_WAIT_MS, Math.ceil((until - now) * MINUTE_MS)),
      card: {
        state: payment.state,
        need: null,
        reason: null,
        charge: null,
        chargeState: this.sequence.rows.undecidedOf(payment)?.state ?? null,
        amountMinor: 512_345,
        currency: "RUB",
        plannedOn: "2026-11-25",
      },
    };
  }

  async end(paymentId: string, outcome: string): Promise<void> {
    await this.#catchUp();
    const event = outcome === "gave-up" ? "deadline-passed" : "stopped";
    this.sequence.rows.close(this.#payment(paymentId), event);
  }

  async charge(paymentId: string): Promise<ChargeResult | null> {
    await this.#catchUp();
    const payment = this.#payment(paymentId);
    const { bank, crash } = this.#nextWork();
    if (!this.sequence.engine.charge(payment, bank, crash)) return null;
    return this.#answer(payment, crash);
  }

  async lookUp(chargeId: string): Promise<ChargeResult | null> {
    await this.#catchUp();
    const payment = this.#payment(chargeId.replace(/-\d+$/, ""));
    const charge = this.sequence.rows.undecidedOf(payment);
    if (charge?.id !== chargeId) return null;
    const { bank, crash } = this.#nextWork();
    this.sequence.engine.lookUp(payment, charge, bank, crash);
    return this.#answer(payment, crash);
  }

  #answer(payment: PaymentRow, crash: Crash): ChargeResult {
    // the process dies here: whoever comes next reads the rows
    if (crash !== "none") throw ApplicationFailure.nonRetryable("the worker was killed");
    const now = this.sequence.clock.minutes;
    return {
      payment: payment.state,
      charge: payment.charges.at(-1)?.state ?? null,
      waitMs: Math.max(SHORTEST_WAIT_MS, Math.ceil((payment.nextLookAt - now) * MINUTE_MS)),
    };
  }

  /** Brings the model's clock to the server's, and lets everything happen that comes before the next work. */
  async #catchUp(): Promise<void> {
    const minutes = ((await this.#now()) - this.#startedAt) / MINUTE_MS;
    this.sequence.pass(Math.max(0, minutes - this.sequence.clock.minutes));
    while (this.#operations.length > 0 && this.#operations[0]?.do !== "work") {
      const operation = this.#operations.shift();
      if (operation) this.#happen(operation);
    }
    // after the last operation the bank is well
    if (this.#operations.length === 0) this.sequence.settle("pending", true);
  }

  #happen(operation: Operation): void {
    // time is the server's: it passes while workflows wait
    if (operation.do === "pass-time" || operation.do === "expiry") return;
    // a ring while the workflow is busy is heard at its next look, which then does not wait for its time
    this.#rung = true;
    if (operation.do !== "webhook" && operation.do !== "return") this.sequence.apply(operation);
  }

  #nextWork(): Extract<Operation, { do: "work" }> {
    const operation = this.#operations.shift();
    return operation?.do === "work" ? operation : FINE;
  }

  #payment(id: string): PaymentRow {
    const payment = this.sequence.rows.payments.find((known) => known.id === id);
    if (!payment) throw new Error(`no payment ${id}`);
    return payment;
  }
}

/** Names on the wire carry the sequence, so that one worker serves them all. */
function withName(name: string, step: NextStep): NextStep {
  return step.do === "look-up" ? { ...step, chargeId: `${name}/${step.chargeId}` } : step;
}
