import { expect } from "vitest";
import type { ContractPart } from "./contract-case.ts";
import { mustSee } from "./till.ts";

/** One object for all charges of a payment. */
export const preparation: ContractPart = {
  title: "preparing a payment",
  cases: [
    {
      name: "there is nothing to prepare",
      everywhere: true,
      when: (can) => !can.preparesPayment,
      async run({ gateway }) {
        expect(gateway.preparation).toBeUndefined();
      },
    },
    {
      name: "the same key is one object, which takes no money by itself",
      everywhere: true,
      when: (can) => can.preparesPayment,
      async run(till) {
        const intent = till.intentOf();
        const first = await till.prepare(intent);
        expect(first).toMatchObject({ kind: "ready", attemptBefore: null });
        expect(await till.prepare(intent)).toEqual(first);
        if (till.world.bench !== undefined && first.kind === "ready")
          expect(await till.bench.takenBy(first.objectId)).toEqual([]);
      },
    },
    {
      name: "after a decline the object names that attempt, by the old key and by its id",
      when: (can) => can.preparesPayment,
      async run(till) {
        const intent = till.intentOf();
        await till.arm(intent, { kind: "declined", reason: "insufficient_funds" });
        const { objectId } = mustSee(await till.send(intent));
        const again = await till.prepare(intent);
        expect(again).toMatchObject({ kind: "ready", objectId, attemptBefore: expect.any(String) });
        expect(await till.prepare(intent, { objectId })).toEqual(again);
      },
    },
    {
      name: "an older attempt is never taken for ours",
      when: (can) => can.preparesPayment,
      async run(till) {
        const intent = till.intentOf();
        await till.arm(intent, { kind: "declined", reason: "insufficient_funds" });
        const { objectId } = mustSee(await till.send(intent));
        const next = till.nextOf(intent);
        await till.ready(next);
        await till.arm(next, { kind: "lost-before-execution" });
        expect(await till.send(next)).toMatchObject({ kind: "unanswered" });
        expect(await till.lookUp(next, objectId)).toMatchObject({ kind: "not-run" });
        expect(await till.find(next)).toMatchObject({ kind: "nothing" });
      },
    },
    {
      name: "a declined object is charged by the next charge, once",
      when: (can) => can.preparesPayment,
      async run(till) {
        const intent = till.intentOf();
        await till.arm(intent, { kind: "declined", reason: "insufficient_funds" });
        const { objectId } = mustSee(await till.send(intent));
        const next = till.nextOf(intent);
        expect(mustSee(await till.send(next))).toMatchObject({ objectId, outcome: { kind: "charged" } });
        expect(await till.bench.takenBy(objectId)).toEqual([{ amountMinor: till.amount.amountMinor }]);
      },
    },
    {
      name: "another card of another owner pays by the same object",
      when: (can) => can.preparesPayment,
      async run(till) {
        const intent = till.intentOf();
        await till.arm(intent, { kind: "declined", reason: "insufficient_funds" });
        const { objectId } = mustSee(await till.send(intent));
        const next = { ...till.nextOf(intent), methodToken: await till.world.savedMethod() };
        expect(mustSee(await till.send(next))).toMatchObject({ objectId, outcome: { kind: "charged" } });
      },
    },
    {
      name: "an object that took the money is never handed out again, and takes no second time",
      everywhere: true,
      when: (can) => can.preparesPayment,
      async run(till) {
        const intent = till.intentOf();
        const { intent: prepared, expected } = await till.ready(intent);
        const { objectId } = mustSee(await till.send(intent));
        const alarm = { kind: "unanswered", alarm: expect.any(String) };
        expect(await till.prepare(intent, { objectId })).toMatchObject(alarm);
        const { chargeId } = till.nextOf(intent);
        const { body } = till.gateway.buildCharge({ ...prepared, chargeId });
        const second = { key: chargeId, body, expected: { ...expected, chargeId }, mayStillSend: () => true };
        expect(await till.gateway.sendCharge(second)).toMatchObject(alarm);
        if (till.world.bench !== undefined) expect(await till.bench.takenBy(objectId)).toHaveLength(1);
      },
    },
  ],
};
