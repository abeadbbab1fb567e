import { afterAll, beforeAll, expect, test } from "vitest";
import { asPage, openPage, submitForm, title } from "../bank/page-visitor.ts";
import { FaceUnderTest, refusal, returnUrl } from "./face-under-test.ts";

let face: FaceUnderTest;
beforeAll(async () => {
  face = await FaceUnderTest.start();
});
afterAll(() => face.close());

test("an unconfirmed intent moves no money; its confirmation takes it once and says by which key", async () => {
  const { customer, method } = await face.payer();
  const intent = await face.intent(customer);
  expect(intent).toMatchObject({
    object: "payment_intent",
    status: "requires_payment_method",
    latest_charge: null,
  });
  expect(intent.livemode).toBe(false);
  const before = await face.debits();
  const done = await face.stripe.paymentIntents.confirm(
    intent.id,
    { payment_method: method, off_session: true, expand: ["latest_charge.balance_transaction"] },
    { idempotencyKey: `charge-of-${intent.id}` },
  );
  expect(done.status).toBe("succeeded");
  expect(done.amount_received).toBe(153_050);
  expect(done.latest_charge).toMatchObject({
    object: "charge",
    paid: true,
    balance_transaction: { object: "balance_transaction", amount: 153_050, fee: 4468, net: 148_582 },
  });
  const debits = (await face.debits()).slice(before.length);
  expect(debits).toMatchObject([
    {
      face: "stripe",
      chargeId: `charge-of-${intent.id}`,
      paymentId: intent.metadata.payment_id,
      objectId: intent.id,
      amountMinor: 153_050,
      currency: "eur",
    },
  ]);
  const again = await refusal(
    face.stripe.paymentIntents.confirm(intent.id, { payment_method: method, off_session: true }),
  );
  expect(again).toMatchObject({ statusCode: 400, code: "payment_intent_unexpected_state" });
  expect(again.payment_intent?.status).toBe("succeeded");
  const cancel = await refusal(face.stripe.paymentIntents.cancel(intent.id));
  expect(cancel).toMatchObject({ statusCode: 400, code: "payment_intent_unexpected_state" });
});

test.each([
  ["pm_card_visa_chargeDeclined", "card_declined", "generic_decline", "try_again_later"],
  ["pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "try_again_later"],
  ["pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card", "do_not_try_again"],
  ["pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card", "do_not_try_again"],
  ["pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card", "confirm_card_data"],
  ["pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error", "try_again_later"],
])("%s is declined by 402 and the intent stays payable", async (pattern, code, decline, advice) => {
  const { customer, method } = await face.payer(pattern);
  const intent = await face.intent(customer);
  const error = await refusal(
    face.stripe.paymentIntents.confirm(intent.id, { payment_method: method, off_session: true }),
  );
  expect(error).toMatchObject({
    type: "StripeCardError",
    statusCode: 402,
    code,
    decline_code: decline,
    advice_code: advice,
  });
  expect(error.payment_intent).toMatchObject({
    status: "requires_payment_method",
    latest_charge: error.charge,
  });
  expect(error.payment_intent?.last_payment_error).toMatchObject({
    code,
    decline_code: decline,
    advice_code: advice,
  });
  const other = await face.stripe.paymentMethods.attach("pm_card_visa", { customer });
  const paid = await face.stripe.paymentIntents.confirm(intent.id, {
    payment_method: other.id,
    off_session: true,
  });
  expect(paid.status).toBe("succeeded");
  expect(paid.latest_charge).not.toBe(error.charge);
});

test("without the payer the issuer's wish for 3-D Secure is a decline, with him a page", async () => {
  const { customer, method } = await face.payer("pm_card_authenticationRequired");
  const intent = await face.intent(customer);
  const absent = await refusal(
    face.stripe.paymentIntents.confirm(intent.id, { payment_method: method, off_session: true }),
  );
  expect(absent).toMatchObject({
    statusCode: 402,
    code: "authentication_required",
    decline_code: "authentication_required",
  });
  const asked = await face.stripe.paymentIntents.confirm(
    intent.id,
    { payment_method: method, return_url: returnUrl },
    { idempotencyKey: `present-${intent.id}` },
  );
  expect(asked.status).toBe("requires_action");
  const page = await openPage(asked.next_action?.redirect_to_url?.url ?? "", "en");
  expect(title(page)).toBe("Confirm the payment");
  const landing = await submitForm(page, { action: "confirm" });
  const back = new URL("away" in landing ? landing.away : "");
  expect(back.searchParams.get("payment_intent")).toBe(intent.id);
  expect(back.searchParams.get("redirect_status")).toBe("succeeded");
  expect((await face.stripe.paymentIntents.retrieve(intent.id)).status).toBe("succeeded");
  expect((await face.debits()).at(-1)).toMatchObject({ chargeId: `present-${intent.id}` });
});

test("a refused 3-D Secure leaves no charge, only the error of the intent", async () => {
  const { customer, method } = await face.payer("pm_card_threeDSecure2Required");
  const intent = await face.intent(customer);
  const asked = await face.stripe.paymentIntents.confirm(intent.id, {
    payment_method: method,
    return_url: returnUrl,
  });
  const url = asked.next_action?.redirect_to_url?.url ?? "";
  const landing = await submitForm(await openPage(url), { action: "refuse" });
  expect("away" in landing && landing.away).toContain("redirect_status=failed");
  const after = await face.stripe.paymentIntents.retrieve(intent.id);
  expect(after).toMatchObject({
    status: "requires_payment_method",
    latest_charge: null,
    last_payment_error: { code: "payment_intent_authentication_failure" },
  });
  expect((await openPage(url, "ru")).html).toContain("Оплата не прошла");
});

test("a canceled intent is never charged again, also not by the page that was open", async () => {
  const { customer, method } = await face.payer("pm_card_threeDSecure2Required");
  const intent = await face.intent(customer);
  const asked = await face.stripe.paymentIntents.confirm(intent.id, {
    payment_method: method,
    return_url: returnUrl,
  });
  const page = await openPage(asked.next_action?.redirect_to_url?.url ?? "");
  const canceled = await face.stripe.paymentIntents.cancel(intent.id, { cancellation_reason: "abandoned" });
  expect(canceled).toMatchObject({ status: "canceled", cancellation_reason: "abandoned", next_action: null });
  const before = (await face.debits()).length;
  await submitForm(page, { action: "confirm" }).catch(() => undefined);
  const late = await refusal(
    face.stripe.paymentIntents.confirm(intent.id, { payment_method: method, off_session: true }),
  );
  expect(late).toMatchObject({ statusCode: 400, code: "payment_intent_unexpected_state" });
  expect((await face.debits()).length).toBe(before);
});

test("a card is saved on the hosted page with 3-D Secure and charged later without its holder", async () => {
  const { id: customer } = await face.stripe.customers.create();
  const session = await face.stripe.checkout.sessions.create({
    mode: "setup",
    customer,
    allowed_payment_method_types: ["card"],
    success_url: "http://127.0.0.1:9/bound?session={CHECKOUT_SESSION_ID}",
    cancel_url: "http://127.0.0.1:9/left",
    locale: "en",
    metadata: { binding_id: "b1" },
    setup_intent_data: { metadata: { binding_id: "b1" } },
  });
  expect(session.status).toBe("open");
  const card = { expiry: "12/39", csc: "123" };
  const wrong = asPage(
    await submitForm(await openPage(session.url ?? ""), { ...card, number: "4242424242424241" }),
  );
  expect(wrong.status).toBe(422);
  const refused = asPage(await submitForm(wrong, { ...card, number: "4000 0000 0000 0127" }));
  expect(refused.html).toContain("the security code is wrong");
  const challenge = asPage(await submitForm(refused, { ...card, number: "4000 0025 0000 3155" }));
  expect(title(challenge)).toBe("Confirm linking the card");
  const landing = await submitForm(challenge, { action: "confirm" });
  expect(landing).toEqual({ away: `http://127.0.0.1:9/bound?session=${session.id}` });
  const done = await face.stripe.checkout.sessions.retrieve(session.id, {
    expand: ["setup_intent", "setup_intent.payment_method"],
  });
  expect(done.status).toBe("complete");
  expect(done.setup_intent).toMatchObject({
    status: "succeeded",
    payment_method: { object: "payment_method", customer, card: { last4: "3155", brand: "visa" } },
  });
  const setup = typeof done.setup_intent === "string" ? null : done.setup_intent;
  const method = setup?.payment_method;
  const methodId = typeof method === "string" ? method : (method?.id ?? "");
  const intent = await face.intent(customer);
  const paid = await face.stripe.paymentIntents.confirm(intent.id, {
    payment_method: methodId,
    off_session: true,
  });
  expect(paid.status).toBe("succeeded");
});
