import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RefundIntent } from "../../../adapters/gateways/port.ts";
import { rub } from "../../sandbox/bank/bank-under-test.ts";
import { aroundNow, Counter, intentOf, mustSee } from "./counter.ts";

let counter: Counter;
beforeAll(async () => {
  counter = await Counter.open();
});
afterAll(() => counter.bank.close());

async function charged(): Promise<string> {
  const intent = intentOf({ initiatedBy: "mit", methodToken: await counter.bank.savedCard() });
  return mustSee(await counter.send(intent)).objectId;
}
const refundOf = (chargeObjectId: string, amountMinor = 10_000): RefundIntent => ({
  refundId: `RF-${randomUUID()}`,
  paymentId: "KV-PAYMENT",
  chargeObjectId,
  amount: { amountMinor, currency: "RUB" },
  description: "Возврат",
});
const refunds = () => {
  if (counter.gateway.refunds === undefined) throw new Error("the adapter refunds nothing");
  return counter.gateway.refunds;
};
const giveBack = (intent: RefundIntent) =>
  refunds().send({
    key: intent.refundId,
    body: refunds().build(intent).body,
    expected: { ...intent, livemode: false },
    mayStillSend: () => true,
  });
const find = (intent: RefundIntent) =>
  refunds().find({
    expected: { ...intent, livemode: false },
    ...aroundNow(),
  });
const refunded = async (objectId: string) =>
  (await counter.bank.get(`/payments/${objectId}`)).body.refunded_amount;

test("two equal partial refunds are two; a replay of one is one", async () => {
  const objectId = await charged();
  const [first, second] = [refundOf(objectId), refundOf(objectId)];
  for (const intent of [first, second, first])
    expect(await giveBack(intent)).toMatchObject({ sighting: { outcome: { kind: "done" } } });
  expect(await refunded(objectId)).toEqual(rub("200.00"));
});

test.each(["commit-then-drop", "commit-then-500", "202", "bad-json"])(
  "%s: unanswered; the list shows the refund, and the money went back once",
  async (kind) => {
    const intent = refundOf(await charged());
    await counter.bank.arm(
      { kind },
      { match: { operation: "create_refund", paymentId: intent.chargeObjectId } },
    );
    expect(await giveBack(intent)).toMatchObject({ kind: "unanswered" });
    const found = await find(intent);
    expect(found).toMatchObject({ kind: "found", sighting: { outcome: { kind: "done" } } });
    expect(await giveBack(intent)).toMatchObject({ kind: "seen" });
    expect(await refunded(intent.chargeObjectId)).toEqual(rub("100.00"));
  },
);

test("lost before it was executed: unanswered too, and the complete list lacks it", async () => {
  const neighbour = refundOf(await charged());
  const other = await giveBack(neighbour);
  const intent = refundOf(await charged());
  await counter.bank.arm(
    { kind: "drop-before" },
    { match: { operation: "create_refund", paymentId: intent.chargeObjectId } },
  );
  expect(await giveBack(intent)).toMatchObject({ kind: "unanswered" });
  const found = await find(intent);
  expect(found.kind).toBe("nothing");
  expect("seenObjectIds" in found && found.seenObjectIds).toContain(
    other.kind === "seen" && other.sighting.objectId,
  );
});

test("pending, then refused for time: the look-up tells the reason", async () => {
  const intent = refundOf(await charged());
  await counter.bank.arm({ kind: "hold" }, { match: { operation: "create_refund" } });
  const pending = await giveBack(intent);
  if (pending.kind !== "seen") throw new Error(pending.kind);
  expect(pending.sighting.outcome).toEqual({ kind: "pending" });
  const { objectId } = pending.sighting;
  await counter.bank.control("POST", `/refunds/${objectId}/settle`, {
    status: "canceled",
    reason: "rejected_by_timeout",
  });
  expect(await refunds().lookUp({ objectId, expected: { ...intent, livemode: false } })).toMatchObject({
    sighting: { outcome: { kind: "refused", reason: "rejected_by_timeout" } },
  });
  expect(await refunded(intent.chargeObjectId)).toEqual(rub("0.00"));
});

test("more than is left is refused without leaving a refund", async () => {
  const intent = refundOf(await charged(), 153_051);
  expect(await giveBack(intent)).toMatchObject({
    kind: "refused",
    class: "ours",
    parameter: "amount.value",
  });
  expect(await find(intent)).toMatchObject({ kind: "nothing" });
});
