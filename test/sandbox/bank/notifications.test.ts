import { afterEach, beforeEach, expect, test } from "vitest";
import { BankUnderTest, Inbox, card, redirect, rub, until } from "./bank-under-test.ts";
import { payByPage } from "./page-visitor.ts";

let bank: BankUnderTest;
let inbox: Inbox;
let answerWith = 200;
beforeEach(async () => {
  answerWith = 200;
  inbox = await Inbox.open(() => answerWith);
  bank = await BankUnderTest.start({ notifyUrl: inbox.url });
});
afterEach(async () => {
  await bank.close();
  await inbox.close();
});

const pay = (more: Record<string, unknown> = {}) =>
  bank.post("/payments", {
    amount: rub("5.00"),
    capture: true,
    payment_method_data: { type: "bank_card", card: card("5555555555554444") },
    ...more,
  });

const arrived = (count: number) => until(() => (inbox.received.length >= count ? inbox.received : undefined));
const queueEmpty = () => until(async () => ((await bank.undelivered()).length === 0 ? true : undefined));

test("every event that the shop may see is told, with the object of that moment", async () => {
  const paid = await pay();
  expect(await arrived(1)).toEqual([{ type: "notification", event: "payment.succeeded", object: paid.body }]);
  const held = await pay({ capture: false });
  await arrived(2);
  await bank.post(`/payments/${held.body.id}/cancel`, {});
  await arrived(3);
  await bank.post("/refunds", { payment_id: paid.body.id, amount: rub("1.00") });
  await arrived(4);
  const binding = await bank.post("/payment_methods", { type: "bank_card", confirmation: redirect });
  await payByPage(binding.body.confirmation.confirmation_url);
  await arrived(5);
  expect(inbox.received.slice(1)).toMatchObject([
    { event: "payment.waiting_for_capture", object: { status: "waiting_for_capture" } },
    { event: "payment.canceled", object: { cancellation_details: { reason: "canceled_by_merchant" } } },
    { event: "refund.succeeded", object: { payment_id: paid.body.id } },
    { event: "payment_method.active", object: { id: binding.body.id, saved: true, status: "active" } },
  ]);
  await queueEmpty();
});

test("a notification is repeated with growing pauses until the shop answers 200", async () => {
  answerWith = 500;
  await pay();
  await arrived(2);
  answerWith = 200;
  await queueEmpty();
  const attempts = (await bank.journal())
    .filter((entry) => entry.kind === "notification" && entry.change !== "queued")
    .map((entry) => [entry.change, entry.record?.attempts]);
  expect(attempts).toEqual([
    ["not accepted: 500", 1],
    ["not accepted: 500", 2],
    ["accepted", 3],
  ]);
});

test("after 24 hours of bank time nobody is told any more", async () => {
  answerWith = 500;
  await pay();
  await arrived(1);
  await bank.aheadBy(24 * 3_600_000 + 1000);
  await queueEmpty();
  expect(await bank.journal()).toContainEqual(
    expect.objectContaining({ kind: "notification", change: "given up" }),
  );
});

test("a payment that looks undecided is not told of until it is settled", async () => {
  await bank.arm({ kind: "hold" }, { match: { operation: "create_payment" } });
  const { body } = await pay();
  expect(await bank.undelivered()).toEqual([]);
  await bank.control("POST", `/payments/${body.id}/settle`, { status: "succeeded" });
  expect(await arrived(1)).toMatchObject([{ event: "payment.succeeded", object: { id: body.id } }]);
});

const notification = { operation: "notification", chargeId: "c-1" };
const metadata = { charge_id: "c-1" };

test("an armed duplicate comes twice, an armed loss never", async () => {
  await bank.arm({ kind: "notification", mode: "duplicate" }, { match: notification });
  await pay({ metadata });
  await arrived(2);
  await queueEmpty();
  expect(inbox.received[0]).toEqual(inbox.received[1]);
  await bank.arm(
    { kind: "notification", mode: "lost" },
    { match: { ...notification, event: "payment.succeeded" } },
  );
  await pay({ metadata });
  await pay();
  await arrived(3);
  await queueEmpty();
  expect(inbox.received).toHaveLength(3);
  expect(inbox.received[2]?.object.metadata).toEqual({});
});

test("an armed late notification arrives after its delay, behind a younger one", async () => {
  await bank.arm({ kind: "notification", mode: "late", delayMs: 600 }, { match: notification });
  await pay({ metadata });
  await pay();
  await arrived(2);
  expect(inbox.received.map((one) => one.object.metadata)).toEqual([{}, metadata]);
});

test("a notification can be sent again, to an address set while running", async () => {
  const other = await Inbox.open();
  try {
    const { body } = await pay();
    await arrived(1);
    await bank.control("POST", "/notify-url", { url: other.url });
    await bank.control("POST", `/payments/${body.id}/notify`, { times: 5 });
    await until(() => (other.received.length === 5 ? true : undefined));
    expect(inbox.received).toHaveLength(1);
  } finally {
    await other.close();
  }
});
