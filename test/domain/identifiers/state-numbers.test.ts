import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInn } from "../../../domain/identifiers/inn.ts";
import { parseOgrn, parseOgrnip } from "../../../domain/identifiers/ogrn.ts";
import { parseSnils } from "../../../domain/identifiers/snils.ts";
import { changes, completedBy, digitText, oneDigit, twoDigits } from "./digit-changes.ts";

/** Σ digit × weight of the leading digits, computed here and not by the code under test. */
function sumOf(text: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + Number(text.charAt(index)) * weight, 0);
}

describe("INN", () => {
  const companies =
    "7707083893 6321341814 7706012716 7706074737 7705401340 7701234560 5047000012 1234567894".split(" ");
  const persons = "500100732259 770123456703".split(" ");
  test.each([...companies, ...persons])("%s is proved", (inn) => {
    expect(parseInn(inn)).toEqual({
      ok: true,
      value: { digits: inn, holder: inn.length === 10 ? "company" : "person" },
    });
  });

  test.each(["7705401341", "7743013902", "500100732258"])(
    "%s has a wrong check digit, although it was published",
    (inn) => {
      expect(parseInn(inn)).toEqual({
        ok: false,
        why: "check-digit",
        read: inn,
        at: inn.length,
        character: inn.slice(-1),
      });
    },
  );

  test("says what is wrong and where", () => {
    expect(parseInn("")).toMatchObject({ why: "length", expected: [10, 12] });
    expect(parseInn("123456789")).toMatchObject({ why: "length" });
    expect(parseInn("0012345678")).toMatchObject({ why: "first-characters", at: 1, character: "00" });
    expect(parseInn("77070838a3")).toMatchObject({
      why: "digit-needed",
      at: 9,
      character: "a",
      strangers: 1,
    });
    expect(parseInn("٧707083893")).toMatchObject({ why: "digit-needed", at: 1, character: "٧" });
    expect(parseInn(" 77O7-083 893")).toMatchObject({ read: "77O7083893", at: 3, character: "O" });
  });

  test("blanks and dashes between groups do not matter", () => {
    expect(parseInn(" 7707-083 893")).toMatchObject({ ok: true, value: { digits: "7707083893" } });
    expect(parseInn("7707\u00a0083\u2212893\u200b")).toMatchObject({ ok: true });
  });

  const remainder = (text: string) => sumOf(text, [2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11;
  const tenDigits = changes(
    digitText(9).filter((body) => !body.startsWith("00")),
    completedBy(oneDigit, (text) => parseInn(text).ok),
  );

  test("10 digits: a changed digit is noticed, but where the remainder goes from 0 to 10 or back: both are written 0", () => {
    fc.assert(
      fc.property(tenDigits, ({ before, after, at }) => {
        fc.pre(!after.startsWith("00"));
        const remainders = [remainder(before), remainder(after)].sort((a, b) => a - b);
        const isBlind = at < 9 && remainders[0] === 0 && remainders[1] === 10;
        expect(parseInn(after).ok).toBe(isBlind);
      }),
    );
    // There are such numbers: nobody can notice this one.
    expect(blindNeighbour("7705401340")).toMatch(/^\d{9}0$/);
  });

  function blindNeighbour(inn: string): string | undefined {
    return Array.from({ length: 9 }, (_, at) => at)
      .flatMap((at) => oneDigit.map((digit) => inn.slice(0, at) + digit + inn.slice(at + 1)))
      .find((other) => other !== inn && parseInn(other).ok);
  }

  test("12 digits: every changed digit is noticed, because no change can deceive both check digits", () => {
    const twelve = changes(
      digitText(10).filter((body) => !body.startsWith("00")),
      completedBy(twoDigits, (text) => parseInn(text).ok),
    );
    fc.assert(
      fc.property(twelve, ({ after }) => {
        expect(parseInn(after).ok).toBe(false);
      }),
    );
    // A check digit is deceived where difference × weight ≡ ±1 (mod 11), as between 0 and 10. Both never are, at any place.
    const first = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    const second = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6];
    const deceives = (product: number) => [1, 10].includes(((product % 11) + 11) % 11);
    for (let difference = -9; difference <= 9; difference += 1) {
      const both = first.filter(
        (weight, at) => deceives(difference * weight) && deceives(difference * (second[at] ?? 0)),
      );
      expect(both).toEqual([]);
    }
  });
});

describe("OGRN and OGRNIP", () => {
  test.each(["4057910142110", "1027700132195", "1027739609391", "1027700123450", "1027700000020"])(
    "%s is proved",
    (ogrn) => expect(parseOgrn(ogrn)).toEqual({ ok: true, value: ogrn }),
  );
  test.each(["304500116000157", "318774600000015", "318774600000060"])("%s is proved", (ogrnip) =>
    expect(parseOgrnip(ogrnip)).toEqual({ ok: true, value: ogrnip }),
  );
  test.each(["1027700132196", "7723819340452"])("%s has a wrong check digit", (ogrn) => {
    expect(parseOgrn(ogrn)).toMatchObject({ ok: false, why: "check-digit", at: 13 });
  });
  test("the other kind's number is not of this length", () => {
    expect(parseOgrn("304500116000157")).toMatchObject({ why: "length", expected: [13] });
    expect(parseOgrnip("4057910142110")).toMatchObject({ why: "length", expected: [15] });
    expect(parseOgrnip("30450011600015x")).toMatchObject({ why: "digit-needed", at: 15 });
  });

  const rules = [
    { name: "OGRN", parse: parseOgrn, length: 13, modulus: 11n },
    { name: "OGRNIP", parse: parseOgrnip, length: 15, modulus: 13n },
  ] as const;
  test.each(rules)(
    "$name: a changed digit is noticed, but where the remainder changes by exactly ten: only its last digit is written",
    ({ parse, length, modulus }) => {
      const remainder = (text: string) => BigInt(text.slice(0, -1)) % modulus;
      const changed = changes(
        digitText(length - 1),
        completedBy(oneDigit, (text) => parse(text).ok),
      );
      let blind = 0;
      fc.assert(
        fc.property(changed, ({ before, after, at }) => {
          const difference = remainder(before) - remainder(after);
          const isBlind = at < length - 1 && (difference === 10n || difference === -10n);
          if (isBlind) blind += 1;
          expect(parse(after).ok).toBe(isBlind);
        }),
        { numRuns: 1000 },
      );
      expect(blind).toBeGreaterThan(0);
    },
  );
});

describe("SNILS", () => {
  test.each([
    "11223344595",
    "64270954807",
    "08765430300",
    "08765430200",
    "12345678964",
    "00101998900",
    "00101999800",
  ])("%s is proved", (snils) => expect(parseSnils(snils)).toEqual({ ok: true, value: snils }));

  test("as people write it; what is wrong is named", () => {
    expect(parseSnils("112-233-445 95")).toEqual({ ok: true, value: "11223344595" });
    expect(parseSnils("112-233-445 96")).toMatchObject({ why: "check-digit", at: 10, character: "96" });
    expect(parseSnils("000-000-000 00")).toMatchObject({ why: "zeros", at: 1 });
    expect(parseSnils("112-233-445")).toMatchObject({ why: "length", expected: [11] });
  });

  test("the earliest numbers carry no proof: any two digits may follow them", () => {
    expect(["00100199800", "00100199899", "00000000142"].map((snils) => parseSnils(snils).ok)).toEqual([
      true,
      true,
      true,
    ]);
    expect(twoDigits.filter((check) => parseSnils(`001001999${check}`).ok)).toHaveLength(1);
  });

  test("a changed digit is noticed, but the ninth by one, between the sums that are both written 00", () => {
    const remainder = (text: string) => sumOf(text, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
    const isProved = (text: string) => Number(text.slice(0, 9)) > 1_001_998;
    const changed = changes(
      digitText(9).filter(isProved),
      completedBy(twoDigits, (text) => parseSnils(text).ok),
    );
    fc.assert(
      fc.property(changed, ({ before, after, at }) => {
        fc.pre(isProved(after));
        const remainders = [remainder(before), remainder(after)].sort((a, b) => a - b);
        const isBlind = at < 9 && remainders[0] === 0 && remainders[1] === 100;
        if (isBlind) expect(at).toBe(8);
        expect(parseSnils(after).ok).toBe(isBlind);
      }),
      { numRuns: 1000 },
    );
    // Both exist: 202 − 0 and 201 − 100, one apart in their ninth digit.
    expect([parseSnils("08765430300").ok, parseSnils("08765430200").ok]).toEqual([true, true]);
  });
});
