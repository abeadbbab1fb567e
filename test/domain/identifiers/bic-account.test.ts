import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseAccountForm, parseBankAccount, parseBic } from "../../../domain/identifiers/bic-account.ts";
import { digitText, mistype, oneDigit } from "./digit-changes.ts";

const good = [
  ["40702810138250123017", "044525225"],
  ["40702810100000000017", "044525225"],
  ["40702810600000000901", "044525974"],
  ["40702810400000000042", "044030653"],
  ["40817810000000001234", "044525225"],
  ["30101810400000000225", "044525225"],
  ["30101810145250000974", "044525974"],
  ["40101810045250010041", "044525000"],
  ["40102810045370000002", "024501901"],
  ["40102810545370000003", "004525988"],
  ["40102810445370000059", "017003983"],
  // The examples of instruction 515 of the Bank of Russia: a correspondent account, a client's, and one in a clearing currency.
  ["30101810800000000746", "049805000"],
  ["40602810700000000025", "049805746"],
  ["30114В84600000000501", "044541312"],
] as const;

test.each(good)("%s at %s has its key", (account, bic) => {
  expect(parseBankAccount({ bic, account })).toEqual({ ok: true, value: { bic, account, keyChecked: true } });
});

test.each([
  ["03100643000000019500", "024501901"],
  ["03100643000000017300", "004525988"],
])("%s at %s fits no known rule and is never refused for that", (account, bic) => {
  expect(parseBankAccount({ bic, account })).toMatchObject({ ok: true, value: { keyChecked: false } });
});

test("an account that belongs to another bank is noticed", () => {
  expect(parseBankAccount({ bic: "044525974", account: "40817810099910004312" })).toEqual({
    ok: false,
    why: "account-key",
    read: "40817810099910004312",
    at: 9,
    character: "0",
  });
  expect(parseBankAccount({ bic: "044525974", account: "40702810138250123017" }).ok).toBe(false);
});

test("the letter of a clearing currency may be typed in either alphabet, and only at the sixth place", () => {
  expect(parseBankAccount({ bic: "044541312", account: "30114b84600000000501" })).toMatchObject({
    ok: true,
    value: { account: "30114В84600000000501" },
  });
  expect(parseAccountForm("3011484В600000000501")).toMatchObject({
    why: "digit-needed",
    at: 8,
    character: "В",
  });
  expect(parseAccountForm("30114Ж84600000000501")).toMatchObject({ why: "digit-needed", at: 6 });
});

const ruleOf = (account: string) =>
  account.startsWith("03") ? "none" : /^(3010[1-8]|40102)/.test(account) ? "central" : "client";

test("every changed digit is noticed as long as the first five still name the same rule: all weights are coprime to ten", () => {
  const accounts = digitText(20).map((account) => {
    const withKey = oneDigit.map((key) => account.slice(0, 8) + key + account.slice(9));
    return withKey.find((one) => parseBankAccount({ bic: "044525225", account: one }).ok) ?? account;
  });
  const places = fc.integer({ min: 0, max: 19 });
  fc.assert(
    fc.property(accounts, places, fc.integer({ min: 1, max: 9 }), (account, at, by) => {
      const changed = mistype(account, at, by);
      expect(parseBankAccount({ bic: "044525225", account }).ok).toBe(true);
      if (ruleOf(changed) === "none")
        expect(parseBankAccount({ bic: "044525225", account: changed }).ok).toBe(true);
      else if (ruleOf(changed) === ruleOf(account) && ruleOf(account) !== "none")
        expect(parseBankAccount({ bic: "044525225", account: changed }).ok).toBe(false);
      if (at >= 5) expect(ruleOf(changed)).toBe(ruleOf(account));
    }),
    { numRuns: 500 },
  );
});

test("of the BIC, its last three digits are proved by a client's account, the others are not", () => {
  const account = "40702810138250123017";
  for (const by of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    for (const at of [6, 7, 8])
      expect(parseBankAccount({ bic: mistype("044525225", at, by), account }).ok).toBe(false);
    for (const at of [3, 4, 5])
      expect(parseBankAccount({ bic: mistype("044525225", at, by), account }).ok).toBe(true);
  }
});

test("a BIC may begin with anything, but has nine digits", () => {
  expect(["044525225", "017003983", "123456789"].map((bic) => parseBic(bic).ok)).toEqual([true, true, true]);
  expect(parseBic("04452522")).toMatchObject({ why: "length", expected: [9] });
  expect(parseBankAccount({ bic: "x", account: "40702810138250123017" }).ok).toBe(false);
  expect(parseBankAccount({ bic: "044525225", account: "4070281013825012301" })).toMatchObject({
    why: "length",
  });
});
