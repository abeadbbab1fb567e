import { LEGAL_MINIMUM, NOTIFICATION_EVENTS, type NotificationEvent } from "../notification.ts";
import { EVENT_RULES, type Topic } from "./event-rules.ts";

/** The category that stands for every category without a choice of its own. */
export const ALL_CATEGORIES = "*";

/** What a resident can choose for a row of the settings, on one channel. */
export const CHOICES = ["on", "off", "digest"] as const;

/** Topics whose messages are about a payee, so that each category of payees can have a choice of its own. */
export const TOPICS_OF_CATEGORIES = [
  "bills",
  "reminders",
  "debits",
  "payments",
  "autopay",
] as const satisfies readonly Topic[];

/** Can messages of this topic belong to a category at all? */
export function hasCategories(topic: Topic): boolean {
  return TOPICS_OF_CATEGORIES.some((one) => one === topic);
}

/** Events of a topic that come whatever is chosen (payment rules §13). */
export function minimumOf(topic: Topic): readonly NotificationEvent[] {
  return LEGAL_MINIMUM.filter((event) => EVENT_RULES[event].topic === topic);
}

/** Every event of a topic, in the order of the list of all events. */
export function eventsOf(topic: Topic): readonly NotificationEvent[] {
  return NOTIFICATION_EVENTS.filter((event) => EVENT_RULES[event].topic === topic);
}

/** A minute of the day as people write it: `22:00`. */
export function writtenMinute(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** Categories that the settings offer first: what families pay for their children (product N2). */
export const EDUCATION = [
  "school",
  "kindergarten",
  "extended-day",
  "club",
  "section-sport",
  "section-creative",
  "courses",
] as const;
