import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isFormula, readAmountMinor, readCivilDate, readMonth } from "../../domain/registry-values.ts";

const comma = { unit: "roubles", decimal: "," } as const;
const dot = { unit: "roubles", decimal: "." } as const;
const kopecks = { unit: "kopecks", decimal: "," } as const;

test("every amount written with a comma or a dot comes back to the kopeck", () => {
  const amount = fc.bigInt({ min: 0n, max: 9_007_199_254_740_991n }).map(Number);
  fc.assert(
    fc.property(amount, fc.constantFrom(",", "."), (minor, decimal) => {
      const digits = String(minor).padStart(3, "0");
      const text = `${digits.slice(0, -2)}${decimal}${digits.slice(-2)}`;
      expect(readAmountMinor(text, { unit: "roubles", decimal })).toBe(minor);
      expect(readAmountMinor(String(minor), kopecks)).toBe(minor);
    }),
  );
});

test.each([
  ["5123,45", comma, 512_345],
  ["5123,4", comma, 512_340],
  ["5123", comma, 512_300],
  ["5 123,45", comma, 512_345],
  ["1\u00a0005\u202f123,45", comma, 100_512_345],
  ["-10,00", comma, -1_000],
  ["-0,00", comma, 0],
  ["5123.45", dot, 512_345],
  ["1.15", dot, 115],
  ["512345", kopecks, 512_345],
])("%s is %j: %i kopecks", (text, format, minor) => {
  expect(readAmountMinor(text, format)).toBe(minor);
});

test.each([
  ["5123.45", comma, "the other sign"],
  ["5.123,45", comma, "thousands by dots"],
  ["5123,456", comma, "a third decimal"],
  ["5123,", comma, "no decimals after the sign"],
  [",45", comma, "no roubles"],
  ["51 23,45", comma, "a broken group"],
  ["1e5", dot, "an exponent"],
  ["٥١٢٣", comma, "other digits"],
  ["+5", comma, "a plus"],
  ["", comma, "nothing"],
  ["90071992547409.92", dot, "more than can be counted"],
  ["512345,00", kopecks, "kopecks with decimals"],
] as const)("%s is no amount: %j, %s", (text, format, _why) => {
  expect(readAmountMinor(text, format)).toBeNull();
});

test("days and months are read as declared, and only if they exist", () => {
  expect(readCivilDate("29.02.2028", "DD.MM.YYYY")).toBe("2028-02-29");
  expect(readCivilDate("29.02.2026", "DD.MM.YYYY")).toBeNull();
  expect(readCivilDate("20260315", "YYYYMMDD")).toBe("2026-03-15");
  expect(readCivilDate("15032026", "DDMMYYYY")).toBe("2026-03-15");
  expect(readCivilDate("03/15/2026", "DD/MM/YYYY")).toBeNull();
  expect(readMonth("02.2026", "MM.YYYY")).toBe("2026-02");
  expect(readMonth("202602", "YYYYMM")).toBe("2026-02");
  expect(readMonth("13.2026", "MM.YYYY")).toBeNull();
});

test("what a spreadsheet would take for a formula is one", () => {
  expect(["=1+1", "+7495", "-2+3", "@SUM(A1)", "\t=1", "\r=1"].every(isFormula)).toBe(true);
  expect(["7-A", "Кв. 5", "a=b", " "].some(isFormula)).toBe(false);
});
