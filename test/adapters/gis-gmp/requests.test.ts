import { describe, expect, test } from "vitest";
import type { SourceQuery } from "../../../adapters/bill-sources/port.ts";
import {
  answering,
  comparable,
  fixtureText,
  NEVER,
  scripted,
  seededCharges,
  sourceOver,
} from "./fixtures.ts";

const now = () => Date.parse("2026-04-01T10:00:00+03:00");
const march = { from: "2026-03-01T00:00:00+03:00", to: "2026-03-31T20:59:59Z" };

async function requestsFor(query: SourceQuery, role = "18") {
  const { transport, requests } = scripted(answering("answers/empty.xml"));
  const answer = await sourceOver(transport, { role, now }).search(query, NEVER);
  return { answer, requests };
}

const someUins = (count: number) =>
  Array.from({ length: count }, () => ({ kind: "uin", value: "18810123456789012345" }));

describe("questions as the registry reads them", () => {
  test.each<[string, string, SourceQuery]>([
    [
      "requests/by-uin.xml",
      "18",
      {
        by: "identifiers",
        scope: "all",
        identifiers: seededCharges().map(({ charge }) => ({ kind: "uin", value: charge.uin })),
      },
    ],
    [
      "requests/by-payer.xml",
      "18",
      {
        by: "identifiers",
        scope: "owed",
        reachedSource: march,
        identifiers: [
          { kind: "sts", value: "77УН123456" },
          { kind: "driving-licence", value: "9912345678" },
          { kind: "snils", value: "11223344595" },
          { kind: "inn", value: "500100732259" },
          { kind: "organisation", value: "7707083893/773601001" },
          { kind: "payer-id", value: "1010000000004509123456" },
        ],
      },
    ],
    [
      "requests/by-inn.xml",
      "18",
      { by: "identifiers", scope: "all", identifiers: [{ kind: "inn", value: "7707083893" }] },
    ],
    ["requests/by-time.xml", "22", { by: "time", scope: "all", reachedSource: march }],
  ])("%s", async (name, role, query) => {
    const { requests } = await requestsFor(query, role);
    expect(requests).toHaveLength(1);
    expect(comparable(requests[0] ?? "")).toEqual(comparable(fixtureText(name)));
    expect(requests[0]).toContain('timestamp="2026-04-01T10:00:00.000+03:00"');
    expect(requests[0]).toMatch(/ Id="R_[0-9a-f-]{36}"/);
  });

  test("whose question we pass on is named where that is somebody else", async () => {
    const { transport, requests } = scripted(answering("answers/empty.xml"));
    const source = sourceOver(transport, { originator: "00ff12" });
    await source.search({ by: "identifiers", scope: "all", identifiers: someUins(1) }, NEVER);
    expect(requests[0]).toContain('originatorId="00ff12"');
  });

  test("kinds of conditions exclude each other, so a mixed question is several requests", async () => {
    const identifiers = [
      { kind: "inn", value: "7707083893" },
      { kind: "sts", value: "77УН123456" },
      ...someUins(1),
    ];
    const { requests, answer } = await requestsFor({ by: "identifiers", scope: "owed", identifiers });
    expect(requests.map((text) => /<sc:(\w+Conditions)>/.exec(text)?.[1])).toEqual([
      "ChargesConditions",
      "PayersConditions",
      "PayersConditions",
    ]);
    expect(requests.every((text) => !(text.includes("PayerInn") && text.includes("PayerIdentifier")))).toBe(
      true,
    );
    expect(answer).toMatchObject({ kind: "partial", missing: [{ places: [0], why: "in-part" }] });
  });

  test("at most a hundred values go into one request, and a person's two numbers are not torn apart", async () => {
    const uins = seededCharges().map(({ charge }) => charge.uin);
    const many = Array.from({ length: 250 }, (_one, at) => ({
      kind: "payer-id",
      value: `10100000000045${String(10_000_000 + at)}`,
    }));
    const { requests } = await requestsFor({
      by: "identifiers",
      scope: "owed",
      identifiers: [
        ...uins.map((value) => ({ kind: "uin", value })),
        ...many,
        { kind: "inn", value: "500100732259" },
      ],
    });
    const counts = requests.map(
      (text) => [...text.matchAll(/<sc:(?:SupplierBillID|PayerIdentifier)>/g)].length,
    );
    expect(counts).toEqual([uins.length, 100, 100, 52]);
    const person = Array.from({ length: 99 }, (_one, at) => many[at] ?? { kind: "", value: "" });
    const torn = await requestsFor({
      by: "identifiers",
      scope: "owed",
      identifiers: [...person, { kind: "inn", value: "500100732259" }],
    });
    expect(torn.requests).toHaveLength(2);
  });
});

describe("questions that cannot be asked", () => {
  test("without a KPP a company is found in part, and the answer says so", async () => {
    const query: SourceQuery = {
      by: "identifiers",
      scope: "owed",
      identifiers: [{ kind: "inn", value: "7707083893" }],
    };
    const { answer } = await requestsFor(query);
    expect(answer).toMatchObject({ kind: "partial", bills: [], missing: [{ places: [0], why: "in-part" }] });
  });

  test.each([
    ["a kind that the registry does not know", { kind: "mobile", value: "79161234567" }, "not-searchable"],
    ["a number with a wrong digit", { kind: "uin", value: "18810123456789012346" }, "data"],
    ["a certificate of no shape", { kind: "sts", value: "7У12345678" }, "data"],
    ["an INN with a wrong digit", { kind: "inn", value: "7705401341" }, "data"],
    ["a branch without its KPP", { kind: "organisation", value: "7707083893/" }, "data"],
    ["markup instead of a number", { kind: "payer-id", value: '"/><x a="' }, "data"],
  ])("%s is not sent", async (_name, identifier, why) => {
    const alone = await requestsFor({ by: "identifiers", scope: "owed", identifiers: [identifier] });
    expect(alone.requests).toEqual([]);
    expect(alone.answer).toMatchObject({ kind: "refused", why });
    expect(JSON.stringify(alone.answer)).not.toContain(identifier.value);
    const beside = await requestsFor({
      by: "identifiers",
      scope: "owed",
      identifiers: [...someUins(1), identifier],
    });
    expect(beside.requests).toHaveLength(1);
    expect(beside.answer).toMatchObject({ kind: "partial", missing: [{ places: [1], why }] });
  });

  test("who may not ask by time does not ask", async () => {
    const { answer, requests } = await requestsFor({ by: "time", scope: "all", reachedSource: march }, "18");
    expect(answer).toEqual({ kind: "refused", why: "rights", detail: "role" });
    expect(requests).toEqual([]);
  });

  test("nothing asked is nothing found", async () => {
    const { answer, requests } = await requestsFor({ by: "identifiers", scope: "all", identifiers: [] });
    expect(answer).toEqual({ kind: "complete", bills: [], unreadable: [], asOf: null });
    expect(requests).toEqual([]);
  });

  test("settings that cannot be true are a defect", () => {
    const { transport } = scripted();
    expect(() => sourceOver(transport, { sender: "аа11b4" })).toThrow(RangeError);
    expect(() => sourceOver(transport, { role: "x" })).toThrow(RangeError);
    expect(() => sourceOver(transport, { version: "3.0.0" as never })).toThrow(RangeError);
  });
});
