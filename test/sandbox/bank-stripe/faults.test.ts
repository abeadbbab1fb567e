import { afterEach, beforeEach, expect, test } from "vitest";
import { openPage, submitForm } from "../bank/page-visitor.ts";
import { FaceUnderTest, refusal, returnUrl } from "./face-under-test.ts";

let face: FaceUnderTest;
beforeEach(async () => {
  face = await FaceUnderTest.start();
});
afterEach(() => face.close());

interface Prepared {
  readonly id: string;
  readonly paymentId: string;
  readonly key: string;
  confirm(): Promise<unknown>;
}

async function prepared(pattern?: string): Promise<Prepared> {
  const { customer, method } = await face.payer(pattern);
  const intent = await face.intent(customer);
  const key = `${intent.metadata.payment_id ?? ""}-1`;
  return {
    id: intent.id,
    paymentId: intent.metadata.payment_id ?? "",
    key,
    confirm: () =>
      face.stripe.paymentIntents.confirm(
        intent.id,
        { payment_method: method, off_session: true },
        { idempotencyKey: key },
      ),
  };
}

test("an answer lost after the commit: the money has moved, the replay tells it", async () => {
  const { id, key, confirm } = await prepared();
  await face.arm({ kind: "commit-then-drop" }, { operation: "stripe_confirm", chargeId: key });
  expect((await refusal(confirm())).type).toBe("StripeConnectionError");
  expect(await face.debits()).toMatchObject([{ chargeId: key, objectId: id }]);
  expect(await confirm()).toMatchObject({ id, status: "succeeded" });
  expect(await face.debits()).toHaveLength(1);
});

test("a request lost before it arrived has done nothing", async () => {
  const { id, paymentId, confirm } = await prepared();
  await face.arm(
    { kind: "drop-before" },
    { operation: "stripe_confirm", metadata: { payment_id: paymentId } },
  );
  expect((await refusal(confirm())).type).toBe("StripeConnectionError");
  expect(await face.stripe.paymentIntents.retrieve(id)).toMatchObject({
    status: "requires_payment_method",
    latest_charge: null,
  });
  expect(await confirm()).toMatchObject({ status: "succeeded" });
});

test("an answer that breaks off in the middle comes whole with the replay", async () => {
  const { key, confirm } = await prepared();
  await face.arm({ kind: "bad-json" }, { operation: "stripe_confirm", chargeId: key });
  await refusal(confirm());
  expect(await confirm()).toMatchObject({ status: "succeeded" });
  expect(await face.debits()).toHaveLength(1);
});

test("a decline may carry any reason and advice of issuer and network", async () => {
  const { key, confirm } = await prepared();
  await face.arm(
    {
      kind: "decline",
      reason: "stop_payment_order",
      advice: "do_not_try_again",
      networkAdviceCode: "03",
      networkDeclineCode: "R0",
    },
    { operation: "stripe_confirm", chargeId: key },
  );
  expect(await refusal(confirm())).toMatchObject({
    statusCode: 402,
    code: "card_declined",
    decline_code: "stop_payment_order",
    advice_code: "do_not_try_again",
    network_advice_code: "03",
    network_decline_code: "R0",
  });
});

test("a charge under way is processing, cannot be cancelled, and ends as it is settled", async () => {
  for (const status of ["succeeded", "failed"] as const) {
    const { id, key, confirm } = await prepared();
    await face.arm({ kind: "hold" }, { operation: "stripe_confirm", chargeId: key });
    expect(await confirm()).toMatchObject({ status: "processing" });
    const before = (await face.debits()).length;
    expect(await refusal(face.stripe.paymentIntents.cancel(id))).toMatchObject({
      code: "payment_intent_unexpected_state",
    });
    await face.control("POST", `/stripe/payment_intents/${id}/settle`, {
      status,
      reason: "insufficient_funds",
    });
    const after = await face.stripe.paymentIntents.retrieve(id, { expand: ["latest_charge"] });
    const succeeded = status === "succeeded";
    expect(after.status).toBe(succeeded ? "succeeded" : "requires_payment_method");
    expect((await face.debits()).length - before).toBe(succeeded ? 1 : 0);
  }
});

test("a wrong amount and a double debit stand in the bank's own books", async () => {
  const wrong = await prepared();
  await face.arm({ kind: "wrong-amount" }, { operation: "stripe_confirm", chargeId: wrong.key });
  expect(await wrong.confirm()).toMatchObject({ amount: 153_050, amount_received: 153_150 });
  const twice = await prepared();
  await face.arm({ kind: "double-debit" }, { operation: "stripe_confirm", chargeId: twice.key });
  await twice.confirm();
  expect((await face.debits()).map(({ chargeId, amountMinor }) => [chargeId, amountMinor])).toEqual([
    [wrong.key, 153_150],
    [twice.key, 153_050],
    [twice.key, 153_050],
  ]);
});

test("what the payer's last click meets: declined after 3-D Secure", async () => {
  const { customer, method } = await face.payer("pm_card_threeDSecure2Required");
  const intent = await face.intent(customer);
  await face.arm({ kind: "decline", reason: "do_not_honor" }, { operation: "confirm", paymentId: intent.id });
  const asked = await face.stripe.paymentIntents.confirm(intent.id, {
    payment_method: method,
    return_url: returnUrl,
  });
  const page = await openPage(asked.next_action?.redirect_to_url?.url ?? "");
  const landing = await submitForm(page, { action: "confirm" });
  expect("away" in landing && landing.away).toContain("redirect_status=failed");
  expect(await submitForm(page, { action: "confirm" })).toEqual(landing);
  const after = await face.stripe.paymentIntents.retrieve(intent.id, { expand: ["latest_charge"] });
  expect(after).toMatchObject({
    status: "requires_payment_method",
    last_payment_error: { decline_code: "do_not_honor" },
    latest_charge: { status: "failed" },
  });
  expect(await face.debits()).toEqual([]);
});

test("reads and refunds break as charges do", async () => {
  const { id, confirm } = await prepared();
  await confirm();
  await face.arm({ kind: "error-500" }, { operation: "stripe_retrieve" });
  expect(await refusal(face.stripe.paymentIntents.retrieve(id))).toMatchObject({
    statusCode: 500,
    type: "StripeAPIError",
  });
  expect((await face.stripe.paymentIntents.retrieve(id)).status).toBe("succeeded");
  await face.arm({ kind: "commit-then-drop" }, { operation: "stripe_refund" });
  const refund = () =>
    face.stripe.refunds.create(
      { payment_intent: id, amount: 50, metadata: { refund_id: "r1" } },
      { idempotencyKey: "r1" },
    );
  expect((await refusal(refund())).type).toBe("StripeConnectionError");
  expect(await refund()).toMatchObject({ amount: 50, status: "succeeded" });
  expect((await face.stripe.refunds.list({ payment_intent: id })).data).toHaveLength(1);
});
