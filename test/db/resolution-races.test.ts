import { createHash, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ResolutionAnswer, resolveCharge, withdrawResolution } from "../../db/queries/resolutions.ts";
import { charge, makeResident, payment } from "../support/rows.ts";
import {
  askGate,
  askPayer,
  jump,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { readUnwatchedCharge } from "../../db/queries/charging.ts";
import { leaseNudges, nudgeUnwatchedCharges } from "../../db/queries/sweeping.ts";
import { brokenInvariants } from "./support/money-invariants.ts";
import { atOnce, inOrder, pick, race } from "./support/race.ts";

let core: MoneyCore;
let operators: readonly string[];
beforeAll(async () => {
  core = await openMoneyCore(16);
  operators = await Promise.all(Array.from({ length: 4 }, () => makeResident(core.db)));
});
afterAll(() => core.close());

type Verdict = "charged" | "not-charged";

/** What an operator says, with the document of that name. */
function say(chargeId: string, operator: number, verdict: Verdict, paper: string): Promise<ResolutionAnswer> {
  const bytes = Buffer.from(paper);
  const documentId = randomUUID();
  return resolveCharge(core.db, {
    chargeId,
    operatorId: operators[operator] ?? "",
    verdict,
    amountMinor: verdict === "charged" ? 512_345 : null,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    document: {
      documentId,
      mediaType: "text/plain",
      sizeBytes: bytes.length,
      sealed: core.sealer.seal(bytes, documentId),
    },
    plan: verdict === "charged" ? null : askPayer,
  });
}

async function pendingCharge(): Promise<{ readonly paymentId: string; readonly chargeId: string }> {
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId);
  await record(core.db, due.chargeId, seen.pending());
  return due;
}

const ends = (answers: readonly ResolutionAnswer[]) =>
  answers.map((answer) => ("refused" in answer ? answer.refused : answer.state)).toSorted();

const openProposals = async (chargeId: string) => {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from resolutions where charge_id = ${chargeId} and state = 'open'`.execute(
    core.db,
  );
  return rows[0]?.n;
};

describe("two operators at once", () => {
  test("who say the same: one proposes, the other confirms, whoever is first", async () => {
    await race("two say the same", async (random) => {
      const { chargeId } = await pendingCharge();
      const verdict = pick(random, ["charged", "not-charged"] as const);
      const answers = await atOnce(core.db, random, [
        () => say(chargeId, 0, verdict, "paper"),
        () => say(chargeId, 1, verdict, "paper"),
      ]);
      expect(ends(answers)).toEqual(["confirmed", "proposed"]);
      expect(await charge(core.db, chargeId)).toMatchObject({ state: verdict });
    });
    expect(await brokenInvariants(core.db)).toEqual([]);
  });

  test("who contradict each other: one proposal stands, nothing is decided", async () => {
    await race("two contradict", async (random) => {
      const { chargeId } = await pendingCharge();
      const answers = await atOnce(core.db, random, [
        () => say(chargeId, 0, "charged", "paper"),
        () => say(chargeId, 1, "not-charged", "paper"),
      ]);
      expect(ends(answers)).toEqual(["proposed", "resolution-conflict"]);
      expect(await charge(core.db, chargeId)).toMatchObject({ state: "pending" });
      expect(await openProposals(chargeId)).toBe(1);
    });
  });

  test("one operator on two devices is one operator", async () => {
    await race("one twice", async (random) => {
      const { chargeId } = await pendingCharge();
      const answers = await atOnce(core.db, random, [
        () => say(chargeId, 0, "charged", "paper"),
        () => say(chargeId, 0, "charged", "paper"),
      ]);
      expect(ends(answers)).toEqual(["proposed", "two-operators-needed"]);
      expect(await charge(core.db, chargeId)).toMatchObject({ state: "pending" });
    });
  });

  test("a confirmation races a withdrawal: decided or withdrawn, never both", async () => {
    await race("confirm against withdraw", async (random) => {
      const { chargeId } = await pendingCharge();
      const proposed = await say(chargeId, 0, "charged", "paper");
      if (!("id" in proposed)) throw new Error("it was not proposed");
      const [answer, withdrawn] = await atOnce(core.db, random, [
        () => say(chargeId, 1, "charged", "paper"),
        () => withdrawResolution(core.db, { id: proposed.id, operatorId: operators[0] ?? "" }),
      ] as const);
      const decided = (await charge(core.db, chargeId)).state === "charged";
      expect(decided).toBe(!withdrawn);
      expect("state" in answer && answer.state === "confirmed").toBe(decided);
    });
  });
});

describe("a confirmation against the gateway's own word", () => {
  test("money shown in the same moment as a no by hand: the money is kept, whoever is first", async () => {
    await race("no against money", async (random) => {
      const { paymentId, chargeId } = await pendingCharge();
      await say(chargeId, 0, "not-charged", "paper");
      const [answer] = await atOnce(core.db, random, [
        () => say(chargeId, 1, "not-charged", "paper"),
        () => record(core.db, chargeId, seen.charged()),
      ] as const);
      expect(["confirmed", "charge-not-undecided"]).toEqual(expect.arrayContaining(ends([answer])));
      expect(await charge(core.db, chargeId)).toMatchObject({ state: "charged" });
      expect(await payment(core.db, paymentId)).toMatchObject({ state: "paid" });
    });
    expect(await brokenInvariants(core.db)).toEqual([]);
  });

  test("money shown and money decided in the same moment are booked once", async () => {
    await race("yes against money", async (random) => {
      const { chargeId } = await pendingCharge();
      await say(chargeId, 0, "charged", "paper");
      await atOnce(core.db, random, [
        () => say(chargeId, 1, "charged", "paper"),
        () => record(core.db, chargeId, seen.charged()),
      ] as const);
      const { rows } =
        await sql`select 1 from ledger_transactions where evidence_object = ${chargeId}`.execute(core.db);
      expect(rows).toHaveLength(1);
    });
    expect(await brokenInvariants(core.db)).toEqual([]);
  });

  test("a no by hand that was first, and waited for, loses to money: refused as decided, the proposal stays to be withdrawn", async () => {
    const { chargeId } = await pendingCharge();
    await say(chargeId, 0, "not-charged", "paper");
    const { second } = await inOrder(
      core.db,
      (transaction) => record(transaction, chargeId, seen.charged()),
      () => say(chargeId, 1, "not-charged", "paper"),
    );
    expect(second).toEqual({ refused: "charge-not-undecided" });
    expect(await openProposals(chargeId)).toBe(1);
  });
});

test("what was decided by hand is looked at once a day, whatever was decided; what the gateway knows is not", async () => {
  for (const verdict of ["charged", "not-charged"] as const) {
    const { chargeId } = await pendingCharge();
    await record(core.db, chargeId, { ...seen.pending(), objectId: `object-${chargeId}` });
    await say(chargeId, 0, verdict, "paper");
    await say(chargeId, 1, verdict, "paper");
    await jump(core.db, "2 hours");
    await nudgeUnwatchedCharges(core.db);
    await nudgeUnwatchedCharges(core.db);
    const leased = await leaseNudges(core.db);
    expect(leased.filter(({ unwatchedChargeId }) => unwatchedChargeId === chargeId)).toHaveLength(1);
    expect(await readUnwatchedCharge(core.db, chargeId)).toMatchObject({ id: chargeId });
  }
  const known = await pendingCharge();
  await record(core.db, known.chargeId, { ...seen.charged(), objectId: "object-known" });
  expect(await readUnwatchedCharge(core.db, known.chargeId)).toBeUndefined();
});

test("two pairs that take a denied decision back at once take it back once", async () => {
  await race("taking back", async (random) => {
    const { chargeId } = await pendingCharge();
    await say(chargeId, 0, "charged", "paper");
    await say(chargeId, 1, "charged", "paper");
    await record(core.db, chargeId, seen.declined());
    const answers = await atOnce(core.db, random, [
      () => say(chargeId, 2, "not-charged", "denial"),
      () => say(chargeId, 3, "not-charged", "denial"),
      () => say(chargeId, 0, "not-charged", "denial"),
    ]);
    expect(ends(answers).filter((end) => end === "confirmed")).toHaveLength(1);
    expect(await charge(core.db, chargeId)).toMatchObject({ state: "not-charged", how: "by-hand" });
    const { rows } =
      await sql`select 1 from ledger_transactions where evidence_object = ${chargeId} and kind = 'L13'`.execute(
        core.db,
      );
    expect(rows).toHaveLength(1);
  });
});
