import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BillSource } from "../../adapters/bill-sources/port.ts";
import { readWhyPayment } from "../../db/queries/why.ts";
import { whyPaymentView } from "../../api/views/why.ts";
import {
  acceptNotices,
  casesOf,
  duePayment,
  livingNotice,
  makePayer,
  payment,
  payNow,
  planAll,
} from "../support/rows.ts";
import { fineKopecks, openRereadWorld, type RereadWorld } from "./support/reread-world.ts";

let world: RereadWorld;
/** What happens to questions on their way; a test sets it for the next ones. */
let onTheWay: (() => Promise<void>) | null = null;
const watched = (source: BillSource): BillSource => ({
  ...source,
  search: async (query, signal) => {
    await onTheWay?.();
    return source.search(query, signal);
  },
});
beforeAll(async () => {
  world = await openRereadWorld({ wrap: watched });
});
afterEach(async () => {
  onTheWay = null;
  await world.heal();
});
afterAll(() => world.close());

const why = async (paymentId: string, locale: "ru" | "en" = "en") => {
  const facts = await readWhyPayment(world.engine.db, paymentId);
  if (facts === null) throw new Error("no such payment");
  return whyPaymentView({ paymentId, facts }, locale);
};

describe("what changes at the source without a word to us is heard before the debit", () => {
  test.each([
    ["annul", "annulled"],
    ["pay", "paid-elsewhere"],
  ])("%s: no debit, the payment is closed as %s", async (verb, outcome) => {
    const { engine, registry } = world;
    const { uin, paymentId } = await world.fine();
    await registry.bench.act(uin, verb);
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome });
    expect(await engine.bank.posts(paymentId)).toEqual([]);
    expect(await world.questionsAbout(uin)).toBe(1);
  });

  test("a lower sum: the pack's changed notice first, then one debit of what is due, and one question for it all", async () => {
    const { engine, registry } = world;
    const { uin, paymentId } = await world.fine();
    const announced = await livingNotice(engine.db, paymentId);
    await registry.bench.act(uin, "change", { totalKopecks: 50_000 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await engine.bank.posts(paymentId)).toEqual([]);
    await planAll(engine.db);
    expect(await livingNotice(engine.db, paymentId)).toMatchObject({
      amount_minor: 50_000,
      clock_of: announced?.id,
      state: "queued",
    });
    await acceptNotices(engine.db, paymentId);
    await world.toNextLook(paymentId);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await engine.bank.debits(paymentId)).toMatchObject([{ amountMinor: 50_000 }]);
    expect(await world.questionsAbout(uin)).toBe(1);
  });

  test("a higher sum: never the old one, and never the new one without its own notice", async () => {
    const { engine, registry } = world;
    const { uin, paymentId } = await world.fine();
    await registry.bench.act(uin, "change", { totalKopecks: 90_000 });
    expect(await engine.charge(paymentId)).toBeNull();
    await planAll(engine.db);
    await world.toNextLook(paymentId);
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await engine.bank.posts(paymentId)).toEqual([]);
    await acceptNotices(engine.db, paymentId);
    await world.toNextLook(paymentId);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await engine.bank.debits(paymentId)).toMatchObject([{ amountMinor: 90_000 }]);
  });
});

describe("who is asked, and how often", () => {
  test("nothing has changed: one question, one debit, and the permission says when the bill was read", async () => {
    const { engine } = world;
    const { uin, paymentId, chargeId } = await world.fine();
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await world.questionsAbout(uin)).toBe(1);
    expect(await world.readingOf(chargeId)).toMatchObject([
      { source: "gis-gmp", ended: "read", ageSeconds: 0, silentSince: null },
    ]);
    expect((await why(paymentId)).steps.map(({ step }) => step)).toContain("bill-read");
  });

  test("a reading of the last five minutes is not repeated", async () => {
    const { engine } = world;
    const { uin, paymentId, chargeId, billId } = await world.fine();
    await sql`update bills set confirmed_at = business_now() - interval '4 minutes' where id = ${billId}`.execute(
      engine.db,
    );
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await world.questionsAbout(uin)).toBe(0);
    expect(await world.readingOf(chargeId)).toMatchObject([{ source: "gis-gmp", ended: "fresh" }]);
  });

  test("what a biller pushed is not asked for, and its permission speaks of no source", async () => {
    const { engine, registry } = world;
    const payer = await makePayer(engine);
    const { paymentId, chargeId } = await duePayment(engine.db, payer);
    await engine.jump({ minutes: 6 });
    const before = await registry.bench.requests();
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect((await registry.bench.requests()) - before).toBe(0);
    expect(await world.readingOf(chargeId)).toBeNull();
  });

  test("a debit that its gate would not let out costs the source no question", async () => {
    const { engine } = world;
    const { uin, paymentId } = await world.fine();
    await sql`update notices set not_before = business_now() + interval '1 hour' where payment_id = ${paymentId}`.execute(
      engine.db,
    );
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await world.questionsAbout(uin)).toBe(0);
  });

  test("no transaction of ours is open while the source is asked", async () => {
    const { engine } = world;
    const { paymentId } = await world.fine();
    const open: unknown[] = [];
    onTheWay = async () => {
      const { rows } = await engine.pool.query(
        "select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null and application_name = 'kvitok-test'",
      );
      open.push(...rows);
    };
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(open).toEqual([]);
  });
});

describe("a source that says nothing", () => {
  test("the debit waits, says why, and is made once the source is back", async () => {
    const { engine, registry } = world;
    const { uin, paymentId, chargeId } = await world.fine();
    await registry.bench.arm({ kind: "dead" });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(engine.db, paymentId)).toMatchObject({
      state: "scheduled",
      remark: "source silent",
    });
    expect(await why(paymentId)).toMatchObject({ reason: "waiting-for-source" });
    expect((await why(paymentId, "ru")).words).toMatch(/Реестр/);
    await world.heal();
    await world.toNextLook(paymentId);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await engine.bank.debits(paymentId)).toHaveLength(1);
    expect(await world.questionsAbout(uin)).toBe(2);
    expect(await world.readingOf(chargeId)).toMatchObject([{ ended: "read", silentSince: null }]);
  });

  test("annulled while it was silent: heard when it is back, no debit", async () => {
    const { engine, registry } = world;
    const { uin, paymentId } = await world.fine();
    await registry.bench.arm({ kind: "dead" });
    expect(await engine.charge(paymentId)).toBeNull();
    await registry.bench.act(uin, "annul");
    await world.heal();
    await world.toNextLook(paymentId);
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome: "annulled" });
    expect(await engine.bank.posts(paymentId)).toEqual([]);
  });

  test("silent to the last moment: one debit before its notice grows old, and the evidence says since when nobody has read the bill", async () => {
    const { engine, registry } = world;
    const { paymentId, chargeId } = await world.fine();
    await registry.bench.arm({ kind: "dead" }, 10_000);
    const pauses: number[] = [];
    let ended = await engine.charge(paymentId);
    for (; ended === null && pauses.length < 200; ended = await engine.charge(paymentId)) {
      const row = await payment(engine.db, paymentId);
      expect(row).toMatchObject({ state: "scheduled", remark: "source silent" });
      pauses.push(Math.round((Date.parse(row.next_look_at) - Date.parse(row.changed_at)) / 1000));
      await world.toNextLook(paymentId);
    }
    expect(ended).toMatchObject({ payment: "paid" });
    expect(pauses.slice(0, 6)).toEqual([30, 120, 300, 600, 1200, 1200]);
    expect(await engine.bank.debits(paymentId)).toHaveLength(1);
    const [reading] = (await world.readingOf(chargeId)) ?? [];
    expect(reading).toMatchObject({ source: "gis-gmp", ended: "silent", silentSince: expect.any(String) });
    const { rows } = await sql<{ before: number; age: number }>`
      select extract(epoch from n.not_after - c.first_sent_at)::int as before, extract(epoch from c.first_sent_at - b.confirmed_at)::int as age
        from charges c join notices n on n.id = c.notice_id join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id
       where c.id = ${chargeId}`.execute(engine.db);
    const [{ before, age } = { before: 0, age: 0 }] = rows;
    expect(before, "with half an hour to spare").toBeGreaterThan(1_700);
    expect(before, "not before its last hour").toBeLessThanOrEqual(3_600);
    expect(Number(reading?.["ageSeconds"])).toBeCloseTo(age, -1);
    const told = await why(paymentId);
    expect(told.steps.map(({ step }) => step)).toContain("bill-unread");
    const hours = Math.ceil(Number(reading?.["ageSeconds"]) / 3600);
    expect(told.steps.find(({ step }) => step === "bill-unread")?.words).toContain(`${hours} hours`);
  });

  test("a source that is known to be away is left alone until its next try", async () => {
    const { engine, registry } = world;
    const [first, second] = await world.fines(2);
    await registry.bench.arm({ kind: "dead" });
    expect(await engine.charge(first?.paymentId ?? "")).toBeNull();
    expect(await engine.charge(second?.paymentId ?? "")).toBeNull();
    expect(await world.questionsAbout(second?.uin ?? "")).toBe(0);
    expect(await payment(engine.db, second?.paymentId ?? "")).toMatchObject({ remark: "source silent" });
  });

  test("a refusal waits like silence, and calls a person", async () => {
    const { engine, registry } = world;
    const { paymentId } = await world.fine();
    await registry.bench.arm({ kind: "status", status: 403 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(engine.db, paymentId)).toMatchObject({
      state: "scheduled",
      remark: "source silent",
    });
    expect(await casesOf(engine.db, "gis-gmp")).toEqual(["source-refuses"]);
  });

  test("a payer who stands there is not kept waiting: the charge goes by the last reading and says so", async () => {
    const { engine, registry } = world;
    const { billId, residentId, methodId } = await world.fine();
    await registry.bench.arm({ kind: "silent" });
    const { rows } = await sql<{
      hash: string;
    }>`select payee_hash as hash from bills where id = ${billId}`.execute(engine.db);
    const order = { billId, residentId, methodId, amountMinor: fineKopecks, payeeHash: rows[0]?.hash ?? "" };
    const { paymentId = "" } = await payNow(engine.db, order);
    const began = performance.now();
    expect(await engine.charge(paymentId), "the bank may want to see them").not.toBeNull();
    expect(await engine.bank.posts(paymentId)).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(await world.readingOf(`${paymentId}-1`)).toMatchObject([{ ended: "silent" }]);
  });
});

describe("a source that answers something that cannot be used", () => {
  test("the bill is not named any more: the debit waits, a person is called, and in the end its payer is asked", async () => {
    const { engine, registry } = world;
    const { paymentId, billId } = await world.fine();
    await registry.bench.clear();
    for (let look = 0; look < 200; look += 1) {
      expect(await engine.charge(paymentId)).toBeNull();
      const { state, remark } = await payment(engine.db, paymentId);
      if (state !== "scheduled") break;
      expect(remark).toBe("source unclear");
      await world.toNextLook(paymentId);
    }
    expect(await payment(engine.db, paymentId)).toMatchObject({
      state: "needs-payer",
      need: "bill-unconfirmed",
    });
    expect(await why(paymentId)).toMatchObject({ reason: "bill-unconfirmed" });
    expect((await why(paymentId, "ru")).words).toMatch(/не подтверждает/);
    expect(await casesOf(engine.db, billId)).toEqual(["bill-unclear"]);
    expect(await engine.bank.posts(paymentId)).toEqual([]);
  });
});

test("a worker that is killed while it asks leaves nothing behind: asked again, one debit", async () => {
  const { engine } = world;
  const { paymentId } = await world.fine();
  onTheWay = () => Promise.reject(new Error("killed"));
  await expect(engine.charge(paymentId)).rejects.toThrow("killed");
  expect(await payment(engine.db, paymentId)).toMatchObject({ state: "scheduled", tries: 0 });
  onTheWay = null;
  expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
  expect(await engine.bank.debits(paymentId)).toHaveLength(1);
});
