import { type ChargeEvent, type ChargeState, evolveCharge, isUndecided } from "../../../domain/charge.ts";
import { isKept, judgeMoney } from "../../../domain/money-verdict.ts";
import { money } from "../../../domain/money.ts";
import { evolvePayment, type PaymentEvent, type PaymentState } from "../../../domain/payment.ts";
import { afterNotCharged } from "../../../domain/retry-policy.ts";
import { secondsToNextLook } from "../../../domain/ladder.ts";
import { type Clock, DAY, HOUR, type Shown } from "./bank-model.ts";

/** A charge as its row stands; instants are minutes. */
export type ChargeRow = {
  readonly id: string;
  readonly ordinal: number;
  readonly initiatedBy: "mit" | "cit";
  readonly firstSentAt: number;
  /** Where it stands at the gateway, if that is known; at an intent it is known before the first byte. */
  objectId: string | null;
  readonly attemptBefore: string | null;
  state: ChargeState;
  how: string | null;
  transmissions: number;
  unanswered: number;
  looks: number;
  lastSentAt: number;
  leaseUntil: number;
  firstEmptyScanAt: number | null;
  /** What moved it. */
  readonly evidence: string[];
};

export type PaymentRow = {
  readonly id: string;
  readonly route: "mandate" | "manual";
  state: PaymentState;
  stopMark: boolean;
  /** The payer is present and has confirmed: the next charge is a CIT. */
  instructed: boolean;
  nextLookAt: number;
  giveUpAt: number;
  readonly charges: ChargeRow[];
};

/** Planted bugs: a proof that has never caught one proves nothing. */
export const MUTANTS = [
  "unknown-is-declined",
  "stop-unseen",
  "absence-at-once",
  "fresh-key",
  "replay-for-ever",
  "late-money-dropped",
  "refusal-believed",
  "webhook-believed",
  "taken-over-while-undecided",
] as const;

export type Mutant = (typeof MUTANTS)[number];

const AMOUNT = money(512_345, "RUB");

/**
 * The rows of one debt, moved by the domain's own decisions. What SQL decides in life (gate, claim, evidence) stands here in the words of the same rules;
 * database tests hold the two equal.
 */
export class RowsModel {
  readonly payments: PaymentRow[] = [];
  readonly refunds: string[] = [];
  bill: "owed" | "annulled" | "paid" = "owed";
  claim: { readonly paymentId: string; readonly state: "held" | "spent" } | null = null;
  mandateStopped = false;
  methodWithdrawn = false;
  readonly mutant: Mutant | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock, mutant?: Mutant) {
    this.#clock = clock;
    this.mutant = mutant;
  }

  /** P1 and P2: takes the claim, and with it the right to pay. */
  plan(route: PaymentRow["route"]): void {
    if (this.bill !== "owed" || this.claim !== null) return;
    if (route === "mandate" && (this.mandateStopped || this.methodWithdrawn)) return;
    const now = this.#clock.minutes;
    const id = `p${this.payments.length + 1}`;
    this.claim = { paymentId: id, state: "held" };
    this.payments.push({
      id,
      route,
      state: "scheduled",
      stopMark: false,
      instructed: route === "manual",
      nextLookAt: now,
      giveUpAt: now + (route === "manual" ? DAY : 14 * DAY),
      charges: [],
    });
  }

  open(): PaymentRow | undefined {
    return this.payments.find(({ state }) => ["scheduled", "needs-payer", "charging"].includes(state));
  }

  undecidedOf(payment: PaymentRow): ChargeRow | undefined {
    return payment.charges.find(({ state }) => isUndecided(state));
  }

  /** True when a stop applies to a payment; the gate and the evidence ask the same. */
  isStopped(payment: PaymentRow): boolean {
    return payment.stopMark || this.bill !== "owed" || (payment.route === "mandate" && this.mandateStopped);
  }

  /** The ten checks, as far as this world has subjects for them; a refusal moves the payment as P4 and P5 say. */
  gate(payment: PaymentRow, replayOf: ChargeRow | null): boolean {
    const blind = this.mutant === "stop-unseen";
    const undecided = this.undecidedOf(payment);
    if (this.claim?.paymentId !== payment.id || this.claim.state !== "held") return false;
    if (undecided !== undefined && undecided !== replayOf) return false;
    if (this.isStopped(payment) && !blind) {
      if (replayOf === null) this.close(payment, "stopped");
      return false;
    }
    if (this.methodWithdrawn && !payment.instructed && !blind) {
      if (replayOf === null) this.move(payment, "person-needed");
      return false;
    }
    if (replayOf !== null) return this.#mayReplay(payment, replayOf);
    return payment.state === "scheduled" && this.#clock.minutes >= payment.nextLookAt;
  }

  #mayReplay(payment: PaymentRow, charge: ChargeRow): boolean {
    const young = this.#clock.minutes < charge.firstSentAt + 23 * HOUR || this.mutant === "replay-for-ever";
    return payment.state === "charging" && charge.state === "unknown" && young;
  }

  move(payment: PaymentRow, event: PaymentEvent): boolean {
    const evolution = evolvePayment(payment, event);
    if (evolution.kind !== "moved") return false;
    payment.state = evolution.to;
    if (payment.state === "needs-payer") {
      payment.instructed = false;
      payment.giveUpAt = Math.max(payment.giveUpAt, this.#clock.minutes + DAY);
      payment.nextLookAt = payment.giveUpAt;
    }
    return true;
  }

  /** Closes without money and frees the claim; over a charge under way only the mark is set (P9). */
  close(payment: PaymentRow, event: PaymentEvent): void {
    if (payment.state === "charging") payment.stopMark = true;
    else if (this.move(payment, event)) this.#release(payment);
  }

  #release(payment: PaymentRow): void {
    if (this.claim?.paymentId === payment.id && this.claim.state === "held") this.claim = null;
  }

  /** The one way to move a charge. `why` is the evidence; the same words stand in a failure. */
  record(payment: PaymentRow, charge: ChargeRow, event: ChargeEvent, why: string, reason = ""): void {
    const believed = this.#believed(event, charge);
    const evolution = evolveCharge({ ...charge, byHand: false }, believed);
    if (event === "unanswered") charge.unanswered += 1;
    if (evolution.kind !== "moved") {
      if (isUndecided(charge.state)) this.#lookAgain(payment, charge);
      return;
    }
    charge.state = evolution.to;
    if (believed !== "unanswered") charge.evidence.push(why);
    if (charge.state === "charged") this.#settleCharged(payment, charge);
    else if (charge.state === "not-charged") this.#settleNotCharged(payment, charge, believed, reason);
    else this.#lookAgain(payment, charge);
  }

  /** What planted bugs make of evidence. */
  #believed(event: ChargeEvent, charge: ChargeRow): ChargeEvent {
    if (this.mutant === "unknown-is-declined" && event === "unanswered") return "ended-without-money";
    if (this.mutant === "refusal-believed" && event === "refused" && charge.state === "sending")
      return "ended-without-money";
    return event;
  }

  #lookAgain(payment: PaymentRow, charge: ChargeRow): void {
    if (!isUndecided(charge.state)) return;
    const seconds = secondsToNextLook({
      state: charge.state,
      looks: charge.looks,
      objectKnown: charge.objectId !== null,
    });
    payment.nextLookAt = this.#clock.minutes + Math.max(1, Math.ceil(seconds / 60));
  }

  #settleCharged(payment: PaymentRow, charge: ChargeRow): void {
    if (this.mutant === "late-money-dropped" && payment.state === "closed") return;
    if (payment.state === "closed" && this.claim === null)
      this.claim = { paymentId: payment.id, state: "held" };
    const ours = this.claim?.paymentId === payment.id && this.claim.state === "held";
    const verdict = judgeMoney({
      taken: AMOUNT,
      claim: ours ? "ours" : "spent",
      debt: this.bill === "annulled" ? "annulled" : "owed",
      due: AMOUNT,
      payeeAsShown: true,
      methodRefundsPartly: true,
    });
    const kept = isKept(verdict);
    const moved = this.move(payment, kept ? "money-kept" : "money-not-wanted");
    if (kept && moved) {
      this.claim = { paymentId: payment.id, state: "spent" };
      this.bill = "paid";
    } else {
      this.refunds.push(charge.id);
    }
  }

  #settleNotCharged(payment: PaymentRow, charge: ChargeRow, event: ChargeEvent, reason: string): void {
    const how = event === "refused" ? "refused" : event === "absence-proved" ? "absent" : "declined";
    charge.how = how;
    if (payment.state !== "charging") return;
    const tries = payment.charges.filter(({ state }) => state === "not-charged").length;
    const plan = afterNotCharged({
      gateway: "yookassa",
      how,
      reason: reason === "" ? "technical" : reason,
      initiatedBy: charge.initiatedBy,
      attempt: tries,
    });
    payment.instructed = false;
    const ends = this.isStopped(payment) || this.methodWithdrawn || payment.route === "manual";
    if (ends || plan.next === "gave-up") {
      if (this.move(payment, "not-charged-end")) this.#release(payment);
    } else if (plan.next === "again") {
      this.move(payment, "not-charged-again");
      payment.nextLookAt =
        this.#clock.minutes + (plan.rule.kind === "after-minutes" ? plan.rule.minutes : DAY);
    } else {
      this.move(payment, "not-charged-ask");
    }
  }
}

/** What an object says, as an event of its charge. */
export function eventOf(shown: Shown, now: number): ChargeEvent {
  switch (shown.state) {
    case "succeeded":
      return "money-taken";
    case "canceled":
      return "ended-without-money";
    case "challenge":
      return now < shown.confirmBy ? "payer-asked" : "accepted";
    case "pending":
      return "accepted";
  }
}
