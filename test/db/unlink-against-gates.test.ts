import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLookedMethod, seeMethod } from "../../db/queries/saved-methods.ts";
import { followWithdrawals } from "../../db/queries/sweeping.ts";
import { readWithdrawal, withdrawMethod } from "../../db/queries/withdrawals.ts";
import { acceptNotices, duePayment, makeMandate } from "../support/rows.ts";
import {
  askGate,
  askReplay,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { atOnce, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(16);
});
afterAll(() => core.close());

/** One card of one person under several mandates, a debit due on each. */
async function sharedCard(debits: number): Promise<readonly Due[]> {
  const first = await makeDue(core);
  const all = [first];
  for (let n = 1; n < debits; n += 1) {
    const account = `${first.account}-${n}`;
    const mandateId = await makeMandate(core.db, {
      residentId: first.residentId,
      account,
      methods: [first.methodId],
    });
    const payer = { ...first, account, mandateId };
    all.push({ ...payer, ...(await duePayment(core.db, payer)) });
  }
  return all;
}

/** When the gate let each transmission to this card pass, by real time. */
async function passesOf(
  methodId: string,
): Promise<readonly { readonly charge: string; readonly late: boolean }[]> {
  const { rows } = await sql<{ charge: string; late: boolean }>`
    select g.charge_id as charge, g.passed_at > m.withdrawn_clock as late
      from gate_passes g join charges c on c.id = g.charge_id join methods m on m.id = c.method_id
     where m.id = ${methodId}`.execute(core.db);
  return rows;
}

test("unlinked at a random moment against gates, replays and sweeps: what had passed is listed, and nothing passes after the answer", async () => {
  await race("unlink", async (random) => {
    const [unknown, ...due] = await sharedCard(4);
    if (unknown === undefined) throw new Error("no debit");
    await askGate(core.db, unknown.paymentId);
    await record(core.db, unknown.chargeId, seen.unanswered());
    const before = await passesOf(unknown.methodId);
    const [stop] = await atOnce(core.db, random, [
      () => withdrawMethod(core.db, unknown),
      () => askReplay(core.db, unknown.chargeId),
      () => followWithdrawals(core.db),
      ...due.map(
        ({ paymentId }) =>
          () =>
            askGate(core.db, paymentId),
      ),
    ]);
    const after = await passesOf(unknown.methodId);
    expect(after.filter(({ late }) => late)).toEqual([]);
    const listed = (stop as NonNullable<Awaited<ReturnType<typeof withdrawMethod>>>).inFlight.map(
      ({ charge }) => charge,
    );
    // undecided ones stay so in this race: whatever ever passed stands in the answer
    expect(listed.toSorted()).toEqual([...new Set(after.map(({ charge }) => charge))].toSorted());
    expect(before.length).toBe(1);

    // every road again, after the answer
    await followWithdrawals(core.db);
    for (const { paymentId } of due) {
      await acceptNotices(core.db, paymentId);
      expect((await askGate(core.db, paymentId)).verdict).not.toBe("passed");
    }
    expect((await askReplay(core.db, unknown.chargeId)).verdict).not.toBe("passed");
    expect(await passesOf(unknown.methodId)).toEqual(after);
    expect(await readWithdrawal(core.db, unknown)).toMatchObject({ sentAfter: 0 });
  });
});

test("the receipt counts what the gate's rows say: a pass after the withdrawal would be seen", async () => {
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId);
  await withdrawMethod(core.db, due);
  // the gate's rows cannot be changed: the withdrawal is dated back instead
  await sql`update methods set withdrawn_clock = withdrawn_clock - interval '1 hour' where id = ${due.methodId}`.execute(
    core.db,
  );
  expect(await readWithdrawal(core.db, due)).toMatchObject({ sentAfter: 1 });
});

test("seen as gone at its gateway at a random moment: nothing passes after the row is written", async () => {
  await race("gone at the gateway", async (random) => {
    const due = await sharedCard(4);
    const [{ methodId } = { methodId: "" }] = due;
    const version = async () => (await readLookedMethod(core.db, methodId))?.version ?? 0;
    const shown = { methodId, version: await version(), shows: "unlinked" } as const;
    await atOnce(core.db, random, [
      () => seeMethod(core.db, shown),
      () => followWithdrawals(core.db),
      ...due.map(
        ({ paymentId }) =>
          () =>
            askGate(core.db, paymentId),
      ),
    ]);
    expect((await passesOf(methodId)).filter(({ late }) => late)).toEqual([]);
    for (const { paymentId } of due)
      expect(await askGate(core.db, paymentId)).not.toMatchObject({ verdict: "passed" });
    expect(await seeMethod(core.db, shown)).toBe("same");
  });
});
