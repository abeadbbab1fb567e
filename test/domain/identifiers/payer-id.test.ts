import { describe, expect, test } from "vitest";
import {
  parsePayerId,
  payerIdOf,
  type PayerSubject,
  subjectOf,
} from "../../../domain/identifiers/payer-id.ts";

const subject = (text: string): PayerSubject | undefined => {
  const proof = parsePayerId(text);
  return proof.ok ? subjectOf(proof.value) : undefined;
};

test.each([
  ["1010000000008751379232", "payer-id", "1010000000008751379232"],
  ["1220000000007712579832", "driving-licence", "7712579832"],
  ["1240000000000431133252", "sts", "0431133252"],
  ["1010000000004509123456", "payer-id", "1010000000004509123456"],
  ["1140000000011223344595", "snils", "11223344595"],
  ["12400000000077УН123456", "sts", "77УН123456"],
  ["2007707083893773601001", "organisation", "7707083893/773601001"],
  ["4000000000500100732259", "inn", "500100732259"],
])("%s is proved and is about the %s %s", (text, kind, value) => {
  expect(parsePayerId(text)).toMatchObject({ ok: true, value: { text } });
  expect(subject(text)).toEqual({ kind, value });
});

describe("what is no payer's identifier", () => {
  test("all zeros", () => {
    expect(parsePayerId("1010000000000000000000")).toMatchObject({ why: "zeros", at: 4 });
  });
  test("a document that is not on the list: a phone was taken out", () => {
    expect(parsePayerId("1270000000009161234567")).toMatchObject({
      why: "document-code",
      at: 2,
      character: "27",
    });
  });
  test("a wrong number inside is named at its place in the whole", () => {
    expect(parsePayerId("2007705401341773601001")).toMatchObject({
      why: "check-digit",
      at: 13,
      character: "1",
    });
    expect(parsePayerId("1140000000011223344596")).toMatchObject({
      why: "check-digit",
      at: 21,
      character: "96",
    });
    expect(parsePayerId("4000000000500100732258")).toMatchObject({ why: "check-digit", at: 22 });
    expect(parsePayerId("2007707083893001201001")).toMatchObject({ why: "first-characters", at: 14 });
  });
  test("a first character that means nobody, and a wrong length", () => {
    expect(parsePayerId("5000000000500100732259")).toMatchObject({ why: "character", at: 1, character: "5" });
    expect(parsePayerId("10100000000045091234")).toMatchObject({ why: "length", expected: [22] });
  });
});

test("letters are settled where the alphabet is known, and stay where it is not", () => {
  expect(subject("12400000000077YH123456")).toEqual({ kind: "sts", value: "77УН123456" });
  expect(parsePayerId("2007707083893773АВ1001")).toMatchObject({ ok: false });
  expect(parsePayerId("20077070838937736АВ001")).toMatchObject({ value: { kpp: "7736AB001" } });
  expect(parsePayerId("108000000000000AB12345")).toMatchObject({ value: { text: "108000000000000AB12345" } });
});

test("a document that only looks like a kind stays whole: another country's licence is no licence of ours", () => {
  expect(subject("12200000000ABC12345678")).toEqual({ kind: "payer-id", value: "12200000000АВС12345678" });
  expect(subject("1220000000017712579832")?.kind).toBe("payer-id");
});

test("a foreign company by its INN or by its code", () => {
  expect(parsePayerId("3007707083893773601001")).toMatchObject({ value: { payer: "foreign-company" } });
  expect(parsePayerId("3000000012345773601001")).toMatchObject({ value: { kio: "12345", kpp: "773601001" } });
  expect(subject("3000000012345773601001")?.kind).toBe("payer-id");
});

test("a subject and the registry's name for it lead to each other", () => {
  const subjects: readonly PayerSubject[] = [
    { kind: "sts", value: "77УН123456" },
    { kind: "driving-licence", value: "9912345678" },
    { kind: "snils", value: "11223344595" },
    { kind: "inn", value: "500100732259" },
    { kind: "organisation", value: "7707083893/773601001" },
    { kind: "payer-id", value: "1010000000004509123456" },
  ];
  for (const one of subjects) expect(subject(payerIdOf(one))).toEqual(one);
});
