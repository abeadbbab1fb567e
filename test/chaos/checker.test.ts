import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Client } from "pg";
import { connect } from "./checker/engine-rows.ts";
import { drawVerdict, isClean } from "./checker/report.ts";
import { judgeRun, type Verdict } from "./checker/verdict.ts";
import { caughtOf } from "./mutants/caught.ts";
import { ENGINE_MUTANTS, engineMutantOf } from "./mutants/of-the-whole-engine.ts";
import type { Breakage } from "./support/breakage.ts";
import { moneyBreakages, supersededUnheard } from "./support/money-breakages.ts";
import { copyAfterSilence, hookBreakages, lateByReplay } from "./support/hook-breakages.ts";
import { mailBreakages, refusedForGood, twiceByDeath } from "./support/mail-breakages.ts";
import { hourBehind, orderBreakages } from "./support/order-breakages.ts";
import { secondCaptures, takenAfterItsEnd } from "./support/second-captures.ts";
import { tellStory, type ToldStory, writeRun } from "./support/told-run.ts";

const breakages: readonly Breakage[] = [
  ...moneyBreakages,
  ...secondCaptures,
  ...mailBreakages,
  ...orderBreakages,
  ...hookBreakages,
];

const replayProgram = fileURLToPath(new URL("./replay-histories.ts", import.meta.url));
const recorded = fileURLToPath(new URL("../replay/histories/", import.meta.url));
const LONG_MS = 180_000;

let told: ToldStory;
let client: Client;
beforeAll(async () => {
  told = await tellStory();
  client = await connect(told.databaseUrl);
}, LONG_MS);
afterAll(async () => {
  await client.end();
  await told.close();
});

/** Breaks something in the story, judges what is seen of it, and takes it back. */
async function judge(breakage: Partial<Breakage> = {}, prepare?: (folder: string) => void): Promise<Verdict> {
  const { story, databaseUrl } = told;
  const journals = structuredClone(story.journals);
  breakage.journals?.(journals, story);
  const directory = writeRun(databaseUrl, journals);
  prepare?.(directory);
  await client.query("begin");
  try {
    // what the engine's own triggers and keys would refuse is just what the checker must see
    await client.query("set local session_replication_role = replica");
    for (const statement of breakage.sql?.(story) ?? []) await client.query(statement);
    return await judgeRun({ directory, replayProgram, client });
  } finally {
    await client.query("rollback");
    rmSync(directory, { recursive: true, force: true });
  }
}

const find = (verdict: Verdict, id: string) => verdict.invariants.find((one) => one.id === id);

describe("the checker of chaos runs", () => {
  test("a run in which all went well is green, and each invariant has looked at something", async () => {
    const verdict = await judge();
    expect(
      verdict.invariants.flatMap(({ id, examples }) => examples.map((one) => [id, one.about, one.words])),
    ).toEqual([]);
    expect(isClean(verdict)).toBe(true);
    const untried = verdict.invariants
      .filter(({ checked }) => checked === 0)
      .map(({ id, state }) => [id, state]);
    expect(untried).toEqual([
      ["I12", "not-tried"],
      ["I15", "not-built"],
    ]);
  });

  test.each(breakages)("$id goes red: $name", async (breakage) => {
    const verdict = await judge(breakage);
    const judged = find(verdict, breakage.id);
    expect(judged?.broken).toBeGreaterThan(0);
    expect(judged?.examples.map(({ words }) => words).join("\n")).toMatch(breakage.words);
    expect(isClean(verdict)).toBe(false);
  });

  test.each(ENGINE_MUTANTS)(
    "the words by which a hunt knows $name are words of the checker",
    async (mutant) => {
      for (const breakage of breakages) {
        if (!mutant.invariants.includes(breakage.id)) continue;
        if (caughtOf(mutant, (await judge(breakage)).invariants).length > 0) return;
      }
      expect.fail(`nothing that the checker says is matched by ${mutant.words}`);
    },
  );

  test("red of another cause than its own catches no planted bug", async () => {
    const mutant = engineMutantOf("silence-is-a-decline");
    const other = breakages.find(({ name }) => name.startsWith("a second charge was let out"));
    const { invariants } = await judge(other);
    expect(invariants.find(({ id }) => id === "I1")?.broken).toBeGreaterThan(0);
    expect(caughtOf(mutant, invariants)).toEqual([]);
  });

  test("a mail whose answer was lost may be superseded although the server has it: the cut connection explains it", async () => {
    const verdict = await judge(supersededUnheard);
    const words = find(verdict, "I6")?.examples.map((one) => one.words) ?? [];
    expect(words.filter((text) => /was dropped/.test(text))).toEqual([]);
  });

  test("a charge that takes money after the bank had called it final is no second charge of ours", async () => {
    expect(find(await judge(takenAfterItsEnd), "I1")).toMatchObject({ broken: 0, state: "tried" });
  });

  test.each([
    ["a receipt that the mail server refused for good", refusedForGood],
    ["a mail that came twice because its sender ended", twiceByDeath],
  ])("%s is no violation", async (_, breakage) => {
    const judged = find(await judge(breakage), "I6");
    expect(judged?.examples.map(({ words }) => words)).toEqual([]);
  });

  test("money that a bank took with a clock known to be behind is not early", async () => {
    const judged = find(await judge(hourBehind), "I14");
    expect(judged).toMatchObject({ broken: 0, state: "tried" });
  });

  test.each([
    ["a copy of an event after a silence", copyAfterSilence],
    ["an event that an operator sent again, behind what followed it", lateByReplay],
  ])("%s is no violation", async (_, breakage) => {
    const judged = find(await judge(breakage), "I16");
    expect(judged?.examples.map(({ words }) => words)).toEqual([]);
  });

  test("what a run did not have is said to be not tried, never to hold", async () => {
    const verdict = await judge({
      journals: (journals) => Object.assign(journals, { intents: [], truth: [], run: { seed: 7 } }),
    });
    expect(["I2", "I9", "I13"].map((id) => find(verdict, id)?.state)).toEqual([
      "not-tried",
      "not-tried",
      "not-tried",
    ]);
    expect(drawVerdict(verdict)).toMatch(/I9 .*NOT TRIED/);
  });

  test("a violation is shown with its seed, its payment's timeline and the way to run it again", async () => {
    const [twice] = moneyBreakages;
    const text = drawVerdict(await judge(twice));
    expect(text).toMatch(/I1 is broken .*, seed 7:/);
    expect(text).toContain("again: npm run chaos -- --seed 7 --minutes 3 --rate 1.5 --drill");
    for (const source of [
      "bank     request create_payment",
      "row      gate let",
      "message  paid by email",
      "sink     paid to",
    ]) {
      expect(text).toContain(source);
    }
  });
});

test("I12 holds for a history that replays and goes red for one that took another way", {
  timeout: LONG_MS,
}, async () => {
  const happy = readdirSync(recorded).find((file) => file.startsWith("payment-happy")) ?? "";
  const text = readFileSync(recorded + happy, "utf8");
  const other = text.replaceAll(/"name": ?"chargePayment"/g, '"name": "somethingElse"');
  expect(other).not.toBe(text);
  const verdict = await judge({}, (folder) => {
    writeFileSync(join(folder, "histories", "as-it-was.json"), text);
    writeFileSync(join(folder, "histories", "another-way.json"), other);
  });
  const judged = verdict.invariants.find(({ id }) => id === "I12");
  expect(judged).toMatchObject({ checked: 2, broken: 1, state: "tried" });
  expect(judged?.examples[0]?.about).toContain("another-way.json");
  expect(judged?.examples[0]?.words).toContain("DeterminismViolationError");
});
