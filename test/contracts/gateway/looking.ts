import { expect } from "vitest";
import type { ContractPart } from "./contract-case.ts";
import { mustSee, type Till } from "./till.ts";

/** More than one page of any vendor. */
const MANY = 105;

/** Look-ups and scans. */
export const looking: ContractPart = {
  title: "looking",
  cases: [
    {
      name: "an id that the gateway does not know is missing, which proves nothing",
      everywhere: true,
      async run(till) {
        expect(await till.lookUp(till.intentOf(), till.world.unknown.charge)).toMatchObject({
          kind: "missing",
        });
      },
    },
    {
      name: "a sighting of another payment is never taken for ours",
      everywhere: true,
      async run(till) {
        const { objectId } = mustSee(await till.send(till.intentOf()));
        expect(await till.lookUp(till.intentOf(), objectId)).toMatchObject({
          kind: "unanswered",
          alarm: expect.any(String),
        });
      },
    },
    {
      name: "a scan finds a charge of its window, and nothing in another one",
      everywhere: true,
      when: (can) => can.listByTime,
      async run(till) {
        const intent = till.intentOf();
        const { objectId } = mustSee(await till.send(intent));
        expect(await till.find(intent)).toMatchObject({ kind: "found", sighting: { objectId } });
        expect(await till.find(intent, -10)).toMatchObject({ kind: "nothing" });
      },
    },
    {
      name: "a scan reads every page, so the oldest of many is found",
      when: (can) => can.listByTime,
      async run(till) {
        const oldest = till.intentOf();
        const { objectId } = mustSee(await till.send(oldest));
        const others = await many(till);
        const scan = await till.find(oldest);
        expect(scan).toMatchObject({ kind: "found", sighting: { objectId } });
        expect(scan.kind === "found" && scan.seenObjectIds).toEqual(
          expect.arrayContaining([objectId, ...others]),
        );
      },
    },
    {
      name: "money taken twice for one charge shows as two objects of the scan",
      when: (can) => can.listByTime && !can.preparesPayment,
      async run(till) {
        const intent = till.intentOf();
        const before = await till.find(intent);
        await till.arm(intent, { kind: "taken-twice" });
        mustSee(await till.send(intent));
        await till.mustHaveTaken(intent, 2);
        const after = await till.find(intent);
        expect(after).toMatchObject({ kind: "found", sighting: { outcome: { kind: "charged" } } });
        expect("seenObjectIds" in after && "seenObjectIds" in before && after.seenObjectIds.length).toBe(
          ("seenObjectIds" in before ? before.seenObjectIds.length : 0) + 2,
        );
      },
    },
  ],
};

async function many(till: Till): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < MANY; n += 1) ids.push(mustSee(await till.send(till.intentOf())).objectId);
  return ids;
}
