import type { PackRules } from "./pack.ts";

export const demo = {
  name: "demo",
  rail: "sandbox",
  leadSeconds: 3,
  earlierCalendarDay: false,
  window: { kind: "hours", hours: 24 },
  hours: { from: "00:00", to: "24:00" },
  decrease: "inform",
  lateBill: "ask",
  retryClock: "same",
  source: {
    kind: "demonstration",
    reference: "The sandbox city: the same gate with a lead of seconds, so that a story can be watched.",
  },
} as const satisfies PackRules;
