import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { lookUpRefund, sendRefund } from "../../activities/refunding.ts";
import { createStripe } from "../../adapters/gateways/stripe/stripe.ts";
import { closeCase } from "../../db/queries/cases.ts";
import { keepNudge } from "../../db/queries/nudges.ts";
import { expireRefundLeases } from "../../db/queries/refunding.ts";
import { startGatewayEvents } from "../../loops/gateway-events.ts";
import { savedCard } from "../contracts/gateway/stripe-world.ts";
import { FaceUnderTest, merchant } from "../sandbox/bank-stripe/face-under-test.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { openTestDatabase } from "../support/engine.ts";
import { casesOf, charge, payment, planAll, pushBill } from "../support/rows.ts";
import { until } from "../support/until.ts";
import { type Due, engineOver, type PreparingEngine } from "./support/intent-engine.ts";

// Refunds over the production adapter and the sandbox bank's Stripe face, where a lost answer is stored and a replay tells nothing.

let face: FaceUnderTest;
let engine: PreparingEngine;
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
    newToken: () => savedCard({ url: face.bank.origin, secretKey }, "pm_card_visa"),
    clockJumped: (aheadMs) => face.aheadBy(aheadMs),
  });
});
afterEach(() => face.control("DELETE", "/faults"));
afterAll(async () => {
  await engine.close();
  await face.close();
});

type Owed = Due & { readonly refundId: string };

/** Money of which `keptMinor` is still due, the rest is owed back. */
async function owedBack(keptMinor = 0): Promise<Owed> {
  const due = await engine.due();
  await face.arm({ kind: "commit-then-drop" }, { operation: "stripe_confirm", chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  const bill = { account: due.account, billerId: "upravdom", version: 2 };
  await pushBill(
    engine.db,
    keptMinor === 0 ? { ...bill, status: "annulled" } : { ...bill, amountMinor: keptMinor },
  );
  await planAll(engine.db);
  await engine.lookUp(due.chargeId);
  const { id } = await engine.db
    .selectFrom("refunds")
    .select("id")
    .where("payment_id", "=", due.paymentId)
    .executeTakeFirstOrThrow();
  return { ...due, refundId: id };
}

const send = ({ refundId }: Owed) => sendRefund(engine.dependencies, { refundId });
const lookUp = ({ refundId }: Owed) => lookUpRefund(engine.dependencies, { refundId });
const refund = ({ refundId }: Owed) =>
  engine.db.selectFrom("refunds").selectAll().where("id", "=", refundId).executeTakeFirstOrThrow();

/** Sent, and never arrived; its key has aged out and two lists an hour apart were read. */
async function lost(owed: Owed): Promise<void> {
  await face.arm({ kind: "error-500" }, { operation: "stripe_refund" });
  await send(owed);
  expect(await refund(owed)).toMatchObject({ state: "unknown" });
  await engine.jump({ hours: 7 });
  await expireRefundLeases(engine.db);
  expect(await casesOf(engine.db, owed.refundId)).toContain("refund-undecided");
  for (const hours of [43, 2]) {
    await engine.jump({ hours });
    await lookUp(owed);
  }
}

test("the first refund of an account that never arrived: a part stays unknown and a person's, the whole is asked for again", async () => {
  const part = await owedBack(400_000);
  await lost(part);
  expect(await refund(part)).toMatchObject({ state: "unknown", round: 1, scans_empty: 0 });
  const whole = await owedBack();
  await lost(whole);
  expect(await refund(whole)).toMatchObject({ state: "requested", round: 2 });
  expect(await casesOf(engine.db, whole.refundId)).not.toContain("refund-undecided");
  await send(whole);
  expect(await refund(whole)).toMatchObject({ state: "done" });
  expect(await payment(engine.db, whole.paymentId)).toMatchObject({ outcome: "returned" });

  // now there is a refund that a list can show: the part can be proved absent too
  for (const hours of [0, 2]) {
    await engine.jump({ hours });
    await lookUp(part);
  }
  expect(await refund(part)).toMatchObject({ state: "requested", round: 2 });
});

test("a refund that arrived although its answer was lost is found among all refunds of the account", async () => {
  await send(await owedBack());
  const owed = await owedBack();
  await face.arm({ kind: "commit-then-drop" }, { operation: "stripe_refund" });
  await send(owed);
  expect(await refund(owed)).toMatchObject({ state: "unknown" });
  await lookUp(owed);
  expect(await refund(owed)).toMatchObject({ state: "done", transmissions: 1 });
});

/** The payer's bank takes the money back, and the notification of it arrives as the vendor would send it. */
async function disputed({ chargeId }: Owed): Promise<void> {
  const { object_id: objectId } = await charge(engine.db, chargeId);
  const intent = await face.stripe.paymentIntents.retrieve(objectId ?? "");
  const dispute = await face.control<{ id: string }>("POST", "/stripe/disputes", {
    charge: intent.latest_charge,
    reason: "fraudulent",
  });
  await keepNudge(engine.db, {
    gateway: "stripe",
    event: "charge.dispute.created",
    eventId: `evt_${dispute.id}`,
    subject: "dispute",
    objectId: dispute.id,
    ofObjectId: intent.id,
    chargeId: null,
  });
  const loop = startGatewayEvents({
    db: engine.db,
    lookAtMethod: async () => undefined,
    lookAtRefund: async () => false,
    log: recordingLog(),
  });
  await until(async () => (await casesOf(engine.db, chargeId)).includes("dispute"));
  await loop.stop();
}

test("a disputed charge is not refunded until a person has closed the dispute that was won", async () => {
  const owed = await owedBack();
  await disputed(owed);
  expect(await send(owed)).toBe(false);
  expect(await refund(owed)).toMatchObject({ state: "requested", transmissions: 0 });
  const toSending = sql`update refunds set state = 'sending', first_sent_at = business_now() where id = ${owed.refundId}`;
  await expect(toSending.execute(engine.db), "past the gate neither").rejects.toThrow(/is disputed/);

  const open = await engine.db
    .selectFrom("cases")
    .select("id")
    .where("subject", "=", owed.chargeId)
    .where("kind", "=", "dispute")
    .executeTakeFirstOrThrow();
  await closeCase(engine.db, { id: open.id, operatorId: "olga", why: "won", kept: [] });
  expect(await send(owed)).toBe(true);
});
