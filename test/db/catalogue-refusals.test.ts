import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase } from "../support/engine.ts";
import type { EngineDatabase } from "../support/engine-core.ts";
import { billerOf, CatalogueDesk, payee, reference, school } from "./support/catalogue-desk.ts";

let database: EngineDatabase;
let desk: CatalogueDesk;
beforeAll(async () => {
  database = await openTestDatabase();
  desk = new CatalogueDesk(database);
});
beforeEach(() => desk.clear());
afterAll(() => database.close());

describe("what is wrong is refused with its line, its field and the reason, and the rest is taken", () => {
  const wrong: readonly (readonly [string, unknown, string])[] = [
    ["a mistyped INN", billerOf("a", { payee: { ...payee, inn: "7700990011" } }), "payee.inn"],
    [
      "an account whose key fits another bank",
      billerOf("a", { payee: { ...payee, bic: "044525974" } }),
      "payee.account",
    ],
    [
      "a wrong account of the bank",
      billerOf("a", { payee: { ...payee, correspondentAccount: "30101810400000000226" } }),
      "payee.correspondentAccount",
    ],
    ["no KPP", billerOf("a", { payee: { ...payee, kpp: "001201001" } }), "payee.kpp"],
    ["a gateway that is not there", billerOf("a", { gateway: "paypal" }), "gateway"],
    ["a method that is none", billerOf("a", { allowedMethods: ["cash"] }), "allowedMethods[0]"],
    [
      "a method that the gateway does not know",
      billerOf("a", { gateway: "stripe", allowedMethods: ["bank_card", "sbp"] }),
      "allowedMethods[1]",
    ],
    [
      "no method for organisations",
      billerOf("a", { audience: "organisation", allowedMethods: ["sbp"] }),
      "allowedMethods",
    ],
    [
      "a pattern that runs wild",
      billerOf("a", { reference: { fields: [{ ...reference.fields[0], pattern: "(\\d+)+" }] } }),
      "reference.fields[0].pattern",
    ],
    [
      "an identifier that is none",
      billerOf("a", {
        reference: { fields: [{ ...reference.fields[0], pattern: undefined, identifier: "shoe-size" }] },
      }),
      "reference.fields[0].identifier",
    ],
    [
      "an example that fails",
      billerOf("a", { reference: { fields: [{ ...reference.fields[0], example: "1234" }] } }),
      "reference.fields[0].example",
    ],
    [
      "hours that end before they begin",
      billerOf("a", { hours: [{ days: [1], from: "18:00", until: "09:00" }] }),
      "hours[0].until",
    ],
    ["a zone that is not there", billerOf("a", { zone: "Moscow" }), "zone"],
    [
      "a discount that leaves nothing",
      billerOf("a", { discountRule: { kind: "percent", value: 100, withinDays: 30 } }),
      "discountRule.value",
    ],
    ["files without their format", billerOf("a", { source: { kind: "registry-file" } }), "fileFormat"],
    [
      "an order to another bank",
      billerOf("a", {
        payee: { ...payee, correspondentAccount: "30101810400000000225" },
        paymentOrder: {
          enabled: true,
          bank: { bic: "044525974", name: "Банк" },
          debtBy: "account",
          period: true,
        },
      }),
      "paymentOrder.bank.bic",
    ],
    ["a field that nobody knows", billerOf("a", { colour: "red" }), "colour"],
    ["a name that hides something", billerOf("a", { name: "Школа \u202e" }), "name"],
    ["no name", billerOf("a", { name: undefined }), "name"],
    ["a category that is not there", billerOf("a", { category: "kindergarten" }), "category"],
    ["no object at all", "a", "category"],
  ];

  test.each(wrong)("%s", async (_name, biller, field) => {
    const report = await desk.take([{ category: school }, { biller }, { biller: billerOf("good") }]);
    expect(report.billers).toEqual({ added: 1, changed: 0, unchanged: 0, refused: 1 });
    expect(report.refused).toEqual([expect.objectContaining({ line: 2, where: "line 2", field })]);
    expect(report.refused[0]?.reason).not.toBe("");
    expect(await desk.stored("a")).toBeUndefined();
    expect(await desk.stored("good")).toBeDefined();
  });

  test("every wrong field of one entry is named", async () => {
    const biller = billerOf("a", { payee: { ...payee, inn: "7700990011", kpp: "1" }, gateway: "paypal" });
    const { refused } = await desk.take([{ category: school }, { biller }]);
    expect(refused.map(({ field }) => field)).toEqual(["payee.inn", "payee.kpp", "gateway"]);
  });

  test("an entry that stands twice is taken once, the first time", async () => {
    const report = await desk.take([
      { category: school },
      { biller: billerOf("a", { name: "Первая" }) },
      { biller: billerOf("a", { name: "Вторая" }) },
    ]);
    expect(report.refused).toEqual([
      expect.objectContaining({ line: 3, field: "id", reason: expect.stringContaining("line 2") }),
    ]);
    expect(await desk.stored("a")).toMatchObject({ name: "Первая" });
  });

  test("a wrong category keeps its billers out, and a line that cannot be read only itself", async () => {
    const report = await desk.take([
      { category: { ...school, audience: "cats" } },
      { biller: billerOf("a") },
      { unreadable: "is not UTF-8" },
    ]);
    expect(report.refused.map(({ line, field }) => [line, field])).toEqual([
      [1, "audience"],
      [2, "category"],
      [3, ""],
    ]);
  });

  test("a file that is wrong altogether makes a report that can be read", async () => {
    const given = Array.from({ length: 1_500 }, (_, n) => ({ biller: billerOf(`b${n}`) }));
    const report = await desk.take(given);
    expect([report.billers.refused, report.refused.length]).toEqual([1_500, 1_000]);
  });
});
