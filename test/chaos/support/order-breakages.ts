import type { Breakage } from "./breakage.ts";
import { type Journals, planted } from "./told-run.ts";

type Call = { readonly op: string; readonly phase: string };

const lastAnswer = (journals: Journals, change: object): void => {
  const calls = journals.intents as readonly Call[];
  const at = calls.findLastIndex(({ op, phase }) => op === "pay" && phase === "answered");
  journals.intents = calls.map((call, index) => (index === at ? { ...call, ...change } : call));
};

/** Wrong order, wrong answers, wrong places: I7 to I14. */
export const orderBreakages: readonly Breakage[] = [
  {
    id: "I7",
    name: "an outcome is unknown and no operator has it",
    words: /it is unknown at the end, and no operator has a case/,
    sql: ({ paid: { chargeId } }) => [
      `update charges set state = 'unknown', charged_minor = null, decided_at = null where id = '${chargeId}'`,
    ],
  },
  {
    id: "I7",
    name: "an open payment was forgotten",
    words: /its next look was due/,
    sql: ({ confirmed: { paymentId } }) => [
      `update payments set state = 'scheduled', paid_at = null, paid_minor = null, next_look_at = business_now() - interval '1 hour' where id = '${paymentId}'`,
    ],
  },
  {
    id: "I7",
    name: "the outbox is not empty",
    words: /it waits since long/,
    sql: () => ["update outbox set done_at = null, not_before = clock_timestamp() - interval '1 hour'"],
  },
  {
    id: "I7",
    name: "the run did not come to rest",
    words: /did not come to rest/,
    journals: (journals) => {
      journals.run = { ...journals.run, quiescence: { reached: false, seconds: 300, left: ["payments"] } };
    },
  },
  {
    id: "I8",
    name: "evidence moved a charge back",
    words: /moved it from charged to pending/,
    sql: ({ paid: { chargeId } }) => [
      `insert into evidence (charge_id, rank, source, outcome, hash, facts, moved) values ('${chargeId}', 1, 'look-up', 'pending', 'later', '{}', true)`,
    ],
  },
  {
    id: "I8",
    name: "a payment is closed although a charge took money",
    words: /it is closed \(gave-up\), and a charge took money/,
    sql: ({ paid: { paymentId } }) => [
      `update payments set state = 'closed', outcome = 'gave-up' where id = '${paymentId}'`,
    ],
  },
  {
    id: "I8",
    name: "a cancelled mandate was resumed",
    words: /mandate.resume came to a mandate that is ended/,
    sql: ({ paid: { mandateId } }) => [
      `insert into audit (actor, action, subject) values ('payer', 'mandate.resume', '${mandateId}')`,
    ],
  },
  {
    id: "I9",
    name: "a command was done and its key is not kept",
    words: /nothing keeps its key/,
    sql: () => ["delete from idempotency_keys"],
  },
  {
    id: "I9",
    name: "a repeated call was answered with something else",
    words: /it was answered 201, then 201 with other words/,
    journals: (journals) => lastAnswer(journals, { answer: { id: "made-twice" } }),
  },
  {
    id: "I10",
    name: "a forged event was accepted",
    words: /it was answered 200/,
    journals: (journals) => {
      journals.intents = journals.intents.map((line) =>
        (line as Call).op === "forged-webhook" ? { ...(line as object), status: 200 } : line,
      );
    },
  },
  {
    id: "I10",
    name: "money was posted twice for one charge",
    words: /it is posted 2 times/,
    sql: ({ paid: { chargeId } }) => [
      `with twin as (insert into ledger_transactions (kind, evidence_object, corrections) values ('L1', '${chargeId}', 1) returning id)
         insert into ledger_entries (transaction_id, line, account, debit_minor, credit_minor, currency)
         select id, 1, 'fees', 1, 0, 'RUB' from twin`,
    ],
  },
  {
    id: "I10",
    name: "news without an id came twice and moved its charge twice",
    words: /it came again and had 2 effects/,
    sql: ({ paid: { chargeId } }) => [
      `insert into evidence (charge_id, rank, source, outcome, hash, facts, moved) values ('${chargeId}', 1, 'look-up', 'charged', 'again', '{}', true)`,
    ],
    journals: (journals, { paid: { chargeId } }) => {
      const [debit] = (journals.bank as readonly Line[])
        .flatMap(({ entries }) => entries)
        .filter((entry) => entry.kind === "debit" && entry.chargeId === chargeId);
      const record = { id: "news-1", event: "payment.succeeded", objectId: debit?.paymentId };
      const news = { kind: "notification", real: debit?.real, change: "accepted", record };
      journals.bank = [...journals.bank, { entries: [news] }, { entries: [news] }];
    },
  },
  {
    id: "I10",
    name: "late news moved a charge back",
    words: /moved it back to challenged/,
    sql: ({ paid: { chargeId } }) => [
      `insert into evidence (charge_id, rank, source, outcome, hash, facts, moved) values ('${chargeId}', 1, 'look-up', 'challenged', 'later', '{}', true)`,
    ],
  },
  {
    id: "I11",
    name: "a charge followed a decline after which only the payer may act",
    words: /after which nothing is tried without the payer/,
    sql: ({ confirmed: { paymentId } }) => [
      "delete from audit where action = 'payment.confirm'",
      `update charges set initiated_by = 'mit', instruction_id = null,
         notice_id = (select notice_id from charges where id = '${paymentId}-1') where id = '${paymentId}-2'`,
    ],
  },
  {
    id: "I11",
    name: "a retry for want of funds came at once",
    words: /77760 s are the least/,
    sql: ({ confirmed: { paymentId } }) => [
      "delete from audit where action = 'payment.confirm'",
      `update charges set reason = 'insufficient_funds' where id = '${paymentId}-1'`,
      `update charges set initiated_by = 'mit', instruction_id = null,
         notice_id = (select notice_id from charges where id = '${paymentId}-1') where id = '${paymentId}-2'`,
    ],
  },
  {
    id: "I11",
    name: "a card that had expired was tried for another bill",
    words: /its card was dead since/,
    sql: ({ confirmed: { paymentId }, paid: { chargeId } }) => [
      `update charges set reason = 'card_expired' where id = '${paymentId}-1'`,
      `update charges c set method_id = dead.method_id, card_key = dead.card_key from charges dead
         where dead.id = '${paymentId}-1' and c.id = '${chargeId}'`,
      `update gate_passes set business_at = business_now() where charge_id = '${chargeId}'`,
    ],
  },
  {
    id: "I13",
    name: "a card number stands in a log",
    words: /it holds a pan that ends in …4444/,
    journals: (journals) => {
      journals.logs = `charging ${planted[0].value}\n`;
    },
  },
  {
    id: "I13",
    name: "a secret stands in the database, in base64",
    words: /it holds a webhook-secret/,
    sql: () => [
      `insert into audit (actor, action, subject, detail) values ('engine', 'oops', 'x', jsonb_build_object('body', encode('{"secret":"${planted[1].value}"}', 'base64')))`,
    ],
  },
  {
    id: "I13",
    name: "a card number stands in the database as bytes",
    words: /it holds a pan/,
    sql: () => [`update charges set request = convert_to('{"card":"${planted[0].value}"}', 'UTF8')`],
  },
  {
    id: "I14",
    name: "a debit was let out before its moment",
    words: /before its moment/,
    sql: () => ["update notices set not_before = not_before + interval '1 day'"],
  },
  {
    id: "I14",
    name: "the bank took money an hour before its moment, and no clock was set wrong",
    words: /the bank took it \d+ ms before its moment/,
    journals: anHourEarly,
  },
  {
    id: "I14",
    name: "the bank took money an hour before its moment, and its clock was wrong by a minute",
    words: /the bank took it \d+ ms before its moment/,
    journals: (journals) => {
      anHourEarly(journals);
      journals.faults = skewOf(-60_000);
    },
  },
];

type Entry = {
  readonly kind: string;
  readonly real: string;
  readonly chargeId?: string;
  readonly paymentId?: string;
};
type Line = { readonly entries: readonly Entry[] };

/** As a bank writes it whose clock is an hour behind. */
function anHourEarly(journals: Journals): void {
  journals.clock = [{ at: "2000-01-01T00:00:00Z", aheadMs: 0 }];
  journals.bank = (journals.bank as readonly Line[]).map(({ entries }) => ({
    entries: entries.map((entry) =>
      entry.kind === "debit"
        ? { ...entry, real: new Date(Date.parse(entry.real) - 3_600_000).toISOString() }
        : entry,
    ),
  }));
}

function skewOf(skewMs: number): readonly unknown[] {
  const note = { id: "f1", code: "F15", kind: "clock skew", target: "bank", detail: { skewMs, thenMs: 0 } };
  return [
    { at: "2000-01-01T00:00:00Z", ...note, phase: "begin" },
    { at: "2999-01-01T00:00:00Z", ...note, phase: "end" },
  ];
}

/** A bank that is known to be an hour behind: nothing was early. */
export const hourBehind: Partial<Breakage> = {
  journals: (journals) => {
    anHourEarly(journals);
    journals.faults = skewOf(-3_600_000);
  },
};
