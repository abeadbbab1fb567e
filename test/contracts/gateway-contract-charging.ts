import { describe, expect, test } from "vitest";
import { AMOUNT, mustSee, type Till } from "./gateway-till.ts";

/** A charge by a saved method while nobody is there to answer a question. */
export function chargesWithoutPayer(till: Till): void {
  describe("a charge without the payer", () => {
    test("takes the whole amount at once, one debit, and the look-up agrees", async () => {
      const intent = till.intentOf();
      const sighting = mustSee(await till.send(intent));
      expect(sighting.outcome).toMatchObject({ kind: "charged", amount: AMOUNT });
      expect(await till.world.debits(intent.chargeId)).toEqual([{ amountMinor: AMOUNT.amountMinor }]);
      expect(await till.lookUp(intent, sighting.objectId)).toMatchObject({
        kind: "seen",
        sighting: { objectId: sighting.objectId, outcome: { kind: "charged", amount: AMOUNT } },
      });
    });

    test("a decline is final, carries the vendor's own code, and takes nothing", async () => {
      const intent = till.intentOf();
      await till.world.arm(intent.chargeId, { kind: "declined", reason: "insufficient_funds" });
      const sighting = mustSee(await till.send(intent));
      expect(sighting.outcome).toMatchObject({
        kind: "not-charged",
        how: "declined",
        reason: "insufficient_funds",
      });
      expect(await till.world.debits(intent.chargeId)).toEqual([]);
    });

    test("a charge that nobody can hurry is pending, and the look-up shows how it ended", async () => {
      for (const [how, kind] of [
        ["with-money", "charged"],
        ["without-money", "not-charged"],
      ] as const) {
        const intent = till.intentOf();
        await till.world.arm(intent.chargeId, { kind: "undecided" });
        const sighting = mustSee(await till.send(intent));
        expect(sighting.outcome).toEqual({ kind: "pending" });
        await till.world.settle(sighting.objectId, how);
        expect(await till.lookUp(intent, sighting.objectId)).toMatchObject({
          sighting: { outcome: { kind } },
        });
      }
    });

    test("an unknown method is refused without leaving an object", async () => {
      const intent = till.intentOf({ methodToken: "2f0b4c1e-000f-5000-a000-000000000000" });
      expect(await till.send(intent)).toMatchObject({ kind: "refused", class: "ours" });
      expect(await till.find(intent)).toMatchObject({ kind: "nothing" });
      expect(await till.world.debits(intent.chargeId)).toEqual([]);
    });

    test("when it may not be sent any more, the gateway receives nothing", async () => {
      const intent = till.intentOf();
      expect(await till.send(intent, () => false)).toMatchObject({ kind: "never-sent" });
      expect(await till.world.requests(intent.chargeId)).toBe(0);
    });
  });
}

/** What one key promises. */
export function keys(till: Till): void {
  describe("the key", () => {
    test("the same key and bytes are one object and one debit", async () => {
      const intent = till.intentOf();
      const first = mustSee(await till.send(intent));
      const again = mustSee(await till.send(intent));
      expect(again.objectId).toBe(first.objectId);
      expect(await till.world.debits(intent.chargeId)).toHaveLength(1);
    });

    test("two transmissions at once are one debit", async () => {
      const intent = till.intentOf();
      await Promise.all([till.send(intent), till.send(intent), till.send(intent)]);
      expect(await till.world.debits(intent.chargeId)).toHaveLength(1);
    });

    test("other bytes under a used key are an alarm, not a decline, and take nothing more", async () => {
      const intent = till.intentOf();
      mustSee(await till.send(intent));
      expect(await till.send({ ...intent, description: "Another text" })).toMatchObject({
        kind: "unanswered",
        alarm: expect.any(String),
      });
      expect(await till.world.debits(intent.chargeId)).toHaveLength(1);
    });

    test("it still protects one hour before its stated end", async () => {
      const intent = till.intentOf();
      const first = mustSee(await till.send(intent));
      await till.world.aheadByMinutes((till.world.gateway.can.keyLifeHours - 1) * 60);
      expect(mustSee(await till.send(intent)).objectId).toBe(first.objectId);
      await till.world.aheadByMinutes(0);
      expect(await till.world.debits(intent.chargeId)).toHaveLength(1);
    });
  });
}

/** A charge that the payer confirms on the gateway's page. */
export function chargesWithPayer(till: Till): void {
  describe("a charge with the payer", () => {
    test("asks the payer even where the saved method would pay without, and charges when they confirm", async () => {
      const intent = till.intentOf({ initiatedBy: "cit" });
      const { objectId, confirmationUrl, confirmBy } = await till.challenged(intent);
      expect(await till.world.debits(intent.chargeId)).toEqual([]);
      expect(Date.parse(confirmBy)).toBeGreaterThan(Date.now());
      await till.world.payer(confirmationUrl, "confirm");
      expect(await till.lookUp(intent, objectId)).toMatchObject({
        sighting: { outcome: { kind: "charged", amount: AMOUNT } },
      });
      expect(await till.world.debits(intent.chargeId)).toHaveLength(1);
    });

    test("a replay while the payer is asked shows the same object and the same link", async () => {
      const intent = till.intentOf({ initiatedBy: "cit" });
      const first = await till.challenged(intent);
      const again = await till.challenged(intent);
      expect(again).toEqual(first);
    });

    test("a refusal by the payer ends without money", async () => {
      const intent = till.intentOf({ initiatedBy: "cit" });
      const { objectId, confirmationUrl } = await till.challenged(intent);
      await till.world.payer(confirmationUrl, "refuse");
      expect(await till.lookUp(intent, objectId)).toMatchObject({
        sighting: { outcome: { kind: "not-charged", how: "declined" } },
      });
      expect(await till.world.debits(intent.chargeId)).toEqual([]);
    });

    test("without a saved method the card is entered at the gateway", async () => {
      const intent = till.withoutMethod();
      const { objectId, confirmationUrl } = await till.challenged(intent);
      await till.world.payer(confirmationUrl, "confirm");
      expect(await till.lookUp(intent, objectId)).toMatchObject({
        sighting: {
          outcome: { kind: "charged", amount: AMOUNT },
          method: { last4: expect.stringMatching(/^\d{4}$/) },
        },
      });
    });

    test("nobody confirms: after the stated time the object is final, expired, without money", async () => {
      const intent = till.intentOf({ initiatedBy: "cit" });
      const { objectId } = await till.challenged(intent);
      await till.world.aheadByMinutes(till.world.gateway.can.confirmationMinutes + 1);
      expect(await till.lookUp(intent, objectId)).toMatchObject({
        sighting: { outcome: { kind: "not-charged", how: "expired" } },
      });
      await till.world.aheadByMinutes(0);
      expect(await till.world.debits(intent.chargeId)).toEqual([]);
    });
  });
}
