import type { NotificationEvent } from "../notification.ts";

/** Groups of events that a resident switches on and off together; rows of the settings page. */
export const TOPICS = ["bills", "reminders", "debits", "payments", "autopay", "methods", "sources"] as const;

export type Topic = (typeof TOPICS)[number];

/** What a newer message makes out of date; the older one is dropped if it has not been sent (payment rules §13). */
export type Supersedes = {
  /** About the same bill, payment, mandate or saved method. */
  readonly same: "bill" | "payment" | "method";
  readonly events: readonly NotificationEvent[];
};

/** When a message that was not sent says nothing any more, by the fact that names it. */
export type Expiry = "due-day" | "discount-day" | "give-up" | "debit" | "never";

export type EventRule = {
  /** Null: no row of the settings. A carrier of others, for which its lines are asked, or what its reader has asked for. */
  readonly topic: Topic | null;
  /** 1 is sent first: needs confirmation > notice > result > reminder. */
  readonly priority: 1 | 2 | 3 | 4;
  readonly expiry: Expiry;
  readonly supersedes: Supersedes | null;
};

const told = (topic: Topic, priority: 2 | 3 | 4): EventRule => ({
  topic,
  priority,
  expiry: "never",
  supersedes: null,
});

const aboutTheBill = [
  "bill-arrived",
  "bill-changed",
  "bill-planned",
  "reminder",
  "overdue",
  "discount-ending",
] as const;

/** Every event: where it stands in the settings, how urgent it is, when it is too late, what it replaces. The database keeps a copy (`notification_rules`). */
export const EVENT_RULES = {
  notice: told("debits", 2),
  "notice-changed": told("debits", 2),
  "failed-retry": told("debits", 2),
  "over-limit-skipped": told("debits", 3),
  "question-unanswered": told("debits", 3),
  "needs-confirmation": { topic: "payments", priority: 1, expiry: "never", supersedes: null },
  "confirmation-reminder": { ...told("payments", 4), priority: 1, expiry: "give-up" },
  "being-checked": told("payments", 3),
  paid: {
    ...told("payments", 3),
    supersedes: { same: "bill", events: [...aboutTheBill, "confirmation-reminder"] },
  },
  failed: told("payments", 3),
  "charged-after-stop": told("payments", 3),
  "nothing-taken": told("payments", 3),
  "money-returning": told("payments", 3),
  "money-returned": told("payments", 3),
  "bill-arrived": told("bills", 4),
  "bill-planned": {
    ...told("bills", 4),
    expiry: "debit",
    supersedes: { same: "payment", events: ["bill-planned"] },
  },
  "bill-changed": {
    ...told("bills", 4),
    supersedes: {
      same: "bill",
      events: ["bill-arrived", "bill-changed", "reminder", "overdue", "discount-ending"],
    },
  },
  "bill-annulled": { ...told("bills", 3), supersedes: { same: "bill", events: aboutTheBill } },
  "another-autopay": told("bills", 4),
  "discount-ending": {
    ...told("reminders", 4),
    expiry: "discount-day",
    supersedes: { same: "bill", events: ["discount-ending"] },
  },
  reminder: {
    ...told("reminders", 4),
    expiry: "due-day",
    supersedes: { same: "bill", events: ["reminder"] },
  },
  overdue: {
    ...told("reminders", 4),
    supersedes: { same: "bill", events: ["reminder", "discount-ending"] },
  },
  "mandate-created": told("autopay", 3),
  "mandate-changed": told("autopay", 3),
  "mandate-paused": told("autopay", 3),
  "mandate-resumed": told("autopay", 3),
  "mandate-ended": told("autopay", 3),
  "mandate-expiring": told("autopay", 3),
  "mandate-renewed": told("autopay", 3),
  "card-bound": told("methods", 3),
  "method-withdrawn": told("methods", 3),
  "method-expiring": told("methods", 4),
  "method-expired": {
    ...told("methods", 3),
    supersedes: { same: "method", events: ["method-expiring"] },
  },
  "method-renewed": {
    ...told("methods", 4),
    supersedes: { same: "method", events: ["method-expiring", "method-expired"] },
  },
  "method-gone": told("methods", 3),
  "source-down": told("sources", 4),
  digest: { topic: null, priority: 4, expiry: "never", supersedes: null },
  "test-message": { topic: null, priority: 3, expiry: "give-up", supersedes: null },
} as const satisfies Record<NotificationEvent, EventRule>;
