import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { closeDigest } from "../../db/queries/digests.ts";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import {
  choose,
  livingNotice,
  makeBiller,
  makePayer,
  makeResident,
  payment,
  planAll,
  planBillFor,
  pushBill,
} from "../support/rows.ts";
import { type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(4);
  await makeBiller(core.db);
});
/** Each test has a day of its own, the clock never goes back; what earlier ones left is nobody's. */
let day = 0;
beforeEach(async () => {
  day += 2;
  await sql`update notifications set state = 'dropped', why = 'test' where state in ('queued', 'sending')`.execute(
    core.db,
  );
});
afterAll(() => core.close());

/** An instant of this test's day by the clocks of Moscow. */
const at = (time: string, later = 0): string =>
  new Date(Date.parse(`2027-02-01T${time}:00+03:00`) + (day + later) * 86_400_000).toISOString();

async function night(
  residentId: string,
  hours: { readonly from: string; readonly to: string },
): Promise<void> {
  await core.db
    .insertInto("notification_settings")
    .values({ resident_id: residentId, quiet: "hours", quiet_from: hours.from, quiet_to: hours.to })
    .execute();
}

/** A resident who is told of bills of so many accounts, asleep from ten to eight. */
async function sleeper(
  accounts: number,
): Promise<{ readonly residentId: string; readonly accounts: readonly string[] }> {
  const residentId = await makeResident(core.db);
  await night(residentId, { from: "22:00", to: "08:00" });
  const names = Array.from({ length: accounts }, (_, index) => `${residentId}-${index}`);
  await core.db
    .insertInto("payer_accounts")
    .values(names.map((account) => ({ resident_id: residentId, biller_id: "gorod-zhkh", account })))
    .execute();
  return { residentId, accounts: names };
}

async function messages(residentId: string) {
  return core.db
    .selectFrom("notifications")
    .selectAll()
    .where("resident_id", "=", residentId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

async function openDigests(
  residentId: string,
): Promise<readonly { readonly id: string; readonly closes_at: string }[]> {
  return core.db
    .selectFrom("digests")
    .select(["id", "closes_at"])
    .where("resident_id", "=", residentId)
    .execute();
}

const lease = () => leaseNotifications(core.db, 20);
const accept = (batch: readonly { readonly id: string }[]) =>
  settleNotifications(
    core.db,
    batch.map(({ id }) => ({ id, outcome: "accepted", answer: "250 OK", againSeconds: 0 })),
  );

describe("quiet hours", () => {
  test("a hundred bills of one night are one message in the morning, and one digest that closes once", async () => {
    const { residentId, accounts } = await sleeper(100);
    await setClock(core.db, at("23:30"));
    for (const account of accounts) await pushBill(core.db, { account, amountMinor: 10_050 });
    await planAll(core.db);
    expect(await lease()).toEqual([]);
    const [digest, ...others] = await openDigests(residentId);
    expect(others).toEqual([]);
    expect(new Date(digest?.closes_at ?? "").toISOString()).toBe(at("08:00", 1));
    const { rows: started } = await sql<{
      n: number;
    }>`select count(*)::int as n from outbox where kind = 'start-digest' and subject_id = ${digest?.id}`.execute(
      core.db,
    );
    expect(started).toEqual([{ n: 1 }]);
    expect((await closeDigest(core.db, digest?.id ?? "")).closed).toBe(false);

    await setClock(core.db, at("08:00", 1));
    expect((await closeDigest(core.db, digest?.id ?? "")).closed).toBe(true);
    expect((await closeDigest(core.db, digest?.id ?? "")).closed).toBe(true);
    const batch = await lease();
    expect(batch.map(({ event }) => event)).toEqual(["digest"]);
    expect(batch[0]?.lines).toHaveLength(100);
    await accept(batch);
    const kept = await messages(residentId);
    expect(kept).toHaveLength(101);
    expect(new Set(kept.map(({ state }) => state))).toEqual(new Set(["accepted"]));
    expect(await lease()).toEqual([]);
  });

  test("one message of a night goes as itself, at the end of the hours", async () => {
    const { residentId, accounts } = await sleeper(1);
    await setClock(core.db, at("02:00"));
    await pushBill(core.db, { account: accounts[0] ?? "" });
    await planAll(core.db);
    expect(await lease()).toEqual([]);
    await setClock(core.db, at("08:00"));
    for (const { id } of await openDigests(residentId)) await closeDigest(core.db, id);
    expect((await lease()).map(({ event }) => event)).toEqual(["bill-arrived"]);
  });

  test("what was paid, withdrawn or muted by the morning is no line of it", async () => {
    const { residentId, accounts } = await sleeper(4);
    await setClock(core.db, at("23:00"));
    const bills: string[] = [];
    for (const account of accounts) bills.push((await pushBill(core.db, { account })).billId);
    await planAll(core.db);
    await lease();
    await pushBill(core.db, { account: accounts[0] ?? "", version: 2, status: "annulled" });
    await pushBill(core.db, { account: accounts[1] ?? "", version: 2, status: "paid" });
    await planAll(core.db);
    await core.db
      .insertInto("notification_mutes")
      .values({ resident_id: residentId, kind: "bill", subject_id: bills[2] ?? "" })
      .execute();
    await lease();
    await setClock(core.db, at("08:00", 1));
    for (const { id } of await openDigests(residentId)) await closeDigest(core.db, id);
    const batch = await lease();
    expect(batch.map(({ event, args }) => [event, args["billId"]])).toEqual([["bill-arrived", bills[3]]]);
  });

  test("a bill that changed in the night is told once, as it is in the morning", async () => {
    const { residentId, accounts } = await sleeper(1);
    await setClock(core.db, at("23:00"));
    await pushBill(core.db, { account: accounts[0] ?? "", amountMinor: 100_000 });
    await planAll(core.db);
    await lease();
    await pushBill(core.db, { account: accounts[0] ?? "", version: 2, amountMinor: 200_000 });
    await planAll(core.db);
    await lease();
    await setClock(core.db, at("08:00", 1));
    for (const { id } of await openDigests(residentId)) await closeDigest(core.db, id);
    const batch = await lease();
    expect(batch.map(({ event, args }) => [event, args["amount"]])).toEqual([
      ["bill-arrived", { amountMinor: 200_000, currency: "RUB" }],
    ]);
  });

  test("notices of one night are accepted together with the message that carries them, each with its own clock from then", async () => {
    const payer = await makePayer(core);
    await night(payer.residentId, { from: "22:00", to: "08:00" });
    await setClock(core.db, at("23:00"));
    const first = await planBillFor(core.db, payer);
    const second = await planBillFor(core.db, payer, { period: "2026-12" });
    expect(await lease()).toEqual([]);
    // planned from the moment at which it will be heard
    expect((await payment(core.db, first.paymentId)).not_before >= at("08:00", 1)).toBe(true);
    await setClock(core.db, at("08:00", 1));
    for (const { id } of await openDigests(payer.residentId)) await closeDigest(core.db, id);
    const batch = await lease();
    expect(batch.map(({ event, legalMinimum, lines }) => [event, legalMinimum, lines.length])).toEqual([
      ["digest", true, 2],
    ]);
    await accept(batch);
    for (const { paymentId } of [first, second]) {
      const notice = await livingNotice(core.db, paymentId);
      expect(notice).toMatchObject({ state: "accepted", channel: "email" });
      expect(new Date(notice?.accepted_at ?? "").getTime()).toBeGreaterThanOrEqual(
        Date.parse(at("08:00", 1)),
      );
    }
  });

  test("a digest that the relay refuses permits no debit of its notices", async () => {
    const payer = await makePayer(core);
    await night(payer.residentId, { from: "22:00", to: "08:00" });
    await setClock(core.db, at("23:00"));
    const first = await planBillFor(core.db, payer);
    const second = await planBillFor(core.db, payer, { period: "2026-12" });
    await lease();
    await setClock(core.db, at("08:00", 1));
    for (const { id } of await openDigests(payer.residentId)) await closeDigest(core.db, id);
    const batch = await lease();
    await settleNotifications(
      core.db,
      batch.map(({ id }) => ({ id, outcome: "refused", answer: "550", againSeconds: 0 })),
    );
    for (const { paymentId } of [first, second])
      expect(await payment(core.db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  });

  test("what has to be answered within the hour does not wait for the morning", async () => {
    const residentId = await makeResident(core.db);
    await night(residentId, { from: "22:00", to: "08:00" });
    await setClock(core.db, at("23:00"));
    const ask = (key: string, giveUpAt: string) =>
      sql`select tell_resident('needs-confirmation', ${residentId}, ${key}, 'subject', ${JSON.stringify({ giveUpAt })}::jsonb, true)`.execute(
        core.db,
      );
    await ask(`soon/${day}`, at("23:45"));
    await ask(`night/${day}`, at("04:00", 1));
    await ask(`later/${day}`, at("18:00", 1));
    expect((await lease()).map(({ args }) => args["giveUpAt"])).toEqual([at("23:45")]);
    await setClock(core.db, at("03:00", 1));
    for (const { id, closes_at } of await openDigests(residentId))
      if (closes_at <= at("03:00", 1)) await closeDigest(core.db, id);
    expect((await lease()).map(({ args }) => args["giveUpAt"])).toEqual([at("04:00", 1)]);
    const rest = await messages(residentId);
    expect(
      rest.filter(({ state }) => state === "queued").map(({ due_at }) => new Date(due_at).toISOString()),
    ).toEqual([at("08:00", 1)]);
  });

  test("the end of the hours is the reader's own clock, also in the night that has an hour more or less", async () => {
    const residentId = await makeResident(core.db);
    await core.db
      .updateTable("residents")
      .set({ zone: "America/New_York" })
      .where("id", "=", residentId)
      .execute();
    await night(residentId, { from: "22:00", to: "07:00" });
    const ends = async (instant: string): Promise<string | null> => {
      const { rows } = await sql<{
        at: string | null;
      }>`select quiet_end(${residentId}, 'email', ${instant}::timestamptz) as at`.execute(core.db);
      const found = rows[0]?.at;
      return found === null || found === undefined ? null : new Date(found).toISOString();
    };
    expect(await ends("2027-03-14T04:30:00Z")).toBe("2027-03-14T11:00:00.000Z");
    expect(await ends("2027-03-13T04:30:00Z")).toBe("2027-03-13T12:00:00.000Z");
    expect(await ends("2027-11-07T05:30:00Z")).toBe("2027-11-07T12:00:00.000Z");
    expect(await ends("2027-11-07T06:30:00Z")).toBe("2027-11-07T12:00:00.000Z");
    expect(await ends("2027-11-07T12:00:00Z")).toBeNull();
  });
});

test("who ends their quiet hours gets what was waiting, at once", async () => {
  const { residentId, accounts } = await sleeper(2);
  await setClock(core.db, at("23:00"));
  for (const account of accounts) await pushBill(core.db, { account });
  await planAll(core.db);
  expect(await lease()).toEqual([]);
  await core.db
    .updateTable("notification_settings")
    .set({ quiet: "none", quiet_from: null, quiet_to: null })
    .where("resident_id", "=", residentId)
    .execute();
  expect((await lease()).map(({ event }) => event)).toEqual(["bill-arrived", "bill-arrived"]);
  await setClock(core.db, at("08:00", 1));
  for (const { id } of await openDigests(residentId))
    expect((await closeDigest(core.db, id)).closed).toBe(true);
  expect(await lease()).toEqual([]);
});

describe("a preference for one message a day", () => {
  test("gathers until its hour, and the legal minimum does not wait for it", async () => {
    const residentId = await makeResident(core.db);
    await choose(core.db, { residentId, topic: "payments", choice: "digest" });
    await setClock(core.db, at("10:00"));
    const tell = (event: string, key: number, minimum: boolean) =>
      sql`select tell_resident(${event}, ${residentId}, ${`${event}/${day}/${key}`}, 'subject', '{}', ${minimum})`.execute(
        core.db,
      );
    await tell("paid", 1, false);
    await tell("paid", 2, false);
    await tell("failed", 1, true);
    expect((await lease()).map(({ event }) => event)).toEqual(["failed"]);
    expect((await openDigests(residentId)).map(({ closes_at }) => new Date(closes_at).toISOString())).toEqual(
      [at("18:00")],
    );
    await setClock(core.db, at("18:00"));
    for (const { id } of await openDigests(residentId)) await closeDigest(core.db, id);
    expect((await lease()).map(({ event, lines }) => [event, lines.length])).toEqual([["digest", 2]]);
  });

  test("switched off while it was gathered: no line of the digest", async () => {
    const residentId = await makeResident(core.db);
    await choose(core.db, { residentId, topic: "payments", choice: "digest" });
    await setClock(core.db, at("10:00"));
    for (const key of [1, 2])
      await sql`select tell_resident('paid', ${residentId}, ${`off/${day}/${key}`}, 'subject', '{}', false)`.execute(
        core.db,
      );
    await lease();
    await choose(core.db, { residentId, topic: "payments", choice: "off" });
    await setClock(core.db, at("18:00"));
    for (const { id } of await openDigests(residentId)) await closeDigest(core.db, id);
    expect(await lease()).toEqual([]);
    expect((await messages(residentId)).map(({ state, why }) => [state, why])).toEqual([
      ["dropped", "preference"],
      ["dropped", "preference"],
    ]);
  });
});
