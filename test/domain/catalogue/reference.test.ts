import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkReference,
  faultsOfReference,
  type Reference,
  type ReferenceField,
  valuesOfAccount,
} from "../../../domain/catalogue/reference.ts";

const words = { ru: "да", en: "yes" };
const field = (
  change: Partial<ReferenceField> & Pick<ReferenceField, "key" | "example">,
): ReferenceField => ({
  title: words,
  hint: words,
  ...change,
});
const one = (change: Parameters<typeof field>[0], period: Reference["period"] = "none") => ({
  reference: { fields: [field(change)], period } satisfies Reference,
});
const contract = one({ key: "contract", pattern: "[А-Я]{2}-\\d{6}", example: "КР-004512" });
const payerCode = one({ key: "payerCode", pattern: "\\d{10}", example: "7700123456" }, "month");
const rent = {
  reference: {
    fields: [
      field({ key: "inn", identifier: "inn", example: "7701234560" }),
      field({ key: "kpp", identifier: "kpp", example: "773601001", optional: true }),
      field({ key: "contract", pattern: "[А-Я]-\\d{2}-\\d{6}", example: "Н-02-000417" }),
    ],
    period: "none",
  } satisfies Reference,
};

describe("a payer's number is proved by the schema of the biller", () => {
  test("blanks, dashes and small letters that the pattern has no use for do not matter", () => {
    const proved = { ok: true, account: "КР-004512", period: null };
    expect(checkReference(contract, { contract: " кр-004 512 " })).toEqual(proved);
    expect(checkReference(payerCode, { payerCode: "77 0012-3456" })).toEqual({
      ok: true,
      account: "7700123456",
      period: null,
    });
  });

  test("a Latin letter that looks like the Cyrillic one is taken for it", () => {
    expect(checkReference(contract, { contract: "KP-004512" })).toMatchObject({ account: "КР-004512" });
  });

  test("a text that ends too early is wrong at no character", () => {
    expect(checkReference(contract, { contract: "КР-0045" })).toMatchObject({
      problems: [{ field: "contract", why: "wrong", reason: null }],
    });
  });

  test("what is wrong is named by its field and its character", () => {
    expect(checkReference(contract, { contract: "КР-00x512" })).toEqual({
      ok: false,
      problems: [
        {
          field: "contract",
          why: "wrong",
          reason: expect.objectContaining({ code: "character", at: 6 }),
        },
      ],
    });
    expect(checkReference(rent, { inn: "7701234561", kpp: "77", contract: "" })).toEqual({
      ok: false,
      problems: [
        { field: "inn", why: "wrong", reason: expect.objectContaining({ code: "check-digit", at: 10 }) },
        { field: "kpp", why: "wrong", reason: expect.objectContaining({ code: "length", count: 2 }) },
        { field: "contract", why: "missing", reason: null },
      ],
    });
    expect(checkReference(payerCode, { payerCode: "7700123456", colour: "red" })).toEqual({
      ok: false,
      problems: [{ field: "colour", why: "unknown", reason: null }],
    });
  });

  test("several fields make one account, in the order of the schema, and come apart again", () => {
    const values = { inn: "7701234560", kpp: "773601001", contract: "н-02-000417" };
    const account = "7701234560/773601001/Н-02-000417";
    expect(checkReference(rent, values)).toMatchObject({ ok: true, account });
    expect(valuesOfAccount(rent.reference, account)).toEqual({ ...values, contract: "Н-02-000417" });
    // a sole proprietor has no KPP
    expect(checkReference(rent, { inn: "500100732259", contract: "Н-02-000417" })).toMatchObject({
      account: "500100732259//Н-02-000417",
    });
  });

  test("a month is proved where one is given, and refused where bills have none", () => {
    const code = { payerCode: "7700123456" };
    expect(checkReference(payerCode, { ...code, period: "2026-02" })).toMatchObject({ period: "2026-02" });
    expect(checkReference(payerCode, { ...code, period: "2026-13" })).toMatchObject({
      problems: [{ field: "period", why: "wrong" }],
    });
    expect(checkReference(contract, { contract: "КР-004512", period: "2026-02" })).toMatchObject({
      problems: [{ field: "period", why: "unknown" }],
    });
  });

  test("whatever is entered, an answer is given: proved, or wrong in fields that were asked or given", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("inn", "kpp", "contract", "x"), fc.string({ maxLength: 300 })),
        (values) => {
          const check = checkReference(rent, values);
          if (check.ok) {
            expect(check.account.length).toBeLessThanOrEqual(64);
            return;
          }
          const known = new Set(["inn", "kpp", "contract", ...Object.keys(values)]);
          for (const { field: name } of check.problems) expect(known).toContain(name);
        },
      ),
    );
  });

  test("what is proved once is proved again as it is: connecting an account twice is connecting it once", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[а-яА-Я]{2}[ -]{0,2}\d{6}$/), (text) => {
        const first = checkReference(contract, { contract: text });
        if (!first.ok) return;
        expect(checkReference(contract, valuesOfAccount(contract.reference, first.account))).toEqual(first);
      }),
    );
  });
});

describe("a schema that cannot be asked is refused", () => {
  test.each<[string, ReferenceField[], string]>([
    [
      "two questions with one key",
      [field({ key: "a", pattern: "\\d", example: "1" }), field({ key: "a", pattern: "\\d", example: "1" })],
      "fields[1].key",
    ],
    [
      "a question called like the month",
      [field({ key: "period", pattern: "\\d", example: "1" })],
      "fields[0].key",
    ],
    ["neither identifier nor pattern", [field({ key: "a", example: "1" })], "fields[0]"],
    ["both", [field({ key: "a", identifier: "inn", pattern: "\\d", example: "1" })], "fields[0]"],
    ["a pattern that runs wild", [field({ key: "a", pattern: "(a+)+", example: "a" })], "fields[0].pattern"],
    [
      "an example that fails its own check",
      [field({ key: "a", identifier: "inn", example: "7701234561" })],
      "fields[0].example",
    ],
    [
      "a separator inside a field of several",
      [
        field({ key: "a", pattern: "\\d\\/\\d", example: "1/2" }),
        field({ key: "b", pattern: "\\d", example: "1" }),
      ],
      "fields[0].pattern",
    ],
    [
      "nothing asked for certain",
      [field({ key: "a", pattern: "\\d", example: "1", optional: true })],
      "fields[0].optional",
    ],
  ])("%s", (_name, fields, path) => {
    expect(faultsOfReference({ fields, period: "none" }).map((fault) => fault.path)).toEqual([path]);
  });

  test("one that can be asked has no faults", () => {
    expect(faultsOfReference(rent.reference)).toEqual([]);
  });
});
