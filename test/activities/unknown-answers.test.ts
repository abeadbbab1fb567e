import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { listHolds, releaseHold } from "../../db/queries/holds.ts";
import { expireLeases } from "../../db/queries/sweeping.ts";
import { adapterTo, type Engine, openEngine } from "../support/engine.ts";
import { casesOf, charge, duePayment, makePayer, payment } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

async function dueCharge() {
  return duePayment(engine.db, await makePayer(engine));
}

/** One key, one body, over all transmissions of a payment. */
async function expectOneKey(paymentId: string, chargeId: string): Promise<void> {
  const posts = await engine.bank.posts(paymentId);
  expect(new Set(posts.map(({ key }) => key))).toEqual(new Set([chargeId]));
  expect(new Set(posts.map(({ bodyHash }) => bodyHash)).size).toBe(1);
}

describe("money was taken, the answer was lost", () => {
  for (const kind of ["commit-then-drop", "commit-then-500", "bad-json", "202"]) {
    test(`${kind}: unknown, then found with the same key and the same bytes, one debit`, async () => {
      const { db, bank } = engine;
      const { paymentId, chargeId } = await dueCharge();
      await bank.arm({ kind });

      expect(await engine.charge(paymentId)).toMatchObject({ payment: "charging", charge: "unknown" });
      expect(await engine.charge(paymentId), "never a second key while the first may have worked").toBeNull();
      expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });

      expect(await bank.debits(paymentId)).toHaveLength(1);
      expect(await bank.posts(paymentId)).toHaveLength(2);
      await expectOneKey(paymentId, chargeId);
      expect(await charge(db, chargeId)).toMatchObject({ state: "charged", transmissions: 2, unanswered: 1 });
    });
  }

  test("an answer that cannot be read raises an alarm beside the unknown", async () => {
    const { paymentId, chargeId } = await dueCharge();
    await engine.bank.arm({ kind: "bad-json" });
    await engine.charge(paymentId);
    expect(await casesOf(engine.db, chargeId)).toEqual(["gateway-alarm"]);
  });

  test("a replay that is lost as well leaves it unknown; the next one finds it: still one debit", async () => {
    const { bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "commit-then-drop" }, { times: 2 });
    await engine.charge(paymentId);
    expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "unknown" });
    expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "charged" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
    await expectOneKey(paymentId, chargeId);
  });

  test("the next look comes by the ladder: five seconds, then fifteen, then a minute", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "commit-then-500" }, { times: 3 });
    const waits = [
      await engine.charge(paymentId),
      await engine.lookUp(chargeId),
      await engine.lookUp(chargeId),
    ];
    const expected = [5_000, 15_000, 60_000];
    for (const [rung, wait] of waits.entries()) {
      expect(wait?.waitMs, `rung ${rung}`).toBeGreaterThan((expected[rung] ?? 0) - 2_000);
      expect(wait?.waitMs, `rung ${rung}`).toBeLessThanOrEqual(expected[rung] ?? 0);
    }
    expect((await payment(db, paymentId)).state).toBe("charging");
  });
});

describe("nothing was taken, and nobody said so", () => {
  for (const kind of ["drop-before", "error-500"]) {
    test(`${kind}: unknown; the replay is the first that the bank executes: one debit`, async () => {
      const { bank } = engine;
      const { paymentId, chargeId } = await dueCharge();
      await bank.arm({ kind });
      expect(await engine.charge(paymentId)).toMatchObject({ charge: "unknown" });
      expect(await bank.debits(paymentId)).toEqual([]);
      expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
      expect(await bank.debits(paymentId)).toHaveLength(1);
      await expectOneKey(paymentId, chargeId);
    });
  }
});

describe("a refusal speaks only of its own transmission", () => {
  test("429 to the first: nothing was taken; the next try is a new charge with a new notice", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "429" });
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "scheduled", charge: "not-charged" });
    expect(await charge(db, chargeId)).toMatchObject({ how: "refused", reason: "technical" });
    expect(await bank.debits(paymentId)).toEqual([]);
  });

  test("429 to a replay says nothing about the first: still unknown, found later, one debit", async () => {
    const { bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "commit-then-drop" });
    await engine.charge(paymentId);
    await bank.arm({ kind: "429" });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "charging", charge: "unknown" });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test.each([401, 403])(
    "%i to the first: a hold on the gateway and an operator's case; the payer waits and is not asked",
    async (status) => {
      const { db, bank } = engine;
      const { paymentId, chargeId } = await dueCharge();
      await bank.arm({ kind: "status", status, code: "invalid_credentials" });
      expect(await engine.charge(paymentId)).toMatchObject({ payment: "scheduled", charge: "not-charged" });
      expect(await casesOf(db, chargeId)).toEqual(["gateway-alarm"]);
      expect(await casesOf(db, "yookassa")).toEqual(["gateway-refuses-us"]);
      expect(await listHolds(db)).toMatchObject([
        { scope: "gateway", scope_id: "yookassa", placed_by: "engine" },
      ]);
      await engine.jump({ minutes: 20 });
      expect(await engine.charge(paymentId)).toBeNull();
      expect(await payment(db, paymentId)).toMatchObject({ state: "scheduled" });
      expect(await bank.debits(paymentId)).toEqual([]);
      await releaseHold(db, {
        scope: "gateway",
        scopeId: "yookassa",
        releasedBy: "operator",
        rate: "unlimited",
      });
      await engine.jump({ minutes: 20 });
      expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    },
  );

  test("403 to a replay: the list is scanned at once and shows the money", async () => {
    const { bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "commit-then-drop" });
    await engine.charge(paymentId);
    await bank.arm({ kind: "status", status: 403, code: "forbidden" });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });
});

describe("400 on the key", () => {
  const onKey = { kind: "status", status: 400, code: "invalid_request", parameter: "Idempotence-Key" };

  test("to the first transmission: a defect, so unknown with an alarm, never declined", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm(onKey);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "charging", charge: "unknown" });
    expect(await casesOf(db, chargeId)).toEqual(["gateway-alarm"]);
  });

  test("to a replay: the first exists, so the list is scanned at once and shows it", async () => {
    const { bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "commit-then-drop" });
    await engine.charge(paymentId);
    await bank.arm(onKey);
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
    expect(await bank.posts(paymentId)).toHaveLength(2);
  });
});

describe("an answer that disagrees", () => {
  test("another amount is unknown with a case, never declined, and no new key is made", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "wrong-amount", amountMinor: 500_000 });

    expect(await engine.charge(paymentId)).toMatchObject({ payment: "charging", charge: "unknown" });
    expect(await engine.lookUp(chargeId), "the object itself disagrees, too").toMatchObject({
      charge: "unknown",
    });
    expect(await engine.charge(paymentId)).toBeNull();

    expect(await casesOf(db, chargeId)).toEqual(["gateway-alarm"]);
    expect(await charge(db, chargeId)).toMatchObject({ state: "unknown", how: null });
    expect(await bank.debits(paymentId)).toHaveLength(1);
    await expectOneKey(paymentId, chargeId);
  });
});

describe("an answer later than the lease", () => {
  test("a look-up in between replays the same key; both answers lead to one paid payment and one debit", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "delay", ms: 4_000, when: "before" });

    const slow = engine.charge(paymentId);
    await until(async () => (await bank.posts(paymentId)).length === 1);
    expect(await engine.charge(paymentId), "while the sender holds its lease nobody else sends").toBeNull();
    await db
      .updateTable("charges")
      .set({ lease_until: new Date(Date.now() - 60_000).toISOString() })
      .where("id", "=", chargeId)
      .execute();
    expect(await expireLeases(db)).toBe(1);
    expect(await charge(db, chargeId)).toMatchObject({ state: "unknown", unanswered: 1 });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });

    expect(await slow).toMatchObject({ payment: "paid", charge: "charged" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
    await expectOneKey(paymentId, chargeId);
  });

  test("our own patience ends first: unknown, never declined; the look-up finds the money", async () => {
    const { bank } = engine;
    const { paymentId, chargeId } = await dueCharge();
    await bank.arm({ kind: "delay", ms: 3_000 });
    expect(await engine.charge(paymentId, adapterTo(bank.url, 300))).toMatchObject({ charge: "unknown" });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });
});
