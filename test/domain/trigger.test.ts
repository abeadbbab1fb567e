import { describe, expect, test } from "vitest";
import { money } from "../../domain/money.ts";
import { runOf } from "../../domain/scheduled-run.ts";
import {
  isNarrowerTrigger,
  isTrigger,
  type OnBalance,
  type OnSchedule,
  type Trigger,
} from "../../domain/trigger.ts";

const rub = (amountMinor: number) => money(amountMinor, "RUB");
const ON_SCHEDULE: OnSchedule = {
  kind: "on-schedule",
  schedule: { kind: "monthly", day: 5 },
  pays: rub(50_000),
  nonWorkingDay: { rule: "next", country: "RU" },
};
const ON_BALANCE: OnBalance = {
  kind: "on-balance",
  below: rub(10_000),
  topUp: rub(30_000),
  perDay: rub(60_000),
  coolDownMinutes: 60,
};

test.each<readonly [string, Trigger, boolean]>([
  ["a bill", { kind: "on-bill" }, true],
  ["a schedule", ON_SCHEDULE, true],
  ["what is due", { ...ON_SCHEDULE, pays: "due" }, true],
  ["a day that does not exist", { ...ON_SCHEDULE, schedule: { kind: "monthly", day: 32 } }, false],
  ["no sum", { ...ON_SCHEDULE, pays: rub(0) }, false],
  ["a balance", ON_BALANCE, true],
  ["a top-up above the day's cap", { ...ON_BALANCE, perDay: rub(29_999) }, false],
  ["a top-up of nothing", { ...ON_BALANCE, topUp: rub(0) }, false],
  ["two currencies", { ...ON_BALANCE, below: money(10_000, "EUR") }, false],
  ["half a minute", { ...ON_BALANCE, coolDownMinutes: 0.5 }, false],
  ["no cool-down", { ...ON_BALANCE, coolDownMinutes: 0 }, true],
  ["a cool-down of two months", { ...ON_BALANCE, coolDownMinutes: 90_000 }, false],
])("a trigger with %s can act: %s", (_name, trigger, can) => expect(isTrigger(trigger)).toBe(can));

describe("an edit of the trigger", () => {
  test.each<readonly [string, Trigger, Trigger, boolean]>([
    ["a smaller sum", ON_SCHEDULE, { ...ON_SCHEDULE, pays: rub(49_999) }, true],
    ["a larger sum", ON_SCHEDULE, { ...ON_SCHEDULE, pays: rub(50_001) }, false],
    ["what is due in place of a sum", ON_SCHEDULE, { ...ON_SCHEDULE, pays: "due" }, false],
    ["another day", ON_SCHEDULE, { ...ON_SCHEDULE, schedule: { kind: "monthly", day: 6 } }, false],
    [
      "another rule for days off",
      ON_SCHEDULE,
      { ...ON_SCHEDULE, nonWorkingDay: { rule: "previous", country: "RU" } },
      false,
    ],
    ["no rule for days off", ON_SCHEDULE, withoutRule(ON_SCHEDULE), false],
    [
      "the rule of before said in a word",
      withoutRule(ON_SCHEDULE),
      { ...ON_SCHEDULE, nonWorkingDay: { rule: "same", country: "RU" } },
      true,
    ],
    ["a lower threshold", ON_BALANCE, { ...ON_BALANCE, below: rub(9_000) }, true],
    ["a higher threshold", ON_BALANCE, { ...ON_BALANCE, below: rub(11_000) }, false],
    ["a larger top-up", ON_BALANCE, { ...ON_BALANCE, topUp: rub(30_001) }, false],
    ["a higher cap", ON_BALANCE, { ...ON_BALANCE, perDay: rub(60_001) }, false],
    ["a longer cool-down", ON_BALANCE, { ...ON_BALANCE, coolDownMinutes: 120 }, true],
    ["a shorter cool-down", ON_BALANCE, { ...ON_BALANCE, coolDownMinutes: 59 }, false],
    ["a balance in place of a schedule", ON_SCHEDULE, ON_BALANCE, false],
    ["bills in place of a balance", ON_BALANCE, { kind: "on-bill" }, false],
  ])("%s works at once: %s", (_name, old, next, narrower) =>
    expect(isNarrowerTrigger(old, next)).toBe(narrower),
  );
});

test("a schedule stored before there were rules for days off is read as it was meant: on its own day", () => {
  const stored = JSON.parse(
    '{"kind":"on-schedule","schedule":{"kind":"monthly","day":1},"pays":"due"}',
  ) as OnSchedule;
  expect(isTrigger(stored)).toBe(true);
  expect(isNarrowerTrigger(stored, stored)).toBe(true);
  expect(runOf(stored, "2026-01-01").debit).toBe("2026-01-01");
});

function withoutRule({ nonWorkingDay: _rule, ...trigger }: OnSchedule): OnSchedule {
  return trigger;
}
