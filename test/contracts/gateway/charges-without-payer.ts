import { expect } from "vitest";
import type { ContractPart } from "./contract-case.ts";
import { mustSee } from "./till.ts";

/** A charge by a saved method while nobody is there to answer a question. */
export const chargesWithoutPayer: ContractPart = {
  title: "a charge without the payer",
  cases: [
    {
      name: "takes the whole amount at once, one debit, and the look-up agrees",
      everywhere: true,
      async run(till) {
        const intent = till.intentOf();
        const sighting = mustSee(await till.send(intent));
        expect(sighting.outcome).toMatchObject({ kind: "charged", amount: till.amount });
        await till.mustHaveTaken(intent, 1);
        expect(await till.lookUp(intent, sighting.objectId)).toMatchObject({
          kind: "seen",
          sighting: { objectId: sighting.objectId, outcome: { kind: "charged", amount: till.amount } },
        });
      },
    },
    {
      name: "a decline is final, carries the vendor's own code, takes nothing, and the look-up agrees",
      async run(till) {
        const intent = till.intentOf();
        await till.arm(intent, { kind: "declined", reason: "insufficient_funds" });
        const sighting = mustSee(await till.send(intent));
        const declined = { kind: "not-charged", how: "declined", reason: "insufficient_funds" };
        expect(sighting.outcome).toMatchObject(declined);
        expect(mustSee(await till.lookUp(intent, sighting.objectId)).outcome).toMatchObject(declined);
        await till.mustHaveTaken(intent, 0);
      },
    },
    {
      name: "a charge that nobody can hurry is pending, and the look-up shows how it ended",
      async run(till) {
        for (const [how, kind] of [
          ["with-money", "charged"],
          ["without-money", "not-charged"],
        ] as const) {
          const intent = till.intentOf();
          await till.arm(intent, { kind: "undecided" });
          const sighting = mustSee(await till.send(intent));
          expect(sighting.outcome).toEqual({ kind: "pending" });
          await till.bench.settle(sighting.objectId, how);
          expect(await till.lookUp(intent, sighting.objectId)).toMatchObject({
            sighting: { outcome: { kind } },
          });
        }
      },
    },
    {
      name: "an unknown method is refused and no charge is found",
      everywhere: true,
      async run(till) {
        const intent = till.intentOf();
        await till.ready(intent);
        const methodToken = till.world.unknownMethod(intent.methodToken ?? "");
        expect(await till.send({ ...intent, methodToken })).toMatchObject({ kind: "refused", class: "ours" });
        expect(await till.find(intent)).toMatchObject({ kind: "nothing" });
        await till.mustHaveTaken(intent, 0);
      },
    },
    {
      name: "when it may not be sent any more, the gateway receives nothing",
      async run(till) {
        const intent = till.intentOf();
        expect(await till.send(intent, () => false)).toMatchObject({ kind: "never-sent" });
        expect(await till.bench.requests(intent.chargeId)).toBe(0);
      },
    },
  ],
};
