import type { PackRules } from "./pack.ts";

export const US = {
  name: "US",
  rail: "us-ach-debit",
  leadSeconds: 0,
  earlierCalendarDay: true,
  leadDays: { count: 10, counted: "calendar" },
  window: { kind: "calendar-days", days: 1 },
  hours: { from: "08:00", to: "22:00" },
  spreadMinutes: 90,
  decrease: "inform",
  lateBill: "ask",
  retryClock: "same",
  source: {
    kind: "law",
    reference:
      "Regulation E, 12 CFR 1005.10(d): written notice of amount and date at least 10 days before a transfer that varies in amount. The hours of the day are ours.",
  },
} as const satisfies PackRules;
