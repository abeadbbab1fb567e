import type { CivilDate } from "../calendar.ts";
import type { MandateState, PausedBy, Terms } from "../mandate.ts";
import type { Currency } from "../money.ts";
import type { Need, PaymentState } from "../payment.ts";
import type { RunDay } from "../plan.ts";
import type { ScheduledRun } from "../scheduled-run.ts";
import type { Trigger } from "../trigger.ts";

/** Everything that the forecast of one payer rests on, read in one snapshot. Instants are ISO UTC with milliseconds. */
export type ForecastFacts = {
  readonly now: string;
  readonly until: string;
  readonly mandates: readonly ForecastMandate[];
};

export type ForecastMandate = {
  readonly id: string;
  readonly residentId: string;
  readonly state: MandateState;
  readonly version: number;
  readonly terms: Terms;
  readonly gateway: string;
  /** Sums that its biller takes without a bill; null: none. */
  readonly withoutBill: { readonly leastMinor: number; readonly mostMinor: number } | null;
  readonly pauses: readonly { readonly by: PausedBy; readonly until: string | null }[];
  /** Methods of the terms, in their order. */
  readonly methods: readonly ForecastMethod[];
  /** There is a proved address: a notice can be told. */
  readonly reachable: boolean;
  readonly held: boolean;
  readonly today: CivilDate;
  /** The day on which the payer agreed to this very trigger. */
  readonly consentedOn: CivilDate;
  readonly lastPeriod: CivilDate | null;
  readonly ahead: RunAhead | null;
  /** What is reserved and spent of the mandate's limits, by the civil day that it counts on. */
  readonly uses: readonly LimitUse[];
  readonly payments: readonly ForecastPayment[];
  /** Owed bills that it covers. */
  readonly bills: readonly ForecastBill[];
  /** Bills that came, newest first. */
  readonly history: readonly { readonly on: CivilDate; readonly amountMinor: number }[];
};

export type ForecastMethod = {
  readonly id: string;
  readonly active: boolean;
  /** Last month of the card, `2027-03`; null where it is not known. */
  readonly expires: string | null;
};

export type RunAhead = ScheduledRun & {
  readonly trigger: Trigger;
  readonly zone: string;
  readonly planAt: string;
  /** The opening of the day of the debit: where it pays what is due, the planner then looks at what is still open. */
  readonly debitAt: string;
};

export type LimitUse = {
  readonly paymentId: string;
  readonly on: CivilDate;
  readonly amountMinor: number;
};

/** A payment of the mandate that is not over. */
export type ForecastPayment = {
  readonly id: string;
  readonly billId: string;
  readonly state: PaymentState;
  readonly need: Need | null;
  readonly amountMinor: number;
  readonly methodId: string | null;
  readonly notBefore: string;
  readonly nextLookAt: string;
  readonly giveUpAt: string;
  /** A stop has been committed: what is not sent is not sent any more. */
  readonly stopped: boolean;
  /** The period of the schedule that made it. */
  readonly period: CivilDate | null;
  /** It tops a balance up. */
  readonly topUp: boolean;
  /** The run that it waits for; null: it comes as soon as its notice allows. */
  readonly run: RunDay | null;
  readonly notice: {
    readonly state: "queued" | "accepted";
    /** When its message may go, where it has not gone yet. */
    readonly dueAt: string | null;
    /** It names terms that an edit has widened since. */
    readonly outdated: boolean;
    readonly notBefore: string;
    readonly notAfter: string;
    readonly firstClock: boolean;
  } | null;
  /** When a charge that may still take money was sent. */
  readonly sentAt: string | null;
};

export type ForecastBill = {
  readonly id: string;
  readonly version: number;
  readonly part: number;
  readonly currency: Currency;
  readonly dueMinor: number;
  /** When another sum is due, and which; null: never. */
  readonly dueChanges: { readonly at: string; readonly toMinor: number } | null;
  readonly lastSafe: string;
  readonly payeeOnFile: boolean;
  readonly doubt: "payee" | "amount" | null;
  readonly givenBack: boolean;
  readonly skipped: boolean;
  /** Somebody else has taken the debt. */
  readonly claimed: boolean;
  /** The mandate that made it by itself. */
  readonly runOf: string | null;
  /** It is a top-up of a balance that was low. */
  readonly topUp: boolean;
  readonly period: CivilDate | null;
  /** What the payer has paid lately of its account, newest first. */
  readonly recentMinor: readonly number[];
  /** Its payer was told that it is above their limits and left out. */
  readonly leftOut: boolean;
  /** The planner has been asked to look at it. */
  readonly planPending: boolean;
  /** Until when its source's word is fresh enough; null: its silence says nothing. */
  readonly freshUntil: string | null;
};
