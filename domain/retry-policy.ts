import { addDays, type CivilDate, type CivilMoment, type CivilTime } from "./calendar.ts";
import { type Decline, declineOf } from "./decline.ts";
import type { Need, NotCharged } from "./payment.ts";

/** When a next try may come: civil rules as data. The gate still judges notice, hours, limits and budget of each. */
export type RetryRule =
  | { readonly kind: "after-minutes"; readonly minutes: number }
  | { readonly kind: "after-days"; readonly days: number; readonly time: CivilTime }
  | { readonly kind: "payday"; readonly time: CivilTime }
  | { readonly kind: "last-safe-day"; readonly time: CivilTime };

const MORNING = "10:15";
const NOON = "12:00";
/** A try for want of funds comes no later than this many days after the first failure … */
export const FUNDS_SPAN_DAYS = 14;
/** … and every time is moved by up to this share, by a hash, so that a city's retries do not come at one moment. */
export const JITTER_SHARE = 0.1;

/** Next tries of the classes that have any, first to last (payment rules §9.1). */
export const RETRY_PLANS = {
  funds: [
    { kind: "after-days", days: 1, time: MORNING },
    { kind: "payday", time: NOON },
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

/** How a charge ended without money, and what was tried before. */
export type FailedTry = {
  readonly gateway: string;
  readonly how: NotCharged;
  /** The gateway's reason for a decline; for a refusal, whose fault it was: `ours` or `technical`. */
  readonly reason: string;
  readonly initiatedBy: "mit" | "cit";
  /** Tries without money so far, this one included: 1 after the first. */
  readonly attempt: number;
};

/** What follows. `alarm` asks for an operator. `byUs` tells the payer that it is our fault. */
export type AfterNotCharged =
  | { readonly next: "again"; readonly rule: RetryRule; readonly need: Need; readonly alarm?: string }
  | {
      readonly next: "payer";
      readonly need: Need;
      readonly asksForPayer: boolean;
      readonly byUs: boolean;
      readonly alarm?: string;
    }
  | {
      readonly next: "method-dead";
      readonly method: "unusable" | "withdrawn";
      /** Another consented method that the valid notice names may follow at once. */
      readonly fallbackAllowed: boolean;
      readonly need: Need;
      readonly neutralWords: boolean;
    }
  | { readonly next: "gave-up"; readonly why: string; readonly alarm?: string };

/**
 * Decides what follows a charge without money; pure. Nothing is tried alone after a charge that the payer started: they are asked, since
 * only the mandate's consent allows a debit without them.
 */
export function afterNotCharged(failed: FailedTry): AfterNotCharged {
  switch (failed.how) {
    case "declined":
      return afterDecline(failed, declineOf(failed.gateway, failed.reason));
    case "expired":
      return askPayer({ need: "confirm-again", asksForPayer: true });
    case "refused":
      return failed.reason === "technical"
        ? tryAgain(failed, { class: "technical", need: "confirm-again" })
        : ourFault();
    case "absent":
      return tryAgain(failed, { class: "technical", need: "confirm-again" });
    case "by-hand":
      return askPayer({ need: "confirm-again" });
    case "voided":
      return { next: "gave-up", why: "we gave the reservation back: the payment was stopped" };
  }
}

function afterDecline(failed: FailedTry, decline: Decline): AfterNotCharged {
  switch (decline.class) {
    case "funds":
    case "technical":
    case "soft":
      return tryAgain(failed, { ...decline, class: decline.class });
    case "needs-payer":
      return askPayer(decline);
    case "method-dead":
    case "never-again":
      return {
        next: "method-dead",
        method: "unusable",
        fallbackAllowed: decline.fraud !== true,
        need: decline.need,
        neutralWords: decline.fraud === true,
      };
    case "permission-gone":
      return {
        next: "method-dead",
        method: "withdrawn",
        fallbackAllowed: false,
        need: decline.need,
        neutralWords: false,
      };
    case "already-there":
      return {
        ...askPayer(decline),
        alarm: "the gateway says that this was charged already: explain it before any new charge",
      };
    case "ours":
      return ourFault();
    case "unlisted":
      return {
        ...askPayer(decline),
        alarm: `the decline "${failed.reason}" of ${failed.gateway} is not in our list`,
      };
  }
}

function tryAgain(
  failed: FailedTry,
  cause: {
    readonly class: keyof typeof RETRY_PLANS;
    readonly need: Need;
    readonly firstWaitMinutes?: number;
  },
): AfterNotCharged {
  if (failed.initiatedBy === "cit") return askPayer(cause);
  const rule: RetryRule | undefined = RETRY_PLANS[cause.class][failed.attempt - 1];
  if (rule === undefined) return askPayer(cause);
  const hurried = failed.attempt === 1 && cause.firstWaitMinutes !== undefined;
  return {
    next: "again",
    rule: hurried ? { kind: "after-minutes", minutes: cause.firstWaitMinutes } : rule,
    need: cause.need,
  };
}

function askPayer(cause: { readonly need: Need; readonly asksForPayer?: boolean }) {
  return { next: "payer", need: cause.need, asksForPayer: cause.asksForPayer ?? false, byUs: false } as const;
}

function ourFault(): AfterNotCharged {
  return {
    next: "payer",
    need: "confirm-again",
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
