import type { PackRules } from "./pack.ts";

/** Two to ten days before the debit; the payer may call it off to the last minute of the day before. */
export const BR = {
  name: "BR",
  rail: "pix-automatico",
  leadSeconds: 0,
  earlierCalendarDay: true,
  leadDays: { count: 2, counted: "calendar" },
  oldest: { days: 10 },
  window: { kind: "calendar-days", days: 0 },
  cancelUntil: { daysBefore: 1, time: "23:59" },
  hours: { from: "08:00", to: "22:00" },
  spreadMinutes: 90,
  decrease: "renotice",
  lateBill: "ask",
  retryClock: "same",
  source: {
    kind: "practice",
    reference:
      "Pix Automático as its providers describe it: the charge is told 2 to 10 days before, and can be cancelled until 23:59 of the day before. The hours of the day are ours.",
  },
} as const satisfies PackRules;
