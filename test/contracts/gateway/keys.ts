import { expect } from "vitest";
import type { ContractPart } from "./contract-case.ts";
import { mustSee } from "./till.ts";

/** What one key promises. */
export const keys: ContractPart = {
  title: "the key",
  cases: [
    {
      name: "the same key and bytes are one object and one debit",
      everywhere: true,
      async run(till) {
        const intent = till.intentOf();
        const first = mustSee(await till.send(intent));
        const again = mustSee(await till.send(intent));
        expect(again.objectId).toBe(first.objectId);
        expect(again.outcome.kind).toBe(first.outcome.kind);
        await till.mustHaveTaken(intent, 1);
      },
    },
    {
      name: "two transmissions at once are one debit, and none of them says that nothing was taken",
      async run(till) {
        const intent = till.intentOf();
        await till.ready(intent);
        const ends = await Promise.all([till.send(intent), till.send(intent), till.send(intent)]);
        for (const ended of ends)
          expect(ended.kind === "seen" ? ended.sighting.outcome.kind : ended.kind).toMatch(
            /^(charged|unanswered)$/,
          );
        await till.mustHaveTaken(intent, 1);
      },
    },
    {
      name: "other bytes under a used key are an alarm, not a decline, and take nothing more",
      everywhere: true,
      async run(till) {
        const intent = till.intentOf();
        mustSee(await till.send(intent));
        const methodToken = till.world.unknownMethod(intent.methodToken ?? "");
        expect(await till.send({ ...intent, methodToken })).toMatchObject({
          kind: "unanswered",
          alarm: expect.any(String),
        });
        await till.mustHaveTaken(intent, 1);
      },
    },
    {
      name: "it still protects one hour before its stated end",
      async run(till) {
        const intent = till.intentOf();
        const first = mustSee(await till.send(intent));
        await till.bench.aheadByMinutes((till.gateway.can.keyLifeHours - 1) * 60);
        try {
          expect(mustSee(await till.send(intent)).objectId).toBe(first.objectId);
        } finally {
          await till.bench.aheadByMinutes(0);
        }
        await till.mustHaveTaken(intent, 1);
      },
    },
  ],
};
