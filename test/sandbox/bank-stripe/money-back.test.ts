import type { Stripe } from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FaceUnderTest, idOf, refusal } from "./face-under-test.ts";

let face: FaceUnderTest;
beforeAll(async () => {
  face = await FaceUnderTest.start();
});
afterAll(() => face.close());

async function paid(
  pattern = "pm_card_visa",
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.PaymentIntent> {
  const { customer, method } = await face.payer(pattern);
  const intent = await face.intent(customer, more);
  return face.stripe.paymentIntents.confirm(intent.id, { payment_method: method, off_session: true });
}

test("refunds in parts never exceed the charge; each stands in journal and balance", async () => {
  const intent = await paid();
  const first = await face.stripe.refunds.create({
    payment_intent: intent.id,
    amount: 53_050,
    metadata: { refund_id: "r-1" },
    expand: ["balance_transaction"],
  });
  expect(first).toMatchObject({
    object: "refund",
    status: "succeeded",
    metadata: { refund_id: "r-1" },
    payment_intent: intent.id,
    balance_transaction: { amount: -53_050, fee: 0 },
  });
  const tooMuch = await refusal(face.stripe.refunds.create({ payment_intent: intent.id, amount: 100_001 }));
  expect(tooMuch).toMatchObject({ statusCode: 400, param: "amount" });
  await face.stripe.refunds.create({ payment_intent: intent.id });
  const nothing = await refusal(face.stripe.refunds.create({ payment_intent: intent.id }));
  expect(nothing).toMatchObject({ statusCode: 400, code: "charge_already_refunded" });
  const charge = await face.stripe.charges.retrieve(idOf(intent.latest_charge));
  expect(charge).toMatchObject({ refunded: true, amount_refunded: 153_050 });
  const returned = (await face.journal()).filter(({ kind }) => kind === "money-returned");
  expect(returned).toMatchObject([
    { face: "stripe", paymentId: intent.metadata.payment_id, amountMinor: 53_050 },
    { face: "stripe", paymentId: intent.metadata.payment_id, amountMinor: 100_000 },
  ]);
});

test("an unpaid intent has nothing to refund", async () => {
  const { customer } = await face.payer();
  const intent = await face.intent(customer);
  expect(await refusal(face.stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
    statusCode: 400,
  });
});

test("a refund may fail later or wait for the bank", async () => {
  const failing = await paid("pm_card_refundFail");
  const failed = await face.stripe.refunds.create({ payment_intent: failing.id });
  expect(await face.stripe.refunds.retrieve(failed.id)).toMatchObject({
    status: "failed",
    failure_reason: "expired_or_canceled_card",
  });
  expect(await face.stripe.charges.retrieve(idOf(failing.latest_charge))).toMatchObject({
    amount_refunded: 0,
  });
  const waiting = await paid("pm_card_pendingRefund");
  const pending = await face.stripe.refunds.create({ payment_intent: waiting.id });
  expect(pending.status).toBe("pending");
  await face.control("POST", `/stripe/refunds/${pending.id}/settle`, { status: "succeeded" });
  expect((await face.stripe.refunds.retrieve(pending.id)).status).toBe("succeeded");
});

test("a hold is captured in part, the rest goes back; or it is given back, by us or by time", async () => {
  const manual = { capture_method: "manual" } as const;
  const held = await paid("pm_card_visa", manual);
  expect(held).toMatchObject({ status: "requires_capture", amount_capturable: 153_050, amount_received: 0 });
  const before = (await face.debits()).length;
  const captured = await face.stripe.paymentIntents.capture(held.id, { amount_to_capture: 100_000 });
  expect(captured).toMatchObject({ status: "succeeded", amount_received: 100_000, amount_capturable: 0 });
  expect((await face.debits()).slice(before)).toMatchObject([{ objectId: held.id, amountMinor: 100_000 }]);
  expect(await refusal(face.stripe.paymentIntents.capture(held.id))).toMatchObject({
    code: "payment_intent_unexpected_state",
  });
  const returned = await paid("pm_card_visa", manual);
  expect((await face.stripe.paymentIntents.cancel(returned.id)).status).toBe("canceled");
  const left = await paid("pm_card_visa", manual);
  await face.aheadBy(7 * 86_400_000 + 1000);
  expect(await face.stripe.paymentIntents.retrieve(left.id)).toMatchObject({
    status: "canceled",
    cancellation_reason: "automatic",
  });
  expect((await face.debits()).length).toBe(before + 1);
});

test("a dispute takes the money with a fee, winning brings back the money alone", async () => {
  for (const status of ["won", "lost"] as const) {
    const intent = await paid();
    const { id } = await face.control<{ id: string }>("POST", "/stripe/disputes", {
      charge: intent.latest_charge,
      reason: "product_not_received",
    });
    expect(await face.stripe.disputes.retrieve(id)).toMatchObject({
      status: "needs_response",
      amount: 153_050,
      reason: "product_not_received",
      payment_intent: intent.id,
    });
    expect((await face.stripe.charges.retrieve(idOf(intent.latest_charge))).disputed).toBe(true);
    await face.control("POST", `/stripe/disputes/${id}/settle`, { status });
    const { balance_transactions: movements } = await face.stripe.disputes.retrieve(id);
    expect(movements.map(({ net }) => net)).toEqual(status === "won" ? [-155_050, 153_050] : [-155_050]);
    const types = (await face.stripe.events.list({ type: "charge.dispute.*", limit: 4 })).data.map(
      ({ type }) => type,
    );
    expect(types[0]).toBe(status === "won" ? "charge.dispute.funds_reinstated" : "charge.dispute.closed");
  }
});

test("the vendor's card for disputes is disputed by itself", async () => {
  const intent = await paid("pm_card_createDispute");
  expect((await face.stripe.disputes.list({ payment_intent: intent.id })).data).toHaveLength(1);
});
