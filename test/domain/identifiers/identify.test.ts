import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Candidate,
  IDENTIFIER_KINDS,
  type IdentifierKind,
  identify,
  readAs,
} from "../../../domain/identifiers/index.ts";

const kindsOf = (candidates: readonly Candidate[]) => candidates.map(({ kind }) => kind);
const validIn = (candidates: readonly Candidate[]) => kindsOf(candidates.filter(({ valid }) => valid));
const asKind = (text: string, kind: IdentifierKind, bic?: string) =>
  identify(text, bic === undefined ? {} : { bic }).find((candidate) => candidate.kind === kind);

const samples: readonly (readonly [IdentifierKind, string])[] = [
  ["uin", "18810123456789012345"],
  ["uin", "Ъ1234567890123456781"],
  ["uip", "3aa11b41403202600000000000000042"],
  ["payer-id", "12400000000077УН123456"],
  ["inn", "7707083893"],
  ["inn", "500100732259"],
  ["kpp", "7707AB001"],
  ["ogrn", "1027700132195"],
  ["ogrnip", "304500116000157"],
  ["snils", "112-233-445 95"],
  ["bic", "044525225"],
  ["account", "03100643000000017300"],
  ["oktmo", "45348000"],
  ["kbk", "18811630020016000140"],
  ["sts", "77УН123456"],
  ["driving-licence", "99 12 345678"],
  ["mobile", "+7 (916) 123-45-67"],
  ["landline", "8 (495) 123-45-67"],
  ["epd-payer-code", "1234567890"],
  ["housing-id", "34СТ185329-01-2352"],
  [
    "qr",
    "ST00012|Name=A|PersonalAcc=40702810138250123017|BankName=B|BIC=044525225|CorrespAcc=0|Contract=a=b",
  ],
];

test("every kind is known again", () => {
  expect(new Set(samples.map(([kind]) => kind)).size).toBe(IDENTIFIER_KINDS.length);
  for (const [kind, text] of samples) {
    expect(asKind(text, kind), `${kind} ${text}`).toMatchObject({ valid: true, reason: null });
  }
});

test("a text that may be several things is all of them, valid or not, each with its reason", () => {
  const candidates = identify("7705401341");
  expect(kindsOf(candidates)).toEqual([
    "inn",
    "sts",
    "driving-licence",
    "mobile",
    "landline",
    "epd-payer-code",
  ]);
  expect(validIn(candidates)).toEqual(["sts", "driving-licence", "epd-payer-code"]);
  expect(candidates[0]).toEqual({
    kind: "inn",
    value: "7705401341",
    valid: false,
    reason: { code: "check-digit", at: 10, character: "1", count: 10, expected: null, field: null },
  });
});

describe("an account", () => {
  const account = "40702810138250123017";
  test("is proved by the BIC beside it", () => {
    expect(asKind(account, "account", "044525225")).toMatchObject({ valid: true, value: account });
    expect(asKind(account, "account", "044525974")).toMatchObject({
      valid: false,
      reason: { code: "account-key", at: 9, character: "1" },
    });
  });
  test("without a BIC is not called valid, unless it has no key at all", () => {
    expect(asKind(account, "account")).toMatchObject({
      valid: false,
      reason: { code: "bic-needed", at: null },
    });
    expect(asKind("03100643000000019500", "account")).toMatchObject({ valid: true });
  });
});

test("one slip of the finger keeps the kind and is named; two make it another kind of text", () => {
  expect(asKind("77O7083893", "inn")).toMatchObject({
    valid: false,
    reason: { code: "digit-needed", at: 3, character: "O" },
  });
  expect(asKind("77OT083893", "inn")).toBeUndefined();
  expect(identify("an ordinary sentence of words")).toEqual([]);
  expect(identify("")).toEqual([]);
});

test("a phone's signs do not make it anything else", () => {
  expect(kindsOf(identify("+7 (916) 123-45-67"))).toEqual(["mobile", "landline"]);
  expect(asKind("+1 202 555 0100", "mobile")).toMatchObject({
    valid: false,
    reason: { code: "country-code" },
  });
});

test("a payment QR with a mistake is one, and names the field", () => {
  const candidates = identify("ST00012|Name=A|PersonalAcc=1|BankName=B|BIC=044525225|CorrespAcc=0");
  expect(candidates).toMatchObject([
    { kind: "qr", valid: false, reason: { code: "field-length", field: "PersonalAcc", expected: [20] } },
  ]);
  expect(identify("ST00022|Name=A")).toMatchObject([{ kind: "qr", reason: { code: "qr-version", at: 3 } }]);
});

test("any text is answered, and what is valid is valid again and stays what it is", () => {
  const alphabet = fc.stringMatching(/^[0-9A-ZА-Яа-я+() -]{0,34}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), alphabet), (text) => {
      for (const candidate of identify(text, { bic: "044525225" })) {
        if (!candidate.valid) continue;
        const again = readAs(candidate.kind, candidate.value, { bic: "044525225" });
        expect(again).toEqual({ ok: true, value: candidate.value });
      }
    }),
    { numRuns: 500 },
  );
});

test("a long text costs no more than its length", () => {
  const started = performance.now();
  for (const text of ["1".repeat(100_000), "\n".repeat(100_000), `ST00012|${"=|\r\n".repeat(20_000)}x`])
    identify(text);
  expect(performance.now() - started).toBeLessThan(2_000);
});
