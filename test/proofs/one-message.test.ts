import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeMails, type SentBill } from "../../scripts/proofs/one-message/engine/expected.ts";
import type { RawMail } from "../../scripts/proofs/one-message/engine/sink-process.ts";
import { proveThroughEngine } from "../../scripts/proofs/one-message/engine/through-engine.ts";
import type { Kind } from "../../scripts/proofs/one-message/engine/town.ts";
import { oneMessage } from "../../scripts/proofs/one-message/one-message.ts";
import { MUTANTS } from "../../scripts/proofs/one-message/pure/mutants.ts";
import { INVARIANT, provePure } from "../../scripts/proofs/one-message/pure/pure.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { type MoneyCore, openMoneyCore } from "../db/support/money-core.ts";

const COMMAND = "npm run prove -- one-message --size small";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(10);
});
afterAll(() => core.close());

test("one message for each cause and channel, on channels that are on, at hours that are free, though each cause comes three times", () => {
  const { violations, counts } = provePure({ seed: 1, events: oneMessage.sizes.small["pure"] ?? 0 });
  expect(violations.length, wordsOf(violations, COMMAND)).toBe(0);
  expect(counts).toMatchObject({ events: 20_000, tellings: 60_000 });
  // the stories come through the narrow places, else nothing was proved
  expect(counts.digests).toBeGreaterThan(500);
  expect(counts.troubles).toBeGreaterThan(300);
  expect(counts.copies).toBeLessThanOrEqual(counts.unheard);
  expect(counts.copiesPerMille).toBeLessThanOrEqual(1);
});

test("the promise holds where nearly every sending goes wrong", () => {
  const { violations, counts } = provePure({ seed: 2, events: 6_000, isRough: true });
  expect(violations.length, wordsOf(violations, COMMAND)).toBe(0);
  expect(counts.copies).toBeGreaterThan(300);
});

test.each(MUTANTS)("a recipient complains of an engine that %s", (mutant) => {
  const { violations } = provePure({ seed: 1, events: 40_000, mutant, isRough: true, most: 1 });
  expect(violations[0]?.invariant).toContain(INVARIANT);
});

test("every word reaches whom wants it, once and when they want it, through a worker and an SMTP server that are killed", async () => {
  const { small } = oneMessage.sizes;
  const { violations, counts } = await proveThroughEngine(core, {
    seed: 1,
    causes: small["engine"] ?? 0,
    workerKills: small["workerKills"] ?? 0,
    smtpKills: small["smtpKills"] ?? 0,
    say: () => undefined,
  });
  expect(violations.length, wordsOf(violations, COMMAND)).toBe(0);
  expect(counts).toMatchObject({ causes: 120, workerKills: 1, smtpKills: 1 });
  expect(counts.digests).toBeGreaterThan(0);
}, 240_000);

const ANNA = "anna@proof.example";

function judged(kind: Kind, news: readonly SentBill["news"][], raw: readonly Partial<RawMail>[]) {
  const taken = { phase: 1, messageId: "<1>", to: ANNA, subject: "A bill", isTaken: true, replyCode: 250 };
  return judgeMails({
    neighbours: [{ residentId: "anna", email: ANNA, kind }],
    bills: news.map((what, index) => ({ residentId: "anna", period: `2026-0${index + 1}`, news: what })),
    raw: raw.map((mail) => ({ ...taken, ...mail })),
    inDoubt: new Set(["<doubt>"]),
  }).wrong;
}

test("the judge of mails sees one that is lost, one too many, one on a channel that is off, one at night and a copy without a reason", () => {
  expect(judged("told", ["none"], [{}])).toEqual([]);
  expect(judged("told", ["none"], [{ isTaken: false }])).toHaveLength(1);
  expect(judged("told", ["amended"], [{}])).toHaveLength(1);
  expect(judged("told", ["amended"], [{}, { messageId: "<2>", phase: 2 }])).toEqual([]);
  expect(judged("told", ["none"], [{}, { messageId: "<2>" }])).toHaveLength(1);
  expect(judged("off", ["none"], [{}])).toHaveLength(1);
  expect(judged("asleep", ["none"], [{}])).toHaveLength(2);
  expect(judged("asleep", ["none"], [{ phase: 3 }])).toEqual([]);
  const digest = { phase: 4, subject: "2 bills, 10 ₽" };
  expect(judged("digest", ["none", "amended"], [digest])).toEqual([]);
  expect(judged("digest", ["none", "none", "paid"], [{ ...digest, subject: "3 bills, 10 ₽" }])).toHaveLength(
    2,
  );
  expect(judged("told", ["none"], [{}, {}])).toEqual(["a copy that nothing explains: <1>"]);
  expect(judged("told", ["none"], [{ messageId: "<doubt>" }, { messageId: "<doubt>" }])).toEqual([]);
  expect(judged("told", ["none"], [{}, { messageId: "<2>", to: "boris@proof.example" }])).toHaveLength(1);
});
