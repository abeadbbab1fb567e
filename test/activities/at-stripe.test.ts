import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { voidIdleObjects } from "../../activities/object-requests.ts";
import { releaseHold } from "../../db/queries/holds.ts";
import { createStripe } from "../../adapters/gateways/stripe/stripe.ts";
import { visit } from "../contracts/gateway/payer-visit.ts";
import { savedCard } from "../contracts/gateway/stripe-world.ts";
import { FaceUnderTest, merchant } from "../sandbox/bank-stripe/face-under-test.ts";
import { openTestDatabase } from "../support/engine.ts";
import { acceptNotices, casesOf, charge, confirmPayment, payment, stopMandate } from "../support/rows.ts";
import { type Due, engineOver, type PreparingEngine, preparedOf } from "./support/intent-engine.ts";

// The guarantees of prepared payments once more, over the production adapter and the sandbox bank's Stripe face.

let face: FaceUnderTest;
let engine: PreparingEngine;
let card = "pm_card_visa";
beforeAll(async () => {
  face = await FaceUnderTest.start();
  const { secretKey, account, webhookSecret } = merchant;
  const gateway = createStripe({
    url: face.bank.origin,
    secretKey,
    account,
    livemode: false,
    webhookSecrets: [webhookSecret],
  });
  engine = await engineOver(await openTestDatabase(), {
    gateway,
    newToken: () => savedCard({ url: face.bank.origin, secretKey }, card),
    clockJumped: (aheadMs) => face.aheadBy(aheadMs),
  });
});
afterEach(async () => {
  card = "pm_card_visa";
  await face.control("DELETE", "/faults");
});
afterAll(async () => {
  await engine.close();
  await face.close();
});

async function takenFor({ paymentId }: Due): Promise<readonly number[]> {
  const debits = await face.debits();
  return debits
    .filter(({ chargeId }) => chargeId?.startsWith(`${paymentId}-`))
    .map(({ amountMinor }) => amountMinor);
}

/** The intent as the bank shows it to anybody who asks with the key. */
async function statusOf(objectId: string | null): Promise<string> {
  const response = await fetch(`${face.bank.origin}/v1/payment_intents/${objectId}`, {
    headers: { authorization: `Bearer ${merchant.secretKey}` },
  });
  return ((await response.json()) as { status: string }).status;
}

function onConfirm({ chargeId }: Due, kind: string) {
  return face.arm({ kind }, { operation: "stripe_confirm", chargeId });
}

/** The payer's own confirmation makes the next charge one with the payer present. */
async function confirmed(due: Due): Promise<void> {
  await engine.db
    .updateTable("payments")
    .set({ state: "needs-payer", need: "confirm-again" })
    .where("id", "=", due.paymentId)
    .execute();
  const { paymentId, residentId, methodId } = due;
  await confirmPayment(engine.db, { paymentId, residentId, methodId });
}

async function challenged(cards = 1): Promise<Due> {
  card = "pm_card_threeDSecureOptional";
  const due = await engine.due(await engine.payer(undefined, cards));
  await confirmed(due);
  expect(await engine.charge(due.paymentId)).toMatchObject({ charge: "challenged" });
  return due;
}

/** Where the page would send the payer. */
async function linkOf({ chargeId }: Due): Promise<string> {
  const { confirmation } = await charge(engine.db, chargeId);
  if (confirmation === null) throw new Error("no link");
  return engine.dependencies.sealer.open(confirmation, chargeId).toString("utf8");
}

test("a bill is paid: one intent, one debit", async () => {
  const due = await engine.due();
  expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid", charge: "charged" });
  expect(await preparedOf(engine.db, due.paymentId)).toMatchObject([{ round: 1, state: "used" }]);
  expect(await takenFor(due)).toEqual([512_345]);
});

test("our key is revoked: one request, a hold, nobody asked; mended and released, the same intent is paid", async () => {
  const { db } = engine;
  const due = await engine.due();
  const revoked = { kind: "status", status: 401, code: "api_key_expired" };
  await face.arm(revoked, { operation: "stripe_create_intent" });
  expect(await engine.charge(due.paymentId)).toBeNull();
  expect(await casesOf(db, "stripe")).toEqual(["gateway-refuses-us"]);
  await engine.jumpToNextLook(due.paymentId);
  expect(await engine.charge(due.paymentId)).toBeNull();
  expect(await payment(db, due.paymentId)).toMatchObject({ state: "scheduled", remark: "held:gateway" });
  await face.control("DELETE", "/faults");
  await releaseHold(db, { scope: "gateway", scopeId: "stripe", releasedBy: "olga", rate: "unlimited" });
  await engine.jumpToNextLook(due.paymentId);
  expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
  expect(await preparedOf(db, due.paymentId)).toMatchObject([{ round: 1, state: "used", because: null }]);
  expect(await takenFor(due)).toEqual([512_345]);
});

describe("the answer to a confirm is lost", () => {
  test.each(["commit-then-drop", "commit-then-500", "bad-json"])(
    "%s: found by the look, one debit",
    async (kind) => {
      const due = await engine.due();
      await onConfirm(due, kind);
      expect(await engine.charge(due.paymentId)).toMatchObject({ charge: "unknown" });
      expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid" });
      expect(await takenFor(due)).toEqual([512_345]);
    },
  );

  test.each(["drop-before", "error-500"])(
    "%s: absent by the void, the next try on another intent",
    async (kind) => {
      const due = await engine.due();
      await onConfirm(due, kind);
      expect(await engine.charge(due.paymentId)).toMatchObject({ charge: "unknown" });
      for (let looks = 0; looks < 4; looks += 1) {
        await engine.jumpToNextLook(due.paymentId);
        await engine.lookUp(due.chargeId);
      }
      expect(await charge(engine.db, due.chargeId)).toMatchObject({ state: "not-charged", how: "absent" });
      await acceptNotices(engine.db, due.paymentId);
      await engine.jumpToNextLook(due.paymentId);
      expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
      expect(await preparedOf(engine.db, due.paymentId)).toMatchObject([
        { state: "voided" },
        { state: "used" },
      ]);
      expect(await takenFor(due)).toEqual([512_345]);
    },
  );
});

describe("declined", () => {
  test("the next try is on the same intent; an unanswered one is never taken for the old decline", async () => {
    card = "pm_card_visa_chargeDeclinedInsufficientFunds";
    const due = await engine.due();
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "scheduled", charge: "not-charged" });
    expect(await charge(engine.db, due.chargeId)).toMatchObject({ reason: "insufficient_funds" });
    await acceptNotices(engine.db, due.paymentId);
    await engine.jumpToNextLook(due.paymentId);
    const second = { ...due, chargeId: `${due.paymentId}-2` };
    await onConfirm(second, "drop-before");
    expect(await engine.charge(due.paymentId)).toMatchObject({ charge: "unknown" });
    expect(await engine.lookUp(second.chargeId)).toMatchObject({ charge: "unknown" });
    expect((await charge(engine.db, second.chargeId)).attempt_before).not.toBeNull();
    expect(await preparedOf(engine.db, due.paymentId)).toHaveLength(1);
  });
});

describe("the payer is at the bank", () => {
  test("a stop ends the intent: nothing can be confirmed any more", async () => {
    const due = await challenged();
    const { object_id: objectId } = await charge(engine.db, due.chargeId);
    const link = await linkOf(due);
    await stopMandate(engine.db, { mandateId: due.mandateId, kind: "cancel" });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "closed", charge: "not-charged" });
    expect(await statusOf(objectId)).toBe("canceled");
    await Promise.allSettled([visit(link, "confirm", {})]);
    expect(await takenFor(due), "whatever the payer still does on the bank's page").toEqual([]);
  });

  test("an hour later it is ended and asked anew; the payer's next confirmation is another intent", async () => {
    const due = await challenged();
    await engine.jump({ minutes: 62 });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({
      payment: "needs-payer",
      charge: "not-charged",
    });
    expect(await charge(engine.db, due.chargeId)).toMatchObject({
      how: "voided",
      void_why: "challenge-over",
    });
    const { paymentId, residentId, methodId } = due;
    await confirmPayment(engine.db, { paymentId, residentId, methodId });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "challenged" });
    expect(await preparedOf(engine.db, paymentId)).toMatchObject([{ state: "voided" }, { state: "open" }]);
  });

  test("another card: the first intent is canceled, then the other card is charged, of another owner too", async () => {
    const due = await challenged(2);
    const { paymentId, residentId, methods } = due;
    const answer = await confirmPayment(engine.db, { paymentId, residentId, methodId: methods[1] ?? "" });
    expect(answer).toMatchObject({ state: "charging", voiding: true });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "scheduled" });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "challenged" });
    expect(await charge(engine.db, `${paymentId}-2`)).toMatchObject({ method_id: methods[1] });
    expect(await takenFor(due)).toEqual([]);
  });

  test("money is taken after the payer has confirmed, and booked once", async () => {
    const due = await challenged();
    await visit(await linkOf(due), "confirm", {});
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid" });
    expect(await payment(engine.db, due.paymentId)).toMatchObject({ paid_minor: 512_345 });
    expect(await takenFor(due)).toEqual([512_345]);
  });
});

test("an intent that nobody will use is canceled a day later", async () => {
  card = "pm_card_visa_chargeDeclinedLostCard";
  const due = await engine.due();
  await engine.charge(due.paymentId);
  await stopMandate(engine.db, { mandateId: due.mandateId, kind: "cancel" });
  await engine.db
    .updateTable("payments")
    .set({ state: "closed", outcome: "stopped", need: null })
    .where("id", "=", due.paymentId)
    .execute();
  await engine.jump({ hours: 25 });
  await voidIdleObjects(engine.dependencies);
  const [prepared] = await preparedOf(engine.db, due.paymentId);
  expect(prepared?.state).toBe("voided");
  expect(await statusOf(prepared?.object_id ?? null)).toBe("canceled");
});
