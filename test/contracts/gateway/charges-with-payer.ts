import { expect } from "vitest";
import type { ContractPart } from "./contract-case.ts";
import { mustSee } from "./till.ts";

/** A charge that the payer confirms on the gateway's page. */
export const chargesWithPayer: ContractPart = {
  title: "a charge with the payer",
  cases: [
    {
      name: "asks the payer even where the saved method would pay without, and charges when they confirm",
      async run(till) {
        const intent = till.intentOf({ initiatedBy: "cit" });
        const { objectId, confirmationUrl, confirmBy } = await till.challenged(intent);
        await till.mustHaveTaken(intent, 0);
        expect(Date.parse(confirmBy)).toBeGreaterThan(Date.now());
        await till.bench.payer(confirmationUrl, "confirm");
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          sighting: { outcome: { kind: "charged", amount: till.amount } },
        });
        await till.mustHaveTaken(intent, 1);
      },
    },
    {
      name: "a look while the payer is asked shows the same object and the same link",
      async run(till) {
        const intent = till.intentOf({ initiatedBy: "cit" });
        const { objectId, confirmationUrl } = await till.challenged(intent);
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          kind: "seen",
          sighting: { objectId, outcome: { kind: "challenged", confirmationUrl } },
        });
      },
    },
    {
      name: "a replay while the payer is asked shows the same object and the same link",
      async run(till) {
        const intent = till.intentOf({ initiatedBy: "cit" });
        const { objectId, confirmationUrl } = await till.challenged(intent);
        expect(await till.challenged(intent)).toMatchObject({ objectId, confirmationUrl });
      },
    },
    {
      name: "a refusal by the payer ends without money",
      async run(till) {
        const intent = till.intentOf({ initiatedBy: "cit" });
        const { objectId, confirmationUrl } = await till.challenged(intent);
        await till.bench.payer(confirmationUrl, "refuse");
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          sighting: { outcome: { kind: "not-charged", how: "declined" } },
        });
        await till.mustHaveTaken(intent, 0);
      },
    },
    {
      name: "without a saved method the card is entered at the gateway",
      when: (can) => can.chargeWithoutSaving.includes("bank_card"),
      async run(till) {
        const intent = till.withoutMethod();
        const { objectId, confirmationUrl } = await till.challenged(intent);
        await till.bench.payer(confirmationUrl, "confirm");
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          sighting: {
            outcome: { kind: "charged", amount: till.amount },
            method: { last4: expect.stringMatching(/^\d{4}$/) },
          },
        });
      },
    },
    {
      name: "every kind that needs no saving waits for the payer, on a page or on the phone, and takes nothing before",
      when: (can) => can.chargeWithoutSaving.length > 0,
      async run(till) {
        for (const methodKind of till.gateway.can.chargeWithoutSaving) {
          const onPhone = methodKind === "mobile_balance";
          const intent = till.withoutMethod({ methodKind, ...(onPhone ? { phone: "79161234567" } : {}) });
          const { objectId, outcome } = mustSee(await till.send(intent));
          const page = onPhone ? {} : { confirmationUrl: expect.stringMatching(/^https?:/) };
          const waiting = { kind: "challenged", ...page, confirmBy: expect.any(String) };
          expect(outcome).toEqual(waiting);
          expect(mustSee(await till.lookUp(intent, objectId)).outcome).toEqual(waiting);
          await till.mustHaveTaken(intent, 0);
        }
      },
    },
    {
      name: "what the payer wants saved is saved when they have confirmed, and charged again without them",
      when: (can) => (can.saveWithCharge ?? []).length > 0,
      async run(till) {
        for (const methodKind of till.gateway.can.saveWithCharge ?? []) {
          const intent = till.withoutMethod({ methodKind, saveMethod: true });
          const { objectId, confirmationUrl } = await till.challenged(intent);
          const asked = mustSee(await till.lookUp(intent, objectId));
          expect(asked.method?.saved ?? false, "not before").toBe(false);
          await till.bench.payer(confirmationUrl, "confirm");
          const { method } = mustSee(await till.lookUp(intent, objectId));
          expect(method).toMatchObject({ saved: true, kind: methodKind });
          const methodToken = method?.token ?? "";
          const next = till.intentOf({ methodKind, methodToken });
          expect(mustSee(await till.send(next)).outcome).toMatchObject({ kind: "charged" });
          await till.mustHaveTaken(next, 1);
        }
      },
    },
    {
      name: "what nobody wanted saved does not count as saved",
      when: (can) => can.chargeWithoutSaving.includes("bank_card"),
      async run(till) {
        const intent = till.withoutMethod();
        const { objectId, confirmationUrl } = await till.challenged(intent);
        await till.bench.payer(confirmationUrl, "confirm");
        const { method } = mustSee(await till.lookUp(intent, objectId));
        expect(method?.saved ?? false).toBe(false);
      },
    },
    {
      name: "nobody confirms: after the stated time the object is final, expired, without money",
      when: (can) => !can.voidPending,
      async run(till) {
        const intent = till.intentOf({ initiatedBy: "cit" });
        const { objectId } = await till.challenged(intent);
        await till.bench.aheadByMinutes(till.gateway.can.confirmationMinutes + 1);
        try {
          expect(await till.lookUp(intent, objectId)).toMatchObject({
            sighting: { outcome: { kind: "not-charged", how: "expired" } },
          });
        } finally {
          await till.bench.aheadByMinutes(0);
        }
        await till.mustHaveTaken(intent, 0);
      },
    },
    {
      name: "nobody confirms: the void ends it, and a later confirmation takes nothing",
      when: (can) => can.voidPending,
      async run(till) {
        const intent = till.intentOf({ initiatedBy: "cit" });
        const { objectId, confirmationUrl } = await till.challenged(intent);
        expect(await till.end("void", intent, objectId)).toMatchObject({
          kind: "seen",
          sighting: { objectId, outcome: { kind: "not-charged", how: "voided" } },
        });
        await expect(till.bench.payer(confirmationUrl, "confirm")).rejects.toThrow("no form");
        expect(await till.lookUp(intent, objectId)).toMatchObject({
          sighting: { outcome: { kind: "not-charged", how: "voided" } },
        });
        await till.mustHaveTaken(intent, 0);
      },
    },
  ],
};
