import { NOTIFICATION_EVENTS, type NotificationEvent } from "../domain/notification.ts";

/** Every event that people get a message about. */
export const MESSAGE_EVENTS = NOTIFICATION_EVENTS;

export type MessageEvent = NotificationEvent;

/** True when there are words for this event. */
export function isMessageEvent(text: string): text is MessageEvent {
  return MESSAGE_EVENTS.some((event) => event === text);
}
