import { expect, test } from "vitest";
import { discountByRule } from "../../../domain/catalogue/discount-rule.ts";

test("the day after the issue is the first day of a discount, and the last one still counts", () => {
  const rule = { kind: "percent", value: 25, withinDays: 30 } as const;
  expect(discountByRule(rule, "2026-03-01")).toEqual({ kind: "percent", value: 25, until: "2026-03-31" });
  expect(discountByRule({ ...rule, withinDays: 1 }, "2026-02-28").until).toBe("2026-03-01");
});
