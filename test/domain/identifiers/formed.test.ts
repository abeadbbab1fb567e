import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDrivingLicence } from "../../../domain/identifiers/driving-licence.ts";
import { parseEpdPayerCode } from "../../../domain/identifiers/epd-payer-code.ts";
import { parseHousingId } from "../../../domain/identifiers/housing-id.ts";
import { parseKbk } from "../../../domain/identifiers/kbk.ts";
import { parseKpp } from "../../../domain/identifiers/kpp.ts";
import { parseOktmo } from "../../../domain/identifiers/oktmo.ts";
import { parseLandline, parseMobile } from "../../../domain/identifiers/phone.ts";
import { parseSts } from "../../../domain/identifiers/sts.ts";
import { parseUip } from "../../../domain/identifiers/uip.ts";
import { mistype } from "./digit-changes.ts";

test("KPP: nine characters, letters only in the middle, Latin", () => {
  expect(["773601001", "7707AB001", "7707ab001", "7707АВ001"].map(parseKpp)).toEqual([
    { ok: true, value: "773601001" },
    { ok: true, value: "7707AB001" },
    { ok: true, value: "7707AB001" },
    { ok: true, value: "7707AB001" },
  ]);
  expect(parseKpp("001201001")).toMatchObject({ why: "first-characters", at: 1, character: "00" });
  expect(parseKpp("77360100")).toMatchObject({ why: "length", expected: [9] });
  expect(parseKpp("77AB01001")).toMatchObject({ why: "digit-needed", at: 3, character: "A", strangers: 2 });
  expect(parseKpp("7707Ж1001")).toMatchObject({ why: "character", at: 5, character: "Ж" });
});

describe("UIP", () => {
  test.each([
    ["10471020010005233009202000000001", "bank", "2020-09-30"],
    ["10471020010005232407201700000001", "bank", "2017-07-24"],
    ["10445252250000001403202600000001", "bank", "2026-03-14"],
    ["10445259740001230112202600000077", "bank", "2026-12-01"],
    ["29500000000000001403202600000042", "treasury", "2026-03-14"],
    ["3aa11b41403202600000000000000042", "participant", "2026-03-14"],
  ])("%s was given out by a %s on %s", (uip, issuedBy, date) => {
    expect(parseUip(uip)).toEqual({ ok: true, value: { text: uip, issuedBy, date } });
  });

  test("a day that does not exist, and a character that cannot be there", () => {
    expect(parseUip("10445252250000003102202600000001")).toMatchObject({
      why: "date",
      at: 17,
      character: "31022026",
    });
    expect(parseUip("40445252250000001403202600000001")).toMatchObject({ why: "character", at: 1 });
    expect(parseUip("29500000000000011403202600000042")).toMatchObject({ why: "character", at: 16 });
    expect(parseUip("3xa11b41403202600000000000000042")).toMatchObject({ why: "character", at: 2 });
    expect(parseUip("1044525225000000140320260000000")).toMatchObject({ why: "length", expected: [32] });
  });
});

test("OKTMO: 8 or 11 digits, or 0", () => {
  for (const oktmo of ["45348000", "98627153", "45381000123", "0"])
    expect(parseOktmo(oktmo)).toEqual({ ok: true, value: oktmo });
  expect(parseOktmo("4534800")).toMatchObject({ why: "length", expected: [8, 11] });
  expect(parseOktmo("00048000")).toMatchObject({ why: "first-characters", character: "000" });
  expect(parseOktmo("4534800O")).toMatchObject({ why: "digit-needed", at: 8 });
});

test("KBK: 20 letters and digits as issued, or 0", () => {
  for (const kbk of ["18811630020016000140", "32111301031016000130", "18811601123010001140", "0"])
    expect(parseKbk(kbk)).toEqual({ ok: true, value: kbk });
  expect(parseKbk("188 1 16 01123 01 0001 140")).toEqual({ ok: true, value: "18811601123010001140" });
  expect(parseKbk("1881163002001600014")).toMatchObject({ why: "length", expected: [20] });
  expect(parseKbk("1881163002001600014/")).toMatchObject({ why: "character", at: 20 });
});

describe("vehicle certificate and driving licence", () => {
  test("letters are kept in Cyrillic, however they were typed", () => {
    expect(["77УН123456", "7712345678", "9900123456"].map((text) => parseSts(text).ok)).toEqual([
      true,
      true,
      true,
    ]);
    expect(parseSts("77 yh 123456")).toEqual({ ok: true, value: "77УН123456" });
    expect(["77УН123456", "9912345678"].map((text) => parseDrivingLicence(text).ok)).toEqual([true, true]);
    expect(parseDrivingLicence("77 уh 123456")).toEqual({ ok: true, value: "77УН123456" });
  });

  test("what cannot be one is named with its character", () => {
    expect(parseSts("7У12345678")).toMatchObject({ why: "digit-needed", at: 2, character: "У" });
    expect(parseSts("77UH123456")).toMatchObject({ why: "letter-needed", at: 3, character: "U" });
    expect(parseDrivingLicence("77ЯФ123456")).toMatchObject({ why: "letter-needed", at: 3, character: "Я" });
    expect(parseSts("77УН12345")).toMatchObject({ why: "length", expected: [10] });
  });

  test("a certificate has any Cyrillic letters, a licence only those that both alphabets share", () => {
    expect([parseSts("77ЯФ123456").ok, parseDrivingLicence("77ЯФ123456").ok]).toEqual([true, false]);
  });
});

describe("phones", () => {
  test.each(["+7 (916) 123-45-67", "89161234567", "9161234567", "8 916 123 45 67", "7.916.123.45.67"])(
    "%s is one mobile number",
    (text) => expect(parseMobile(text)).toEqual({ ok: true, value: "79161234567" }),
  );

  test("a place's number is a landline, and neither is the other", () => {
    expect(parseMobile("+7 495 123-45-67")).toMatchObject({ why: "not-mobile", at: 2, character: "495" });
    expect(parseLandline("8 (495) 123-45-67")).toEqual({ ok: true, value: "74951234567" });
    expect(parseLandline("812 123 45 67")).toEqual({ ok: true, value: "78121234567" });
    expect(parseLandline("9161234567")).toMatchObject({ why: "not-landline", character: "916" });
    expect(parseLandline("8 800 123-45-67")).toMatchObject({ why: "not-landline", character: "800" });
    expect(parseLandline("+7 727 123-45-67")).toMatchObject({ why: "not-landline", character: "727" });
  });

  test("another country's number is told so", () => {
    expect(parseMobile("+1 202 555 0100")).toMatchObject({ why: "country-code", at: 1, character: "1" });
    expect(parseMobile("+8 916 123-45-67")).toMatchObject({ why: "country-code" });
    expect(parseMobile("123-45-67")).toMatchObject({ why: "length", expected: [11] });
    expect(parseMobile("8 916 123 45 6O")).toMatchObject({ why: "digit-needed", at: 11, character: "O" });
  });
});

describe("payer code and numbers of the housing system", () => {
  test("a payer code of ЕПД is ten digits, and nothing more is known", () => {
    expect(parseEpdPayerCode("12345-67890")).toEqual({ ok: true, value: "1234567890" });
    expect(parseEpdPayerCode("123456789")).toMatchObject({ why: "length", expected: [10] });
  });

  test("the three numbers of the housing system, with and without dashes", () => {
    expect(parseHousingId("60АА000593")).toMatchObject({
      value: { names: "account", account: "60АА000593" },
    });
    expect(parseHousingId("34СТ185329-01")).toMatchObject({
      value: { text: "34СТ185329-01", names: "service", account: "34СТ185329" },
    });
    expect(parseHousingId("34ct185329012352")).toMatchObject({
      value: { text: "34СТ185329-01-2352", names: "payment-document" },
    });
    expect(parseHousingId("60А0000593")).toMatchObject({ why: "letter-needed", at: 4, character: "0" });
    expect(parseHousingId("60АА00059")).toMatchObject({ why: "length", expected: [10, 12, 16] });
  });
});

test("where there is no check digit, no changed digit is noticed: their sources have to say", () => {
  const unproved: readonly (readonly [string, (text: string) => { readonly ok: boolean }])[] = [
    ["773601001", parseKpp],
    ["45381000123", parseOktmo],
    ["18811601123010001140", parseKbk],
    ["7712345678", parseSts],
    ["9912345678", parseDrivingLicence],
    ["1234567890", parseEpdPayerCode],
    ["34СТ185329", parseHousingId],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...unproved),
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      ([text, parse], place, by) => {
        const at = place % text.length;
        fc.pre(/\d/.test(text.charAt(at)));
        const changed = mistype(text, at, by);
        fc.pre(!changed.startsWith("00"));
        expect(parse(changed).ok).toBe(true);
      },
    ),
  );
});
