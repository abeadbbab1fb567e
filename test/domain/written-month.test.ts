import { expect, test } from "vitest";
import { writtenMonth } from "../../domain/written-month.ts";

test.each([
  ["022026", "2026-02"],
  ["02.2026", "2026-02"],
  ["2026-02", "2026-02"],
  ["202612", "2026-12"],
  ["02/26", "2026-02"],
  [" 12 2026 ", "2026-12"],
])("%o is the month %s", (text, month) => {
  expect(writtenMonth(text)).toBe(month);
});

test.each([undefined, "", "0226", "132026", "февраль", "01.02.2026"])(
  "%o names no month for certain",
  (text) => {
    expect(writtenMonth(text)).toBeNull();
  },
);
