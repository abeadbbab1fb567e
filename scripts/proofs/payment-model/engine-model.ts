import { isUndecided } from "../../../domain/charge.ts";
import { nextStep } from "../../../domain/next-step.ts";
import { type BankModel, type Behaviour, type Clock, DAY, HOUR, type Said } from "./bank-model.ts";
import { type ChargeRow, eventOf, type PaymentRow, type RowsModel } from "./rows-model.ts";

export type Crash = "none" | "after-gate" | "after-answer";

/** One writing of a charge request to a socket, and whether a stop had been committed when its gate was passed. */
export type Transmission = { readonly chargeId: string; readonly afterStop: boolean };

const FINE: Behaviour = { transport: "ok", execution: "success" };
/** Past this nothing that was sent with a key of a day can still start by itself. */
const ABSENCE_AFTER = 25 * HOUR;
/** How often an intent is read before it is ended. */
const READS_BEFORE_VOID = 4;

/** The charge and look-up activities over rows and a bank that are both models: the shell that the workflow is in life. */
export class EngineModel {
  readonly transmissions: Transmission[] = [];
  readonly #rows: RowsModel;
  readonly #bank: BankModel;
  readonly #clock: Clock;

  constructor(rows: RowsModel, bank: BankModel, clock: Clock) {
    this.#rows = rows;
    this.#bank = bank;
    this.#clock = clock;
  }

  /** What the rows order for a payment now. */
  orders(payment: PaymentRow, asked: boolean) {
    const charge = this.#rows.undecidedOf(payment);
    return nextStep({
      now: iso(this.#clock.minutes),
      state: payment.state,
      outcome: null,
      nextLookAt: iso(payment.nextLookAt),
      giveUpAt: iso(payment.giveUpAt),
      sourceSilent: false,
      stopped: this.#rows.isStopped(payment),
      asked,
      charge:
        charge === undefined
          ? null
          : {
              id: charge.id,
              state: charge.state,
              leased: charge.state === "sending" && charge.leaseUntil > this.#clock.minutes,
              objectKnown: charge.objectId !== null,
            },
    });
  }

  /** Does the one thing that comes next for the open payment. */
  work(behaviour: Behaviour, crash: Crash, asked: boolean): void {
    this.expireLeases();
    const payment = this.#rows.open();
    if (!payment) return;
    const step = this.orders(payment, asked);
    if (step.do === "charge") this.charge(payment, behaviour, crash);
    if (step.do === "close")
      this.#rows.close(payment, step.outcome === "gave-up" ? "deadline-passed" : "stopped");
    if (step.do === "look-up") {
      const charge = this.#rows.undecidedOf(payment);
      if (charge) this.lookUp(payment, charge, behaviour, crash);
    }
  }

  /** C8: a transmission whose lease is over without an answer is unknown, whoever is alive. */
  expireLeases(): void {
    for (const payment of this.#rows.payments) {
      for (const charge of payment.charges) {
        if (charge.state === "sending" && charge.leaseUntil <= this.#clock.minutes)
          this.#rows.record(payment, charge, "unanswered", "lease");
      }
    }
  }

  /** The charge activity: false when the gate gave no permission. */
  charge(payment: PaymentRow, behaviour: Behaviour, crash: Crash): boolean {
    const prepared = this.#prepare(payment);
    if (!this.#rows.gate(payment, null)) return false;
    const now = this.#clock.minutes;
    const ordinal = payment.charges.length + 1;
    const charge: ChargeRow = {
      id: `${payment.id}-${ordinal}`,
      ordinal,
      initiatedBy: payment.instructed ? "cit" : "mit",
      firstSentAt: now,
      objectId: prepared?.objectId ?? null,
      attemptBefore: prepared?.attemptBefore ?? null,
      state: "sending",
      how: null,
      transmissions: 1,
      unanswered: 0,
      looks: 0,
      lastSentAt: now,
      leaseUntil: now + 1,
      firstEmptyScanAt: null,
      evidence: [],
    };
    payment.charges.push(charge);
    this.#rows.move(payment, "gate-passed");
    payment.nextLookAt = now + 1;
    this.#transmit(payment, charge, behaviour, crash);
    return true;
  }

  /** At an intent, one object for each round; a road that was ended leads nowhere any more. */
  #prepare(payment: PaymentRow) {
    if (this.#bank.shape === "keys") return undefined;
    const ended = payment.charges.filter(({ how }) => how === "absent").length;
    return this.#bank.prepare(`${payment.id}-pi-${ended}`);
  }

  #transmit(payment: PaymentRow, charge: ChargeRow, behaviour: Behaviour, crash: Crash): void {
    const stopped =
      this.#rows.isStopped(payment) || (this.#rows.methodWithdrawn && charge.initiatedBy === "mit");
    if (crash === "after-gate") return;
    this.transmissions.push({ chargeId: charge.id, afterStop: stopped });
    const fresh = this.#rows.mutant === "fresh-key" ? `/${charge.transmissions}` : "";
    const said = this.#bank.charge(
      { key: charge.id + fresh, chargeId: charge.id, objectId: charge.objectId },
      behaviour,
    );
    if (crash !== "after-answer") this.#hear(payment, charge, said);
  }

  #hear(payment: PaymentRow, charge: ChargeRow, said: Said): void {
    if (said.kind === "shown") {
      if (charge.objectId === null) charge.objectId = said.shown.objectId;
      const event = eventOf(said.shown, this.#clock.minutes);
      this.#rows.record(payment, charge, event, "answer", said.shown.reason);
    } else {
      const refused = said.kind === "refused";
      const reason = refused ? said.class : "";
      this.#rows.record(payment, charge, refused ? "refused" : "unanswered", "answer", reason);
    }
  }

  /** Finds out what became of an undecided charge (payment rules §8.2, §8.3). */
  lookUp(payment: PaymentRow, charge: ChargeRow, behaviour: Behaviour = FINE, crash: Crash = "none"): void {
    charge.looks += 1;
    if (this.#bank.shape === "intent") this.#readIntent(payment, charge);
    else if (charge.objectId === null) this.#replayOrScan(payment, charge, behaviour, crash);
    else this.#read(payment, charge, charge.objectId);
  }

  #read(payment: PaymentRow, charge: ChargeRow, objectId: string): void {
    const shown = this.#bank.read(objectId, charge.attemptBefore);
    if (shown === "not-run") return this.#nothingNew(payment, charge);
    this.#rows.record(payment, charge, eventOf(shown, this.#clock.minutes), "look-up", shown.reason);
  }

  /** A replay is no way to learn anything here: the intent says whether it was tried, and ending it proves that it never will be. */
  #readIntent(payment: PaymentRow, charge: ChargeRow): void {
    const objectId = charge.objectId ?? "";
    const shown = this.#bank.read(objectId, charge.attemptBefore);
    const stopped = this.#rows.isStopped(payment);
    const ends =
      shown === "not-run"
        ? stopped || charge.looks >= READS_BEFORE_VOID || this.#rows.mutant === "absence-at-once"
        : stopped && shown.state === "challenge";
    if (!ends) return this.#read(payment, charge, objectId);
    if (shown === "not-run" && this.#rows.mutant === "absence-at-once")
      return this.#rows.record(payment, charge, "absence-proved", "presumed");
    const after = this.#bank.void(objectId);
    if (after === "voided") this.#rows.record(payment, charge, "absence-proved", "void");
    else this.#rows.record(payment, charge, eventOf(after, this.#clock.minutes), "void", after.reason);
  }

  #replayOrScan(payment: PaymentRow, charge: ChargeRow, behaviour: Behaviour, crash: Crash): void {
    if (charge.state !== "unknown" || !this.#rows.gate(payment, charge)) return this.#scan(payment, charge);
    charge.state = "sending";
    charge.transmissions += 1;
    charge.lastSentAt = this.#clock.minutes;
    charge.leaseUntil = this.#clock.minutes + 1;
    payment.nextLookAt = this.#clock.minutes + 1;
    this.#transmit(payment, charge, behaviour, crash);
    const unheard = isUndecided(charge.state) && charge.objectId === null && crash === "none";
    if (unheard && behaviour.transport === "refused") this.#scan(payment, charge);
  }

  #scan(payment: PaymentRow, charge: ChargeRow): void {
    const now = this.#clock.minutes;
    const shown = this.#bank.find(charge.id, charge.firstSentAt - 5, charge.lastSentAt + ABSENCE_AFTER);
    if (shown) {
      charge.objectId = shown.objectId;
      return this.#rows.record(payment, charge, eventOf(shown, now), "list", shown.reason);
    }
    const hasty = this.#rows.mutant === "absence-at-once";
    if (now < charge.lastSentAt + ABSENCE_AFTER && !hasty) return this.#nothingNew(payment, charge);
    if (charge.firstEmptyScanAt !== null && (now >= charge.firstEmptyScanAt + HOUR || hasty))
      return this.#rows.record(payment, charge, "absence-proved", "list");
    charge.firstEmptyScanAt ??= now;
    this.#nothingNew(payment, charge);
  }

  /** The next rung of the ladder; nothing is concluded from silence. */
  #nothingNew(payment: PaymentRow, charge: ChargeRow): void {
    const steps = [1, 1, 1, 5, 15, HOUR, 6 * HOUR];
    payment.nextLookAt = this.#clock.minutes + (steps[charge.looks] ?? DAY);
  }

  /** A notification about an attempt: a reason to look, whatever it says. */
  notified(chargeId: string, claims: "money" | "nothing"): void {
    for (const payment of this.#rows.payments) {
      const charge = payment.charges.find(({ id }) => id === chargeId);
      if (!charge) continue;
      if (this.#rows.mutant === "webhook-believed" && claims === "money")
        this.#rows.record(payment, charge, "money-taken", "webhook");
      if (isUndecided(charge.state) && payment.state === "charging") this.work(FINE, "none", true);
      else this.lookAtUnwatched(payment, charge);
    }
  }

  /** A charge that no workflow waits for: it had ended, or its payment did. */
  lookAtUnwatched(payment: PaymentRow, charge: ChargeRow): void {
    if (isUndecided(charge.state) && payment.state !== "charging") return this.lookUp(payment, charge);
    // an attempt on an intent that failed stays failed; what the intent shows later belongs to a later charge
    if (charge.state !== "not-charged" || charge.objectId === null || this.#bank.shape === "intent") return;
    const shown = this.#bank.read(charge.objectId, charge.attemptBefore);
    if (shown !== "not-run")
      this.#rows.record(payment, charge, eventOf(shown, this.#clock.minutes), "look-up", shown.reason);
  }
}

function iso(minutes: number): string {
  return new Date(Math.round(minutes * 60_000)).toISOString();
}
