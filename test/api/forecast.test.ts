import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookAtMandate } from "../../activities/looking.ts";
import type { Forecast } from "../../api/schemas/forecast.ts";
import { planAll } from "../support/rows.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish, oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let boris: Person;
let card: string;

/** A day of the month that is neither today nor tomorrow. */
const day = [12, 13, 14, 15, 16].includes(new Date().getUTCDate()) ? 25 : 15;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  boris = await signIn(under, "boris");
  card = await bindCard(under, anna);
  await under.database.pool.query(
    `update billers set without_bill = '{"leastMinor": 1000, "mostMinor": 1000000}' where id = 'gorod-zhkh'`,
  );
});
afterAll(() => under.close());

async function read(person: Person, query = ""): Promise<Forecast> {
  const answer = await ask(under, person, `GET /v1/forecast${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as Forecast;
}

async function make(change: Record<string, unknown>): Promise<string> {
  const made = await createMandate(under, anna, mandateWish([card], { noticePack: "RU", ...change }));
  expect(made.status, made.text).toBe(201);
  return String(made.body["id"]);
}

describe("the next 90 days of a payer", () => {
  test("who has no autopay has nothing ahead", async () => {
    expect((await read(boris)).lines).toEqual([]);
  });

  test("each run of a schedule is told, then charged, with amount, card and reason", async () => {
    const id = await make({
      account: "9001",
      trigger: {
        kind: "on-schedule",
        schedule: { kind: "monthly", day },
        pays: { amountMinor: 50_000, currency: "RUB" },
      },
    });
    const before = await read(anna);
    await lookAtMandate(under.database.db, { mandateId: id });
    const { lines } = await read(anna);
    // what nobody has reckoned yet is reckoned as it will be
    expect(lines.map(({ kind, on }) => [kind, on])).toEqual(before.lines.map(({ kind, on }) => [kind, on]));
    const debits = lines.filter(({ kind }) => kind === "debit");
    expect(debits.length).toBeGreaterThanOrEqual(2);
    expect(lines.filter(({ kind }) => kind === "notice").length).toBeGreaterThanOrEqual(debits.length);
    for (const line of debits) {
      expect(line).toMatchObject({
        mandateId: id,
        amount: { amountMinor: 50_000, currency: "RUB" },
        method: { id: card },
        reason: "schedule",
        why: "По расписанию автоплатежа",
      });
      expect(line.on?.slice(-2)).toBe(String(day));
    }
    const row = await under.database.pool.query<{ plan_at: string }>(
      "select plan_at from mandate_runs where mandate_id = $1",
      [id],
    );
    expect(lines[0]?.at).toBe(row.rows[0]?.plan_at);
  });

  test("a bill that is planned is charged on its day; later bills are marked as not there yet", async () => {
    const id = await make({ account: "9002" });
    const billId = await oweBill(under, anna, { account: "9002" });
    const foreseen = (await read(anna)).lines.filter((line) => line.mandateId === id);
    expect(foreseen.map(({ kind }) => kind)).toEqual(["notice", "debit", "expected"]);
    await planAll(under.database.db);
    const lines = (await read(anna)).lines.filter((line) => line.mandateId === id);
    expect(lines).toMatchObject([
      { kind: "notice", billId, reason: "bill" },
      { kind: "debit", billId, reason: "bill", on: foreseen[1]?.on },
      { kind: "expected", on: null, amount: null, dependsOn: ["bill-to-come"] },
    ]);
    expect(JSON.stringify(await read(boris))).not.toContain(id);
  });

  test("a question and its end stand there where the limit is too small", async () => {
    const limitPerPayment = { amountMinor: 40_000, currency: "RUB" };
    const trigger = {
      kind: "on-schedule",
      schedule: { kind: "weekly", weekday: 3 },
      pays: { amountMinor: 40_100, currency: "RUB" },
    };
    const id = await make({ account: "9003", limitPerPayment, trigger });
    const lines = (await read(anna, "?days=20")).lines.filter((line) => line.mandateId === id);
    expect(new Set(lines.map(({ kind, reason }) => `${kind} ${reason}`))).toEqual(
      new Set(["question over-limit", "question-ends over-limit"]),
    );
  });

  test.each(["0", "367", "many", ""])("422 for %s days", async (days) => {
    expect((await ask(under, anna, `GET /v1/forecast?days=${days}`)).status).toBe(422);
  });
});
