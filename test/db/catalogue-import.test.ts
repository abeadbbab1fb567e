import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CatalogueEntry, importCatalogue } from "../../db/catalogue/import.ts";
import { keepWebhookSecrets } from "../../db/queries/billers.ts";
import { openTestDatabase } from "../support/engine.ts";
import type { EngineDatabase } from "../support/engine-core.ts";
import { billerOf, CatalogueDesk, entriesOf, payee, reference, school } from "./support/catalogue-desk.ts";

let database: EngineDatabase;
let desk: CatalogueDesk;
beforeAll(async () => {
  database = await openTestDatabase();
  desk = new CatalogueDesk(database);
});
beforeEach(() => desk.clear());
afterAll(() => database.close());

describe("a catalogue is taken in", () => {
  test("once: what is new is added, the same again changes nothing, and nothing is written about it", async () => {
    const given = [{ category: school }, { biller: billerOf("a") }, { biller: billerOf("b") }];
    expect(await desk.take(given)).toMatchObject({
      categories: { added: 1 },
      billers: { added: 2, refused: 0 },
    });
    const before = await desk.audited();
    expect(await desk.take(given)).toMatchObject({
      categories: { added: 0, changed: 0, unchanged: 1 },
      billers: { added: 0, changed: 0, unchanged: 2, refused: 0 },
    });
    expect(await desk.audited()).toEqual(before);
    expect(await desk.stored("a")).toMatchObject({
      name: "Школа a",
      audience: "person",
      section: "main",
      payee,
    });
  });

  test("by two at once: each entry is added once, no matter who was first", async () => {
    const given = [
      { category: school },
      ...Array.from({ length: 450 }, (_, n) => ({ biller: billerOf(`b${n}`) })),
    ];
    const reports = await Promise.all([desk.take(given), desk.take(given), desk.take(given)]);
    const total = (what: "added" | "unchanged") =>
      reports.reduce((sum, { billers }) => sum + billers[what], 0);
    expect([total("added"), total("unchanged")]).toEqual([450, 900]);
  });

  test("with what a category gives its billers; what a biller says itself wins", async () => {
    const category = { ...school, section: "additional", region: "50" };
    const entries = async function* (): AsyncGenerator<CatalogueEntry> {
      const defaults = { allowedMethods: ["sbp"], settleDays: 3, reference };
      yield { kind: "category", where: "1", line: 1, content: category, defaults };
      const { reference: _r, allowedMethods: _m, ...bare } = billerOf("a");
      yield { kind: "biller", where: "2", line: 2, content: bare };
      yield {
        kind: "biller",
        where: "3",
        line: 3,
        content: { ...bare, id: "b", settleDays: 0, section: "main" },
      };
    };
    await importCatalogue(entries(), { db: database.db, actor: "test", dryRun: false, accepted: new Set() });
    expect(await desk.stored("a")).toMatchObject({
      section: "additional",
      region: "50",
      allowedMethods: ["sbp"],
      settleDays: 3,
    });
    expect(await desk.stored("b")).toMatchObject({
      section: "main",
      region: "50",
      allowedMethods: ["sbp"],
      settleDays: 0,
    });
  });

  test("a dry run says the same and writes nothing", async () => {
    const given = [{ category: school }, { biller: billerOf("a") }, { biller: billerOf("b", { payee: {} }) }];
    const dry = await desk.take(given, { dryRun: true });
    expect(await desk.stored("a")).toBeUndefined();
    expect(await desk.audited()).toEqual([]);
    expect({ ...(await desk.take(given)), dryRun: true }).toEqual(dry);
  });

  test("a change of what moves no money is applied, and the secret of who pushes stays", async () => {
    await desk.take([{ category: school }, { biller: billerOf("a") }]);
    await keepWebhookSecrets(database.db, [{ id: "a", sealed: Buffer.from("sealed") }]);
    const renamed = billerOf("a", { name: "Школа А", payee: { ...payee, name: "Другое имя (демо)" } });
    expect(await desk.take([{ biller: renamed }])).toMatchObject({ billers: { changed: 1 }, requisites: [] });
    const { rows } = await database.pool.query("select name, webhook_secret from billers where id = 'a'");
    expect(rows).toEqual([{ name: "Школа А", webhook_secret: Buffer.from("sealed") }]);
  });
});

describe("other requisites of a known biller, the commonest fraud", () => {
  const swaps = {
    account: { ...payee, account: "40702810600000000300" },
    inn: { ...payee, inn: "7710990034" },
    bic: { ...payee, bic: "044525974", account: "40702810600000000901" },
    kpp: { ...payee, kpp: "771001001" },
    "the account of the bank": { ...payee, correspondentAccount: "30101810400000000225" },
  };

  test.each(Object.entries(swaps))(
    "%s: not applied silently, together with everything else of that entry",
    async (_name, swapped) => {
      await desk.take([{ category: school }, { biller: billerOf("a") }]);
      const report = await desk.take([
        { biller: billerOf("a", { payee: swapped, name: "Школа А" }) },
        { biller: billerOf("b") },
      ]);
      expect(report).toMatchObject({
        billers: { added: 1, changed: 0, refused: 1 },
        refused: [{ line: 1, id: "a", field: "payee" }],
        requisites: [{ id: "a", accepted: false }],
      });
      expect(await desk.stored("a")).toMatchObject({ payee, name: "Школа a" });
    },
  );

  test("applied when somebody has named the biller, and kept with the old ones and the new ones", async () => {
    await desk.take([{ category: school }, { biller: billerOf("a") }, { biller: billerOf("b") }]);
    const given = [
      { biller: billerOf("a", { payee: swaps.account }) },
      { biller: billerOf("b", { payee: swaps.account }) },
    ];
    const report = await desk.take(given, { accepted: ["a", "nobody"] });
    expect(report).toMatchObject({ billers: { changed: 1, refused: 1 }, nothingToAccept: ["nobody"] });
    expect(await desk.stored("a")).toMatchObject({ payee: swaps.account });
    expect(await desk.stored("b")).toMatchObject({ payee });
    const kept = (await desk.audited()).filter(({ action }) => action === "biller.requisites");
    expect(kept).toEqual([
      {
        action: "biller.requisites",
        subject: "biller/a",
        detail: {
          from: expect.objectContaining({ account: payee.account }),
          to: expect.objectContaining({ account: swaps.account.account }),
        },
      },
    ]);
  });
});

test("a process that dies leaves whole entries, and the same catalogue again completes them", async () => {
  const given = [
    { category: school },
    ...Array.from({ length: 500 }, (_, n) => ({ biller: billerOf(`b${n}`) })),
  ];
  const dying = async function* (): AsyncGenerator<CatalogueEntry> {
    let left = 350;
    for await (const entry of entriesOf(given)) {
      if (left === 0) throw new Error("killed");
      left -= 1;
      yield entry;
    }
  };
  const order = { db: database.db, actor: "test", dryRun: false, accepted: new Set<string>() };
  await expect(importCatalogue(dying(), order)).rejects.toThrow("killed");
  const { rows } = await database.pool.query<{ n: number; whole: number }>(
    "select count(*) as n, count(*) filter (where payee->>'account' is not null and reference ? 'fields') as whole from billers",
  );
  expect(rows).toEqual([{ n: 200, whole: 200 }]);
  expect(await desk.take(given)).toMatchObject({ billers: { added: 300, unchanged: 200, refused: 0 } });
});
