import { describe, expect, test } from "vitest";
import type { SourceAnswer, SourceQuery } from "../../../adapters/bill-sources/port.ts";
import { dueMinorOn } from "../../../domain/discount.ts";
import type { SourceBill } from "../../../domain/source-bill.ts";
import { answering, fixtureText, NEVER, scripted, seededCharges, sourceOver } from "./fixtures.ts";

const seeded = seededCharges();
const uinOf = (about: string): string => {
  const found = seeded.find((one) => one.about === about);
  if (found === undefined) throw new Error(`no charge is about: ${about}`);
  return found.charge.uin;
};
const byUin = (...uins: readonly string[]): SourceQuery => ({
  by: "identifiers",
  identifiers: uins.map((value) => ({ kind: "uin", value })),
  scope: "all",
});
const everyUin = byUin(...seeded.map(({ charge }) => charge.uin));

async function ask(
  answer: string,
  query: SourceQuery = everyUin,
  change?: (text: string) => string,
): Promise<SourceAnswer> {
  const { transport } = scripted(answering(answer, change));
  return sourceOver(transport).search(query, NEVER);
}

function readOf(answer: SourceAnswer): Extract<SourceAnswer, { kind: "complete" | "partial" }> {
  if (answer.kind !== "complete" && answer.kind !== "partial")
    throw new Error(`nothing was read: ${answer.kind}`);
  return answer;
}

async function billAbout(about: string): Promise<SourceBill> {
  const { bills } = readOf(await ask("answers/one-of-each.xml"));
  const bill = bills.find(({ uin }) => uin === uinOf(about));
  if (bill === undefined) throw new Error(`no bill is about: ${about}`);
  return bill;
}

describe("a charge becomes a bill", () => {
  test("a fine, field by field", async () => {
    expect(await billAbout("percent discount")).toEqual({
      source: "gis-gmp",
      biller: { id: null, payeeInn: "7706012716", category: null },
      uin: "18810123456789012345",
      account: null,
      period: null,
      kind: "charge",
      externalId: null,
      status: "issued",
      version: Date.parse("2026-04-01T10:00:01.250+03:00"),
      issuedOn: "2026-03-10",
      dueOn: "2026-05-19",
      totalMinor: 75_000,
      dueMinor: 75_000,
      currency: "RUB",
      discount: { kind: "percent", value: 25, until: "2026-04-09" },
      purpose: "Штраф по административному правонарушению",
      payee: {
        name: "УФК по г. Москве (Дорожный надзор)",
        inn: "7706012716",
        kpp: "770901001",
        bic: "004525988",
        account: "03100643000000017300",
        correspondentAccount: "40102810545370000003",
        kbk: "18811601123010001140",
        oktmo: "45381000",
      },
      subjects: [{ kind: "sts", value: "77УН123456" }],
      acknowledgement: "unmatched",
      payments: [],
    });
  });

  test.each([
    ["percent discount", "2026-04-09", 56_250],
    ["percent discount", "2026-04-10", 75_000],
    // 50001 − 12500
    ["fixed discount, changed", "2026-04-01", 37_501],
    // 99999 × 0.75 = 74999.25, rounded in the payee's favour
    ["multiplier without an end", "2099-01-01", 75_000],
  ])("%s: on %s %d kopecks are due", async (about, day, due) => {
    const { totalMinor, dueMinor, discount, currency } = await billAbout(about);
    expect(dueMinorOn({ totalMinor, leftMinor: dueMinor ?? 0, discount, currency }, day)).toBe(due);
  });

  test.each([
    ["fixed discount, changed", "issued", 50_001, "unmatched"],
    ["annulled", "annulled", 75_000, "unmatched"],
    ["un-annulled", "issued", 75_000, "unmatched"],
    ["paid and matched", "paid", 0, "matched"],
    ["overpaid", "paid", -5_000, "preliminary"],
    ["paid in part", "issued", 45_000, "preliminary"],
    ["matched without a payment", "paid", 0, "without-payment"],
    ["matched by force", "paid", 0, "forced"],
  ])("%s: %s, %d kopecks left, %s", async (about, status, dueMinor, acknowledgement) => {
    expect(await billAbout(about)).toMatchObject({ status, dueMinor, acknowledgement });
  });

  test("without a term of payment it is due on the day until which it stands", async () => {
    expect(await billAbout("fixed discount, changed")).toMatchObject({ dueOn: "2026-06-01" });
    expect(await billAbout("annulled")).toMatchObject({ dueOn: null });
  });

  test("an organisation is named by INN and KPP, and by its INN alone; a second payer is named too", async () => {
    expect((await billAbout("rent of an organisation, 25 digits")).subjects).toEqual([
      { kind: "organisation", value: "7707083893/773601001" },
      { kind: "inn", value: "7707083893" },
      { kind: "snils", value: "11223344595" },
    ]);
  });

  test("quotes, ampersands and angles in a purpose arrive as they were meant", async () => {
    expect(await billAbout("rent of an organisation, 25 digits")).toMatchObject({
      purpose: "Аренда нежилого помещения по договору № 12-А/2026, <март>",
      payee: { name: "Департамент городского имущества «Аренда & Земля»" },
      issuedOn: "2026-03-01",
    });
  });

  test("a number with a letter stays as it was issued, and a charge that names nobody has no subject", async () => {
    const bill = await billAbout("an old regional number with a letter");
    expect(bill).toMatchObject({ uin: "Ъ1234567890123456781", subjects: [] });
    expect(bill.payee).toMatchObject({ kbk: null, oktmo: null });
  });

  test("nobody's name is kept", async () => {
    expect(JSON.stringify(await ask("answers/one-of-each.xml"))).not.toContain("Тестовый плательщик");
  });
});

describe("what is wrong with a charge is told of that charge, and the others are read", () => {
  const expected = [...fixtureText("answers/wrong-fields.xml").matchAll(/<!-- (\S+): (\S+) -->/g)].map(
    ([, field, why]) => ({ field, why }),
  );

  test("every field that a bill stands on is checked", async () => {
    const told = readOf(await ask("answers/wrong-fields.xml"));
    expect(told.bills).toEqual([]);
    expect(expected.length).toBeGreaterThan(30);
    expect(told.unreadable.map(({ place }) => place)).toEqual(expected.map((_one, index) => index + 1));
    expect(told.unreadable.map(({ faults }) => faults)).toEqual(expected.map((fault) => [fault]));
  });

  test("a wrong charge among good ones costs only itself, and is found by answer and place", async () => {
    const told = readOf(
      await ask("answers/one-of-each.xml", everyUin, (text) =>
        text.replace('supplierBillID="18810000000000002039"', 'supplierBillID="18810000000000002038"'),
      ),
    );
    expect(told.bills).toHaveLength(seeded.length - 1);
    expect(told.unreadable).toEqual([
      { answerId: "I_1", place: 4, faults: [{ field: "supplierBillID", why: "check-digit" }] },
    ]);
    // The number itself stays out: reports and logs of ours name nobody's bill.
    expect(JSON.stringify(told.unreadable)).not.toContain("188100000000000020");
  });

  test("two meanings of one number at one moment: neither is shown, and it is told", async () => {
    const twice = (text: string): string => {
      const [, charge = ""] =
        /(<ns0:ChargeInfo[^>]*18810123456789012345[\s\S]*?<\/ns0:ChargeInfo>)/.exec(text) ?? [];
      return text.replace(charge, charge + charge.replaceAll('"75000"', '"65000"'));
    };
    const told = readOf(await ask("answers/one-of-each.xml", everyUin, twice));
    expect(told.bills.map(({ uin }) => uin)).not.toContain("18810123456789012345");
    expect(told.unreadable).toMatchObject([{ faults: [{ field: "supplierBillID", why: "twice" }] }]);
  });

  test("the same charge twice is one bill", async () => {
    const twice = (text: string): string =>
      text.replace(/(<ns0:ChargeInfo[^>]*18810123456789012345[\s\S]*?<\/ns0:ChargeInfo>)/, "$1$1");
    const told = readOf(await ask("answers/one-of-each.xml", everyUin, twice));
    expect(told.bills).toHaveLength(seeded.length);
    expect(told.unreadable).toEqual([]);
  });
});

describe("nothing but the answer to our own question is read", () => {
  test.each([
    ["another request's answer", (text: string) => text.replace(/RqId="[^"]*"/, 'RqId="R_other"')],
    ["an answer for another participant", (text: string) => text.replace("aa11b4", "aa11b5")],
    ["another version of the format", (text: string) => text.replaceAll("2.2.0", "2.4.0")],
    ["no moment", (text: string) => text.replace(/ timestamp="[^"]*"/, "")],
    ["no word on whether there is more", (text: string) => text.replace(/ hasMore="[^"]*"/, "")],
    ["a page that promises more and holds nothing", moreOfNothing],
  ])("%s is no answer", async (_name, change) => {
    expect(await ask("answers/one-of-each.xml", everyUin, change)).toMatchObject({
      kind: "unreachable",
      why: "garbled",
    });
  });

  test("a bill that nobody asked for is shown to nobody, and counted", async () => {
    const asked = readOf(await ask("answers/one-of-each.xml", byUin(uinOf("annulled"))));
    expect(asked.bills.map(({ uin }) => uin)).toEqual([uinOf("annulled")]);
    expect(asked.unreadable).toHaveLength(seeded.length - 1);
    const mine: SourceQuery = {
      by: "identifiers",
      identifiers: [{ kind: "sts", value: "99АА000001" }],
      scope: "owed",
    };
    expect(readOf(await ask("answers/one-of-each.xml", mine)).bills).toEqual([]);
  });

  test("a branch that was asked for is not answered with its sisters", async () => {
    const branch = (kpp: string): SourceQuery => ({
      by: "identifiers",
      identifiers: [{ kind: "organisation", value: `7707083893/${kpp}` }],
      scope: "owed",
    });
    expect(readOf(await ask("answers/one-of-each.xml", branch("773601001"))).bills).toHaveLength(1);
    expect(readOf(await ask("answers/one-of-each.xml", branch("773601002"))).bills).toEqual([]);
  });
});

function moreOfNothing(text: string): string {
  return text
    .replace(/<ns0:ChargeInfo[\s\S]*<\/ns0:ChargeInfo>/, "")
    .replace('hasMore="false"', 'hasMore="true"');
}

describe("answers say what is missing", () => {
  test("no charges are a complete answer", async () => {
    expect(await ask("answers/empty.xml")).toEqual({
      kind: "complete",
      bills: [],
      unreadable: [],
      asOf: "2026-04-01T07:00:01.250Z",
    });
  });

  test("a silent system behind the registry makes the answer partial", async () => {
    expect(await ask("answers/need-re-request.xml", byUin("18810123456789012345"))).toMatchObject({
      kind: "partial",
      bills: [{ uin: "18810123456789012345" }],
      missing: [{ places: [0], why: "outside-silent" }],
    });
  });

  test.each([
    ["answers/status-30.xml", { kind: "refused", why: "rights", detail: "code-30" }],
    ["answers/rejected.xml", { kind: "refused", why: "our-defect", detail: "format-version" }],
    ["answers/import-protocol.xml", { kind: "unreachable", why: "fault", detail: "code-1" }],
  ])("%s", async (name, answer) => {
    expect(await ask(name)).toEqual(answer);
  });

  test("a reading without a zone is Moscow's, so readings stand in one order", async () => {
    const at = async (timestamp: string): Promise<number> => {
      const change = (text: string): string => text.replace(/timestamp="[^"]*"/, `timestamp="${timestamp}"`);
      const { bills } = readOf(await ask("answers/one-of-each.xml", everyUin, change));
      return bills[0]?.version ?? 0;
    };
    expect(await at("2026-04-01T10:00:01.250")).toBe(await at("2026-04-01T07:00:01.250Z"));
    expect(await at("2026-04-01T12:00:01.250+05:00")).toBe(await at("2026-04-01T10:00:01.250+03:00"));
  });
});
