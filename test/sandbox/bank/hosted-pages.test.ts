import { afterAll, beforeAll, expect, test } from "vitest";
import { BankUnderTest, card, redirect, returnUrl, rub } from "./bank-under-test.ts";
import { asPage, openPage, payByPage, shownCode, submitForm, title } from "./page-visitor.ts";

let bank: BankUnderTest;
beforeAll(async () => {
  bank = await BankUnderTest.start();
});
afterAll(() => bank.close());

const back = { away: returnUrl };
const typed = { number: "5555 5555 5555 4477", expiry: "12/39", csc: "737" };
const withoutChallenge = { ...typed, number: "5555555555554444" };

async function toPay(more: Record<string, unknown> = {}): Promise<{ id: string; url: string }> {
  const { body } = await bank.post("/payments", {
    amount: rub("1530.50"),
    capture: true,
    confirmation: { ...redirect, locale: "en_US" },
    ...more,
  });
  return { id: body.id, url: body.confirmation.confirmation_url };
}

const payment = async (id: string) => (await bank.get(`/payments/${id}`)).body;
const debitsOf = async (id: string) => (await bank.debits()).filter((debit) => debit.paymentId === id);

test("the payer types a card, gives the code that the page shows, and lands at the shop with the debt paid", async () => {
  const { id, url } = await toPay({ description: "Electricity" });
  const form = await openPage(url);
  expect(title(form)).toBe("Payment");
  expect(form.html).toContain("₽1,530.50");
  expect(form.html).toContain("Electricity");
  const challenge = asPage(await submitForm(form, typed));
  expect(title(challenge)).toBe("Confirm the payment");
  expect(challenge.html).toContain("*4477");
  expect(challenge.html).toContain("₽1,530.50");
  expect(challenge.html).toContain("№ 100500");
  expect(shownCode(challenge)).toBe("123456");
  expect((await payment(id)).status).toBe("pending");
  expect(await submitForm(challenge, { action: "confirm", code: shownCode(challenge) })).toEqual(back);
  expect(await payment(id)).toMatchObject({
    status: "succeeded",
    authorization_details: { three_d_secure: { applied: true } },
  });
  expect(await debitsOf(id)).toHaveLength(1);
});

test("an ordinary card pays without a challenge, an enforced one gets it", async () => {
  const plain = await toPay();
  expect(await submitForm(await openPage(plain.url), withoutChallenge)).toEqual(back);
  expect((await payment(plain.id)).status).toBe("succeeded");
  const enforced = await toPay({ confirmation: { ...redirect, enforce: true } });
  const challenge = asPage(await submitForm(await openPage(enforced.url), withoutChallenge));
  expect(shownCode(challenge)).toBe("123456");
});

test("a card in the body and a saved card with enforcement go straight to the challenge", async () => {
  const inBody = await toPay({ payment_method_data: { type: "bank_card", card: card("5555555555554477") } });
  expect(title(await openPage(inBody.url))).toBe("Confirm the payment");
  const saved = await toPay({
    payment_method_id: await bank.savedCard(),
    confirmation: { ...redirect, enforce: true, locale: "en_US" },
  });
  const challenge = await openPage(saved.url);
  expect(title(challenge)).toBe("Confirm the payment");
  expect(await submitForm(challenge, { action: "confirm", code: "123456" })).toEqual(back);
  expect((await payment(saved.id)).status).toBe("succeeded");
});

test("refusing ends the payment with 3d_secure_failed, without money", async () => {
  const { id, url } = await toPay();
  const challenge = asPage(await submitForm(await openPage(url), typed));
  expect(await submitForm(challenge, { action: "refuse", code: "" })).toEqual(back);
  expect(await payment(id)).toMatchObject({
    status: "canceled",
    cancellation_details: { reason: "3d_secure_failed" },
  });
  expect(await debitsOf(id)).toEqual([]);
});

test("a wrong code may be mended twice, the third one ends the payment", async () => {
  const { id, url } = await toPay();
  const challenge = asPage(await submitForm(await openPage(url), typed));
  const once = asPage(await submitForm(challenge, { action: "confirm", code: "000000" }));
  expect(once.status).toBe(422);
  expect(once.html).toContain("The code does not match");
  asPage(await submitForm(once, { action: "confirm", code: "" }));
  expect((await payment(id)).status).toBe("pending");
  expect(await submitForm(once, { action: "confirm", code: "999999" })).toEqual(back);
  expect((await payment(id)).cancellation_details.reason).toBe("3d_secure_failed");
});

test("a declining card declines after the page, too", async () => {
  const { id, url } = await toPay();
  await submitForm(await openPage(url), { ...typed, number: "5555555555554600" });
  expect((await payment(id)).cancellation_details.reason).toBe("insufficient_funds");
});

test("wrong card data is named beside its field and changes nothing", async () => {
  const { id, url } = await toPay();
  const wrong = asPage(
    await submitForm(await openPage(url), { number: "4000000000000002", expiry: "12/19", csc: "1" }),
  );
  expect(wrong.status).toBe(422);
  for (const field of ["number", "expiry", "csc"]) expect(wrong.html).toContain(`id="${field}-problem"`);
  expect((await payment(id)).status).toBe("pending");
});

test("the same confirmation sent five times is one debit, and every sender lands at the shop", async () => {
  const { id, url } = await toPay();
  const challenge = asPage(await submitForm(await openPage(url), typed));
  const confirm = { action: "confirm", code: "123456" };
  const landings = await Promise.all(Array.from({ length: 5 }, () => submitForm(challenge, confirm)));
  expect(landings).toEqual(Array.from({ length: 5 }, () => back));
  expect(await debitsOf(id)).toHaveLength(1);
  expect(await submitForm(challenge, { action: "refuse" })).toEqual(back);
  expect((await payment(id)).status).toBe("succeeded");
});

test("the page of a finished payment says how it ended and leads back", async () => {
  const paid = await toPay();
  await payByPage(paid.url);
  const after = await openPage(paid.url);
  expect(title(after)).toBe("The payment went through");
  expect(after.html).toContain(`href="${returnUrl}"`);
  expect(after.html).not.toContain("<form");
});

test("after an hour the page says that the time is over, and its form no longer pays", async () => {
  const { id, url } = await toPay();
  const challenge = asPage(await submitForm(await openPage(url), typed));
  await bank.aheadBy(3_600_000 + 1000);
  expect(await submitForm(challenge, { action: "confirm", code: "123456" })).toEqual(back);
  const over = await openPage(url);
  await bank.aheadBy(0);
  expect(title(over)).toBe("The payment did not go through");
  expect(over.html).toContain("the time to confirm is over");
  expect(await debitsOf(id)).toEqual([]);
});

test("a form without the visit's token, or a guessed address, is refused", async () => {
  const { id, url } = await toPay();
  const form = await openPage(url);
  const forged = asPage(await submitForm(form, { ...withoutChallenge, token: "guessed" }));
  expect(forged.status).toBe(403);
  expect((await payment(id)).status).toBe("pending");
  expect((await openPage(new URL("/checkout/guessed", url).href)).status).toBe(404);
});

test("saved cards of the customer are offered and pay; other customers do not see them", async () => {
  const first = await toPay({ merchant_customer_id: "anna" });
  expect(await submitForm(await openPage(first.url), { ...withoutChallenge, remember: "yes" })).toEqual(back);
  const method = (await payment(first.id)).payment_method;
  expect(method).toMatchObject({ saved: true, status: "active" });

  const second = await toPay({ merchant_customer_id: "anna" });
  const form = await openPage(second.url);
  expect(form.html).toContain(`value="${method.id}"`);
  expect(await submitForm(form, { method: method.id })).toEqual(back);
  expect((await payment(second.id)).payment_method.id).toBe(method.id);

  const third = await toPay({ merchant_customer_id: "anna" });
  const other = { ...typed, method: "new" };
  expect(asPage(await submitForm(await openPage(third.url), other)).html).toContain("*4477");

  const foreign = await toPay({ merchant_customer_id: "boris" });
  expect((await openPage(foreign.url)).html).not.toContain(method.id);
  const stolen = asPage(await submitForm(await openPage(foreign.url), { method: method.id }));
  expect(stolen.status).toBe(422);
});

test("binding a card goes the same way and ends active, without money", async () => {
  const { body } = await bank.post("/payment_methods", { type: "bank_card", confirmation: redirect });
  expect(body).toMatchObject({ type: "bank_card", saved: false, status: "pending" });
  const before = (await bank.debits()).length;
  expect(await payByPage(body.confirmation.confirmation_url)).toEqual(back);
  const bound = (await bank.get(`/payment_methods/${body.id}`)).body;
  expect(bound).toMatchObject({
    saved: true,
    status: "active",
    title: "Bank card *4477",
    card: { last4: "4477" },
  });
  expect(bound).not.toHaveProperty("confirmation");
  expect((await bank.debits()).length).toBe(before);
  const charged = await bank.post("/payments", {
    amount: rub("1.00"),
    capture: true,
    payment_method_id: body.id,
  });
  expect(charged.body).toMatchObject({
    status: "succeeded",
    authorization_details: { three_d_secure: { applied: false } },
  });
});

test.each([
  ["refused", { action: "refuse" }],
  ["left for an hour", undefined],
])("a binding that is %s ends inactive and cannot be charged", async (_name, answer) => {
  const { body } = await bank.post("/payment_methods", { type: "bank_card", confirmation: redirect });
  const challenge = asPage(await submitForm(await openPage(body.confirmation.confirmation_url), typed));
  if (answer) await submitForm(challenge, answer);
  else await bank.aheadBy(3_600_000 + 1000);
  expect((await bank.get(`/payment_methods/${body.id}`)).body).toMatchObject({
    saved: false,
    status: "inactive",
  });
  await bank.aheadBy(0);
  const charge = await bank.post("/payments", { amount: rub("1.00"), payment_method_id: body.id });
  expect(charge).toMatchObject({ status: 400, body: { parameter: "payment_method_id" } });
});

test("the page speaks the shop's locale, else the browser's, else Russian", async () => {
  const asked = await toPay({ confirmation: { ...redirect, locale: "ru_RU" } });
  expect(title(await openPage(asked.url, "en-GB"))).toBe("Оплата");
  const open = await toPay({ confirmation: redirect });
  expect((await openPage(open.url, "en-GB,en;q=0.9")).html).toContain('<html lang="en">');
  const russian = await openPage(open.url, "ru,en;q=0.5");
  expect(russian.html).toContain('<html lang="ru">');
  expect(russian.html).toMatch(/1\s530,50\s₽/);
});

test("nothing typed by the shop becomes markup", async () => {
  const { url } = await toPay({ description: "<script>alert(1)</script>" });
  const page = await openPage(url);
  expect(page.html).not.toContain("<script");
  expect(page.html).toContain("&lt;script&gt;");
});
