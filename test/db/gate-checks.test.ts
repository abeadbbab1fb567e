import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import {
  acceptNotices,
  charge,
  dueAtOnce,
  livingNotice,
  makeMethod,
  makePayer,
  makeResident,
  payment,
  payee,
  payNow,
  planBillFor,
  pushBill,
  rub,
} from "../support/rows.ts";
import {
  askGate,
  askReplay,
  type Due,
  jump,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  setClock,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
/** What all payments of this file have in common is put back. */
afterEach(async () => {
  await sql`delete from holds`.execute(core.db);
  await sql`update billers set payee = ${JSON.stringify(payee)}, max_age = null, allowed_methods = '{bank_card}'`.execute(
    core.db,
  );
});
afterAll(() => core.close());

type Change = (due: Due) => Promise<unknown>;
const run =
  (statement: (due: Due) => ReturnType<typeof sql>): Change =>
  (due) =>
    statement(due).execute(core.db);
const hold = (scope: string, id: string) =>
  run(
    () =>
      sql`insert into holds (scope, scope_id, reason, placed_by) values (${scope}, ${id}, 'test', 'test')`,
  );
const bill = (set: ReturnType<typeof sql>) =>
  run((due) => sql`update bills set ${set} where id = ${due.billId}`);
const onFile = (field: string) =>
  run(() => sql`update billers set payee = jsonb_set(payee, ${`{${field}}`}::text[], '"another"')`);
const notice = (set: ReturnType<typeof sql>) =>
  run((due) => sql`update notices set ${set} where payment_id = ${due.paymentId} and state <> 'void'`);
const method = (set: ReturnType<typeof sql>) =>
  run((due) => sql`update methods set ${set} where id = ${due.methodId}`);
const mandate = (set: ReturnType<typeof sql>) =>
  run((due) => sql`update mandates set ${set} where id = ${due.mandateId}`);
/** Another version of the mandate's terms. */
const terms = (path: string, value: unknown, narrowing = true) =>
  run(
    (due) => sql`with v as (insert into mandate_versions (mandate_id, version, terms, narrowing)
        select mandate_id, 2, jsonb_set(terms, ${`{${path}}`}::text[], ${JSON.stringify(value)}::jsonb), ${narrowing}
          from mandate_versions where mandate_id = ${due.mandateId})
      update mandates set version = 2 where id = ${due.mandateId}`,
  );

/** Charges of other payments with the same card, as they count against its budget. */
const earlierCharges =
  (count: number, age: string, end: { readonly how: string } = { how: "declined" }): Change =>
  async (due) => {
    for (let n = 0; n < count; n += 1) {
      const other = await makeDue(core, { cardKey: `card of ${due.residentId}` });
      await askGate(core.db, other.paymentId);
      await record(core.db, other.chargeId, end.how === "declined" ? seen.declined() : seen.refused());
      await sql`update charges set first_sent_at = business_now() - ${age}::interval where id = ${other.chargeId}`.execute(
        core.db,
      );
    }
    await sql`update methods set card_key = ${`card of ${due.residentId}`} where id = ${due.methodId}`.execute(
      core.db,
    );
  };

type Refusal = {
  readonly name: string;
  readonly check: string;
  readonly change: Change;
  readonly says: Readonly<Record<string, string>>;
  readonly leaves: Readonly<Record<string, string>>;
};

const waits = (check: string, reason: string, name: string, change: Change): Refusal => ({
  name: `${name}: waits`,
  check,
  change,
  says: { verdict: "not-now", reason },
  leaves: { state: "scheduled", reason },
});
const asks = (check: string, need: string, name: string, change: Change): Refusal => ({
  name: `${name}: asks (${need})`,
  check,
  change,
  says: { verdict: "asked", need },
  leaves: { state: "needs-payer", need },
});
const ends = (check: string, outcome: string, name: string, change: Change): Refusal => ({
  name: `${name}: ends (${outcome})`,
  check,
  change,
  says: { verdict: "ended", outcome },
  leaves: { state: "closed", outcome },
});
const renotices = (reason: string, name: string, change: Change): Refusal => ({
  name: `${name}: a new notice first`,
  check: "notice",
  change,
  says: { verdict: "not-now", reason },
  leaves: { state: "scheduled" },
});

const refusals: readonly Refusal[] = [
  waits("holds", "held:all", "a hold on everything", hold("all", "")),
  waits("holds", "held:gateway", "a hold on the gateway", hold("gateway", "yookassa")),
  waits("holds", "held:biller", "a hold on the biller", hold("biller", "gorod-zhkh")),
  waits("holds", "held:category", "a hold on the category", hold("category", "housing")),

  ends(
    "claim",
    "taken-over",
    "the claim is another's",
    run((due) => sql`delete from claims where payment_id = ${due.paymentId}`),
  ),
  ends(
    "claim",
    "stopped",
    "a stop mark",
    run((due) => sql`update payments set stop_mark = 'stopped' where id = ${due.paymentId}`),
  ),
  {
    ...ends(
      "claim",
      "stopped",
      "a mark of a skip",
      run((due) => sql`update payments set stop_mark = 'skipped' where id = ${due.paymentId}`),
    ),
    leaves: { state: "closed", outcome: "skipped" },
  },

  ends("debt", "annulled", "the bill is annulled", bill(sql`state = 'annulled'`)),
  ends("debt", "paid-elsewhere", "the bill is paid elsewhere", bill(sql`state = 'paid-elsewhere'`)),
  ends("debt", "paid-elsewhere", "the bill is paid", bill(sql`state = 'paid'`)),
  waits("debt", "echo", "the source may be showing our own payment", bill(sql`echo = true`)),
  waits("debt", "bill amended", "a newer version of the bill", bill(sql`version = version + 1`)),
  waits("debt", "bill amended", "another amount", bill(sql`amount_minor = amount_minor + 1`)),
  waits("debt", "bill amended", "another part of the debt", bill(sql`part = 2`)),
  asks("debt", "payee-changed", "another payee on the bill", bill(sql`payee_hash = 'another'`)),
  asks("debt", "payee-changed", "another account on file", onFile("account")),
  asks("debt", "payee-changed", "another bank on file", onFile("bic")),
  asks("debt", "payee-changed", "another tax number on file", onFile("inn")),
  waits("debt", "source not confirmed", "the source was not heard of for too long", async (due) => {
    await bill(sql`confirmed_at = business_now() - interval '25 hours'`)(due);
    await sql`update billers set max_age = interval '24 hours'`.execute(core.db);
  }),

  ends("mandate", "stopped", "the mandate is paused", mandate(sql`state = 'paused'`)),
  ends("mandate", "stopped", "the mandate is cancelled", mandate(sql`state = 'ended'`)),
  ends(
    "mandate",
    "stopped",
    "it was stopped after the plan, and goes on again",
    mandate(sql`last_stop_at = business_now()`),
  ),
  ends("mandate", "stopped", "it speaks of another account", mandate(sql`account = 'another'`)),
  ends(
    "mandate",
    "skipped",
    "this debt is skipped",
    run(
      (due) => sql`insert into skip_marks (mandate_id, claim_key, part)
    select ${due.mandateId}, identity_key, part from bills where id = ${due.billId}`,
    ),
  ),
  asks("mandate", "new-method", "its terms no longer name the method", terms("methods", ["another"])),

  renotices("no valid notice", "the notice is void", notice(sql`state = 'void'`)),
  renotices(
    "notice names another debit",
    "it names another amount",
    notice(sql`amount_minor = amount_minor - 1`),
  ),
  renotices("notice names another debit", "it names another currency", notice(sql`currency = 'USD'`)),
  renotices("notice names another debit", "it names another payee", notice(sql`payee_hash = 'another'`)),
  renotices("notice names another debit", "it names another day", notice(sql`planned_on = planned_on + 1`)),
  renotices("notice names another debit", "the terms were widened since", terms("lateBill", "pay", false)),
  renotices(
    "notice too old",
    "its window is over",
    notice(sql`not_after = business_now() - interval '1 second'`),
  ),
  waits(
    "notice",
    "notice not accepted yet",
    "nobody has accepted it",
    notice(sql`state = 'queued', accepted_at = null`),
  ),
  waits(
    "notice",
    "notice clock",
    "its clock runs",
    notice(sql`not_before = business_now() + interval '1 hour'`),
  ),

  asks("method", "new-method", "the card is withdrawn", method(sql`state = 'withdrawn'`)),
  asks("method", "new-method", "the card is unusable", method(sql`state = 'unusable'`)),
  asks("method", "new-method", "the card is not saved yet", method(sql`state = 'binding'`)),
  asks("method", "new-method", "the card has no token", method(sql`token = null`)),
  asks("method", "new-method", "a card of another gateway", method(sql`gateway = 'another'`)),
  asks("method", "new-method", "a card of the live shop", method(sql`livemode = true`)),
  asks("method", "new-method", "somebody else's card", async (due) =>
    method(sql`resident_id = ${await makeResident(core.db)}`)(due),
  ),
  asks(
    "method",
    "new-method",
    "the biller takes no cards",
    run(() => sql`update billers set allowed_methods = '{sbp}'`),
  ),

  asks("limits", "over-limit", "above the limit of one payment", terms("limitPerPayment", rub(512_344))),
  asks(
    "limits",
    "over-limit",
    "above the limit of the period",
    terms("limitPerPeriod", { amount: rub(512_344), period: "month" }),
  ),
  ends("limits", "skipped", "the same with skipping chosen", async (due) => {
    await terms("limitPerPayment", rub(512_344))(due);
    await sql`with v as (insert into mandate_versions (mandate_id, version, terms, narrowing)
        select mandate_id, 3, jsonb_set(terms, '{overLimit}', '"skip"'), true
          from mandate_versions where mandate_id = ${due.mandateId} and version = 2)
      update mandates set version = 3 where id = ${due.mandateId}`.execute(core.db);
  }),

  waits(
    "budget",
    "card budget of the day",
    "two declined debits of this card today",
    earlierCharges(2, "1 hour"),
  ),
  asks("budget", "new-method", "eight declined debits of this card in a month", earlierCharges(8, "20 days")),
  asks(
    "hours",
    "late-bill",
    "past the last safe instant",
    run(
      (due) => sql`update payments
    set give_up_at = business_now() - interval '1 second' where id = ${due.paymentId}`,
    ),
  ),
];

describe("each check alone keeps a charge from being sent", () => {
  test.each(refusals)("$check: $name", async ({ check, change, says, leaves }) => {
    const due = await makeDue(core);
    await change(due);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ ...says, check });
    expect(await payment(core.db, due.paymentId)).toMatchObject(leaves);
    const charges = await core.db
      .selectFrom("charges")
      .select("id")
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(charges).toEqual([]);
  });
});

describe("each check alone keeps the same bytes from being sent again", () => {
  test.each(refusals)("$check: $name", async ({ check, change }) => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.unanswered());
    await change(due);
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "no-replay", check });
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "unknown", transmissions: 1 });
    expect((await payment(core.db, due.paymentId)).state).toBe("charging");
  });
});

test("a new notice first: the old one is void, one new one waits in the queue, and the debit moves behind its clock", async () => {
  const due = await makeDue(core, { terms: { noticePack: NOTICE_PACKS.RU } });
  await notice(sql`not_before = '2020-01-01', not_after = business_now() - interval '1 second'`)(due);
  const { rows } = await sql<{ now: string }>`select business_now() as now`.execute(core.db);
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "not-now", check: "notice" });
  const notices = await core.db
    .selectFrom("notices")
    .select(["state", "void_why", "not_before"])
    .where("payment_id", "=", due.paymentId)
    .orderBy("created_at")
    .execute();
  expect(notices).toMatchObject([{ state: "void", void_why: "notice too old" }, { state: "queued" }]);
  const after = await payment(core.db, due.paymentId);
  expect(after.next_look_at).toBe(notices[1]?.not_before);
  expect(Date.parse(after.next_look_at) - Date.parse(rows[0]?.now ?? "")).toBeGreaterThan(
    12 * 3_600_000 - 60_000,
  );
});

describe("what a check lets pass", () => {
  const passing: readonly (readonly [string, Change])[] = [
    [
      "holds of other billers, gateways and categories",
      async (due) => {
        for (const scope of ["biller", "gateway", "category"]) await hold(scope, "another")(due);
      },
    ],
    [
      "a source that was heard of in time",
      async () => sql`update billers set max_age = interval '24 hours'`.execute(core.db),
    ],
    ["terms that were only narrowed since the notice", terms("limitPerPayment", rub(512_345))],
    ["exactly the limit of the period", terms("limitPerPeriod", { amount: rub(512_345), period: "day" })],
    ["a stop before this debit was planned", mandate(sql`last_stop_at = created_at`)],
    ["one declined debit of this card today", earlierCharges(1, "1 hour")],
    ["seven declined debits of this card in a month", earlierCharges(7, "20 days")],
    ["eight of them longer ago", earlierCharges(8, "31 days")],
    ["refused transmissions, which are given back", earlierCharges(3, "1 hour", { how: "refused" })],
  ];
  test.each(passing)("%s", async (_name, change) => {
    const due = await makeDue(core);
    await change(due);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("the second card, if the notice named it; the same question is refused for a card that it did not name", async () => {
    const due = await makeDue(core, { cards: 2 });
    const fallback = (await livingNotice(core.db, due.paymentId))?.fallbacks[0];
    const strange = await makeMethod(core, { residentId: due.residentId, token: "a third card" });
    await terms("methods", [due.methodId, fallback, strange])(due);
    expect(await askGate(core.db, due.paymentId, { methodId: strange })).toMatchObject({
      verdict: "not-now",
      reason: "notice names another debit",
    });
    await acceptNotices(core.db, due.paymentId);
    expect(await askGate(core.db, due.paymentId, { methodId: fallback ?? "" })).toMatchObject({
      verdict: "passed",
    });
  });

  test("ten named checks stand in the row of every pass", async () => {
    const due = await makeDue(core, { cardKey: "a card" });
    await askGate(core.db, due.paymentId);
    const pass = await core.db
      .selectFrom("gate_passes")
      .selectAll()
      .where("charge_id", "=", due.chargeId)
      .execute();
    expect(pass.map(({ checks }) => checks)).toEqual([
      {
        holds: "pass",
        claim: "pass",
        debt: "pass",
        mandate: "pass",
        notice: "pass",
        approval: "nothing-configured",
        method: "pass",
        limits: "pass",
        budget: "pass",
        hours: "pass",
      },
    ]);
  });
});

describe("the hours of the payer's day", () => {
  const inHours = { noticePack: { ...dueAtOnce, hours: { from: "08:00", to: "22:00" } } };

  test.each([
    ["before they open", "2030-03-05T04:59:00Z", "before hours", "2030-03-05T05:00:00.000Z"],
    ["when they have closed", "2030-03-06T19:00:00Z", "after hours", "2030-03-07T05:00:00.000Z"],
  ])("%s: waits for the next opening, Moscow time", async (_name, instant, reason, next) => {
    await setClock(core.db, instant.replace("03-0", "02-0"));
    const due = await makeDue(core, { terms: inHours });
    await setClock(core.db, instant);
    await sql`update notices set not_before = '2030-01-01', not_after = '2031-01-01' where payment_id = ${due.paymentId}`.execute(
      core.db,
    );
    expect(await askGate(core.db, due.paymentId)).toMatchObject({
      verdict: "not-now",
      check: "hours",
      reason,
    });
    expect((await payment(core.db, due.paymentId)).next_look_at).toBe(next);
  });
});

describe("a person who pays: their own instruction takes the notice's place", () => {
  const instruction = (set: ReturnType<typeof sql>) =>
    run((due) => sql`update instructions set ${set} where payment_id = ${due.paymentId}`);

  async function instructed(): Promise<Due> {
    const payer = await makePayer(core);
    const { billId } = await pushBill(core.db, { account: payer.account });
    const { paymentId = "" } = await payNow(core.db, { billId, ...payer });
    return { ...payer, billId, paymentId, chargeId: `${paymentId}-1` };
  }

  test("passes without any notice; mandate, limits and hours have nothing to say", async () => {
    const due = await instructed();
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
    const pass = await core.db
      .selectFrom("gate_passes")
      .select("checks")
      .where("charge_id", "=", due.chargeId)
      .execute();
    expect(pass).toMatchObject([
      {
        checks: {
          notice: "pass",
          mandate: "nothing-configured",
          limits: "nothing-configured",
          hours: "nothing-configured",
        },
      },
    ]);
  });

  test.each([
    ["an hour old", instruction(sql`expires_at = business_now() - interval '1 second'`)],
    ["for another amount", instruction(sql`amount_minor = 1`)],
    ["for another payee", instruction(sql`payee_hash = 'another'`)],
    ["for another card", instruction(sql`method_id = null`)],
  ])("an instruction %s permits nothing, and nobody stays parked on the bill", async (name, change) => {
    const due = await instructed();
    const methodId = name === "for another card" ? due.methodId : undefined;
    await change(due);
    const answer = await askGate(core.db, due.paymentId, methodId === undefined ? {} : { methodId });
    expect(answer).toMatchObject({ verdict: "ended", check: "notice", outcome: "gave-up" });
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
    const claims = await core.db
      .selectFrom("claims")
      .select("state")
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(claims).toEqual([]);
  });

  test("an instruction serves one charge: the second one needs another", async () => {
    const due = await instructed();
    await askGate(core.db, due.paymentId);
    const row = await core.db
      .selectFrom("instructions")
      .selectAll()
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(row[0]?.used_at).not.toBeNull();
  });

  test("five declined payments by hand with one card in a day: the sixth is refused", async () => {
    const due = await instructed();
    const cardKey = `card of ${due.residentId}`;
    for (let n = 0; n < 5; n += 1) {
      const other = await instructed();
      await sql`update methods set card_key = ${cardKey} where id = ${other.methodId}`.execute(core.db);
      expect(await askGate(core.db, other.paymentId)).toMatchObject({ verdict: "passed" });
      await record(core.db, other.chargeId, seen.declined());
    }
    await sql`update methods set card_key = ${cardKey} where id = ${due.methodId}`.execute(core.db);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "ended", check: "budget" });
  });
});

describe("keys", () => {
  async function unknownCharge(): Promise<Due> {
    const due = await makeDue(core, {
      terms: { noticePack: { ...NOTICE_PACKS.demo, leadSeconds: 0, window: { kind: "hours", hours: 100 } } },
    });
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.unanswered());
    return due;
  }

  test("the same bytes go out again while the key is younger than 23 hours, and no more from then on", async () => {
    const due = await unknownCharge();
    await sql`update payments set give_up_at = business_now() + interval '3 days' where id = ${due.paymentId}`.execute(
      core.db,
    );
    await jump(core.db, "22 hours 59 minutes");
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "passed", transmission: 2 });
    await record(core.db, due.chargeId, seen.unanswered());
    await jump(core.db, "2 minutes");
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "no-replay", check: "key age" });
  });

  test.each([
    ["other bytes", { requestHash: "other bytes" }, null],
    ["a charge whose object is known", {}, "object_id = 'known'"],
    ["bytes that were deleted", {}, "request = null"],
    ["a charge that waits for its payer", {}, "state = 'challenged'"],
  ])("%s: never sent again", async (_name, asked, set) => {
    const due = await unknownCharge();
    if (set !== null)
      await sql`update charges set ${sql.raw(set)} where id = ${due.chargeId}`.execute(core.db);
    const row = await charge(core.db, due.chargeId);
    const answer = await askGate(core.db, due.paymentId, {
      chargeId: due.chargeId,
      ordinal: 1,
      replayOf: due.chargeId,
      methodId: row.method_id,
      noticeId: row.notice_id,
      ...asked,
    });
    expect(answer).toMatchObject({ verdict: "no-replay", check: "charge" });
  });

  test("sent again on another day, the debit stays counted in the period of its first transmission", async () => {
    const due = await unknownCharge();
    const counted = async () =>
      core.db
        .selectFrom("limit_use")
        .select("counted_on")
        .where("payment_id", "=", due.paymentId)
        .executeTakeFirstOrThrow();
    const before = await counted();
    await sql`update payments set give_up_at = business_now() + interval '3 days' where id = ${due.paymentId}`.execute(
      core.db,
    );
    await jump(core.db, "22 hours");
    await jump(core.db, "30 minutes");
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "passed" });
    expect(await counted()).toEqual(before);
    await record(core.db, due.chargeId, seen.charged());
    expect(await counted()).toEqual(before);
  });

  test("a payment that has gone on is not moved by a late question", async () => {
    const due = await unknownCharge();
    await hold("all", "")(due);
    const before = await payment(core.db, due.paymentId);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "again" });
    expect(await payment(core.db, due.paymentId)).toEqual(before);
    expect(
      await askGate(core.db, (await planBillFor(core.db, due, { period: "2027-01" })).paymentId),
    ).toMatchObject({ check: "holds" });
  });
});
