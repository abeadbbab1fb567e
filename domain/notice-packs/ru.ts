import type { PackRules } from "./pack.ts";

export const RU = {
  name: "RU",
  rail: "saved-method",
  leadSeconds: 12 * 3600,
  earlierCalendarDay: true,
  window: { kind: "calendar-days", days: 1 },
  hours: { from: "08:00", to: "22:00" },
  spreadMinutes: 90,
  decrease: "inform",
  lateBill: "ask",
  retryClock: "same",
  source: {
    kind: "practice",
    reference:
      "Practice of Russian banks, not law; a reported duty of 24 hours is unconfirmed (payment rules §7.3).",
  },
} as const satisfies PackRules;
