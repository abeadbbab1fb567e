import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Binding } from "../../adapters/gateways/port.ts";
import { AMOUNT, type Mischief, mustSee, type Till } from "./gateway-till.ts";

/** Answers that nobody may trust, and what finds the truth. */
export function noTrustworthyAnswer(till: Till): void {
  describe("no trustworthy answer is never a decline", () => {
    const executed: readonly Mischief[] = [
      { kind: "answer-lost" },
      { kind: "error-after-execution" },
      { kind: "accepted-only" },
      { kind: "garbled" },
    ];
    test.each(executed)(
      "$kind: unanswered; the scan finds the charge, the replay shows the same one",
      async (mischief) => {
        const intent = till.intentOf();
        await till.world.arm(intent.chargeId, mischief);
        expect(await till.send(intent)).toMatchObject({ kind: "unanswered" });
        const found = await till.find(intent);
        expect(found).toMatchObject({
          kind: "found",
          sighting: { outcome: { kind: "charged", amount: AMOUNT } },
        });
        const replayed = mustSee(await till.send(intent));
        expect(found.kind === "found" && found.sighting.objectId).toBe(replayed.objectId);
        expect(await till.world.debits(intent.chargeId)).toHaveLength(1);
      },
    );

    const notExecuted: readonly Mischief[] = [
      { kind: "lost-before-execution" },
      { kind: "error-before-execution" },
    ];
    test.each(notExecuted)(
      "$kind: unanswered too, for nobody can tell; nothing is found, the replay charges once",
      async (mischief) => {
        const intent = till.intentOf();
        const neighbour = till.intentOf();
        const other = mustSee(await till.send(neighbour));
        await till.world.arm(intent.chargeId, mischief);
        expect(await till.send(intent)).toMatchObject({ kind: "unanswered" });
        const scan = await till.find(intent);
        expect(scan).toMatchObject({ kind: "nothing" });
        expect(scan.kind === "nothing" && scan.seenObjectIds).toContain(other.objectId);
        expect(await till.world.debits(intent.chargeId)).toEqual([]);
        expect(mustSee(await till.send(intent)).outcome.kind).toBe("charged");
        expect(await till.world.debits(intent.chargeId)).toHaveLength(1);
      },
    );

    test("another amount than we asked for is an alarm, not a success", async () => {
      const intent = till.intentOf();
      await till.world.arm(intent.chargeId, { kind: "other-amount" });
      expect(await till.send(intent)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
      expect(await till.find(intent)).toMatchObject({ kind: "unanswered" });
    });

    test("throttled: refused for this transmission only, nothing was executed, the same key works later", async () => {
      const intent = till.intentOf();
      await till.world.arm(intent.chargeId, { kind: "throttled" });
      expect(await till.send(intent)).toMatchObject({ kind: "refused", class: "technical" });
      expect(await till.world.debits(intent.chargeId)).toEqual([]);
      expect(mustSee(await till.send(intent)).outcome.kind).toBe("charged");
    });
  });
}

/** Look-ups and scans. */
export function looking(till: Till): void {
  describe("looking", () => {
    test("an id that the gateway does not know is missing, which proves nothing", async () => {
      expect(await till.lookUp(till.intentOf(), "2f0b4c1e-000f-5001-8000-000000000000")).toMatchObject({
        kind: "missing",
      });
    });

    test("a sighting of another charge is never taken for ours", async () => {
      const theirs = till.intentOf();
      const { objectId } = mustSee(await till.send(theirs));
      expect(await till.lookUp(till.intentOf(), objectId)).toMatchObject({
        kind: "unanswered",
        alarm: expect.any(String),
      });
    });

    test("a scan reads every page, so the oldest of many is found", async () => {
      const oldest = till.intentOf();
      const { objectId } = mustSee(await till.send(oldest));
      const others: string[] = [];
      for (let n = 0; n < 105; n += 1) others.push(mustSee(await till.send(till.intentOf())).objectId);
      const scan = await till.find(oldest);
      expect(scan).toMatchObject({ kind: "found", sighting: { objectId } });
      expect(scan.kind === "found" && scan.seenObjectIds).toEqual(
        expect.arrayContaining([objectId, ...others]),
      );
    });

    test("a scan of a window without our charge finds nothing", async () => {
      const intent = till.intentOf();
      mustSee(await till.send(intent));
      expect(await till.find(intent, -10)).toMatchObject({ kind: "nothing" });
    });

    test("money taken twice for one charge shows as two objects of the scan", async () => {
      const intent = till.intentOf();
      const before = await till.find(intent);
      await till.world.arm(intent.chargeId, { kind: "taken-twice" });
      mustSee(await till.send(intent));
      expect(await till.world.debits(intent.chargeId)).toHaveLength(2);
      const after = await till.find(intent);
      expect(after).toMatchObject({ kind: "found", sighting: { outcome: { kind: "charged" } } });
      expect("seenObjectIds" in after && "seenObjectIds" in before && after.seenObjectIds.length).toBe(
        ("seenObjectIds" in before ? before.seenObjectIds.length : 0) + 2,
      );
    });
  });
}

/** Methods bound on the gateway's page. */
export function bindings(till: Till): void {
  describe("binding a method without a payment", () => {
    const start = async (): Promise<Extract<Binding, { kind: "waiting" }>> => {
      const binding = await till.world.gateway.startBinding({
        key: `bind-${randomUUID()}`,
        bindingId: randomUUID(),
        returnUrl: "http://127.0.0.1:9/return",
        locale: "ru",
      });
      if (binding.kind !== "waiting") throw new Error(`not waiting: ${binding.kind}`);
      return binding;
    };

    test("confirmed by the payer it is active, and pays without asking", async () => {
      const { objectId, confirmationUrl } = await start();
      await till.world.payer(confirmationUrl, "confirm");
      const bound = await till.world.gateway.lookUpBinding({ objectId });
      expect(bound).toMatchObject({
        kind: "active",
        method: { saved: true, last4: expect.stringMatching(/^\d{4}$/) },
      });
      const methodToken = bound.kind === "active" ? bound.method.token : "";
      expect(mustSee(await till.send(till.intentOf({ methodToken }))).outcome.kind).toBe("charged");
    });

    test("until then it waits, and does not pay", async () => {
      const { objectId } = await start();
      expect(await till.world.gateway.lookUpBinding({ objectId })).toMatchObject({ kind: "waiting" });
      expect((await till.send(till.intentOf({ methodToken: objectId }))).kind).toBe("refused");
    });

    test("refused by the payer it has failed", async () => {
      const { objectId, confirmationUrl } = await start();
      await till.world.payer(confirmationUrl, "refuse");
      expect(await till.world.gateway.lookUpBinding({ objectId })).toMatchObject({ kind: "failed" });
    });

    test("an unknown binding is refused", async () => {
      const objectId = "2f0b4c1e-000f-5001-8000-000000000001";
      expect(await till.world.gateway.lookUpBinding({ objectId })).toMatchObject({ kind: "refused" });
    });
  });
}
