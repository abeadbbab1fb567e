import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChargeIntent, MethodKind, ObjectRequest, Sighting } from "../../../adapters/gateways/port.ts";
import { SAVABLE } from "../../../adapters/gateways/yookassa/charge-request.ts";
import { returnUrl, rub } from "../../sandbox/bank/bank-under-test.ts";
import { openPage, payByPage, submitForm } from "../../sandbox/bank/page-visitor.ts";
import { AMOUNT, aroundNow, Counter, expectedOf, intentOf, mustSee } from "./counter.ts";

let counter: Counter;
beforeAll(async () => {
  counter = await Counter.open();
});
afterAll(() => counter.bank.close());

async function agree(sighting: Sighting): Promise<void> {
  if (sighting.outcome.kind !== "challenged" || sighting.outcome.confirmationUrl === undefined)
    throw new Error("there is no page to agree on");
  const { confirmationUrl } = sighting.outcome;
  if ((await openPage(confirmationUrl)).html.includes('name="number"')) await payByPage(confirmationUrl);
  else await submitForm(await openPage(confirmationUrl), { action: "confirm" });
}

describe.each<MethodKind>([...SAVABLE])("%s", (methodKind) => {
  test("the payer agrees and the method is saved; the next charge needs nobody", async () => {
    const first = intentOf({ methodKind, saveMethod: true });
    const asked = mustSee(await counter.send(first));
    expect(await counter.debitsOf(first)).toEqual([]);
    await agree(asked);
    const paid = await counter.lookUp(first, asked.objectId);
    expect(paid).toMatchObject({
      outcome: { kind: "charged", amount: AMOUNT, fee: { currency: "RUB" } },
      method: { saved: true, kind: methodKind },
    });
    const methodToken = paid.method?.token ?? "";
    const next = intentOf({ methodKind, initiatedBy: "mit", methodToken });
    expect(mustSee(await counter.send(next)).outcome).toMatchObject({ kind: "charged" });
    for (const intent of [first, next]) {
      expect(await counter.debitsOf(intent)).toMatchObject([
        { amountMinor: AMOUNT.amountMinor, paidBy: methodKind },
      ]);
    }
  });
});

test.each(["bank_card", "sbp"] as const)(
  "%s is bound without a payment and then pays",
  async (methodKind) => {
    const started = await counter.gateway.startBinding({
      key: randomUUID(),
      bindingId: "KV-B",
      returnUrl,
      locale: "en",
      methodKind,
    });
    if (started.kind !== "waiting") throw new Error(started.kind);
    const { objectId, confirmationUrl } = started;
    if (methodKind === "bank_card") await payByPage(confirmationUrl);
    else await submitForm(await openPage(confirmationUrl), { action: "confirm" });
    const bound = await counter.gateway.lookUpBinding({ objectId });
    expect(bound).toMatchObject({ kind: "active", method: { saved: true, kind: methodKind } });
    const charge = intentOf({ methodKind, initiatedBy: "mit", methodToken: objectId });
    expect(mustSee(await counter.send(charge)).outcome.kind).toBe("charged");
  },
);

test("a phone account: asked outside of any page, charged by the payer's message, expired without one", async () => {
  const phone = { methodKind: "mobile_balance", phone: "+79000000000" } as const;
  const answered = intentOf(phone);
  const asked = mustSee(await counter.send(answered));
  expect(asked.outcome).toEqual({ kind: "challenged", confirmBy: expect.any(String) });
  await counter.bank.control("POST", `/payments/${asked.objectId}/confirm-external`);
  expect((await counter.lookUp(answered, asked.objectId)).outcome).toMatchObject({
    kind: "charged",
    amount: AMOUNT,
  });
  expect(await counter.debitsOf(answered)).toHaveLength(1);

  const silent = intentOf(phone);
  const waiting = mustSee(await counter.send(silent));
  await counter.bank.aheadBy(3_600_000 + 1000);
  const ended = await counter.lookUp(silent, waiting.objectId);
  await counter.bank.aheadBy(0);
  expect(ended.outcome).toMatchObject({ kind: "not-charged", how: "expired" });
  expect(await counter.debitsOf(silent)).toEqual([]);
});

test("a utilities order and a receipt pass the bank's own checks", async () => {
  const intent = intentOf({
    initiatedBy: "mit",
    methodToken: await counter.bank.savedCard(),
    paymentOrder: {
      purpose: "Оплата ЖКУ;ЕЛС 60АА000593;ПРД 03.2026",
      recipient: {
        name: "ООО Тестовая управляющая компания",
        inn: "7701234560",
        kpp: "770101001",
        bank: {
          name: "ПАО ТЕСТБАНК",
          bic: "044525225",
          account: "40702810100000000017",
          correspondentAccount: "30101810400000000225",
        },
      },
      kbk: "0",
      oktmo: "45382000",
      period: { month: 3, year: 2026 },
      unifiedAccountNumber: "60АА000593",
      accountNumber: "77-1",
    },
    receipt: {
      customer: { email: "payer@example.net", phone: "+79000000000" },
      taxSystemCode: 2,
      items: [
        { description: "Вода", quantity: 0.333, price: { amountMinor: 100, currency: "RUB" }, vatCode: 1 },
        { description: "Свет", quantity: 1, price: { amountMinor: 153_017, currency: "RUB" }, vatCode: 12 },
      ],
    },
  });
  const { objectId, outcome } = mustSee(await counter.send(intent));
  expect(outcome.kind).toBe("charged");
  expect((await counter.bank.control("GET", `/payments/${objectId}`)).body.paymentOrder).toMatchObject({
    type: "utilities",
    amount: rub("1530.50"),
  });
});

/** Money that is only reserved: nobody asks for it, but it can happen. */
async function held(): Promise<{ intent: ChargeIntent; request: ObjectRequest }> {
  const intent = intentOf();
  const { objectId } = mustSee(await counter.send(intent));
  await counter.bank.control("POST", `/payments/${objectId}/settle`, { status: "waiting_for_capture" });
  const seen = await counter.lookUp(intent, objectId);
  expect(seen.outcome).toEqual({ kind: "held", amount: AMOUNT, expiresAt: expect.any(String) });
  const expected = expectedOf(intent);
  return {
    intent,
    request: { key: `${intent.chargeId}-capture`, objectId, expected, mayStillSend: () => true },
  };
}

describe("held money", () => {
  const capture = async (request: ObjectRequest) => counter.gateway.capture?.(request);
  const giveBack = async (request: ObjectRequest) => counter.gateway.void?.(request);

  test("is captured once, also when the capture is repeated", async () => {
    const { intent, request } = await held();
    for (let round = 0; round < 2; round += 1)
      expect(await capture(request)).toMatchObject({
        sighting: { outcome: { kind: "charged", amount: AMOUNT } },
      });
    expect(await counter.debitsOf(intent)).toHaveLength(1);
  });

  test("the capture's answer is lost: unanswered; the look-up shows that the money was taken", async () => {
    const { intent, request } = await held();
    await counter.bank.arm(
      { kind: "commit-then-drop" },
      { match: { operation: "capture", chargeId: intent.chargeId } },
    );
    expect(await capture(request)).toMatchObject({ kind: "unanswered" });
    expect((await counter.lookUp(intent, request.objectId)).outcome.kind).toBe("charged");
    expect(await counter.debitsOf(intent)).toHaveLength(1);
  });

  test("somebody captured a part: the true sum is what the look-up tells", async () => {
    const { intent, request } = await held();
    await counter.bank.post(`/payments/${request.objectId}/capture`, { amount: rub("1000.00") });
    expect((await counter.lookUp(intent, request.objectId)).outcome).toMatchObject({
      kind: "charged",
      amount: { amountMinor: 100_000, currency: "RUB" },
    });
    expect(await capture(request)).toMatchObject({ kind: "refused", class: "ours" });
    expect(await counter.debitsOf(intent)).toMatchObject([{ amountMinor: 100_000 }]);
  });

  test("is given back: voided, no debit, and it cannot be captured any more", async () => {
    const { intent, request } = await held();
    expect(await giveBack({ ...request, key: `${intent.chargeId}-void` })).toMatchObject({
      sighting: { outcome: { kind: "not-charged", how: "voided" } },
    });
    expect(await capture(request)).toMatchObject({ kind: "refused" });
    expect(await counter.debitsOf(intent)).toEqual([]);
  });

  test("lapses after seven days", async () => {
    const { intent, request } = await held();
    await counter.bank.aheadBy(7 * 86_400_000 + 60_000);
    const lapsed = await counter.lookUp(intent, request.objectId);
    await counter.bank.aheadBy(0);
    expect(lapsed.outcome).toMatchObject({
      kind: "not-charged",
      how: "expired",
      reason: "expired_on_capture",
    });
  });

  test("a payment that waits for its payer cannot be voided", async () => {
    const intent = intentOf();
    const { objectId } = mustSee(await counter.send(intent));
    const request = {
      key: `${intent.chargeId}-void`,
      objectId,
      expected: expectedOf(intent),
      mayStillSend: () => true,
    };
    expect(await giveBack(request)).toMatchObject({ kind: "refused", class: "ours" });
    expect((await counter.lookUp(intent, objectId)).outcome.kind).toBe("challenged");
  });
});

test("another sum than asked: the answer and the list are alarms that name the object; its own page tells the truth", async () => {
  const intent = intentOf({ initiatedBy: "mit", methodToken: await counter.bank.savedCard() });
  await counter.bank.arm(
    { kind: "wrong-amount", amountMinor: 153_051 },
    { match: { chargeId: intent.chargeId } },
  );
  const ended = await counter.send(intent);
  if (ended.kind !== "unanswered" || ended.objectId === undefined) throw new Error("the object is not named");
  expect(ended.alarm).toContain("amount.value");
  const scan = await counter.gateway.findCharge({
    chargeId: intent.chargeId,
    ...aroundNow(),
    expected: expectedOf(intent),
  });
  expect(scan).toMatchObject({ kind: "unanswered", alarm: expect.any(String), objectId: ended.objectId });
  expect((await counter.lookUp(intent, ended.objectId)).outcome).toMatchObject({
    kind: "charged",
    amount: { amountMinor: 153_051, currency: "RUB" },
  });
});
