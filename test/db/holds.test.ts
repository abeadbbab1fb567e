import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type HoldName, listReleases, placeHold, releaseHold } from "../../db/queries/holds.ts";
import { makeResident, payment, payNow, pushBill, rub, toldTo } from "../support/rows.ts";
import {
  askGate,
  askReplay,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";

const AT_ONCE = 50;

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(AT_ONCE + 4);
});
afterEach(async () => {
  await sql`delete from holds`.execute(core.db);
  await sql`delete from releases`.execute(core.db);
  await sql`update billers set allowed_methods = '{bank_card}'`.execute(core.db);
  const { rows } = await sql<{
    id: string;
  }>`select id from charges where state not in ('charged', 'not-charged')`.execute(core.db);
  for (const { id } of rows) await record(core.db, id, seen.declined());
  // nobody's neglect: they are the debits of another test
  await sql`update payments set next_look_at = business_now() + interval '1 day' where state = 'scheduled'`.execute(
    core.db,
  );
});
afterAll(() => core.close());

const biller: HoldName = { scope: "biller", scopeId: "gorod-zhkh" };
const everything: HoldName = { scope: "all", scopeId: "" };
const hold = (name: HoldName) => placeHold(core.db, { ...name, reason: "drill", placedBy: "olga" });
const release = (rate: number | "unlimited", name: HoldName = biller) =>
  releaseHold(core.db, { ...name, releasedBy: "olga", rate });

async function makeDues(count: number): Promise<readonly Due[]> {
  const dues: Due[] = [];
  while (dues.length < count) dues.push(await makeDue(core));
  return dues;
}

async function sent(due: Due, end = seen.unanswered()): Promise<Due> {
  await askGate(core.db, due.paymentId);
  await record(core.db, due.chargeId, end);
  return due;
}

/** Asks the gates of these payments at once; answers those that passed. */
async function askAll(dues: readonly Due[]): Promise<readonly Due[]> {
  const answers = await Promise.all(dues.map(({ paymentId }) => askGate(core.db, paymentId)));
  return dues.filter((_, index) => answers[index]?.verdict === "passed");
}

/** Real milliseconds between one passed gate and the next. */
async function gapsMs(): Promise<readonly number[]> {
  const { rows } = await sql<{ gap: number }>`
    select extract(epoch from passed_at - lag(passed_at) over (order by passed_at))::double precision * 1000 as gap
    from gate_passes where kind = 'charge' and transmission = 1
      and passed_at > (select min(released_at) from releases) order by passed_at offset 1`.execute(core.db);
  return rows.map(({ gap }) => gap);
}

describe("a hold is a stop: its answer lists what is under way", () => {
  test.each([
    ["everything", everything],
    ["the gateway", { scope: "gateway", scopeId: "yookassa" }],
    ["the biller", biller],
    ["the category", { scope: "category", scopeId: "housing" }],
  ] as const)("%s: sent, challenged and unknown charges, and none that is decided", async (_, name) => {
    const [unknown, challenged, sending, charged, waiting] = await makeDues(5);
    await sent(unknown as Due);
    await sent(challenged as Due, seen.challenged());
    await askGate(core.db, (sending as Due).paymentId);
    await sent(charged as Due, seen.charged());
    const answer = await hold(name);
    expect(answer.inFlightTotal).toBe(3);
    expect(answer.inFlight.map(({ charge, state }) => [charge, state])).toEqual([
      [unknown?.chargeId, "unknown"],
      [challenged?.chargeId, "challenged"],
      [sending?.chargeId, "sending"],
    ]);
    expect(answer.inFlight[0]).toMatchObject({ amount: rub(512_345), method: "Bank card *4444" });
    expect(await askGate(core.db, waiting?.paymentId ?? "")).toMatchObject({ verdict: "not-now" });

    await record(core.db, unknown?.chargeId ?? "", seen.charged());
    const again = await hold(name);
    expect(again.inFlightTotal, "placed again, it answers with today's list").toBe(2);
    expect(again.placed_at, "and stands since it was placed first").toBe(answer.placed_at);
  });

  test.each([
    ["another gateway", { scope: "gateway", scopeId: "stripe" }],
    ["another biller", { scope: "biller", scopeId: "detsad" }],
    ["another category", { scope: "category", scopeId: "education" }],
  ] as const)("%s: what is outside its scope is not listed, and goes on", async (_, name) => {
    const [unknown, due] = await makeDues(2);
    await sent(unknown as Due);
    expect(await hold(name)).toMatchObject({ inFlight: [], inFlightTotal: 0 });
    expect(await askGate(core.db, due?.paymentId ?? "")).toMatchObject({ verdict: "passed" });
  });
});

describe("a bill that its source withdraws is stopped: the push answers with what is under way", () => {
  const push = (due: Due, status: "issued" | "annulled" | "paid", version = 2) =>
    pushBill(core.db, { account: due.account, version, status });

  test.each(["annulled", "paid"] as const)(
    "%s: the charge that had left, today's list when it is told again",
    async (status) => {
      const due = await sent(await makeDue(core));
      const told = await push(due, status);
      expect(told.stop).toMatchObject({
        inFlightTotal: 1,
        inFlight: [{ charge: due.chargeId, state: "unknown" }],
      });
      await record(core.db, due.chargeId, seen.declined());
      expect((await push(due, status)).stop).toMatchObject({
        inFlightTotal: 0,
        inFlight: [],
        stoppedAt: told.stop?.stoppedAt,
      });
    },
  );

  test("nothing had left: an empty list, and nothing leaves afterwards", async () => {
    const due = await makeDue(core);
    expect((await push(due, "annulled")).stop).toMatchObject({ inFlight: [] });
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "ended", outcome: "annulled" });
  });

  test("a bill that stays owed stops nothing", async () => {
    const due = await sent(await makeDue(core));
    expect((await push(due, "issued")).stop).toBeUndefined();
  });
});

describe("a hold lets nothing out, and its release admits at the set rate", () => {
  test(`${AT_ONCE} gates at once: none while it stands, then never two closer than the rate allows, and all in the end`, async () => {
    const dues = await makeDues(AT_ONCE);
    await hold(biller);
    expect(await askAll(dues)).toEqual([]);
    const perMinute = 1_200;
    await release(perMinute);
    const began = performance.now();
    const first = await askAll(dues);
    let waiting = dues.filter((due) => !first.includes(due));
    const turns = await sql<{ turn: string }>`select turn_at as turn from release_turns`.execute(core.db);
    expect(new Set(turns.rows.map(({ turn }) => turn)).size, "the others have a turn each").toBe(
      waiting.length,
    );
    while (waiting.length > 0) {
      const passed = new Set(await askAll(waiting));
      waiting = waiting.filter((due) => !passed.has(due));
    }
    expect(Math.min(...(await gapsMs()))).toBeGreaterThanOrEqual(60_000 / perMinute);
    expect(performance.now() - began).toBeGreaterThanOrEqual((AT_ONCE - 1) * (60_000 / perMinute));
    expect(await listReleases(core.db)).toMatchObject([
      { admitted: AT_ONCE, waiting: 0, per_minute: perMinute },
    ]);
  });

  test("first come, first served: who comes new does not pass those who wait", async () => {
    const [first, second, late] = (await makeDues(3)) as [Due, Due, Due];
    await hold(biller);
    await release(1);
    expect(await askAll([first])).toEqual([first]);
    await askGate(core.db, second.paymentId);
    // a minute later, by the row's own clock
    await sql`update releases set next_at = clock_timestamp() - interval '1 second'`.execute(core.db);
    expect(await askGate(core.db, late.paymentId)).toMatchObject({
      verdict: "not-now",
      reason: "turn after a hold",
    });
    expect(await askGate(core.db, second.paymentId), "its turn has not come").toMatchObject({
      verdict: "not-now",
    });
    await sql`update release_turns set turn_at = clock_timestamp() where payment_id = ${second.paymentId}`.execute(
      core.db,
    );
    expect(await askAll([second])).toEqual([second]);
    const { next_look_at: looks } = await payment(core.db, late.paymentId);
    expect(Date.parse(looks) - Date.now(), "a turn behind the other's").toBeGreaterThan(60_000);
  });

  test("a notice that grew too old meanwhile is sent anew, and takes nobody's place in the rate", async () => {
    const [old, fresh] = (await makeDues(2)) as [Due, Due];
    await hold(biller);
    await sql`update notices set not_after = business_now() - interval '1 second' where payment_id = ${old.paymentId}`.execute(
      core.db,
    );
    await release(1);
    expect(await askGate(core.db, old.paymentId)).toMatchObject({ check: "notice", verdict: "not-now" });
    expect(await askAll([fresh])).toEqual([fresh]);
  });

  test("what was admitted already is not counted again: the same bytes go out whatever the rate", async () => {
    const unknown = await sent(await makeDue(core));
    await hold(biller);
    await release(1);
    expect(await askAll(await makeDues(1))).toHaveLength(1);
    expect(await askReplay(core.db, unknown.chargeId)).toMatchObject({ verdict: "passed" });
  });

  test("two releases over one payment: the slower one rules", async () => {
    const [first, second] = (await makeDues(2)) as [Due, Due];
    await hold(everything);
    await hold(biller);
    await release(60_000, everything);
    await release(1);
    expect(await askAll([first])).toEqual([first]);
    expect(await askGate(core.db, second.paymentId)).toMatchObject({ reason: "turn after a hold" });
    expect(await release("unlimited"), "its rate can be changed, and taken away").toEqual({
      hold: null,
      rate: "unlimited",
    });
    await sql`update releases set next_at = clock_timestamp()`.execute(core.db);
    expect(await askAll([second])).toEqual([second]);
    expect(await release(5), "but nothing is released twice").toBeUndefined();
  });

  test("a hold placed again ends the release", async () => {
    const due = await makeDue(core);
    await hold(biller);
    await release(1);
    await hold(biller);
    expect(await listReleases(core.db)).toEqual([]);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ reason: "held:biller" });
  });
});

describe("a person in front of the page", () => {
  async function pays(): Promise<string> {
    const owner = await makeDue(core);
    const residentId = await makeResident(core.db);
    const { paymentId } = await payNow(core.db, { billId: owner.billId, residentId });
    return paymentId ?? "";
  }

  test("goes ahead of everybody's turn, and still not above the rate", async () => {
    const dues = await makeDues(3);
    await hold(biller);
    await release(30);
    await askAll(dues);
    const paymentId = await pays();
    expect(await askGate(core.db, paymentId)).toMatchObject({
      verdict: "not-now",
      reason: "turn after a hold",
    });
    expect((await payment(core.db, paymentId)).state, "waits that moment").toBe("scheduled");
    await sql`update releases set next_at = clock_timestamp()`.execute(core.db);
    expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("is told at once where it would take longer than a minute", async () => {
    await hold(biller);
    await release(1);
    await askAll(await makeDues(1));
    const paymentId = await pays();
    await sql`update releases set next_at = clock_timestamp() + interval '61 seconds'`.execute(core.db);
    expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "ended", outcome: "gave-up" });
    const { resident_id: residentId } = await core.db
      .selectFrom("payments")
      .select("resident_id")
      .where("id", "=", paymentId)
      .executeTakeFirstOrThrow();
    expect(await toldTo(core.db, residentId)).toEqual(["failed"]);
  });
});

describe("a release ends by itself", () => {
  const longAgo = sql`update releases set next_at = clock_timestamp() - interval '16 minutes', last_turn_at = clock_timestamp() - interval '16 minutes'`;

  test("a quarter of an hour after the last that waited: from then on everybody goes out at once", async () => {
    const dues = await makeDues(4);
    await hold(biller);
    await release(1);
    await longAgo.execute(core.db);
    expect(await askAll(dues)).toHaveLength(4);
    expect(await listReleases(core.db)).toEqual([]);
  });

  test("but not while somebody should have gone out long ago: all workers may have been away", async () => {
    const dues = await makeDues(4);
    await hold(biller);
    await release(1);
    await longAgo.execute(core.db);
    await sql`update payments set next_look_at = business_now() - interval '20 minutes' where id = ${dues[3]?.paymentId ?? ""}`.execute(
      core.db,
    );
    expect(await askAll(dues.slice(0, 3))).toHaveLength(1);
  });
});
