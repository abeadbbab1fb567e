import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookAtMandate } from "../../activities/looking.ts";
import { addDays, partsOf } from "../../domain/calendar.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish, oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let card: string;
let account = 7_000;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  card = await bindCard(under, anna);
  await under.database.pool.query(
    `update billers set without_bill = '{"leastMinor": 1000, "mostMinor": 1000000}' where id = 'gorod-zhkh'`,
  );
});
afterAll(() => under.close());

const today = new Date(Date.now() + 3 * 3_600_000).toISOString().slice(0, 10);
const inTenDays = addDays(today, 10);

function trigger(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    kind: "on-schedule",
    schedule: { kind: "monthly", day: partsOf(inTenDays).day },
    pays: { amountMinor: 50_000, currency: "RUB" },
    ...change,
  };
}

async function make(of: Record<string, unknown>) {
  account += 1;
  return createMandate(
    under,
    anna,
    mandateWish([card], { account: String(account), noticePack: "RU", trigger: of }),
  );
}

async function lookAt(id: string): Promise<void> {
  await lookAtMandate(under.database.db, { mandateId: id });
}

describe("a mandate on a schedule", () => {
  test("is made with its day and sum, tells its next run, and leaves bills of its account alone", async () => {
    const made = await make(trigger({ nonWorkingDay: { rule: "next" } }));
    expect(made.status).toBe(201);
    const id = String(made.body["id"]);
    expect(made.body).toMatchObject({
      terms: { trigger: { ...trigger(), nonWorkingDay: { rule: "next", country: "RU" } } },
      nextRun: null,
    });
    await lookAt(id);
    const { body } = await ask(under, anna, `GET /v1/mandates/${id}`);
    const nextRun = body["nextRun"] as { nominal: string; debitOn: string; certainty: string };
    expect(nextRun.nominal).toBe(inTenDays);
    expect(nextRun.debitOn >= inTenDays).toBe(true);
    expect(["decreed", "not-decreed-yet"]).toContain(nextRun.certainty);
    const billId = await oweBill(under, anna, { account: String(account) });
    const bill = await ask(under, anna, `GET /v1/bills/${billId}`);
    expect(bill.body).toMatchObject({ mandateId: null });
  });

  test("without a word about days off it keeps its own day, without a schedule it waits for bills", async () => {
    expect((await make(trigger())).body).toMatchObject({
      terms: { trigger: { nonWorkingDay: { rule: "same" } } },
    });
    account += 1;
    const onBills = await createMandate(under, anna, mandateWish([card], { account: String(account) }));
    expect(onBills.body).toMatchObject({ terms: { trigger: { kind: "on-bill" } }, nextRun: null });
  });

  test.each<readonly [string, Record<string, unknown>]>([
    ["a day that no month has", { schedule: { kind: "monthly", day: 32 } }],
    ["a weekday that no week has", { schedule: { kind: "weekly", weekday: 8 } }],
    ["a country whose working days are not known", { nonWorkingDay: { rule: "next", country: "AT" } }],
    ["less than the biller takes", { pays: { amountMinor: 999, currency: "RUB" } }],
    ["more than the biller takes", { pays: { amountMinor: 1_000_001, currency: "RUB" } }],
  ])("422: %s", async (_name, change) => {
    expect((await make(trigger(change))).status).toBe(422);
  });

  test("one that pays what is due is for the bills of its account, tells its day, and may pay when they come instead", async () => {
    const made = await make(trigger({ pays: "due" }));
    expect(made).toMatchObject({ status: 201, body: { terms: { trigger: trigger({ pays: "due" }) } } });
    const id = String(made.body["id"]);
    await lookAt(id);
    expect((await ask(under, anna, `GET /v1/mandates/${id}`)).body).toMatchObject({
      nextRun: { nominal: inTenDays },
    });
    const billId = await oweBill(under, anna, { account: String(account) });
    expect((await ask(under, anna, `GET /v1/bills/${billId}`)).body).toMatchObject({ mandateId: id });
    const edit = (wish: object) => ask(under, anna, `PATCH /v1/mandates/${id}`, { body: wish });
    const consent = { text: "Я согласна", locale: "ru", version: "2027-1" };
    expect(await edit({ trigger: { kind: "on-bill" } })).toMatchObject({ status: 422 });
    expect(await edit({ trigger: { kind: "on-bill" }, consent })).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    expect((await edit({ trigger: trigger(), consent })).status).toBe(422);
    // the same account once more is refused, whatever makes it act
    const again = mandateWish([card], {
      account: String(account),
      noticePack: "RU",
      trigger: trigger({ pays: "due" }),
    });
    expect((await createMandate(under, anna, again)).status).toBe(409);
  });

  test("a smaller sum works at once, another day needs a consent, bills in place of a schedule another mandate", async () => {
    const id = String((await make(trigger())).body["id"]);
    const edit = (wish: object) => ask(under, anna, `PATCH /v1/mandates/${id}`, { body: wish });
    const smaller = trigger({ pays: { amountMinor: 40_000, currency: "RUB" } });
    expect(await edit({ trigger: smaller })).toMatchObject({ status: 200, body: { version: 2 } });
    const otherDay = trigger({
      ...smaller,
      schedule: { kind: "monthly", day: partsOf(addDays(today, 12)).day },
    });
    expect((await edit({ trigger: otherDay })).status).toBe(422);
    const consent = { text: "Я согласна", locale: "ru", version: "2027-1" };
    expect(await edit({ trigger: otherDay, consent })).toMatchObject({ status: 200, body: { version: 3 } });
    await lookAt(id);
    const { body } = await ask(under, anna, `GET /v1/mandates/${id}`);
    expect(body["nextRun"]).toMatchObject({ nominal: addDays(today, 12) });
    expect((await edit({ trigger: { kind: "on-bill" }, consent })).status).toBe(422);
  });
});
