import { type Evolution, kept, lookUpMove, type Moves, moved, rejected } from "./moves.ts";

/** One message about one event to one recipient on one channel (payment rules §13). */
export type NotificationState = "queued" | "sending" | "accepted" | "bounced" | "dropped";

export const NOTIFICATION_STATES = [
  "queued",
  "sending",
  "accepted",
  "bounced",
  "dropped",
] as const satisfies readonly NotificationState[];

export const NOTIFICATION_BEGINS: NotificationState = "queued";

/**
 * `refused-for-now`: the provider asks to come again later. `unanswered`: no answer and the lease is over, for the first time;
 * `unanswered-again`: also the second sending met silence, so the channel counts as failed.
 */
export type NotificationMove =
  | "taken"
  | "dropped"
  | "accepted"
  | "refused-for-good"
  | "refused-for-now"
  | "unanswered"
  | "unanswered-again"
  | "bounced";

export const NOTIFICATION_MOVE_EVENTS = [
  "taken",
  "dropped",
  "accepted",
  "refused-for-good",
  "refused-for-now",
  "unanswered",
  "unanswered-again",
  "bounced",
] as const satisfies readonly NotificationMove[];

export const NOTIFICATION_MOVES = {
  queued: { taken: "sending", dropped: "dropped" },
  sending: {
    accepted: "accepted",
    "refused-for-good": "bounced",
    "refused-for-now": "queued",
    unanswered: "queued",
    "unanswered-again": "bounced",
  },
  accepted: { bounced: "bounced" },
  bounced: {},
  dropped: {},
} as const satisfies Moves<NotificationState, NotificationMove>;

/** Why a message was not sent. */
export type DropReason = "preference" | "collapsed" | "expired" | "no-channel";

/** How often a message may be sent again after silence of the provider: once, after 10 minutes, with the same Message-ID. */
const RESENDS_AFTER_SILENCE = 1;

/** What the move of a notification depends on beside its state. */
export type NotificationFacts = {
  readonly state: NotificationState;
  readonly legalMinimum: boolean;
  /** How many times silence has already led to another sending. */
  readonly resends: number;
};

/** Answers what an event does to a notification; total over all states and events. */
export function evolveNotification(
  notification: NotificationFacts,
  event: NotificationMove,
  drop?: DropReason,
): Evolution<NotificationState> {
  const { state } = notification;
  const to = lookUpMove<NotificationState, NotificationMove>(NOTIFICATION_MOVES, state, event);
  if (to === undefined) return withoutMove(state, event);
  // A superseded notice announces what will not happen: the newer one is of the legal minimum itself.
  if (event === "dropped" && notification.legalMinimum && drop !== "no-channel" && drop !== "collapsed") {
    return rejected(state, "part of the legal minimum: no preference or lateness drops it");
  }
  const resent = notification.resends >= RESENDS_AFTER_SILENCE;
  if (event === "unanswered" && resent)
    return rejected(state, "was sent again once already: unanswered-again");
  if (event === "unanswered-again" && !resent) return rejected(state, "was not sent again yet: unanswered");
  return moved(state, to);
}

function withoutMove(state: NotificationState, event: NotificationMove): Evolution<NotificationState> {
  if (state === "bounced" && (event === "bounced" || event === "refused-for-good"))
    return kept(state, "already bounced");
  if (state === "accepted" && event === "accepted") return kept(state, "already accepted");
  if (event === "bounced" && state === "dropped") return rejected(state, "a dropped message was never sent");
  return rejected(state, `${event} has no meaning while a notification is ${state}`);
}

/** Every event that people are told about, as it stands in `notifications.event`; later capabilities add to it. */
export const NOTIFICATION_EVENTS = [
  "notice",
  "notice-changed",
  "failed-retry",
  "needs-confirmation",
  "confirmation-reminder",
  "being-checked",
  "paid",
  "failed",
  "charged-after-stop",
  "nothing-taken",
  "money-returning",
  "money-returned",
  "bill-arrived",
  "bill-planned",
  "bill-changed",
  "bill-annulled",
  "discount-ending",
  "over-limit-skipped",
  "question-unanswered",
  "reminder",
  "overdue",
  "source-down",
  "another-autopay",
  "mandate-created",
  "mandate-changed",
  "mandate-paused",
  "mandate-resumed",
  "mandate-ended",
  "mandate-expiring",
  "mandate-renewed",
  "card-bound",
  "method-withdrawn",
  "method-expiring",
  "method-expired",
  "method-renewed",
  "method-gone",
  "digest",
  "test-message",
] as const;

export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];

/** Events that no preference switches off: notice, needs confirmation, failed, charged after a stop or not, refund, terms changed. */
export const LEGAL_MINIMUM = [
  "notice",
  "notice-changed",
  "failed-retry",
  "needs-confirmation",
  "being-checked",
  "failed",
  "charged-after-stop",
  "nothing-taken",
  "money-returning",
  "money-returned",
  "mandate-changed",
  "mandate-paused",
  "mandate-ended",
  "method-withdrawn",
  "method-gone",
] as const satisfies readonly NotificationEvent[];

/** True for the events of {@link LEGAL_MINIMUM}. */
export function isLegalMinimum(event: NotificationEvent): boolean {
  return LEGAL_MINIMUM.some((minimum) => minimum === event);
}
