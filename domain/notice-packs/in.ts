import type { PackRules } from "./pack.ts";

/** Accepted, then 24 hours; the debit comes in the 24 hours after them, and never later under the same notice. */
export const IN = {
  name: "IN",
  rail: "in-e-mandate",
  leadSeconds: 24 * 3600,
  earlierCalendarDay: false,
  oldest: { hours: 48 },
  window: { kind: "hours", hours: 24 },
  hours: { from: "08:00", to: "22:00" },
  spreadMinutes: 90,
  decrease: "renotice",
  lateBill: "ask",
  retryClock: "same",
  source: {
    kind: "law",
    reference:
      "Reserve Bank of India, e-mandates on cards and wallets: a notice at least 24 hours before the debit; gateways debit 24 to 48 hours after it. The hours of the day are ours.",
  },
} as const satisfies PackRules;
