import { isUndecided } from "../../../domain/charge.ts";
import type { Violation } from "../proof.ts";
import { shrink } from "../shrink.ts";
import { type BankModel, type Clock, intentBank, keyBank } from "./bank-model.ts";
import { EngineModel } from "./engine-model.ts";
import { lineOf, type Operation } from "./operations.ts";
import { type Mutant, RowsModel } from "./rows-model.ts";

/** What a sequence did, counted so that a proof can say that it reached the narrow places. */
export type Counts = {
  debits: number;
  unknown: number;
  stops: number;
  overturned: number;
  refunds: number;
};

export type Ran = {
  readonly broken: readonly string[];
  readonly counts: Counts;
  readonly log: readonly string[];
};

const MOST_STEPS = 500;

/** One debt from its plan to the end of everything, under a list of operations. */
export class Sequence {
  readonly clock: Clock = { minutes: 0 };
  readonly bank: BankModel;
  readonly rows: RowsModel;
  readonly engine: EngineModel;
  readonly log: string[] = [];
  readonly broken: string[] = [];
  overturned = 0;
  unknown = 0;
  stops = 0;
  asked = false;

  constructor(shape: BankModel["shape"], mutant?: Mutant) {
    this.bank = shape === "keys" ? keyBank(this.clock) : intentBank(this.clock);
    this.rows = new RowsModel(this.clock, mutant);
    this.engine = new EngineModel(this.rows, this.bank, this.clock);
    this.rows.plan("mandate");
  }

  apply(operation: Operation): void {
    switch (operation.do) {
      case "work":
        this.engine.work(operation.bank, operation.crash, this.asked);
        this.asked = false;
        return;
      case "pass-time":
        return this.pass(operation.minutes);
      case "expiry":
        return this.#expire(operation.of);
      case "webhook":
        return this.#webhook(operation);
      case "return":
        this.asked = true;
        return;
      case "payer-at-bank":
        return this.settle("challenge", operation.confirms);
      case "bank-settles":
        return this.settle("pending", operation.money);
      case "bank-overturns":
        return this.#overturn(operation.of);
      case "stop":
        return this.#stop(operation.by);
      case "confirm":
        return this.#confirm();
      case "pay-now":
        return this.#payNow();
      case "plan":
        return this.rows.plan("mandate");
    }
  }

  pass(minutes: number): void {
    this.clock.minutes += minutes;
    this.bank.tick();
    this.engine.expireLeases();
  }

  #expire(of: "confirmation" | "deadline"): void {
    const deadline = this.rows.open()?.giveUpAt ?? 0;
    this.pass(of === "confirmation" ? 61 : Math.max(0, deadline - this.clock.minutes));
  }

  #webhook({ of, genuine, times }: Extract<Operation, { do: "webhook" }>): void {
    const charges = this.rows.payments.flatMap((payment) => payment.charges);
    const charge = charges[of % Math.max(1, charges.length)];
    if (!charge) return;
    for (let told = 0; told < times; told += 1)
      this.engine.notified(charge.id, genuine ? "nothing" : "money");
  }

  settle(state: "challenge" | "pending", money: boolean): void {
    const attempt = this.bank.attempts().find((known) => known.state === state);
    if (attempt) this.bank.settle(attempt.attempt, money);
  }

  #overturn(of: number): void {
    const before = this.bank.debits.length;
    const attempts = this.bank.attempts();
    const attempt = attempts[of % Math.max(1, attempts.length)];
    if (attempt) this.bank.overturn(attempt.attempt);
    this.overturned += this.bank.debits.length - before;
  }

  #stop(by: "cancel" | "skip" | "unlink" | "annul"): void {
    this.stops += 1;
    if (by === "cancel") this.rows.mandateStopped = true;
    if (by === "unlink") this.rows.methodWithdrawn = true;
    if (by === "annul" && this.rows.bill === "owed") this.rows.bill = "annulled";
    const payment = this.rows.open();
    if (by === "skip" && payment?.route === "mandate") payment.stopMark = true;
  }

  #confirm(): void {
    const payment = this.rows.open();
    if (payment?.state !== "needs-payer" || this.rows.isStopped(payment)) return;
    this.rows.move(payment, "person-acted");
    payment.instructed = true;
    payment.nextLookAt = this.clock.minutes;
  }

  #payNow(): void {
    const holder = this.rows.open();
    const undecided = holder !== undefined && this.rows.undecidedOf(holder) !== undefined;
    if (undecided && this.rows.mutant !== "taken-over-while-undecided") return;
    if (holder?.route === "manual") return;
    if (holder) this.rows.close(holder, "taken-over");
    if (undecided) this.rows.claim = null;
    this.rows.plan("manual");
  }

  /** The bank is well, everything that was told is heard, time goes by until nothing is open. */
  drain(): void {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      this.#tellEverything();
      const payment = this.rows.open();
      if (!payment && !this.#unwatched()) return;
      if (payment) {
        const orders = this.engine.orders(payment, false);
        if (orders.do === "wait") this.pass(minutesUntil(orders.until, this.clock.minutes));
        else this.engine.work({ transport: "ok", execution: "success" }, "none", false);
      } else {
        this.pass(60);
      }
    }
    this.broken.push("nothing ends in silence: the debt is still open after a long time");
  }

  #unwatched(): boolean {
    return this.rows.payments.some((payment) => payment.charges.some(({ state }) => isUndecided(state)));
  }

  #tellEverything(): void {
    this.settle("pending", true);
    for (const payment of this.rows.payments) {
      for (const charge of payment.charges) this.engine.lookAtUnwatched(payment, charge);
    }
  }

  check(): void {
    const charges = this.rows.payments.flatMap((payment) => payment.charges);
    const charged = charges.filter(({ state }) => state === "charged");
    const { debits } = this.bank;
    if (debits.length > 1 + this.overturned)
      this.broken.push(`at most one debit per debt: the bank took ${debits.length}`);
    if (debits.length - this.rows.refunds.length > 1)
      this.broken.push(`money kept once: ${debits.length} taken, ${this.rows.refunds.length} owed back`);
    if (charged.length !== debits.length)
      this.broken.push(`no lost success: the bank took ${debits.length}, the rows know ${charged.length}`);
    const keeps = this.rows.payments.filter(({ state }) => state === "paid").length;
    if (keeps + this.rows.refunds.length !== charged.length)
      this.broken.push(`money seen is kept or owed back: ${charged.length} seen, ${keeps} kept`);
    for (const { chargeId } of this.engine.transmissions.filter(({ afterStop }) => afterStop))
      this.broken.push(`no charge is sent after a stop: ${chargeId}`);
    for (const { id, state, evidence } of charges) {
      if (evidence.length === 0 || isUndecided(state))
        this.broken.push(`unknown never ends without evidence: ${id} is ${state}`);
      if (evidence.includes("webhook")) this.broken.push(`a notification moves nothing: ${id}`);
    }
    this.unknown = charges.filter(({ unanswered }) => unanswered > 0).length;
  }
}

/** Runs a list of operations and what must follow it. */
export function runSequence(
  shape: BankModel["shape"],
  operations: readonly Operation[],
  mutant?: Mutant,
): Ran {
  const sequence = new Sequence(shape, mutant);
  for (const operation of operations) sequence.apply(operation);
  return ranOf(sequence);
}

/** Lets everything end and judges it. */
export function ranOf(sequence: Sequence): Ran {
  sequence.drain();
  sequence.check();
  const { bank, rows, stops, overturned, unknown } = sequence;
  const counts = { debits: bank.debits.length, refunds: rows.refunds.length, stops, overturned, unknown };
  const log = rows.payments.flatMap((payment) => [
    `payment ${payment.id} (${payment.route}) is ${payment.state}`,
    ...payment.charges.map(
      ({ id, state, transmissions, evidence }) =>
        `charge ${id} is ${state} after ${transmissions} transmissions, by ${evidence.join(", ")}`,
    ),
  ]);
  return { broken: sequence.broken, counts, log };
}

/** A violation with the shortest sequence that shows it. */
export function violationOf(run: {
  readonly shape: BankModel["shape"];
  readonly operations: readonly Operation[];
  readonly seed: number;
  readonly broken: readonly string[];
  readonly mutant?: Mutant;
}): Violation {
  const { shape, operations, seed, broken, mutant } = run;
  const rule = (broken[0] ?? "").split(":")[0] ?? "";
  const least = shrink(operations, (shorter) =>
    runSequence(shape, shorter, mutant).broken.some((words) => words.startsWith(rule)),
  );
  const ran = runSequence(shape, least, mutant);
  return {
    invariant: `${shape}: ${ran.broken[0] ?? rule}`,
    seed,
    events: [...least.map(lineOf), ...ran.log],
  };
}

function minutesUntil(instant: string, now: number): number {
  return Math.max(1, Math.ceil(Date.parse(instant) / 60_000) - now);
}
