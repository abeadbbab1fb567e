import { expect } from "vitest";
import type { ContractPart } from "./contract-case.ts";
import { mustSee } from "./till.ts";

const VOIDED = { kind: "seen", sighting: { outcome: { kind: "not-charged", how: "voided" } } };

/** Capture and void: what becomes of money that is reserved, and of an object whose road is to end. */
export const ends: ContractPart = {
  title: "capture and void",
  cases: [
    {
      name: "there is no capture",
      everywhere: true,
      when: (can) => !can.captureHeld,
      async run({ gateway }) {
        expect(gateway.capture).toBeUndefined();
      },
    },
    {
      name: "there is no void",
      everywhere: true,
      when: (can) => !can.voidHeld && !can.voidPending,
      async run({ gateway }) {
        expect(gateway.void).toBeUndefined();
      },
    },
    {
      name: "a reservation is seen as held, captured in full, and charged once",
      when: (can) => can.captureHeld,
      async run(till) {
        const intent = till.intentOf();
        const objectId = await till.bench.hold(intent);
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          sighting: { objectId, outcome: { kind: "held", amount: till.amount } },
        });
        for (let n = 0; n < 2; n += 1)
          expect(await till.end("capture", intent, objectId)).toMatchObject({
            sighting: { objectId, outcome: { kind: "charged", amount: till.amount } },
          });
        expect(await till.bench.takenBy(objectId)).toEqual([{ amountMinor: till.amount.amountMinor }]);
      },
    },
    {
      name: "a capture whose answer is lost: unanswered, and a look shows the money",
      when: (can) => can.captureHeld,
      async run(till) {
        const intent = till.intentOf();
        const objectId = await till.bench.hold(intent);
        const key = `${intent.chargeId}-capture`;
        await till.bench.arm({ operation: "capture", intent, key }, { kind: "answer-lost" });
        expect(await till.end("capture", intent, objectId)).toMatchObject({ kind: "unanswered" });
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          sighting: { outcome: { kind: "charged" } },
        });
      },
    },
    {
      name: "a reservation is given back by a void, and nothing was taken",
      when: (can) => can.voidHeld,
      async run(till) {
        const intent = till.intentOf();
        const objectId = await till.bench.hold(intent);
        expect(await till.end("void", intent, objectId)).toMatchObject(VOIDED);
        expect(await till.lookUp(intent, objectId)).toMatchObject(VOIDED);
        expect(await till.bench.takenBy(objectId)).toEqual([]);
      },
    },
    {
      name: "a void whose answer is lost: unanswered, and a look shows that it worked",
      when: (can) => can.voidHeld,
      async run(till) {
        const intent = till.intentOf();
        const objectId = await till.bench.hold(intent);
        const key = `${intent.chargeId}-void`;
        await till.bench.arm({ operation: "void", intent, key }, { kind: "answer-lost" });
        expect(await till.end("void", intent, objectId)).toMatchObject({ kind: "unanswered" });
        expect(await till.lookUp(intent, objectId)).toMatchObject(VOIDED);
      },
    },
    {
      name: "neither leaves when it may not be sent any more",
      when: (can) => can.captureHeld && can.voidHeld,
      async run(till) {
        const intent = till.intentOf();
        const objectId = await till.bench.hold(intent);
        for (const which of ["capture", "void"] as const)
          expect(await till.end(which, intent, objectId, () => false)).toMatchObject({ kind: "never-sent" });
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          sighting: { outcome: { kind: "held" } },
        });
      },
    },
    {
      name: "a void of what has taken the money tells the money",
      everywhere: true,
      when: (can) => can.voidPending,
      async run(till) {
        const intent = till.intentOf();
        const { objectId } = mustSee(await till.send(intent));
        expect(await till.end("void", intent, objectId)).toMatchObject({
          sighting: { objectId, outcome: { kind: "charged", amount: till.amount } },
        });
      },
    },
    {
      name: "a void before the charge closes the road: a charge that comes later takes nothing",
      everywhere: true,
      when: (can) => can.voidPending,
      async run(till) {
        const intent = till.intentOf();
        const { intent: prepared } = await till.ready(intent);
        expect(await till.end("void", intent, prepared.preparedObjectId ?? "")).toMatchObject(VOIDED);
        const late = await till.send(intent);
        expect(late.kind === "seen" && late.sighting.outcome.kind === "charged").toBe(false);
        await till.mustHaveTaken(intent, 0);
      },
    },
    {
      name: "an object that waits for the payer cannot be ended: the refusal leaves it waiting",
      when: (can) => can.voidHeld && !can.voidPending,
      async run(till) {
        const intent = till.intentOf({ initiatedBy: "cit" });
        const { objectId, confirmationUrl } = await till.challenged(intent);
        expect(await till.end("void", intent, objectId)).toMatchObject({ kind: "refused", class: "ours" });
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          sighting: { outcome: { kind: "challenged", confirmationUrl } },
        });
      },
    },
  ],
};
