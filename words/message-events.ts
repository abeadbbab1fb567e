/** Every event that people get a message about, as it stands in `notifications.event`. */
export const MESSAGE_EVENTS = [
  "notice",
  "notice-changed",
  "failed-retry",
  "needs-confirmation",
  "paid",
  "failed",
  "charged-after-stop",
  "money-returning",
  "bill-arrived",
  "bill-changed",
  "reminder",
  "another-autopay",
  "mandate-created",
  "mandate-changed",
  "mandate-paused",
  "mandate-resumed",
  "mandate-ended",
  "card-bound",
  "method-withdrawn",
] as const;

export type MessageEvent = (typeof MESSAGE_EVENTS)[number];

/** True when there are words for this event. */
export function isMessageEvent(text: string): text is MessageEvent {
  return MESSAGE_EVENTS.some((event) => event === text);
}
