import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseUin } from "../../../domain/identifiers/uin.ts";
import { changes, completedBy, digitText, oneDigit } from "./digit-changes.ts";

const published = [
  ..."32117072411021588933 32116102414550976332 18817072416285972102 18817072711544879499".split(" "),
  ..."88818012505024915378 88818012420345815071 18810077140001222113".split(" "),
];
const computed = [
  ..."18810123456789012345 18811000000000237574 18811000000019718310 Ъ1234567890123456781".split(" "),
  ..."1114565200000000000000016 0000025598765432109876544".split(" "),
];

test.each([...published, ...computed])("%s is proved and stays as issued", (uin) =>
  expect(parseUin(uin)).toEqual({ ok: true, value: uin }),
);

test.each(["18810177160000000000", "18810123456789012346", "18811000000000237570"])(
  "%s has a wrong check digit",
  (uin) => {
    expect(parseUin(uin)).toEqual({
      ok: false,
      why: "check-digit",
      read: uin,
      at: 20,
      character: uin.slice(-1),
    });
  },
);

test("look-alikes of both alphabets are worth the same, and the alphabet is kept", () => {
  // Ъ and J share index 33.
  expect(parseUin("J1234567890123456781")).toEqual({ ok: true, value: "J1234567890123456781" });
  expect(parseUin("ъ123-4567 890123456781")).toMatchObject({ ok: true, value: "Ъ1234567890123456781" });
});

test("a unique part of one digit repeated is refused, as the registry does", () => {
  const repeated = oneDigit.map((digit) => parseUin(`188${"0".repeat(16)}${digit}`));
  expect(repeated.filter((proof) => !proof.ok && proof.why === "repeated")).toHaveLength(1);
  expect(repeated.some((proof) => proof.ok)).toBe(false);
});

test("says which character cannot stand there", () => {
  expect(parseUin("188100771400@1222113")).toMatchObject({ why: "character", at: 13, character: "@" });
  expect(parseUin("1881007714000122211Я")).toMatchObject({ why: "digit-needed", at: 20, character: "Я" });
  expect(parseUin("Й8810077140001222113")).toMatchObject({ why: "character", at: 1, character: "Й" });
  expect(parseUin("11145652000000000000A0016")).toMatchObject({ why: "digit-needed", at: 21 });
  expect(parseUin("1881007714000122211")).toMatchObject({ why: "length", expected: [20, 25] });
  expect(parseUin("0")).toMatchObject({ why: "length" });
});

describe("a changed digit", () => {
  const weight = (index: number) => (index % 10) + 1;
  const shifted = (index: number) => ((index + 2) % 10) + 1;
  const sum = (uin: string, weightOf: (index: number) => number) =>
    Array.from(uin.slice(0, -1)).reduce((total, digit, index) => total + Number(digit) * weightOf(index), 0) %
    11;
  const isRepeated = (uin: string) => new Set(uin.slice(uin.length === 20 ? 3 : 8, -1)).size === 1;
  const bodies = fc
    .constantFrom(19, 24)
    .chain(digitText)
    .filter((body) => !isRepeated(`${body}0`));
  const changed = changes(
    bodies,
    completedBy(oneDigit, (text) => parseUin(text).ok),
  );

  test("is noticed, but where one of the two needs the second pass and that lands on the other's digit", () => {
    fc.assert(
      fc.property(changed, ({ before, after, at }) => {
        fc.pre(!isRepeated(after));
        const isCheckDigit = at === before.length - 1;
        const [first, other] = [sum(before, weight), sum(after, weight)];
        // The first remainder always changes: weights and differences of digits have no factor 11.
        if (!isCheckDigit) expect(first).not.toBe(other);
        const written = (uin: string, remainder: number) =>
          remainder === 10 ? sum(uin, shifted) % 10 : remainder;
        const isBlind =
          !isCheckDigit && (first === 10 || other === 10) && written(before, first) === written(after, other);
        expect(parseUin(after).ok).toBe(isBlind);
      }),
      { numRuns: 1000 },
    );
  });

  test("that cannot be noticed exists, and needs the second pass", () => {
    const needsTwo = "18811000000000237574";
    const others = Array.from({ length: 19 }, (_, at) => at).flatMap((at) =>
      oneDigit
        .map((digit) => needsTwo.slice(0, at) + digit + needsTwo.slice(at + 1))
        .filter((uin) => uin !== needsTwo && parseUin(uin).ok),
    );
    expect(others.length).toBeGreaterThan(0);
    for (const uin of others) expect(sum(uin, weight)).toBe(4);
  });

  test("letter counts by the last digit of its index: А (1) and Л (11) cannot be told apart, А and Б can", () => {
    const complete = completedBy(oneDigit, (text) => parseUin(text).ok);
    const uin = complete("А123456789012345678");
    expect(parseUin(uin.replace("А", "Л")).ok).toBe(true);
    expect(parseUin(uin.replace("А", "A")).ok).toBe(true);
    expect(parseUin(uin.replace("А", "Б"))).toMatchObject({ ok: false, why: "check-digit" });
  });
});
