import type { PackRules } from "./pack.ts";

export const EU = {
  name: "EU",
  rail: "sepa-direct-debit",
  leadSeconds: 0,
  earlierCalendarDay: true,
  leadDays: { count: 14, counted: "calendar" },
  window: { kind: "calendar-days", days: 1 },
  hours: { from: "08:00", to: "22:00" },
  spreadMinutes: 90,
  decrease: "renotice",
  lateBill: "ask",
  retryClock: "same",
  source: {
    kind: "practice",
    reference:
      "SEPA Direct Debit rulebook: pre-notification 14 calendar days before the due date, or as agreed; no shorter one is agreed here. The hours of the day are ours.",
  },
} as const satisfies PackRules;
