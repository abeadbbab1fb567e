import type { BillState } from "./bill.ts";
import type { Currency } from "./money.ts";
import type { Need, PaymentState } from "./payment.ts";
import { isQuestion, questionDeadline } from "./question.ts";
import { asksUnusual, covers, fitsPeriod, type Terms } from "./terms.ts";
import { paysBills } from "./trigger.ts";
import { isUnusual, usualAmount } from "./usual-amount.ts";

/** What is known of a bill and everybody who may pay it, read under the locks of one transaction. Instants are ISO UTC. */
export type PlanFacts = {
  readonly now: string;
  readonly bill: {
    readonly id: string;
    readonly state: BillState;
    readonly version: number;
    /** Above 1: the rest of a debt of which something is paid. */
    readonly part: number;
    /** Due now. */
    readonly amountMinor: number;
    readonly currency: Currency;
    readonly payeeHash: string;
    readonly gateway: string;
    /** Account, BIC and INN of the bill equal the requisites on file. */
    readonly payeeOnFile: boolean;
    /** What its sources do not agree about; null: nothing. */
    readonly doubt: "payee" | "amount" | null;
    /** It was paid and all of it went back: only a person pays such a debt again (payment rules §4.2). */
    readonly givenBack: boolean;
    /** People were told about this bill and a `bill/<id>` workflow reminds them. */
    readonly told: boolean;
    /** The mandate whose schedule made this bill: it alone pays it. */
    readonly runOf?: string | null;
  };
  readonly claim: { readonly paymentId: string; readonly state: "held" | "spent" } | null;
  readonly payment: {
    readonly id: string;
    readonly route: string;
    readonly state: PaymentState;
    readonly mandateId: string | null;
    readonly billVersion: number;
    readonly need: Need | null;
    readonly amountMinor: number;
    /** What it would have to name today: what is due when it is going to be debited, or now where a person is asked. */
    readonly dueMinor: number;
    /** When its debit may come although its sum went down: its first notice's clock runs on; null: what is told now has a clock of its own. */
    readonly runsFrom: string | null;
    /** A charge of it may still take money. */
    readonly undecided: boolean;
    /** The run that it waits for. */
    readonly run?: RunDay | null;
    /** Its mandate lives, but since an edit it is for other debts than this one. */
    readonly uncovered?: boolean;
    /** It was planned before its mandate's trigger was edited. */
    readonly otherTrigger?: boolean;
  } | null;
  /** Living mandates that cover it, oldest first. */
  readonly mandates: readonly PlanMandate[];
  /** Residents who see it: by their accounts, their saved identifiers, or because they added it. */
  readonly onlookers: readonly string[];
};

export type PlanMandate = {
  readonly id: string;
  readonly residentId: string;
  readonly version: number;
  readonly terms: Terms;
  /** The payer said: never this debt. */
  readonly skipped: boolean;
  /** The first usable method of the terms. */
  readonly methodId: string | null;
  /** Reserved and spent in the civil period of `plannedOn`, without this debt's own reservation. */
  readonly usedMinor: number;
  /** What its owner has paid lately of this account, the newest first; of six the usual sum is made. */
  readonly recentMinor?: readonly number[];
  /** When the debit may come if a channel accepted the notice now. */
  readonly plannedOn: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Due on the day of that debit: a discount may end before it comes. */
  readonly amountMinor: number;
  /** After this the money would not reach the biller in time, or its discount would be lost. */
  readonly lastSafe: string;
  /** For a schedule: the payer agreed to it on this day. */
  readonly consentedOn?: string | null;
  /** The run of its schedule that the instants above are those of; null: the soonest that its notice allows. */
  readonly run?: (RunDay & { readonly at: string }) | null;
  /** The debt cannot wait for its run, though a notice could still make it in time. */
  readonly cannotWait?: boolean;
};

/** A run of a schedule: the day that the schedule names and the day of the debit. */
export type RunDay = { readonly nominal: string; readonly debitOn: string };

/** What to do about a bill; written in the same transaction. */
export type PlanDecision =
  | ({ readonly do: "pay"; readonly need: Need | null; readonly others: readonly string[] } & PlannedDebit)
  /** The planned debit changed: new amount, new notice, its clock new or the first one; or a question. */
  | {
      readonly do: "renew";
      readonly paymentId: string;
      readonly need: Need | null;
      readonly amountMinor: number;
      readonly giveUpAt: string;
      readonly run: PlannedDebit["run"];
      readonly usualMinor?: number;
    }
  | {
      readonly do: "close";
      readonly paymentId: string;
      readonly outcome: "annulled" | "paid-elsewhere" | "stopped";
      readonly why: string;
    }
  /** A charge is under way and cannot be called back: nothing new is sent, its end is judged by what the bill is then. */
  | { readonly do: "mark"; readonly paymentId: string; readonly why: "annulled" | "paid-elsewhere" }
  | {
      readonly do: "tell";
      readonly residents: readonly string[];
      readonly event: "bill-arrived" | "bill-annulled" | "over-limit-skipped";
    }
  | { readonly do: "nothing" };

export type PlannedDebit = {
  readonly residentId: string;
  readonly mandateId: string;
  readonly mandateVersion: number;
  readonly methodId: string | null;
  readonly gateway: string;
  /** What the notice names: due on the day of the debit. Where a person is asked: due now. */
  readonly amountMinor: number;
  readonly plannedOn: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly giveUpAt: string;
  /** It waits for this run; null: as soon as its notice allows. */
  readonly run: (RunDay & { readonly at: string }) | null;
  /** With the question about an unusual sum: the usual one. */
  readonly usualMinor?: number;
};

const NOTHING: PlanDecision = { do: "nothing" };
const HOUR_MS = 3_600_000;

/** Decides what a new, changed or released bill leads to (payment rules §4.2, §4.3, §7.3). Pure. */
export function decideOnBill(facts: PlanFacts): PlanDecision {
  const { bill, claim, payment } = facts;
  if (bill.state !== "owed") return endOfDebt(facts);
  if (claim?.state === "spent") return NOTHING;
  if (payment) return recheck(facts, payment);
  // A payment that is no longer open still owns the claim for the moment of its closing: nothing to plan beside it.
  if (claim) return NOTHING;
  return planAnew(facts);
}

function endOfDebt({ bill, payment, onlookers }: PlanFacts): PlanDecision {
  if (bill.state !== "annulled" && bill.state !== "paid-elsewhere") return NOTHING;
  if (payment) {
    if (payment.undecided) return { do: "mark", paymentId: payment.id, why: bill.state };
    return { do: "close", paymentId: payment.id, outcome: bill.state, why: "told by the biller" };
  }
  if (!bill.told) return NOTHING;
  // People were told that it is owed: a withdrawn bill is told as well, a bill paid elsewhere only ends its reminders.
  return { do: "tell", residents: bill.state === "annulled" ? onlookers : [], event: "bill-annulled" };
}

/** A bill that is not what was announced any more: amended, its discount over, or its sources in doubt (§7.3). */
function recheck(facts: PlanFacts, payment: NonNullable<PlanFacts["payment"]>): PlanDecision {
  if (payment.route !== "mandate" || payment.undecided) return NOTHING;
  if (payment.uncovered === true)
    return { do: "close", paymentId: payment.id, outcome: "stopped", why: "not what the mandate pays now" };
  const found = facts.mandates.find((candidate) => candidate.id === payment.mandateId);
  // A stopped mandate's payment is about to be closed by its stop.
  if (!found || !isChanged(facts.bill, payment, found)) return NOTHING;
  const amended = payment.billVersion !== facts.bill.version;
  // a clock that runs on is that of its day: by another day everything is announced anew
  const mandate =
    payment.runsFrom === null || !isSameRun(payment.run ?? null, found.run ?? null)
      ? found
      : { ...found, notBefore: payment.runsFrom, amountMinor: payment.dueMinor };
  // What its bank asked of the payer is still to be done where only the sum has changed.
  const need = questionAbout(facts, mandate) ?? (amended ? null : askedByBank(payment.need));
  const { amountMinor, giveUpAt, run, usualMinor } = debitOf(facts, mandate, need);
  const usual = usualMinor === undefined ? {} : { usualMinor };
  return { do: "renew", paymentId: payment.id, need, amountMinor, giveUpAt, run, ...usual };
}

function isChanged(
  bill: PlanFacts["bill"],
  payment: NonNullable<PlanFacts["payment"]>,
  mandate: PlanMandate,
): boolean {
  const doubted = bill.doubt !== null && payment.state === "scheduled";
  const cleared = payment.need === "payee-changed" && bill.payeeOnFile && bill.doubt !== "payee";
  const amended = payment.billVersion !== bill.version || payment.amountMinor !== payment.dueMinor;
  return amended || doubted || cleared || isMoved(payment, mandate);
}

/** Another day since it was planned: its payer has edited the schedule, or a decree has moved the run. */
function isMoved(payment: NonNullable<PlanFacts["payment"]>, mandate: PlanMandate): boolean {
  const planned = payment.run ?? null;
  const chosen = mandate.run ?? null;
  if (planned === null || chosen === null)
    return payment.otherTrigger === true && (planned !== null || chosen !== null);
  return !isSameRun(planned, chosen);
}

function isSameRun(a: RunDay | null, b: RunDay | null): boolean {
  return a?.nominal === b?.nominal && a?.debitOn === b?.debitOn;
}

function askedByBank(need: Need | null): Need | null {
  return need === "confirm-again" || need === "new-method" || need === "contact-bank" ? need : null;
}

function planAnew(facts: PlanFacts): PlanDecision {
  const willing = facts.bill.givenBack
    ? []
    : facts.mandates.filter((mandate) => !mandate.skipped && isFor(mandate, facts.bill.runOf ?? null));
  const ready = willing
    .map((mandate) => ({ mandate, need: questionAbout(facts, mandate) }))
    .filter(({ mandate, need }) => need !== "over-limit" || mandate.terms.overLimit === "ask");
  // Age decides between those who can pay alone: a question to one person must not hold the debt away from another's autopay.
  const first = ready.find(({ need }) => need === null) ?? ready[0];
  if (first !== undefined) {
    const { mandate, need } = first;
    return {
      do: "pay",
      need,
      others: ownersOf(willing).filter((resident) => resident !== mandate.residentId),
      ...debitOf(facts, mandate, need),
    };
  }
  if (willing.length > 0) return { do: "tell", residents: ownersOf(willing), event: "over-limit-skipped" };
  if (facts.onlookers.length > 0) return { do: "tell", residents: facts.onlookers, event: "bill-arrived" };
  return NOTHING;
}

/** Bills that arrive are for mandates that wait for them; the bill of a run is for the mandate that runs. */
function isFor(mandate: PlanMandate, runOf: string | null): boolean {
  return runOf === null ? paysBills(mandate.terms.trigger) : mandate.id === runOf;
}

/** What must be asked before this debit, or null when it may be announced. */
function questionAbout({ bill }: PlanFacts, mandate: PlanMandate): Need | null {
  if (!bill.payeeOnFile || bill.doubt === "payee") return "payee-changed";
  if (bill.part > 1 || bill.doubt === "amount") return "confirm-amount";
  if (mandate.methodId === null) return "new-method";
  const amount = { amountMinor: mandate.amountMinor, currency: bill.currency };
  const used = { amountMinor: mandate.usedMinor, currency: bill.currency };
  if (!covers(mandate.terms, { amount, methodId: mandate.methodId }).covered) return "over-limit";
  if (!fitsPeriod(mandate.terms, { used, debit: amount })) return "over-limit";
  const late = mandate.cannotWait === true || Date.parse(mandate.notBefore) > Date.parse(mandate.lastSafe);
  if (late && mandate.terms.lateBill === "ask") return "late-bill";
  return unusualOf(bill, mandate) === null ? null : "unusual-amount";
}

/** The usual sum, where this debit is far above it and its payer wants to be asked. A run's fixed sum was agreed to. */
function unusualOf(bill: PlanFacts["bill"], mandate: PlanMandate): number | null {
  if (!asksUnusual(mandate.terms) || (bill.runOf ?? null) !== null) return null;
  const usual = usualAmount(mandate.recentMinor ?? []);
  return usual !== null && isUnusual(mandate.amountMinor, usual) ? usual : null;
}

function debitOf({ bill, now }: PlanFacts, mandate: PlanMandate, need: Need | null): PlannedDebit {
  const usualMinor = need === "unusual-amount" ? unusualOf(bill, mandate) : null;
  return {
    residentId: mandate.residentId,
    mandateId: mandate.id,
    mandateVersion: mandate.version,
    methodId: mandate.methodId,
    gateway: bill.gateway,
    amountMinor: need === null ? mandate.amountMinor : bill.amountMinor,
    plannedOn: mandate.plannedOn,
    notBefore: mandate.notBefore,
    notAfter: mandate.notAfter,
    run: mandate.run ?? null,
    giveUpAt: isQuestion(need)
      ? questionDeadline({ now, notBefore: mandate.notBefore, lastSafe: mandate.lastSafe })
      : laterOf(mandate.lastSafe, hoursAfter(mandate.notBefore, 24)),
    ...(usualMinor === null ? {} : { usualMinor }),
  };
}

function ownersOf(mandates: readonly PlanMandate[]): readonly string[] {
  return [...new Set(mandates.map((mandate) => mandate.residentId))];
}

function laterOf(a: string, b: string): string {
  return Date.parse(a) >= Date.parse(b) ? a : b;
}

function hoursAfter(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * HOUR_MS).toISOString();
}
