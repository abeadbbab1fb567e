import { addDays, type CivilDate, type CivilMoment, type CivilTime } from "./calendar.ts";
import { type Decline, declineOf, isListed, reasonOfEnd } from "./decline.ts";
import type { Advice } from "./declines/advice.ts";
import { type Reason, type ReasonFacts, REASONS } from "./declines/reason.ts";
import { PAYDAYS } from "./paydays.ts";
import type { Need, NotCharged } from "./payment.ts";

/** When a next try may come: civil rules as data. The gate still judges notice, hours, limits and budget of each. */
export type RetryRule =
  | { readonly kind: "after-minutes"; readonly minutes: number }
  | { readonly kind: "after-days"; readonly days: number; readonly time: CivilTime }
  /** `days` are days of the month, used where the payer's own payday is not known. */
  | { readonly kind: "payday"; readonly time: CivilTime; readonly days: readonly number[] }
  | { readonly kind: "last-safe-day"; readonly time: CivilTime };

const MORNING = "10:15";
const NOON = "12:00";
const DAY_MINUTES = 24 * 60;
/** A try for want of funds comes no later than this many days after the first failure … */
export const FUNDS_SPAN_DAYS = 14;
/** … and every time is moved by up to this share, by a hash, so that a city's retries do not come at one moment. */
export const JITTER_SHARE = 0.1;

/** Next tries of the classes that have any, first to last (payment rules §9.1). */
export const RETRY_PLANS = {
  funds: [
    { kind: "after-days", days: 1, time: MORNING },
    { kind: "payday", time: NOON, days: PAYDAYS },
    { kind: "last-safe-day", time: MORNING },
  ],
  technical: [
    { kind: "after-minutes", minutes: 15 },
    { kind: "after-minutes", minutes: 120 },
    { kind: "after-days", days: 1, time: MORNING },
  ],
  soft: [
    { kind: "after-days", days: 1, time: MORNING },
    { kind: "after-days", days: 3, time: MORNING },
  ],
} as const satisfies Readonly<Record<string, readonly RetryRule[]>>;

/** Tries of a class are at least this far apart, in minutes. */
export const APART_MINUTES = { funds: DAY_MINUTES, technical: 0, soft: 0 } as const satisfies Readonly<
  Record<keyof typeof RETRY_PLANS, number>
>;

/** How a charge ended without money, and what was tried before. */
export type FailedTry = {
  readonly gateway: string;
  readonly how: NotCharged;
  /** The gateway's reason for a decline; for a refusal, whose fault it was: `ours` or `technical`. */
  readonly reason: string;
  /** What the issuer or the network said beside it: it wins over the reason. */
  readonly advice?: Advice;
  readonly initiatedBy: "mit" | "cit";
  /** Tries without money so far, this one included: 1 after the first. */
  readonly attempt: number;
  /** The gateway accepts nothing of us and is on hold: what the payer wanted waits with it. Absent: no. */
  readonly gatewayHeld?: boolean;
};

/** What every answer says: why, in our own words. Absent: nobody declined anything. */
type Told = { readonly because?: Reason; readonly alarm?: string };

/** What follows. `alarm` asks for an operator. `byUs` tells the payer that it is our fault. */
export type AfterNotCharged = Told &
  (
    | {
        readonly next: "again";
        readonly rule: RetryRule;
        /** Rules behind the first: for the tries after it, and in its place where it leaves no lawful day. */
        readonly later?: readonly RetryRule[];
        /** The next try comes no sooner than this many minutes from now, the others this far after the one before them; absent: 0. */
        readonly shortestWaitMinutes?: number;
        readonly apartMinutes?: number;
        readonly need: Need;
        /** With no lawful day left another consented method that the valid notice names may follow at once; absent: no. */
        readonly fallbackAllowed?: boolean;
      }
    | {
        readonly next: "payer";
        readonly need: Need;
        readonly asksForPayer: boolean;
        readonly byUs: boolean;
        readonly fallbackAllowed?: boolean;
      }
    | {
        readonly next: "method-dead";
        readonly method: "unusable" | "withdrawn";
        /** Another consented method that the valid notice names may follow at once. */
        readonly fallbackAllowed: boolean;
        readonly need: Need;
        readonly neutralWords: boolean;
        /** The network forbids this card under every mandate and every saved copy of it. */
        readonly bansCard?: "mit" | "all";
      }
    /** The gateway has this payment already: it is looked for, and the debt takes no new charge until it is explained. */
    | { readonly next: "look-up-first"; readonly need: Need; readonly bansCard?: "mit" | "all" }
    | { readonly next: "gave-up"; readonly why: string }
  );

/**
 * Decides what follows a charge without money; pure. Nothing is tried alone after a charge that the payer started: they are asked, since
 * only the mandate's consent allows a debit without them.
 */
export function afterNotCharged(failed: FailedTry): AfterNotCharged {
  const { how } = failed;
  if (how === "declined")
    return afterDecline(failed, declineOf(failed.gateway, failed.reason, failed.advice));
  if (how === "voided") {
    return { next: "gave-up", why: "we gave the reservation back: the payment was stopped" };
  }
  const reason = reasonOfEnd({ how, code: failed.reason });
  const facts: ReasonFacts = REASONS[reason];
  if (facts.class === "technical") return tryAgain(failed, { ...facts, class: "technical", reason });
  if (facts.class !== "ours") return askPayer({ ...facts, reason });
  return failed.gatewayHeld === true && failed.initiatedBy === "mit"
    ? waitForGateway(reason)
    : ourFault(reason);
}

/** Nobody's payer is asked to mend our key: the gate keeps the charge back until the hold is lifted. */
function waitForGateway(reason: Reason): AfterNotCharged {
  return {
    next: "again",
    because: reason,
    rule: { kind: "after-minutes", minutes: 15 },
    need: REASONS[reason].need,
  };
}

function afterDecline(failed: FailedTry, decline: Decline): AfterNotCharged {
  const unheardOf = isListed(failed.gateway, failed.reason)
    ? {}
    : { alarm: `the decline "${failed.reason}" of ${failed.gateway} is not in our list` };
  switch (decline.class) {
    case "funds":
    case "technical":
    case "soft":
      return { ...tryAgain(failed, { ...decline, class: decline.class }), ...unheardOf };
    case "needs-payer":
    case "unlisted":
      return { ...askPayer(decline), ...unheardOf };
    case "method-dead":
    case "never-again":
    case "permission-gone":
      return { ...endMethod(failed, decline), ...unheardOf };
    case "already-there":
      return {
        next: "look-up-first",
        because: decline.reason,
        need: decline.need,
        ...(decline.bansCard === undefined ? {} : { bansCard: decline.bansCard }),
        alarm: "the gateway says that this was charged already: explain it before any new charge",
      };
    case "ours":
      return ourFault(decline.reason);
  }
}

/** Data typed wrongly by a payer who is present say nothing about the saved card: they type them again. */
function endMethod(failed: FailedTry, decline: Decline): AfterNotCharged {
  if (decline.reason === "card-data-wrong" && failed.initiatedBy === "cit") return askPayer(decline);
  const gone = decline.class === "permission-gone";
  return {
    next: "method-dead",
    because: decline.reason,
    method: gone ? "withdrawn" : "unusable",
    fallbackAllowed:
      decline.class === "method-dead" && decline.neutral !== true && failed.initiatedBy === "mit",
    need: decline.need,
    neutralWords: decline.neutral === true,
    ...(decline.bansCard === undefined ? {} : { bansCard: decline.bansCard }),
  };
}

type Retried = Pick<Decline, "need" | "reason" | "firstWaitMinutes" | "shortestWaitMinutes"> & {
  readonly class: keyof typeof RETRY_PLANS;
};

function tryAgain(failed: FailedTry, cause: Retried): AfterNotCharged {
  if (failed.initiatedBy === "cit") return askPayer(cause);
  const rules: readonly RetryRule[] = RETRY_PLANS[cause.class];
  const [rule, ...later] = rules.slice(failed.attempt - 1);
  const fallbackAllowed = cause.class === "funds";
  if (rule === undefined) return { ...askPayer(cause), fallbackAllowed };
  const hurried = failed.attempt === 1 && cause.firstWaitMinutes !== undefined;
  return {
    next: "again",
    because: cause.reason,
    rule: hurried ? { kind: "after-minutes", minutes: cause.firstWaitMinutes } : rule,
    later,
    shortestWaitMinutes: Math.max(APART_MINUTES[cause.class], cause.shortestWaitMinutes ?? 0),
    apartMinutes: APART_MINUTES[cause.class],
    need: cause.need,
    fallbackAllowed,
  };
}

function askPayer(cause: {
  readonly reason: Reason;
  readonly need: Need;
  readonly asksForPayer?: boolean;
}): Extract<AfterNotCharged, { next: "payer" }> {
  return {
    next: "payer",
    because: cause.reason,
    need: cause.need,
    asksForPayer: cause.asksForPayer ?? false,
    byUs: false,
  };
}

function ourFault(reason: Reason): AfterNotCharged {
  return {
    next: "payer",
    because: reason,
    need: REASONS[reason].need,
    asksForPayer: false,
    byUs: true,
    alarm: "the gateway refused our own request: nothing was charged, and it will not mend itself",
  };
}

/** What turning a rule into a date needs to know; all in the payer's zone. */
export type RetryCalendar = {
  readonly today: CivilDate;
  readonly firstFailedOn: CivilDate;
  /** The last day on which money still arrives in time: due day − the biller's `settleDays`; absent when nothing is due by a date. */
  readonly lastSafeDay?: CivilDate;
  /** The payer's next payday after today. */
  readonly nextPayday: CivilDate;
};

/**
 * The civil moment of a next try, or the minutes to wait, or `null` when the rule leaves no lawful day (then the payer is asked). Tries for
 * want of funds are at least a day apart and at most 14 days after the first failure; nothing comes after the last safe day.
 * On `null` the caller may ask {@link afterNotCharged} for the rule after this one (`attempt` + 1) before it asks the payer.
 */
export function retryMoment(
  rule: RetryRule,
  calendar: RetryCalendar,
): { readonly waitMinutes: number } | CivilMoment | null {
  if (rule.kind === "after-minutes") return { waitMinutes: rule.minutes };
  const date = retryDay(rule, calendar);
  if (date === undefined || date <= calendar.today) return null;
  if (date > addDays(calendar.firstFailedOn, FUNDS_SPAN_DAYS)) return null;
  if (calendar.lastSafeDay !== undefined && date > calendar.lastSafeDay) return null;
  return { date, time: rule.time };
}

function retryDay(
  rule: Exclude<RetryRule, { kind: "after-minutes" }>,
  calendar: RetryCalendar,
): CivilDate | undefined {
  switch (rule.kind) {
    case "after-days":
      return addDays(calendar.today, rule.days);
    case "payday":
      return calendar.nextPayday;
    case "last-safe-day":
      return calendar.lastSafeDay;
  }
}

/** Moves a wait by up to ±10 %; `share` is a number from −1 to 1 that the caller takes from a hash of the payment's id. */
export function withJitter(waitSeconds: number, share: number): number {
  if (!(share >= -1 && share <= 1)) throw new RangeError("retry: the jitter's share lies between −1 and 1");
  return Math.round(waitSeconds * (1 + JITTER_SHARE * share));
}
