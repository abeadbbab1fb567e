import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { casesOf, charge, duePayment, makePayer, type Payer, payment, stopMandate } from "../support/rows.ts";

// Every test has its own clock: what the bank's list must show depends on it.
let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(() => engine.close());

/** A charge that never reached the bank, and another one that did: what proves that a list is not blind. */
async function lostCharge(): Promise<Payer & { paymentId: string; chargeId: string }> {
  const payer = await makePayer(engine);
  const due = await duePayment(engine.db, payer);
  await engine.bank.arm({ kind: "drop-before" }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  return { ...payer, ...due };
}

async function paidBeside(): Promise<void> {
  const { paymentId } = await duePayment(engine.db, await makePayer(engine));
  await engine.charge(paymentId);
}

describe("absence is proved, not presumed", () => {
  test("two complete scans an hour apart, the first after 25 hours: not charged, and a new try with a new key", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await lostCharge();
    await paidBeside();

    await engine.jump({ hours: 24, minutes: 30 });
    expect(
      await engine.lookUp(chargeId),
      "key too old to replay, charge too young to be absent",
    ).toMatchObject({
      charge: "unknown",
    });
    expect((await charge(db, chargeId)).scans_empty).toBe(0);
    expect(await casesOf(db, chargeId)).toEqual(["undecided-for-a-day"]);

    await engine.jump({ hours: 1 });
    expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "unknown" });
    expect((await charge(db, chargeId)).scans_empty).toBe(1);
    expect(await engine.lookUp(chargeId), "a second scan at once proves nothing").toMatchObject({
      charge: "unknown",
    });

    await engine.jump({ minutes: 61 });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "scheduled", charge: "not-charged" });
    expect(await charge(db, chargeId)).toMatchObject({ how: "absent", reason: "absent" });
    expect(await bank.posts(paymentId), "nothing was sent after the key's life").toHaveLength(1);
  });

  test("a list that shows nothing of that day is blind: never absent", async () => {
    const { db } = engine;
    const { chargeId } = await lostCharge();
    for (const _ of [1, 2, 3, 4]) {
      await engine.jump({ hours: 26 });
      expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "unknown" });
    }
    expect((await charge(db, chargeId)).scans_empty).toBe(0);
  });

  test("the window holds no object of ours: it is widened to the nearest one, and then proves absence", async () => {
    const { db } = engine;
    await paidBeside();
    await engine.jump({ hours: 72 });
    const { chargeId } = await lostCharge();
    const windows: string[] = [];
    const watching: Gateway = {
      ...engine.gateway,
      findCharge: (request) => {
        windows.push(request.createdFrom);
        return engine.gateway.findCharge(request);
      },
    };
    await engine.jump({ hours: 26 });
    expect(await engine.lookUp(chargeId, watching)).toMatchObject({ charge: "unknown" });
    expect((await charge(db, chargeId)).scans_empty).toBe(1);
    await engine.jump({ minutes: 61 });
    expect(await engine.lookUp(chargeId, watching)).toMatchObject({ charge: "not-charged" });
    const { first_sent_at: sent } = await charge(db, chargeId);
    expect(Date.parse(sent) - Date.parse(windows[0] ?? "")).toBeGreaterThan(71 * 3_600_000);
  });

  test("a list that hides one object that we know of is not complete: never absent", async () => {
    const { db } = engine;
    const { chargeId } = await lostCharge();
    await paidBeside();
    const forgetful: Gateway = {
      ...engine.gateway,
      findCharge: async (request) => {
        const scan = await engine.gateway.findCharge(request);
        return scan.kind === "nothing" ? { ...scan, seenObjectIds: scan.seenObjectIds.slice(1) } : scan;
      },
    };
    for (const _ of [1, 2, 3]) {
      await engine.jump({ hours: 26 });
      expect(await engine.lookUp(chargeId, forgetful)).toMatchObject({ charge: "unknown" });
    }
    expect((await charge(db, chargeId)).scans_empty).toBe(0);
  });

  test("a list that fails does not count as a scan", async () => {
    const { db, bank } = engine;
    const { chargeId } = await lostCharge();
    await paidBeside();
    await engine.jump({ hours: 26 });
    for (const kind of ["error-500", "bad-json", "commit-then-drop"]) {
      await bank.arm({ kind }, { operation: "list_payments" });
      expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "unknown" });
    }
    expect((await charge(db, chargeId)).scans_empty).toBe(0);
  });

  test("money that was taken is found by the scan once the key is too old to replay", async () => {
    const { bank, db } = engine;
    const payer = await makePayer(engine);
    const { paymentId, chargeId } = await duePayment(db, payer);
    await bank.arm({ kind: "commit-then-drop" }, { chargeId });
    await engine.charge(paymentId);
    await paidBeside();
    await engine.jump({ hours: 26 });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
    expect(await bank.posts(paymentId)).toHaveLength(1);
  });

  test("absent after a stop: the payment ends stopped, nothing was ever debited", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId, mandateId } = await lostCharge();
    await paidBeside();
    await stopMandate(db, { mandateId, kind: "cancel" });
    await engine.jump({ hours: 26 });
    await engine.lookUp(chargeId);
    await engine.jump({ minutes: 61 });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "closed", charge: "not-charged" });
    expect(await payment(db, paymentId)).toMatchObject({ outcome: "stopped" });
    expect(await bank.debits(paymentId)).toEqual([]);
  });

  test("another merchant account is not asked: there the same key is a new charge, and its list proves nothing", async () => {
    const { db, bank, gateway } = engine;
    const { paymentId, chargeId } = await lostCharge();
    await paidBeside();
    const moved: Gateway = { ...gateway, merchantAccount: "another-shop" };
    expect(await engine.lookUp(chargeId, moved)).toMatchObject({ charge: "unknown" });
    expect(await bank.posts(paymentId), "nothing is sent to the other shop").toHaveLength(1);
    for (const _ of [1, 2, 3]) {
      await engine.jump({ hours: 26 });
      expect(await engine.lookUp(chargeId, moved)).toMatchObject({ charge: "unknown" });
    }
    expect(await casesOf(db, chargeId)).toContain("gateway-alarm");
  });

  test("a key younger than 23 hours is replayed, an older one never", async () => {
    const { bank } = engine;
    const { paymentId, chargeId } = await lostCharge();
    await engine.jump({ hours: 22, minutes: 50 });
    await bank.arm({ kind: "drop-before" }, { chargeId });
    await engine.lookUp(chargeId);
    expect(await bank.posts(paymentId)).toHaveLength(2);
    await engine.jump({ minutes: 15 });
    await engine.lookUp(chargeId);
    expect(await bank.posts(paymentId)).toHaveLength(2);
    expect(await bank.debits(paymentId)).toEqual([]);
  });
});
