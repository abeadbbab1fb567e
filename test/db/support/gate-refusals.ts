import { sql } from "kysely";
import { makeResident, rub } from "../../support/rows.ts";
import { askGate, type Due, makeDue, type MoneyCore, record, seen } from "./money-core.ts";

/** What is changed about a debit that the gate would let pass. */
export type Change = (core: MoneyCore, due: Due) => Promise<unknown>;
export const run =
  (statement: (due: Due) => ReturnType<typeof sql>): Change =>
  (core, due) =>
    statement(due).execute(core.db);
export const hold = (scope: string, id: string) =>
  run(
    () =>
      sql`insert into holds (scope, scope_id, reason, placed_by) values (${scope}, ${id}, 'test', 'test')`,
  );
const bill = (set: ReturnType<typeof sql>) =>
  run((due) => sql`update bills set ${set} where id = ${due.billId}`);
const onFile = (field: string) =>
  run(() => sql`update billers set payee = jsonb_set(payee, ${`{${field}}`}::text[], '"another"')`);
export const notice = (set: ReturnType<typeof sql>) =>
  run((due) => sql`update notices set ${set} where payment_id = ${due.paymentId} and state <> 'void'`);
const method = (set: ReturnType<typeof sql>) =>
  run((due) => sql`update methods set ${set} where id = ${due.methodId}`);
export const mandate = (set: ReturnType<typeof sql>) =>
  run((due) => sql`update mandates set ${set} where id = ${due.mandateId}`);
/** Another version of the mandate's terms. */
export const terms = (path: string, value: unknown, narrowing = true) =>
  run(
    (due) => sql`with v as (insert into mandate_versions (mandate_id, version, terms, narrowing)
        select mandate_id, 2, jsonb_set(terms, ${`{${path}}`}::text[], ${JSON.stringify(value)}::jsonb), ${narrowing}
          from mandate_versions where mandate_id = ${due.mandateId})
      update mandates set version = 2 where id = ${due.mandateId}`,
  );

/** Charges of other payments with the same card, as they count against its budget. */
export const earlierCharges =
  (count: number, age: string, end: { readonly how: string } = { how: "declined" }): Change =>
  async (core, due) => {
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

/** A change, and what the gate says and leaves because of it. */
export type Refusal = {
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
  leaves: { state: "scheduled", remark: reason },
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

export const refusals: readonly Refusal[] = [
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
  waits("debt", "bill amended", "another amount", bill(sql`amount_minor = amount_minor - 1`)),
  waits("debt", "bill amended", "another part of the debt", bill(sql`part = 2`)),
  asks("debt", "payee-changed", "another payee on the bill", bill(sql`payee_hash = 'another'`)),
  asks("debt", "payee-changed", "another account on file", onFile("account")),
  asks("debt", "payee-changed", "another bank on file", onFile("bic")),
  asks("debt", "payee-changed", "another tax number on file", onFile("inn")),
  waits("debt", "source not confirmed", "the source was not heard of for too long", async (core, due) => {
    await bill(sql`confirmed_at = business_now() - interval '25 hours'`)(core, due);
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
  asks("method", "new-method", "somebody else's card", async (core, due) =>
    method(sql`resident_id = ${await makeResident(core.db)}`)(core, due),
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
  ends("limits", "skipped", "the same with skipping chosen", async (core, due) => {
    await terms("limitPerPayment", rub(512_344))(core, due);
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
