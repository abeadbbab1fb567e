import type { PackRules } from "./pack.ts";

export const UK = {
  name: "UK",
  rail: "bacs-direct-debit",
  leadSeconds: 0,
  earlierCalendarDay: true,
  leadDays: { count: 10, counted: "working", calendar: "GB" },
  window: { kind: "calendar-days", days: 1 },
  hours: { from: "08:00", to: "22:00" },
  spreadMinutes: 90,
  decrease: "renotice",
  lateBill: "ask",
  retryClock: "same",
  source: {
    kind: "practice",
    reference:
      "Bacs Direct Debit Guarantee: advance notice of 10 working days, or as agreed; no shorter one is agreed here. The hours of the day are ours.",
  },
} as const satisfies PackRules;
