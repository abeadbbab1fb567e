import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { ChargeIntent, RefundExpected } from "../../../adapters/gateways/port.ts";
import type { ContractPart } from "./contract-case.ts";
import { AMOUNT_MINOR, mustSee, type Till, windowOf } from "./till.ts";

/** Money given back. */
export const refunds: ContractPart = {
  title: "refunds",
  cases: [
    {
      name: "there are none",
      everywhere: true,
      when: (can) => !can.refund,
      async run({ gateway }) {
        expect(gateway.refunds).toBeUndefined();
      },
    },
    {
      name: "the whole amount goes back, and the look-up agrees",
      everywhere: true,
      when: (can) => can.refund,
      async run(till) {
        const charged = await charge(till);
        const refund = refundOf(charged, AMOUNT_MINOR);
        const objectId = await done(till, charged, refund);
        expect(await parts(till).lookUp({ objectId, expected: refund })).toMatchObject({
          kind: "seen",
          sighting: { objectId, outcome: { kind: "done" } },
        });
        await mustHaveReturned(till, charged, [AMOUNT_MINOR]);
      },
    },
    {
      name: "two equal parts under two ids are two refunds",
      everywhere: true,
      when: (can) => can.partialRefund,
      async run(till) {
        const charged = await charge(till);
        const first = await done(till, charged, refundOf(charged, 100_000));
        const second = await done(till, charged, refundOf(charged, 100_000));
        expect(second).not.toBe(first);
        await mustHaveReturned(till, charged, [100_000, 100_000]);
      },
    },
    {
      name: "the same id twice is one refund",
      everywhere: true,
      when: (can) => can.refund,
      async run(till) {
        const charged = await charge(till);
        const refund = refundOf(charged, AMOUNT_MINOR);
        expect(await done(till, charged, refund)).toBe(await done(till, charged, refund));
        await mustHaveReturned(till, charged, [AMOUNT_MINOR]);
      },
    },
    {
      name: "more than was charged is refused, and nothing goes back",
      everywhere: true,
      when: (can) => can.refund,
      async run(till) {
        const charged = await charge(till);
        expect(await give(till, charged, refundOf(charged, AMOUNT_MINOR + 1))).toMatchObject({
          kind: "refused",
          class: "ours",
        });
        await mustHaveReturned(till, charged, []);
      },
    },
    {
      name: "an answer that is lost: unanswered, never refused; the scan finds the refund",
      when: (can) => can.refund,
      async run(till) {
        const charged = await charge(till);
        const refund = refundOf(charged, AMOUNT_MINOR);
        const target = { operation: "refund", intent: charged.intent, key: refund.refundId } as const;
        await till.bench.arm(target, { kind: "answer-lost" });
        expect(await give(till, charged, refund)).toMatchObject({ kind: "unanswered" });
        expect(await parts(till).find({ expected: refund, ...windowOf() })).toMatchObject({
          kind: "found",
          sighting: { outcome: { kind: "done" } },
        });
        await mustHaveReturned(till, charged, [AMOUNT_MINOR]);
      },
    },
    {
      name: "lost before it was executed: unanswered too, and a complete scan finds nothing",
      when: (can) => can.refund,
      async run(till) {
        const charged = await charge(till);
        const refund = refundOf(charged, AMOUNT_MINOR);
        const target = { operation: "refund", intent: charged.intent, key: refund.refundId } as const;
        await till.bench.arm(target, { kind: "lost-before-execution" });
        expect(await give(till, charged, refund)).toMatchObject({ kind: "unanswered" });
        expect(await parts(till).find({ expected: refund, ...windowOf() })).toMatchObject({
          kind: "nothing",
        });
        await mustHaveReturned(till, charged, []);
      },
    },
    {
      name: "throttled: refused for this transmission only",
      when: (can) => can.refund,
      async run(till) {
        const charged = await charge(till);
        const refund = refundOf(charged, AMOUNT_MINOR);
        const target = { operation: "refund", intent: charged.intent, key: refund.refundId } as const;
        await till.bench.arm(target, { kind: "throttled" });
        expect(await give(till, charged, refund)).toMatchObject({ kind: "refused", class: "technical" });
        await done(till, charged, refund);
        await mustHaveReturned(till, charged, [AMOUNT_MINOR]);
      },
    },
    {
      name: "nothing leaves when it may not be sent any more",
      everywhere: true,
      when: (can) => can.refund,
      async run(till) {
        const charged = await charge(till);
        const refund = refundOf(charged, AMOUNT_MINOR);
        expect(await give(till, charged, refund, () => false)).toMatchObject({ kind: "never-sent" });
        await mustHaveReturned(till, charged, []);
      },
    },
    {
      name: "another refund is never taken for ours, and an unknown id is missing",
      everywhere: true,
      when: (can) => can.refund,
      async run(till) {
        const charged = await charge(till);
        const objectId = await done(till, charged, refundOf(charged, AMOUNT_MINOR));
        const expected = refundOf(charged, AMOUNT_MINOR);
        expect(await parts(till).lookUp({ objectId, expected })).toMatchObject({
          kind: "unanswered",
          alarm: expect.any(String),
        });
        expect(await parts(till).lookUp({ objectId: till.world.unknown.refund, expected })).toMatchObject({
          kind: "missing",
        });
      },
    },
  ],
};

type Charged = { readonly intent: ChargeIntent; readonly refund: Omit<RefundExpected, "refundId"> };

async function charge(till: Till): Promise<Charged> {
  const intent = till.intentOf();
  const { objectId: chargeObjectId } = mustSee(await till.send(intent));
  return { intent, refund: { chargeObjectId, amount: till.amount, livemode: till.world.livemode } };
}

function refundOf({ refund }: Charged, amountMinor: number): RefundExpected {
  return { ...refund, amount: { ...refund.amount, amountMinor }, refundId: `KV-R-${randomUUID()}` };
}

function parts({ gateway }: Till) {
  if (gateway.refunds === undefined) throw new Error("the adapter has no refunds");
  return gateway.refunds;
}

function give(till: Till, charged: Charged, expected: RefundExpected, mayStillSend = () => true) {
  const { paymentId } = charged.intent;
  const { body } = parts(till).build({ ...expected, paymentId, description: "Given back" });
  return parts(till).send({ key: expected.refundId, body, expected, mayStillSend });
}

/** Gives money back that must be back at once; answers with the refund's object. */
async function done(till: Till, charged: Charged, expected: RefundExpected): Promise<string> {
  const ended = await give(till, charged, expected);
  if (ended.kind !== "seen") throw new Error(`not seen: ${ended.kind} ${ended.detail}`);
  expect(ended.sighting.outcome).toEqual({ kind: "done" });
  return ended.sighting.objectId;
}

async function mustHaveReturned(till: Till, { refund }: Charged, amounts: readonly number[]): Promise<void> {
  if (till.world.bench === undefined) return;
  const returned = await till.bench.returned(refund.chargeObjectId);
  expect(returned).toEqual(amounts.map((amountMinor) => ({ amountMinor })));
}
