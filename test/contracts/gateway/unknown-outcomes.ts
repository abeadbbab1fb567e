import { expect } from "vitest";
import type { ContractCase, ContractPart } from "./contract-case.ts";
import type { Mischief } from "./gateway-world.ts";
import { AMOUNT_MINOR, mustSee } from "./till.ts";

/** Executed, and the answer is none that anybody may trust. */
const executed = (
  [
    { kind: "answer-lost" },
    { kind: "error-after-execution" },
    { kind: "accepted-only" },
    { kind: "garbled" },
  ] satisfies Mischief[]
).map(
  (mischief): ContractCase => ({
    name: `${mischief.kind}: unanswered; evidence shows the charge, a replay takes nothing more`,
    async run(till) {
      const intent = till.intentOf();
      await till.ready(intent);
      await till.arm(intent, mischief);
      expect(await till.send(intent)).toMatchObject({ kind: "unanswered" });
      const charged = { sighting: { outcome: { kind: "charged", amount: till.amount } } };
      const truth = await till.truth(intent);
      expect(truth).toMatchObject(charged);
      expect(await till.find(intent)).toMatchObject({ kind: "found", ...charged });
      const replay = await till.send(intent);
      // Where the first answer is kept, a kept 500 comes back for ever: no answer, and no way to learn anything.
      if (replay.kind !== "seen") {
        expect(till.gateway.can.replayAnswers).toBe("stored");
        expect(replay.kind).toBe("unanswered");
      } else expect("sighting" in truth && truth.sighting.objectId).toBe(replay.sighting.objectId);
      await till.mustHaveTaken(intent, 1);
    },
  }),
);

const notExecuted = [
  { kind: "lost-before-execution" },
  { kind: "error-before-execution" },
] satisfies Mischief[];

/** Not executed, and nobody can tell: absence is proved by complete scans. */
const replayed = notExecuted.map(
  (mischief): ContractCase => ({
    name: `${mischief.kind}: unanswered too; a complete scan finds nothing, the replay charges once`,
    when: (can) => can.absenceBy === "list",
    async run(till) {
      const intent = till.intentOf();
      const other = mustSee(await till.send(till.intentOf()));
      await till.arm(intent, mischief);
      expect(await till.send(intent)).toMatchObject({ kind: "unanswered" });
      const scan = await till.find(intent);
      expect(scan).toMatchObject({ kind: "nothing" });
      expect(scan.kind === "nothing" && scan.seenObjectIds).toContain(other.objectId);
      await till.mustHaveTaken(intent, 0);
      expect(mustSee(await till.send(intent)).outcome.kind).toBe("charged");
      await till.mustHaveTaken(intent, 1);
    },
  }),
);

/** The same where the object is known: absence is proved by ending it. */
const voided = notExecuted.map(
  (mischief): ContractCase => ({
    name: `${mischief.kind}: unanswered too; not run by a look, absent by the void, then another object charges once`,
    when: (can) => can.absenceBy === "void",
    async run(till) {
      const intent = till.intentOf();
      const { intent: prepared } = await till.ready(intent);
      const objectId = prepared.preparedObjectId ?? "";
      await till.arm(intent, mischief);
      expect(await till.send(intent)).toMatchObject({ kind: "unanswered" });
      expect(await till.lookUp(intent, objectId)).toMatchObject({ kind: "not-run", objectId });
      expect(await till.find(intent)).toMatchObject({ kind: "nothing" });
      expect(await till.end("void", intent, objectId)).toMatchObject({
        sighting: { outcome: { kind: "not-charged", how: "voided" } },
      });
      expect((await till.send(intent)).kind).not.toBe("seen");
      expect(await till.prepare(intent, { objectId })).toMatchObject({ kind: "closed" });
      till.nextRound(intent);
      const next = till.nextOf(intent);
      const sighting = mustSee(await till.send(next));
      expect(sighting.outcome.kind).toBe("charged");
      expect(sighting.objectId).not.toBe(objectId);
      await till.mustHaveTaken(intent, 0);
      await till.mustHaveTaken(next, 1);
    },
  }),
);

/** Answers that nobody may trust, and what finds the truth. */
export const unknownOutcomes: ContractPart = {
  title: "no trustworthy answer is never a decline",
  cases: [
    ...executed,
    ...replayed,
    ...voided,
    {
      name: "another amount than we asked for: an alarm, not a success; a look at the object tells what was taken",
      async run(till) {
        const intent = till.intentOf();
        await till.ready(intent);
        await till.arm(intent, { kind: "other-amount" });
        const ended = await till.send(intent);
        expect(ended).toMatchObject({
          kind: "unanswered",
          alarm: expect.any(String),
          objectId: expect.any(String),
        });
        expect(await till.find(intent)).toMatchObject({ kind: "unanswered" });
        const objectId = "objectId" in ended ? (ended.objectId ?? "") : "";
        const { outcome } = mustSee(await till.lookUp(intent, objectId));
        const [taken] = await till.bench.debits(intent.chargeId);
        expect(taken?.amountMinor).not.toBe(AMOUNT_MINOR);
        expect(outcome).toMatchObject({ kind: "charged", amount: taken });
      },
    },
    {
      name: "throttled: refused for this transmission only, nothing was executed, the same key works later",
      async run(till) {
        const intent = till.intentOf();
        await till.arm(intent, { kind: "throttled" });
        expect(await till.send(intent)).toMatchObject({ kind: "refused", class: "technical" });
        await till.mustHaveTaken(intent, 0);
        expect(mustSee(await till.send(intent)).outcome.kind).toBe("charged");
        await till.mustHaveTaken(intent, 1);
      },
    },
  ],
};
