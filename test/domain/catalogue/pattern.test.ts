import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fitPattern,
  LONGEST_REFERENCE,
  type Pattern,
  readPattern,
} from "../../../domain/catalogue/pattern.ts";

function patternOf(text: string): Pattern {
  const reading = readPattern(text);
  if (!reading.ok) throw new Error(`${text}: ${reading.detail}`);
  return reading.pattern;
}

const anAtom = fc.constantFrom(
  "\\d",
  "[А-ЯЁ]",
  "[A-Z\\d]",
  "[ab-]",
  "[ \\d]",
  "a",
  "Ж",
  "7",
  "-",
  "\\.",
  " ",
);
const aCount = fc.constantFrom("", "", "?", "{2}", "{1,3}", "{0,2}");
const aSequence = fc
  .array(fc.tuple(anAtom, aCount), { minLength: 1, maxLength: 8 })
  .map((atoms) => atoms.map(([atom, count]) => atom + count).join(""));
// longer texts are refused for their length alone
const aPattern = fc
  .array(aSequence, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("|"))
  .filter((text) => Array.from(text).length <= 200);

test("a pattern that is taken means what the same regular expression means, for every text", () => {
  fc.assert(
    fc.property(aPattern, fc.stringMatching(/^[\dabAЖЯЁ .-]{0,14}$/), (text, candidate) => {
      const reading = readPattern(text);
      const same = new RegExp(`^(?:${text})$`, "u");
      // all that is refused here is what fits an empty text
      if (reading.ok) expect(fitPattern(reading.pattern, candidate).ok).toBe(same.test(candidate));
      else expect(same.test("")).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

describe("a pattern that could try one text in many ways, or grow without bound, is refused with its place", () => {
  test.each([
    ["(a+)+", 1],
    ["a*", 2],
    ["a+", 2],
    [".", 1],
    ["^\\d$", 1],
    ["\\d{0,64}\\d", 9],
    ["\\d{65}", 1],
    ["\\d{2,1}", 3],
    ["\\d{,3}", 3],
    ["\\w", 1],
    ["[", 1],
    ["[]", 1],
    ["[z-a]", 2],
    ["[^\\d]", 2],
    ["\\d?", 1],
    ["a||b", 1],
    ["a|b|c|d|e", 8],
    ["(?=a)", 1],
    ["№", 1],
  ])("%s", (text, at) => {
    expect(readPattern(text)).toMatchObject({ ok: false, at });
  });

  test("and one that is too long to be looked at", () => {
    expect(readPattern("a".repeat(201))).toMatchObject({ ok: false });
  });
});

test("what does not fit is named by its first character that no reading takes; a text that ends early by none", () => {
  const contract = patternOf("[А-Я]{2}-\\d{6}");
  expect(fitPattern(contract, "КР-004512")).toEqual({ ok: true });
  expect(fitPattern(contract, "КР-00x512")).toEqual({ ok: false, at: 6 });
  expect(fitPattern(contract, "КР-0045")).toEqual({ ok: false });
  expect(fitPattern(contract, "КР-0045123")).toEqual({ ok: false, at: 10 });
  // ten or twelve digits: the reading that goes furthest is meant
  expect(fitPattern(patternOf("\\d{10}|\\d{12}"), "50010073225a")).toEqual({ ok: false, at: 12 });
});

test("the widest pattern is held against the longest text place by place", () => {
  const widest = patternOf("[\\dA-Za-z]{0,63}\\d");
  expect(fitPattern(widest, `${"a".repeat(LONGEST_REFERENCE - 1)}7`)).toEqual({ ok: true });
  expect(fitPattern(widest, "a".repeat(100_000))).toEqual({ ok: false, at: LONGEST_REFERENCE });
});
