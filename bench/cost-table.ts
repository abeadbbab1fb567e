import { budget, type Cost } from "./cost.ts";

/** The cost of a paid bill beside the design's budget, as a table for people and for the README. */
export function printCost(cost: Cost): string {
  const rows: readonly (readonly [string, number, number])[] = [
    ["workflow events, all workflows the bill touches", cost.events.perBill, budget.events],
    ["Temporal billable actions", cost.actions, budget.actions],
    ["visibility writes", cost.visibilityWrites, budget.visibilityWrites],
    ["engine SQL calls, notifier included", cost.engineStatements, budget.engineStatements],
  ];
  const lines = rows.map(([name, value, most]) => `| ${name} | ${value} | ${most} |`);
  return [
    `${cost.bills} bills at ${cost.perSecond}/s, background of ${cost.backgroundStatementsPerSecond} statements/s subtracted`,
    "",
    "| one paid bill | counted | budget |",
    "|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}
