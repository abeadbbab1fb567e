import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Evidence } from "../../db/queries/charging.ts";
import {
  CHARGE_EVENTS,
  CHARGE_STATES,
  type ChargeEvent,
  type ChargeFacts,
  type ChargeState,
  evolveCharge,
} from "../../domain/charge.ts";
import { casesOf, charge } from "../support/rows.ts";
import {
  askGate,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

/** The evidence that speaks of each event of the domain. */
const evidenceOf = {
  "money-taken": () => seen.charged(),
  "payer-asked": () => seen.challenged(),
  accepted: () => seen.pending(),
  reserved: () => seen.held(),
  "ended-without-money": () => seen.declined(),
  refused: () => seen.refused(),
  unanswered: () => seen.unanswered(),
  "absence-proved": () => seen.absent(),
  "decided-charged": () => seen.decidedCharged(),
  "decided-not-charged": () => seen.decidedNotCharged(),
} as const satisfies Record<ChargeEvent, () => Evidence>;

/** How a charge comes into each state by itself; `sending` is what the gate leaves. */
const roadTo = {
  sending: null,
  unknown: () => seen.unanswered(),
  challenged: () => ({ ...seen.challenged(), objectId: undefined }),
  pending: () => seen.pending(),
  held: () => seen.held(),
  charged: () => seen.charged(),
  "not-charged": () => seen.declined(),
} as const;

async function chargeIn(state: ChargeState, transmissions: number): Promise<Due> {
  const due = await makeDue(core);
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  if (transmissions > 1) {
    // The first went unanswered, the gate let the same bytes out once more.
    await record(core.db, due.chargeId, seen.unanswered());
    const again = await askGate(core.db, due.paymentId, {
      chargeId: due.chargeId,
      ordinal: 1,
      replayOf: due.chargeId,
    });
    expect(again).toMatchObject({ verdict: "passed", transmission: 2 });
  }
  const road = roadTo[state];
  if (road) await record(core.db, due.chargeId, road());
  expect((await charge(core.db, due.chargeId)).state).toBe(state);
  return due;
}

/** What the database does: the new state, or the words of its refusal. */
async function outcomeInSql(due: Due, event: ChargeEvent): Promise<{ state: string; refused: boolean }> {
  const said = evidenceOf[event]();
  const refused = await record(core.db, due.chargeId, said).then(
    () => false,
    (error: unknown) => {
      expect(error).toMatchObject({ code: "23514" });
      return true;
    },
  );
  return { state: (await charge(core.db, due.chargeId)).state, refused };
}

async function factsOf(due: Due): Promise<ChargeFacts> {
  const row = await charge(core.db, due.chargeId);
  return {
    state: row.state as ChargeState,
    transmissions: row.transmissions,
    unanswered: row.transmissions - 1,
    byHand: row.how === "by-hand",
  };
}

const pairs = CHARGE_STATES.flatMap((state) => CHARGE_EVENTS.map((event) => ({ state, event })));

const onFirst = pairs.map((pair) => ({ ...pair, transmissions: 1 }));
/** Only a refusal asks how often the bytes were sent. */
const onSecond = CHARGE_STATES.map((state) => ({ state, event: "refused" as const, transmissions: 2 }));

describe("every kind of evidence about a charge in every state", () => {
  test.each([...onFirst, ...onSecond])(
    "$event reaches a charge that is $state ($transmissions sent): the database moves as the domain says",
    async ({ state, event, transmissions }) => {
      const due = await chargeIn(state, transmissions);
      const facts = await factsOf(due);
      const expected = evolveCharge(facts, event);
      const casesBefore = await casesOf(core.db, due.chargeId);

      const { state: after, refused } = await outcomeInSql(due, event);

      expect({ after, refused }).toEqual({
        after: expected.kind === "moved" ? expected.to : state,
        refused: expected.kind === "rejected",
      });
      const opened = (await casesOf(core.db, due.chargeId)).filter((kind) => !casesBefore.includes(kind));
      const alarmed = expected.kind !== "rejected" && expected.alarm !== undefined;
      if (alarmed) expect(opened, "an operator must look").not.toEqual([]);
    },
  );
});

test("what operators decided by a document is taken back by no decision, only by what comes with its posting", async () => {
  const due = await chargeIn("unknown", 1);
  await record(core.db, due.chargeId, seen.decidedCharged());
  await expect(record(core.db, due.chargeId, seen.decidedNotCharged())).rejects.toMatchObject({
    code: "23514",
  });
  expect((await charge(core.db, due.chargeId)).state).toBe("charged");
});

test("evidence that moves nothing is kept all the same, with the word that it moved nothing", async () => {
  const due = await chargeIn("charged", 1);
  await record(core.db, due.chargeId, seen.pending());
  await record(core.db, due.chargeId, seen.declined());
  const rows = await core.db
    .selectFrom("evidence")
    .select(["outcome", "moved"])
    .where("charge_id", "=", due.chargeId)
    .orderBy("id")
    .execute();
  expect(rows).toEqual([
    { outcome: "charged", moved: true },
    { outcome: "pending", moved: false },
    { outcome: "not-charged", moved: false },
  ]);
});

test.each(CHARGE_EVENTS)("the same evidence of %s twice changes nothing the second time", async (event) => {
  const state = event === "refused" || event === "unanswered" ? "sending" : "unknown";
  const due = await chargeIn(state, 1);
  const said = evidenceOf[event]();
  const first = await record(core.db, due.chargeId, said);
  const before = await everything(due);
  const second = await record(core.db, due.chargeId, said);
  expect(second).toMatchObject({ moved: false, charge: first.charge, payment: first.payment });
  expect(await everything(due)).toEqual(before);
});

/** Everything that evidence could have moved, without the counters of looks and instants of the next one. */
async function everything(due: Due): Promise<unknown> {
  const { rows } = await sql<{ all: unknown }>`select jsonb_build_object(
    'charge', (select to_jsonb(c) - '{looks,unanswered}'::text[] from charges c where c.id = ${due.chargeId}),
    'payment', (select to_jsonb(y) - '{next_look_at,changed_at}'::text[] from payments y where y.id = ${due.paymentId}),
    'evidence', (select count(*) from evidence where charge_id = ${due.chargeId}),
    'claims', (select jsonb_agg(to_jsonb(k)) from claims k where k.payment_id = ${due.paymentId}),
    'limits', (select jsonb_agg(to_jsonb(l)) from limit_use l where l.payment_id = ${due.paymentId}),
    'ledger', (select count(*) from ledger_transactions where payment_id = ${due.paymentId}),
    'refunds', (select count(*) from refunds where payment_id = ${due.paymentId}),
    'told', (select count(*) from notifications where payment_id = ${due.paymentId}),
    'outbox', (select count(*) from outbox where subject_id in (${due.paymentId}, ${due.billId})),
    'cases', (select count(*) from cases where subject = ${due.chargeId})) as all`.execute(core.db);
  return rows[0]?.all;
}
