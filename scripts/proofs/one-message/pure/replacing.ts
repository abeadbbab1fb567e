import type { NotificationEvent } from "../../../../domain/notification.ts";
import type { EventRule } from "../../../../domain/notifications/event-rules.ts";
import type { Row } from "./rows.ts";
import type { Cause } from "./story.ts";

const DAY = 1_440;
const SAYS_THAT_IT_IS_THERE: readonly string[] = [
  "bill-arrived",
  "bill-planned",
  "bill-changed",
  "notice",
  "notice-changed",
];
const ENDS_REMINDERS: readonly NotificationEvent[] = ["paid", "bill-annulled"];

/** What a new cause does to a message: its notice is void, it says nothing any more, or nothing. */
export function replacedBy(cause: Cause, { supersedes }: EventRule, row: Row): "notice" | "message" | null {
  if (row.cause === null) return null;
  if (isNotice(cause.event) && isNotice(row.event))
    return row.cause.paymentId === cause.paymentId ? "notice" : null;
  if (row.legalMinimum) return null;
  const isNamed = supersedes?.events.some((event) => event === row.event) === true;
  if (supersedes !== null && isNamed && sameAs(supersedes, cause, row)) return "message";
  const isReminder = ENDS_REMINDERS.includes(cause.event) && endsWithBill(row);
  return isReminder && row.cause.billId === cause.billId ? "message" : null;
}

function isNotice(event: string): boolean {
  return event === "notice" || event === "notice-changed";
}

/** Has its recipient not heard of the bill at all? */
export function isUnheard(rows: readonly Row[], { event, billId }: Cause): boolean {
  if (event !== "bill-changed" && event !== "bill-annulled") return false;
  const told = rows.filter(
    ({ cause, event: of }) => cause?.billId === billId && SAYS_THAT_IT_IS_THERE.includes(of),
  );
  // the digest that carries it may have arrived
  return (
    told.length > 0 &&
    told.every((row) => neverLeft(row) && (row.carriedBy === null || neverLeft(row.carriedBy)))
  );
}

function neverLeft({ state, resends }: Row): boolean {
  return (state === "queued" || state === "dropped") && resends === 0;
}

/** Its turn has come. */
export function isDue(row: Row, now: number): boolean {
  return row.state === "queued" && row.digestAt === null && row.carriedBy === null && row.dueAt <= now;
}

function sameAs({ same }: NonNullable<EventRule["supersedes"]>, cause: Cause, row: Row): boolean {
  const key = ({ bill: "billId", payment: "paymentId", method: "methodId" } as const)[same];
  return cause[key] !== null && row.cause?.[key] === cause[key];
}

function endsWithBill(row: Row): boolean {
  return ["bill-arrived", "bill-changed", "bill-planned", "reminder", "overdue", "discount-ending"].includes(
    row.event,
  );
}

/** The next time that it is so late. */
export function nextAt(minute: number, now: number): number {
  const today = Math.floor(now / DAY) * DAY + minute;
  return today > now ? today : today + DAY;
}
