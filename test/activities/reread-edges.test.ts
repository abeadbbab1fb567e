import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BillSource, SourceAnswer } from "../../adapters/bill-sources/port.ts";
import type { SourceBill } from "../../domain/source-bill.ts";
import { casesOf, confirmPayment, payment, payNow, stopMandate, toldTo } from "../support/rows.ts";
import { until } from "../support/until.ts";
import { type Fine, fineKopecks, openRereadWorld, type RereadWorld } from "./support/reread-world.ts";

let world: RereadWorld;
/** What becomes of answers on their way back; a test sets it for the next ones. */
let onTheWayBack: ((answer: SourceAnswer) => Promise<SourceAnswer> | SourceAnswer) | null = null;
/** What happens to questions on their way. */
let onTheWay: (() => Promise<void>) | null = null;
const changed = (source: BillSource): BillSource => ({
  ...source,
  search: async (query, signal) => {
    await onTheWay?.();
    const answer = await source.search(query, signal);
    return (await onTheWayBack?.(answer)) ?? answer;
  },
});
beforeAll(async () => {
  world = await openRereadWorld({ wrap: changed });
});
afterEach(async () => {
  onTheWayBack = null;
  onTheWay = null;
  await world.heal();
  await sql`update billers set max_age = null`.execute(world.engine.db);
});
afterAll(() => world.close());

/** The same answer with other bills. */
const withBills =
  (bills: (known: readonly SourceBill[]) => readonly SourceBill[]) =>
  (answer: SourceAnswer): SourceAnswer =>
    answer.kind === "complete" ? { ...answer, bills: bills(answer.bills) } : answer;
const namesNothing = withBills(() => []);

/** What a page would have the payer agree to. */
async function agreed({ billId }: Fine) {
  const { rows } = await sql<{
    hash: string;
  }>`select payee_hash as hash from bills where id = ${billId}`.execute(world.engine.db);
  return { amountMinor: fineKopecks, payeeHash: rows[0]?.hash ?? "" };
}

async function order(fine: Fine): Promise<string> {
  const { billId, residentId, methodId } = fine;
  const { paymentId } = await payNow(world.engine.db, {
    billId,
    residentId,
    methodId,
    ...(await agreed(fine)),
  });
  if (paymentId === undefined) throw new Error("it was not taken");
  return paymentId;
}

/** Follows the payment's own looks until it is no longer planned; how many there were. */
async function follow({ paymentId }: Fine): Promise<number> {
  const { engine } = world;
  for (let looks = 1; looks < 200; looks += 1) {
    await engine.charge(paymentId);
    if ((await payment(engine.db, paymentId)).state !== "scheduled") return looks;
    await world.toNextLook(paymentId);
  }
  throw new Error("it waits for ever");
}

async function lastMoment({ paymentId }: Fine): Promise<void> {
  await sql`update notices set not_before = business_now() - interval '6 hours', not_after = business_now() + interval '10 minutes'
    where payment_id = ${paymentId} and state = 'accepted'`.execute(world.engine.db);
}

describe("many debits at once", () => {
  test("that meet one outage count it once: the next try is half a minute away", async () => {
    const { engine, registry } = world;
    const fines = await world.fines(10);
    await registry.bench.arm({ kind: "dead" }, 1_000);
    await Promise.all(fines.map(({ paymentId }) => engine.charge(paymentId)));
    const { rows } = await sql<{ failures: number; rests: number }>`
      select failures, ceil(extract(epoch from next_try_at - clock_timestamp()))::int as rests from source_states`.execute(
      engine.db,
    );
    expect(rows).toMatchObject([{ failures: 1 }]);
    expect(rows[0]?.rests).toBeLessThanOrEqual(30);
  });

  test("of which one got no turn of ours: it waits without a word of silence, and goes when there is room", async () => {
    const { engine } = world;
    const [first, second] = await world.fines(2);
    const [busy, late] = [first?.paymentId ?? "", second?.paymentId ?? ""];
    let entered = 0;
    let kill: (cause: Error) => void = () => undefined;
    const killed = new Promise<void>((_, reject) => {
      kill = reject;
    });
    onTheWay = () => {
      entered += 1;
      return killed;
    };
    const others = Array.from({ length: 24 }, () => engine.charge(busy));
    const ended = Promise.allSettled(others);
    await until(async () => entered === 24);
    expect(await engine.charge(late)).toBeNull();
    expect(await payment(engine.db, late)).toMatchObject({ state: "scheduled", remark: "source in demand" });
    const { rows } = await sql`select 1 from bill_rereads where bill_id = ${second?.billId}`.execute(
      engine.db,
    );
    expect(rows).toEqual([]);
    kill(new Error("killed"));
    await ended;
    onTheWay = null;
    await world.toNextLook(late);
    expect(await engine.charge(late)).toMatchObject({ payment: "paid" });
  });
});

describe("a source that rests", () => {
  const rest = () =>
    sql`insert into source_states (source, down_since, down_why, failures, next_try_at)
      values ('gis-gmp', business_now(), 'connect', 8, clock_timestamp() + interval '1 hour')`.execute(
      world.engine.db,
    );

  test("is asked all the same at the debit's last moment", async () => {
    const fine = await world.fine();
    await rest();
    await lastMoment(fine);
    await world.registry.bench.act(fine.uin, "annul");
    expect(await world.engine.charge(fine.paymentId)).toBeNull();
    expect(await payment(world.engine.db, fine.paymentId)).toMatchObject({ outcome: "annulled" });
  });

  test("is asked for a person, who has no later moment", async () => {
    const fine = await world.fine();
    await rest();
    const paymentId = await order(fine);
    await world.registry.bench.act(fine.uin, "annul");
    expect(await world.engine.charge(paymentId)).toBeNull();
    expect(await world.engine.bank.posts(paymentId)).toEqual([]);
  });
});

describe("an answer that cannot be used", () => {
  test("ends no wait while there is notice left, however old the last words are", async () => {
    const { engine } = world;
    const fine = await world.fine();
    await sql`update billers set max_age = interval '5 minutes'`.execute(engine.db);
    onTheWayBack = namesNothing;
    expect(await engine.charge(fine.paymentId)).toBeNull();
    expect(await payment(engine.db, fine.paymentId)).toMatchObject({
      state: "scheduled",
      remark: "source unclear",
    });
    expect(await follow(fine)).toBeGreaterThan(5);
    expect(await payment(engine.db, fine.paymentId)).toMatchObject({ state: "needs-payer" });
  });

  test("asks nobody whose autopay was cancelled while the source was asked", async () => {
    const { engine } = world;
    const fine = await world.fine();
    await lastMoment(fine);
    const { mandate_id: mandateId } = await engine.db
      .selectFrom("payments")
      .select("mandate_id")
      .where("id", "=", fine.paymentId)
      .executeTakeFirstOrThrow();
    onTheWayBack = async (answer) => {
      await stopMandate(engine.db, { mandateId: mandateId ?? "", kind: "cancel" });
      return namesNothing(answer);
    };
    expect(await engine.charge(fine.paymentId)).toBeNull();
    expect((await payment(engine.db, fine.paymentId)).state).not.toBe("needs-payer");
    expect(await toldTo(engine.db, fine.residentId)).not.toContain("needs-confirmation");
  });

  test("because no row can hold it: the debit waits, and a person is called", async () => {
    const { engine } = world;
    const { paymentId, billId } = await world.fine();
    onTheWayBack = withBills((bills) =>
      bills.map((bill) => ({ ...bill, version: bill.version + 1, purpose: "\ud800" })),
    );
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(engine.db, paymentId)).toMatchObject({ remark: "source unclear" });
    expect(await casesOf(engine.db, billId)).toEqual(["bill-unclear"]);
  });

  test("because it is older than what is known, up to the last moment: a person is called", async () => {
    const { engine } = world;
    const fine = await world.fine();
    await sql`update bills set source_version = source_version + 1000000000 where id = ${fine.billId}`.execute(
      engine.db,
    );
    await engine.charge(fine.paymentId);
    expect(await casesOf(engine.db, fine.billId)).toEqual([]);
    await follow(fine);
    expect(await casesOf(engine.db, fine.billId)).toEqual(["bill-unclear"]);
  });
});

describe("a person who pays what the source names no more", () => {
  test("hears of it first, and nothing is sent; paid once more it goes out", async () => {
    const { engine } = world;
    const fine = await world.fine();
    onTheWayBack = namesNothing;
    const first = await order(fine);
    expect(await engine.charge(first)).toBeNull();
    expect(await engine.bank.posts(first)).toEqual([]);
    expect(await payment(engine.db, first)).toMatchObject({
      state: "closed",
      outcome: "gave-up",
      remark: "bill-unconfirmed",
    });
    const second = await order(fine);
    expect(await engine.charge(second)).not.toBeNull();
    expect(await engine.bank.posts(second)).toHaveLength(1);
    expect(await world.readingOf(`${second}-1`)).toMatchObject([{ ended: "unclear" }]);
  });

  test("and has confirmed the debit that asked them about it is not asked again", async () => {
    const { engine } = world;
    const fine = await world.fine();
    await lastMoment(fine);
    onTheWayBack = namesNothing;
    expect(await engine.charge(fine.paymentId)).toBeNull();
    expect(await payment(engine.db, fine.paymentId)).toMatchObject({ need: "bill-unconfirmed" });
    expect(await confirmPayment(engine.db, { ...fine, ...(await agreed(fine)) })).not.toHaveProperty(
      "refused",
    );
    const ended = await engine.charge(fine.paymentId);
    expect(await payment(engine.db, fine.paymentId)).toMatchObject({ need: null, remark: null });
    expect(ended).not.toBeNull();
    expect(await engine.bank.posts(fine.paymentId)).toHaveLength(1);
  });
});

test("a person's order goes on when only the purpose of the bill has changed: sum and payee are as they said", async () => {
  const { engine, registry } = world;
  const fine = await world.fine();
  const paymentId = await order(fine);
  await registry.bench.act(fine.uin, "change", { purpose: "Штраф, уточнено" });
  expect(await engine.charge(paymentId)).not.toBeNull();
  expect(await engine.bank.posts(paymentId)).toHaveLength(1);
  expect(await world.questionsAbout(fine.uin)).toBe(1);
});
