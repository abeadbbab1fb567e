import { describe, expect, test } from "vitest";
import { check } from "../../scripts/checks/house.ts";
import { createFixtureRepository, type FixtureRepository } from "./fixture-repository.ts";

const budget = "scripts/checks/size-budget.json";

function createTree(files: Readonly<Record<string, string>>): FixtureRepository {
  return createFixtureRepository({ [budget]: "{}\n", ...files });
}

async function complaintsAbout(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return check.run(createTree(files).root);
}

function lines(count: number, line = "  n += 1;"): string {
  return `${Array.from({ length: count }, () => line).join("\n")}\n`;
}

/** A function of `count` lines of code in all. */
function longFunction(name: string, count: number): string {
  return `export function ${name}(): number {\n  let n = 0;\n${lines(count - 4)}  return n;\n}\n`;
}

describe("names", () => {
  test.each(["domain/Money.ts", "domain/money_amount.ts", "web/billList/page.tsx"])(
    "%s is not kebab case",
    async (file) => {
      expect(await complaintsAbout({ [file]: "export {};\n" })).toEqual([
        expect.stringContaining("kebab case"),
      ]);
    },
  );

  test.each([
    "api/utils.ts",
    "api/helpers/money.ts",
    "db/common.ts",
    "domain/types.ts",
    "api/bill-service.ts",
    "loops/outbox-manager.ts",
  ])("%s does not say what it holds", async (file) => {
    expect(await complaintsAbout({ [file]: "export {};\n" })).toEqual([
      expect.stringContaining("does not say"),
    ]);
  });

  test.each([
    "domain/money.ts",
    "web/static/service-worker.js",
    "db/migrations/0001-claims.sql",
    "test/api/bills.test.ts",
  ])("%s is a good name", async (file) => {
    expect(await complaintsAbout({ [file]: "\n" })).toEqual([]);
  });
});

describe("sizes", () => {
  test("a file of 300 lines of code passes, one more does not; comments and empty lines are free", async () => {
    const comments = lines(500, "// why");
    expect(
      await complaintsAbout({ "domain/a.ts": `${comments}\n\n/** doc\n * doc\n */\n${lines(300, "f();")}` }),
    ).toEqual([]);
    expect(await complaintsAbout({ "domain/a.ts": lines(301, "f();") })).toEqual([
      expect.stringContaining("domain/a.ts: 301 lines of code, at most 300"),
    ]);
  });

  test("a function of 60 lines of code passes, one more does not", async () => {
    expect(await complaintsAbout({ "domain/a.ts": longFunction("f", 60) })).toEqual([]);
    expect(await complaintsAbout({ "domain/a.ts": longFunction("f", 61) })).toEqual([
      expect.stringContaining("domain/a.ts#f: 61 lines of code, at most 60"),
    ]);
  });

  test("a suite of tests may be long, a test in it may not", async () => {
    const short = `test("short", () => {\n${lines(30, "  f();")}});\n`;
    const long = `test("long", () => {\n${lines(70, "  f();")}});\n`;
    expect(
      await complaintsAbout({ "test/a.test.ts": `describe("all", () => {\n${short.repeat(4)}});\n` }),
    ).toEqual([]);
    expect(await complaintsAbout({ "test/a.test.ts": `describe("all", () => {\n${long}});\n` })).toEqual([
      expect.stringContaining('test/a.test.ts#test "long": 72 lines'),
    ]);
  });

  test("the budget lets an old sinner be and shrinks with it, never the other way", async () => {
    const tree = createTree({ "domain/a.ts": longFunction("f", 80), [budget]: '{ "domain/a.ts#f": 80 }\n' });
    tree.commit("a sinner from before the rule");
    expect(await check.run(tree.root)).toEqual([]);
    tree.write("domain/a.ts", longFunction("f", 81));
    expect(await check.run(tree.root)).toEqual([expect.stringContaining("grew to 81")]);
    tree.write("domain/a.ts", longFunction("f", 70));
    expect(await check.run(tree.root)).toEqual([expect.stringContaining("lower its budget")]);
    tree.write("domain/a.ts", longFunction("f", 50));
    expect(await check.run(tree.root)).toEqual([expect.stringContaining("remove it")]);
    tree.write("domain/a.ts", longFunction("f", 90));
    tree.write(budget, '{ "domain/a.ts#f": 90 }\n');
    expect(await check.run(tree.root)).toEqual([expect.stringContaining("raised from 80 to 90")]);
  });

  test("no new name comes into the budget", async () => {
    const tree = createTree({});
    tree.commit("an empty budget");
    tree.write("domain/a.ts", longFunction("f", 80));
    tree.write(budget, '{ "domain/a.ts#f": 80 }\n');
    expect(await check.run(tree.root)).toEqual([expect.stringContaining("only shrinks")]);
  });
});

describe("forbidden text", () => {
  // Put together at run time, or this file would be found itself.
  const planted = [
    ["// TO", "DO: later"],
    ["// @ts-ig", "nore"],
    ["test.on", 'ly("a", () => {});'],
    ["// oxlint-dis", "able"],
    ['const a = "https://registry.np', 'mjs.org/";'],
    ['const a = "/wo', 'rk/main";'],
    ['const a = "/ro', 'ot/.cache";'],
    ['const a = "/ho', 'me/anna/kvitok";'],
    ["// see ../shared/de", "sign/product.md"],
  ].map((parts) => parts.join(""));

  test.each(planted)("%s is found", async (line) => {
    expect(await complaintsAbout({ "domain/a.ts": `${line}\n` })).toEqual([
      expect.stringMatching(/^domain\/a\.ts:1: /),
    ]);
  });

  test("honest words are left alone", async () => {
    const honest = [
      'const route = "/homepage";',
      "// as good as any other",
      'const a = "/works/on/it"; // rooted',
      "// oxlint-disable-next-line no-console -- the answer of a command line program",
    ];
    expect(await complaintsAbout({ "domain/a.ts": `${honest.join("\n")}\n` })).toEqual([]);
  });
});

describe("pure code", () => {
  test.each([
    "export const a = () => Date.now();",
    "export const a = () => new Date();",
    "export const a = () => Math.random();",
    "export const a = () => new Date(2026, 1, 1);",
    "export const a = (d: Date) => d.getHours();",
    "export const a = () => process.pid;",
    "export const a = () => setTimeout(() => 1, 1);",
    "export const a = () => crypto.randomUUID();",
    "export const a = (n: number) => n.toLocaleString();",
    'export const a = (s: string) => s.localeCompare("a");',
    "export const a = () => new Intl.NumberFormat();",
    'export const a = () => new Intl.DateTimeFormat("ru");',
  ])("domain may not say: %s", async (line) => {
    expect(await complaintsAbout({ "domain/a.ts": `${line}\n` })).toEqual([
      expect.stringMatching(/^domain\/a\.ts:1: /),
    ]);
  });

  test.each([
    "export const a = Date.UTC(2026, 1, 1);",
    "export const a = (ms: number) => new Date(ms).getUTCDay();",
    'export const a = new Intl.DateTimeFormat("ru", { timeZone: "Europe/Moscow" });',
    "export interface A {\n  process: string;\n}",
    "export const a = (order: { process: string }) => order.process;",
  ])("domain may say: %s", async (line) => {
    expect(await complaintsAbout({ "domain/a.ts": `${line}\n` })).toEqual([]);
  });

  test("a workflow has Temporal's clock, but no format of the machine", async () => {
    expect(await complaintsAbout({ "workflows/a.ts": "export const a = () => Date.now();\n" })).toEqual([]);
    expect(
      await complaintsAbout({ "workflows/a.ts": "export const a = (n: number) => n.toLocaleString();\n" }),
    ).toEqual([expect.stringContaining("toLocaleString without a locale")]);
  });
});
