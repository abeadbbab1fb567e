import { Client, types } from "pg";
import type {
  EndpointRow,
  EventRow,
  PaymentRow,
  ChargeRow,
  PassRow,
  EvidenceRow,
  BillRow,
  BillVersionRow,
  TermsText,
  MandateRow,
  NoticeRow,
  NotificationRow,
  RefundRow,
  LedgerLine,
  AuditRow,
} from "./row-shapes.ts";

const QUERIES = {
  payments:
    "select id, resident_id, bill_id, part, route, mandate_id, method_id, amount_minor, currency, payee_hash, state, outcome, need, reason, stop_mark, planned_on, not_before, next_look_at, give_up_at, created_at, changed_at from payments order by created_at, id",
  charges:
    "select id, payment_id, ordinal, gateway, method_id, card_key, initiated_by, notice_id, instruction_id, amount_minor, currency, bill_version, payee_hash, state, how, reason, decided_at, first_sent_at, object_id, charged_minor from charges order by payment_id, ordinal",
  passes:
    "select charge_id, transmission, kind, passed_at, business_at from gate_passes order by passed_at, charge_id",
  evidence: "select id, charge_id, source, outcome, how, moved, seen_at from evidence order by id",
  bills:
    "select id, biller_id, account, external_id, period, identity_key, state, said, amount_minor, currency, due_on, part, version, merged_into from bills",
  billVersions:
    // what stands for a bill now is in its own row, what stood before beside it
    "select bill_id, version, amount_minor, full_minor, currency, payee->>'account' as payee_account from bill_versions union all select id, version, amount_minor, full_minor, currency, payee->>'account' from bills",
  billers: "select id, payee->>'account' as payee_account from billers",
  claims:
    "select claim_key, part, payment_id from claims union all select claim_key, part, payment_id from claim_history",
  mandates: "select id, resident_id, biller_id, account, state, version, created_at from mandates",
  mandateVersions:
    "select mandate_id, version, terms, made_at from mandate_versions order by mandate_id, version",
  notices:
    "select id, payment_id, mandate_id, amount_minor, payee_hash, method_id, fallbacks, not_before, not_after, state, channel, accepted_at, clock_of from notices",
  instructions: "select id, payment_id, amount_minor, currency, payee_hash, given_at from instructions",
  refunds:
    "select id, payment_id, charge_id, amount_minor, state, object_id, next_look_at from refunds order by created_at",
  ledger:
    "select t.id as transaction_id, t.kind, t.evidence_object, t.payment_id, e.account, e.currency, e.debit_minor, e.credit_minor from ledger_transactions t join ledger_entries e on e.transaction_id = t.id order by t.id, e.line",
  notifications:
    "select id, event, event_key, channel, state, why, legal_minimum, message_id, notice_id, payment_id, resident_id, topic, category, carried_by, uncertain, due_at, created_at, sent_at from notifications order by created_at, id",
  choices: "select resident_id, topic, channel, category, choice, changed_at from notification_choices",
  residents: "select id, email, email_verified, erased_at from residents",
  pushDeliveries: "select notification_id, outcome, accepted_at from push_deliveries",
  outbox: "select id, kind, subject_id, not_before, done_at, attempts, last_error from outbox",
  nudges:
    "select id, gateway, event, event_id, charge_id, object_id, repeats, done_at, not_before from gateway_nudges",
  cases: "select id, kind, subject, opened_at, closed_at from cases",
  audit: "select id, at, actor, action, subject from audit order by id",
  keys: "select key, state, status, made_id from idempotency_keys",
  skips: "select mandate_id, claim_key, part, marked_at from skip_marks",
  endpoints: "select id, url, types, biller_id, state from webhook_endpoints order by id",
  // how far it is remembered: what has arrived is pruned after a month
  events:
    "select d.endpoint_id, v.id, v.type, v.object_id, d.state, d.why from webhook_deliveries d join webhook_events v on v.seq = d.event_seq order by d.event_seq, d.endpoint_id",
} as const;

type Name = keyof typeof QUERIES;

type Shapes = {
  readonly payments: PaymentRow;
  readonly charges: ChargeRow;
  readonly passes: PassRow;
  readonly evidence: EvidenceRow;
  readonly bills: BillRow;
  readonly billVersions: BillVersionRow;
  readonly billers: { readonly id: string; readonly payee_account: string | null };
  readonly claims: { readonly claim_key: string; readonly part: number; readonly payment_id: string };
  readonly mandates: MandateRow;
  readonly mandateVersions: {
    readonly mandate_id: string;
    readonly version: number;
    readonly terms: TermsText;
    readonly made_at: number;
  };
  readonly notices: NoticeRow;
  readonly instructions: {
    readonly id: string;
    readonly payment_id: string;
    readonly amount_minor: number;
    readonly currency: string;
    readonly payee_hash: string;
    readonly given_at: number;
  };
  readonly refunds: RefundRow;
  readonly ledger: LedgerLine;
  readonly notifications: NotificationRow;
  readonly choices: {
    readonly resident_id: string;
    readonly topic: string;
    readonly channel: string;
    readonly category: string;
    readonly choice: string;
    readonly changed_at: number;
  };
  readonly residents: {
    readonly id: string;
    readonly email: string | null;
    readonly email_verified: boolean;
    readonly erased_at: number | null;
  };
  readonly pushDeliveries: {
    readonly notification_id: string;
    readonly outcome: string | null;
    readonly accepted_at: number | null;
  };
  readonly outbox: {
    readonly id: number;
    readonly kind: string;
    readonly subject_id: string;
    readonly not_before: number;
    readonly done_at: number | null;
    readonly attempts: number;
    readonly last_error: string | null;
  };
  readonly nudges: {
    readonly id: number;
    readonly gateway: string;
    readonly event: string;
    readonly event_id: string | null;
    readonly charge_id: string | null;
    readonly object_id: string;
    readonly repeats: number;
    readonly done_at: number | null;
    readonly not_before: number;
  };
  readonly cases: {
    readonly id: string;
    readonly kind: string;
    readonly subject: string;
    readonly opened_at: number;
    readonly closed_at: number | null;
  };
  readonly audit: AuditRow;
  readonly keys: {
    readonly key: string;
    readonly state: string;
    readonly status: number | null;
    readonly made_id: string | null;
  };
  readonly skips: {
    readonly mandate_id: string;
    readonly claim_key: string;
    readonly part: number;
    readonly marked_at: number;
  };
  readonly endpoints: EndpointRow;
  readonly events: EventRow;
};

/** All rows that anything is judged by, and the time at which they were read. */
export type EngineRows = { readonly [Table in Name]: readonly Shapes[Table][] } & {
  readonly cityNowMs: number;
  readonly realNowMs: number;
};

/** Numbers for instants and sums, text for days: what is compared here is compared as numbers. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  20: Number,
  1082: (text) => text,
  1184: (text) => Math.round(new Date(text).getTime()),
};

/** A connection with this file's reading of numbers and instants. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: "chaos-checker",
    types: {
      getTypeParser: (id: Parameters<typeof types.getTypeParser>[0]) =>
        parsers[id] ?? types.getTypeParser(id),
    },
  });
  await client.connect();
  return client;
}

/** Where the rows of a run are. With `client`, over that connection and in the transaction that its owner has begun: nothing of it is begun, ended or closed here. */
export type RowsPlace = { readonly url: string; readonly client?: Client };

/** Does the work in one snapshot: the caller's transaction where there is one, else a read-only one of its own. */
export async function inSnapshot<Result>(
  { url, client: given }: RowsPlace,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  if (given !== undefined) return work(given);
  const client = await connect(url);
  try {
    await client.query("begin isolation level repeatable read read only");
    const result = await work(client);
    await client.query("commit");
    return result;
  } finally {
    await client.end();
  }
}

/** Reads everything in one snapshot. */
export function readEngine(place: RowsPlace): Promise<EngineRows> {
  return inSnapshot(place, async (client) => {
    const tables: [string, unknown][] = [];
    for (const [name, query] of Object.entries(QUERIES))
      tables.push([name, (await client.query(query)).rows]);
    const { rows } = await client.query<{ city: number; real: number }>(
      "select business_now() as city, clock_timestamp() as real",
    );
    const [now] = rows;
    return {
      ...Object.fromEntries(tables),
      cityNowMs: now?.city ?? 0,
      realNowMs: now?.real ?? 0,
    } as unknown as EngineRows;
  });
}
