import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { forecastOf } from "../../db/queries/forecast.ts";
import { changeTerms, lockMandate } from "../../db/queries/mandates.ts";
import type { ForecastLine } from "../../domain/forecast/line.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import type { Terms } from "../../domain/terms.ts";
import { differences } from "../../scripts/proofs/forecast/compare.ts";
import { Engine } from "../../scripts/proofs/forecast/drive.ts";
import { readHappened } from "../../scripts/proofs/forecast/events.ts";
import { makePayer, type Payer, payNow, pushBill, rub } from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(3);
});
afterAll(() => core.close());

const BEGIN = "2026-09-02T09:00:00.000Z";
const END = "2026-12-01T09:00:00.000Z";

const dueMonthly = (day: number): Partial<Terms> => ({
  noticePack: NOTICE_PACKS.RU,
  trigger: { kind: "on-schedule", schedule: { kind: "monthly", day }, pays: "due" },
});

/** A payer at the first day; the engine is moved by hand. */
async function begin(terms: Partial<Terms>) {
  const engine = new Engine(core.db);
  await engine.freeze();
  await engine.moveTo(BEGIN);
  const payer = await makePayer(core, { terms });
  return { engine, payer };
}

async function foresee(payer: Payer): Promise<readonly ForecastLine[]> {
  const found = await forecastOf(core.db, { residentId: payer.residentId, days: 90 });
  return (found?.lines ?? []).filter(({ kind, at }) => kind !== "expected" && at !== null);
}

/** Lives on to the end, and holds what was foreseen at `since` against it. */
async function liveOn(
  of: { readonly engine: Engine; readonly payer: Payer },
  foreseen: readonly ForecastLine[],
  since = BEGIN,
): Promise<void> {
  const { engine, payer } = of;
  await engine.settle();
  for (let due = await engine.nextDue(END); due !== null; due = await engine.nextDue(END)) {
    await engine.moveTo(due);
    await engine.settle();
  }
  const happened = (await readHappened(core.db, engine.questions)).get(payer.mandateId) ?? [];
  const after = new Date(Date.parse(since) - 60_000).toISOString();
  expect(differences(foreseen, happened, { after, until: END })).toEqual([]);
}

const told = (lines: readonly ForecastLine[]) => lines.map(({ kind, on, reason }) => [kind, on, reason]);

async function edit(
  { mandateId, residentId }: Payer,
  change: Partial<Terms>,
  narrowing: boolean,
): Promise<void> {
  await core.db.transaction().execute(async (transaction) => {
    const mandate = await lockMandate(transaction, { mandateId, residentId });
    if (mandate === undefined) throw new Error(`no mandate ${mandateId}`);
    const terms = { ...mandate.terms, ...change };
    await changeTerms(transaction, { mandateId, residentId, version: mandate.version + 1, terms, narrowing });
  });
}

describe("a bill of a mandate that pays what is due on a schedule", () => {
  test("is announced and debited for its run, not at once: before it is planned, and while its notice waits", async () => {
    const { engine, payer } = await begin(dueMonthly(20));
    await pushBill(core.db, { account: payer.account, period: "2026-09", dueOn: "2026-10-15" });
    const before = await foresee(payer);
    expect(told(before)).toEqual([
      ["notice", "2026-09-19", "bill"],
      ["debit", "2026-09-20", "bill"],
    ]);
    await engine.settle();
    expect(told(await foresee(payer))).toEqual(told(before));
    await liveOn({ engine, payer }, before);
  });

  test("comes forward where only its discount ends before the run, and is asked about where its day does", async () => {
    const { engine, payer } = await begin(dueMonthly(20));
    const { account } = payer;
    await pushBill(core.db, {
      account,
      period: "2026-09",
      dueOn: "2026-10-15",
      discount: { kind: "percent", value: 25, until: "2026-09-10" },
    });
    await pushBill(core.db, { account, period: "2026-10", dueOn: "2026-09-15" });
    const before = await foresee(payer);
    const kinds = before.map(({ kind, reason }) => `${kind} ${reason}`);
    expect(kinds).toEqual(["notice bill", "question late-bill", "debit bill", "question-ends late-bill"]);
    await liveOn({ engine, payer }, before);
  });

  test("for which its limit has no room is looked at on the next day of the schedule, and planned for the one behind it", async () => {
    const limits = { limitPerPeriod: { amount: rub(100_000), period: "month" }, overLimit: "skip" } as const;
    const { engine, payer } = await begin({ ...dueMonthly(20), ...limits });
    const { account } = payer;
    const bill = { account, amountMinor: 80_000, dueOn: "2026-11-30" };
    await pushBill(core.db, { ...bill, period: "2026-09" });
    await engine.settle();
    await pushBill(core.db, { ...bill, period: "2026-10" });
    const before = await foresee(payer);
    expect(told(before)).toEqual([
      ["skipped", "2026-09-02", "over-limit"],
      ["notice", "2026-09-19", "bill"],
      ["debit", "2026-09-20", "bill"],
      ["notice", "2026-10-19", "bill"],
      ["debit", "2026-10-20", "bill"],
    ]);
    await engine.settle();
    // who was told that it is left out is not told once more
    expect(told(await foresee(payer))).toEqual(told(before).slice(1));
    await liveOn({ engine, payer }, before);
  });
});

test("a year of weeks none of which has room for a bill is foreseen in a few journeys", async () => {
  const trigger = { kind: "on-schedule", schedule: { kind: "weekly", weekday: 3 }, pays: "due" } as const;
  const { payer } = await begin({ trigger, limitPerPayment: rub(1_000), overLimit: "skip" });
  await pushBill(core.db, { account: payer.account, period: "2026-09", dueOn: "2027-09-01" });
  const found = await forecastOf(core.db, { residentId: payer.residentId, days: 366 });
  const lines = found?.lines.filter(({ kind }) => kind !== "expected") ?? [];
  expect(told(lines)).toEqual([["skipped", "2026-09-02", "over-limit"]]);
});

describe("a sum far above the usual one", () => {
  test("is foreseen as the question that it will be, with its end", async () => {
    const { engine, payer } = await begin({ noticePack: NOTICE_PACKS.RU });
    const { account, residentId, methodId } = payer;
    for (const period of ["2026-06", "2026-07", "2026-08"]) {
      const { billId } = await pushBill(core.db, { account, period, amountMinor: 10_000 });
      const { paymentId = "" } = await payNow(core.db, { billId, residentId, methodId, amountMinor: 10_000 });
      await askGate(core.db, paymentId);
      await record(core.db, `${paymentId}-1`, seen.charged(10_000));
    }
    await engine.settle();
    await pushBill(core.db, { account, period: "2026-09", amountMinor: 50_000, dueOn: "2026-09-30" });
    const before = await foresee(payer);
    expect(told(before)).toMatchObject([
      ["question", "2026-09-02", "unusual-amount"],
      ["question-ends", expect.any(String), "unusual-amount"],
    ]);
    await liveOn({ engine, payer }, before);
  });
});

describe("a debit that was announced before an edit", () => {
  test("above a limit that was lowered since is asked about at its moment, until the day that the gate sets", async () => {
    const { engine, payer } = await begin({ noticePack: NOTICE_PACKS.RU });
    await pushBill(core.db, { account: payer.account, period: "2026-09", dueOn: "2026-09-30" });
    await engine.settle();
    await edit(payer, { limitPerPayment: rub(100_000) }, true);
    await engine.settle();
    const before = (await foresee(payer)).filter(({ kind }) => kind !== "notice");
    expect(before.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      "question over-limit",
      "question-ends over-limit",
    ]);
    await engine.settle();
    const [ends] = before.slice(1);
    await liveOn({ engine, payer }, [...before], "2026-09-02T12:00:00.000Z");
    const { rows } = await sql<{ at: string }>`
      select give_up_at as at from payments where mandate_id = ${payer.mandateId}`.execute(core.db);
    expect(Math.abs(Date.parse(rows[0]?.at ?? "") - Date.parse(ends?.at ?? ""))).toBeLessThan(10_000);
  });

  test("under terms that were widened since is announced once more at its moment, and debited by that clock", async () => {
    const { engine, payer } = await begin({ noticePack: NOTICE_PACKS.RU, limitPerPayment: rub(900_000) });
    await pushBill(core.db, { account: payer.account, period: "2026-09", dueOn: "2026-09-30" });
    await engine.settle();
    const announced = await foresee(payer);
    await edit(payer, { limitPerPayment: "unlimited" }, false);
    await engine.settle();
    const before = await foresee(payer);
    expect(before.map(({ kind }) => kind)).toEqual(["notice", "debit"]);
    expect(before[0]?.at).toBe(announced[0]?.at);
    await liveOn({ engine, payer }, before, "2026-09-02T12:00:00.000Z");
  });
});
