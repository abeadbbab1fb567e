import type { Breakage } from "./breakage.ts";
import type { Journals, Story } from "./told-run.ts";

type Debit = { readonly kind: string; readonly chargeId?: string };
type Line = { readonly entries: readonly Debit[] };

const debitsOf = (journals: Journals, story: Story): Line[] =>
  (journals.bank as Line[]).filter(
    ({ entries: [entry] }) => entry?.kind === "debit" && entry.chargeId === story.paid.chargeId,
  );

const givenUp = (paymentId: string): readonly string[] => [
  `update payments set state = 'closed', outcome = 'gave-up', need = null, paid_at = null, paid_minor = null where id = '${paymentId}'`,
  `delete from charges where payment_id = '${paymentId}'`,
  `update bills set state = 'owed', due_on = (business_now() + interval '20 days')::date where id = (select bill_id from payments where id = '${paymentId}')`,
];

/** Wrong money and wrong words: I1 to I6. */
export const moneyBreakages: readonly Breakage[] = [
  {
    id: "I1",
    name: "the bank took a debt twice",
    words: /2 captures stand for one debt/,
    journals: (journals, story) => {
      journals.bank = [...journals.bank, ...debitsOf(journals, story)];
    },
  },
  {
    id: "I1",
    name: "the bank took money for a charge that we do not know",
    words: /no charge of ours is called so/,
    journals: (journals, story) => {
      const [debit] = structuredClone(debitsOf(journals, story));
      journals.bank = [...journals.bank, { entries: [{ ...debit?.entries[0], chargeId: "KV-NOBODY-1" }] }];
    },
  },
  {
    id: "I1",
    name: "a second charge was let out while the first could still take money",
    words: /was let out while .* could still take money/,
    sql: ({ confirmed: { paymentId } }) => [
      `update gate_passes set business_at = business_at - interval '1 hour' where charge_id = '${paymentId}-2'`,
      `update charges set decided_at = decided_at + interval '1 hour' where id = '${paymentId}-1'`,
    ],
  },
  {
    id: "I2",
    name: "a bill is owed, its card approves, and nobody ever planned it",
    words: /no payment was ever planned/,
    sql: ({ confirmed: { paymentId } }) => [
      `update bills set state = 'owed' where id = (select bill_id from payments where id = '${paymentId}')`,
      `update payments set bill_id = 'KV-ELSEWHERE' where id = '${paymentId}'`,
    ],
  },
  {
    id: "I2",
    name: "a payment was given up for a fact that never was",
    words: /says new-method, and the fact behind it is missing/,
    sql: ({ confirmed: { paymentId } }) => [
      `update payments set state = 'needs-payer', need = 'new-method', paid_at = null, paid_minor = null where id = '${paymentId}'`,
      `delete from charges where payment_id = '${paymentId}'`,
    ],
  },
  {
    id: "I2",
    name: "a payment was given up, its card approves, and nothing had gone wrong",
    words: /says gave-up, and the fact behind it is missing; its card approves/,
    sql: ({ confirmed: { paymentId } }) => givenUp(paymentId),
  },
  {
    id: "I2",
    name: "nobody was ever charged, and every payment was given up",
    words: /0 of 2 bills were paid that a card which approves could pay: 30 % are the least/,
    sql: ({ confirmed, paid }) => [...givenUp(confirmed.paymentId), ...givenUp(paid.paymentId)],
    journals: (journals) => {
      journals.bank = [];
    },
  },
  {
    id: "I2",
    name: "a bill that must never be paid was paid",
    words: /must never be paid/,
    journals: (journals) => {
      journals.truth = journals.truth.map((line) => ({ ...(line as object), poison: "negative" }));
    },
  },
  {
    id: "I3",
    name: "more was taken than the mandate allows for one payment",
    words: /above the limit of 1 for one payment/,
    sql: () => [`update mandate_versions set terms = jsonb_set(terms, '{limitPerPayment,amountMinor}', '1')`],
  },
  {
    id: "I3",
    name: "more was let out in a month than the mandate allows",
    words: /above 1000 for a month/,
    sql: () => [
      `update mandate_versions set terms = jsonb_set(terms, '{limitPerPeriod}', '{"period":"month","amount":{"amountMinor":1000,"currency":"RUB"}}')`,
    ],
  },
  {
    id: "I3",
    name: "a notice counts as accepted that the mail server never had",
    words: /the mail server never had it/,
    journals: (journals) => {
      journals.mail = [];
    },
  },
  {
    id: "I3",
    name: "the debit came before the lead of its notice was over",
    words: /3600 s are promised/,
    sql: () => [`update mandate_versions set terms = jsonb_set(terms, '{noticePack,leadSeconds}', '3600')`],
  },
  {
    id: "I3",
    name: "the money went to another account than the biller's",
    words: /the biller's is 99999/,
    sql: () => [`update billers set payee = jsonb_set(payee, '{account}', '"99999"')`],
  },
  {
    id: "I4",
    name: "a charge was let out after its mandate was cancelled",
    words: /was let out after mandate.cancel/,
    sql: ({ paid: { chargeId } }) => [
      `update gate_passes set business_at = business_now() + interval '1 second' where charge_id = '${chargeId}'`,
    ],
  },
  {
    id: "I4",
    name: "the bank got a transmission that no gate let out",
    words: /the bank got it 1 times, the gate let it out 0 times/,
    sql: ({ paid: { chargeId } }) => [`delete from gate_passes where charge_id = '${chargeId}'`],
  },
  {
    id: "I4",
    name: "nobody was told how a charge ended that a stop had listed",
    words: /nobody was told how it ended/,
    sql: ({ paid: { paymentId } }) => [
      `delete from notifications where payment_id = '${paymentId}' and event = 'paid'`,
    ],
    journals: (journals, { paid: { paymentId } }) => {
      const answer = { stoppedAt: new Date().toISOString(), inFlight: [{ payment: paymentId }] };
      const call = {
        at: new Date().toISOString(),
        id: "cancel-1",
        op: "cancel",
        phase: "answered",
        status: 200,
        answer,
      };
      journals.intents = [...journals.intents, call];
    },
  },
  {
    id: "I4",
    name: "the answer to a stop says that nothing was under way, and a charge was",
    words:
      /it was under way when mandate\.cancel of .* was committed, and the answer to it \(cancel-1\) does not list it/,
    sql: ({ paid: { chargeId, mandateId } }) => [
      `update audit set at = (select first_sent_at from charges where id = '${chargeId}') + interval '1 millisecond' where action = 'mandate.cancel' and subject = '${mandateId}'`,
      `update gate_passes set business_at = (select first_sent_at from charges where id = '${chargeId}') where charge_id = '${chargeId}'`,
    ],
    journals: (journals, { paid: { mandateId } }) => {
      const at = new Date().toISOString();
      const call = { at, id: "cancel-1", op: "cancel" };
      const answer = { stoppedAt: at, inFlight: [] };
      journals.intents = [
        ...journals.intents,
        { ...call, phase: "sent", request: { mandateId } },
        { ...call, phase: "answered", status: 200, answer },
      ];
    },
  },
  {
    id: "I5",
    name: "the ledger forgot money that the bank took",
    words: /the ledger says 0/,
    sql: ({ paid: { chargeId } }) => [
      `delete from ledger_entries where transaction_id in (select id from ledger_transactions where kind = 'L1' and evidence_object = '${chargeId}')`,
    ],
  },
  {
    id: "I5",
    name: "a charge counts as taken, and the bank took nothing",
    words: /it is charged here, the bank took nothing/,
    journals: (journals, story) => {
      const debits = new Set(debitsOf(journals, story));
      journals.bank = (journals.bank as readonly Line[]).filter((line) => !debits.has(line));
    },
  },
  {
    id: "I5",
    name: "an entry does not balance",
    words: /debits and credits differ by/,
    sql: () => [
      "update ledger_entries set debit_minor = debit_minor + 1 where debit_minor > 0 and transaction_id = (select min(transaction_id) from ledger_entries)",
    ],
  },
  {
    id: "I5",
    name: "a charge is said to be declined whose money the bank took",
    words: /it is not-charged here, the bank took the money/,
    sql: ({ paid: { chargeId } }) => [
      `update charges set state = 'not-charged', how = 'declined', charged_minor = null where id = '${chargeId}'`,
    ],
  },
  {
    id: "I6",
    name: "nobody was told of a payment that was made",
    words: /nobody was told: paid or charged-after-stop/,
    sql: ({ paid: { paymentId } }) => [
      `delete from notifications where payment_id = '${paymentId}' and event = 'paid'`,
    ],
  },
  {
    id: "I6",
    name: "a message was sent although its reader had switched it off",
    words: /although its reader had switched it off/,
    sql: () => [
      `insert into notification_choices (resident_id, topic, channel, category, choice, changed_at)
         select distinct resident_id, 'payments', 'email', '*', 'off', business_now() - interval '1 day' from notifications where event = 'paid'`,
    ],
  },
  {
    id: "I6",
    name: "a mail came twice and nobody had died",
    words: /2 times taken over with 250/,
    journals: (journals) => {
      journals.mail = [...journals.mail, ...journals.mail.slice(0, 1)];
    },
  },
  {
    id: "I6",
    name: "a mail went to somebody else",
    words: /who is not its reader/,
    sql: () => [
      `update notifications set resident_id = (select max(id) from residents where id <> notifications.resident_id) where event = 'paid'`,
    ],
  },
  {
    id: "I6",
    name: "a mail was dropped as superseded although its 250 was heard",
    words: /it was dropped \(collapsed\), and the mail server has it/,
    sql: () => [dropped(0)],
    // a fault beside it explains nothing where no answer is missing
    journals: (journals) => {
      journals.mail = journals.mail.map(unanswered);
    },
  },
  {
    id: "I6",
    name: "a mail was dropped as superseded, and nothing explains why its 250 was not heard",
    words: /it was dropped \(collapsed\), and the mail server has it/,
    sql: () => [dropped(1)],
  },
];

const dropped = (uncertain: number): string =>
  `update notifications set state = 'dropped', why = 'collapsed', sent_at = null, uncertain = ${uncertain} where state = 'accepted' and event = 'notice'`;

type MailLine = { readonly delivery: object };

/** The server had taken it, and the connection died before its 250. */
function unanswered(line: unknown): unknown {
  const { delivery, ...rest } = line as MailLine;
  return { ...rest, delivery: { ...delivery, outcome: "stored-then-dropped", replyCode: null } };
}

/** Words that nobody heard being taken over, and that were superseded meanwhile: no breakage, for a repetition of them would be one. */
export const supersededUnheard: Partial<Breakage> = {
  sql: () => [dropped(1)],
  journals: (journals) => {
    journals.mail = journals.mail.map(unanswered);
  },
};
