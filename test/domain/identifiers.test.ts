import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBankAccount, parseBic } from "../../domain/identifiers/bic-account.ts";
import { parseInn } from "../../domain/identifiers/inn.ts";
import { parseKpp } from "../../domain/identifiers/kpp.ts";
import { parseUin } from "../../domain/identifiers/uin.ts";

/** Another digit at one place of a text. */
function mistype(text: string, at: number, by: number): string {
  return text.slice(0, at) + String((Number(text.charAt(at)) + by) % 10) + text.slice(at + 1);
}
const anyText = fc.oneof(fc.string(), fc.stringMatching(/^[0-9A-ZА-Я -]{0,30}$/));

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

  test.each(["7705401341", "7743013902", "500100732258"])("%s has a wrong check digit", (inn) => {
    expect(parseInn(inn)).toEqual({ ok: false, why: "check-digit", at: inn.length });
  });

  test.each(["", "0012345678", "123456789", "77070838931", "77070838a3", "٧707083893"])(
    "%j is no INN",
    (text) => {
      expect(parseInn(text)).toEqual({ ok: false, why: "format" });
    },
  );

  // Remainder 10 counts as 0, so a mistake among the first nine digits may land on the same check digit; one in the last cannot.
  test("a mistyped check digit is always noticed", () => {
    fc.assert(
      fc.property(fc.constantFrom(...companies, ...persons), fc.integer({ min: 1, max: 9 }), (inn, by) => {
        expect(parseInn(mistype(inn, inn.length - 1, by))).toMatchObject({ ok: false, why: "check-digit" });
      }),
    );
  });

  test("blanks and dashes between groups do not matter", () => {
    expect(parseInn(" 7707-083 893")).toMatchObject({ ok: true, value: { digits: "7707083893" } });
  });
});

test("KPP: nine characters, letters only in the middle", () => {
  expect(["773601001", "7707AB001", "7707ab001"].map((kpp) => parseKpp(kpp).ok)).toEqual([true, true, true]);
  expect(["001201001", "77360100", "77AB01001", "7736010011"].map((kpp) => parseKpp(kpp).ok)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

describe("UIN", () => {
  const good = [
    ..."32117072411021588933 32116102414550976332 18817072416285972102 18817072711544879499".split(" "),
    ..."88818012505024915378 88818012420345815071 18810077140001222113 18810123456789012345".split(" "),
    ..."18811000000000237574 18811000000019718310 Ъ1234567890123456781".split(" "),
    ..."1114565200000000000000016 0000025598765432109876544".split(" "),
  ];
  test.each(good)("%s is proved and stays as issued", (uin) =>
    expect(parseUin(uin)).toEqual({ ok: true, value: uin }),
  );

  test.each(["18810177160000000000", "18810123456789012346", "18811000000000237570"])(
    "%s has a wrong check digit",
    (uin) => {
      expect(parseUin(uin)).toEqual({ ok: false, why: "check-digit", at: 20 });
    },
  );

  test("look-alikes of both alphabets are worth the same, and the alphabet is kept", () => {
    // Ъ and J share index 33.
    expect(parseUin("J1234567890123456781")).toEqual({ ok: true, value: "J1234567890123456781" });
    expect(parseUin("ъ1234567890123456781")).toMatchObject({ ok: true, value: "Ъ1234567890123456781" });
  });

  test("a unique part of one digit repeated is refused, as the registry does", () => {
    const repeated = Array.from({ length: 10 }, (_, digit) => `188${"0".repeat(16)}${digit}`);
    expect(repeated.some((uin) => parseUin(uin).ok)).toBe(false);
  });

  test("says which character cannot stand there", () => {
    expect(parseUin("188100771400@1222113")).toEqual({ ok: false, why: "format", at: 13 });
    expect(parseUin("11145652000000000000A0016")).toEqual({ ok: false, why: "format", at: 21 });
    expect(parseUin("1881007714000122211")).toEqual({ ok: false, why: "format" });
    expect(parseUin("0").ok).toBe(false);
  });
});

describe("BIC and account", () => {
  test.each([
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
  ])("%s at %s has its key", (account, bic) => {
    expect(parseBankAccount({ bic, account })).toEqual({
      ok: true,
      value: { bic, account, keyChecked: true },
    });
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
      why: "check-digit",
      at: 9,
    });
    expect(parseBankAccount({ bic: "044525974", account: "40702810138250123017" })).toMatchObject({
      ok: false,
    });
  });

  test("every mistyped digit is noticed: all weights are coprime to ten", () => {
    const account = "40702810138250123017";
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 19 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
        expect(parseBankAccount({ bic: "044525225", account: mistype(account, at, by) }).ok).toBe(false);
      }),
    );
  });

  test("a BIC may begin with anything, but has nine digits", () => {
    expect(["044525225", "017003983", "123456789"].map((bic) => parseBic(bic).ok)).toEqual([
      true,
      true,
      true,
    ]);
    expect(parseBic("04452522").ok).toBe(false);
    expect(parseBankAccount({ bic: "x", account: "40702810138250123017" }).ok).toBe(false);
    expect(parseBankAccount({ bic: "044525225", account: "4070281013825012301" }).ok).toBe(false);
  });
});

test("reading any text never throws, and what is proved is proved again", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const parse of [parseKpp, parseUin, parseBic]) {
        const first = parse(text);
        if (first.ok) expect(parse(first.value)).toEqual(first);
      }
      const inn = parseInn(text);
      if (inn.ok) expect(parseInn(inn.value.digits)).toEqual(inn);
      parseBankAccount({ bic: text, account: text });
    }),
  );
});
