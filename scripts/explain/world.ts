import type { Client } from "pg";

/** A city of so many residents: ten bills each, three of them paid by hand, and everything else in the measure in which it comes. */
export type CitySize = { readonly residents: number };

/** A resident with few rows among many, and a row of theirs that a list begins at. */
export const somebody = { residentId: "resident-00000007", paymentId: "payment-000000019" } as const;

const id = (what: string, n: string, digits: number) => `'${what}-' || lpad((${n})::text, ${digits}, '0')`;
const resident = (n: string) => id("resident", n, 8);
const bill = (n: string) => id("bill", n, 9);
const payment = (n: string) => id("payment", n, 9);
const hex = (n: string) => `md5((${n})::text) || md5((-(${n}))::text)`;

type Filling = { readonly table: string; readonly rows: (residents: number) => number; readonly sql: string };

/** Row n of each table. Keys rise with n, so that what is written last lies last; people and their bills are told apart by arithmetic alone. */
const FILLINGS: readonly Filling[] = [
  {
    table: "categories",
    rows: () => 40,
    sql: "(id, audience, section, title_ru, title_en, position) select 'kind-' || n, 'both', 'main', 'Вид ' || n, 'Kind ' || n, n",
  },
  {
    table: "billers",
    rows: () => 3_000,
    sql: `(id, category, name, payee) select 'biller-' || n, 'kind-' || (1 + n % 40), 'Получатель ' || n,
      '{"name": "Получатель", "inn": "7700990010", "bic": "044525225", "account": "40702810900000000301"}'`,
  },
  {
    table: "residents",
    rows: (residents) => residents,
    sql: `(id, issuer, subject, name, email_verified, locale, zone, terms_version) select ${resident("n")}, 'https://id.example', n, 'Житель', false, 'ru', 'Europe/Moscow', '1'`,
  },
  {
    table: "payer_accounts",
    rows: (residents) => residents,
    sql: `(resident_id, biller_id, account) select ${resident("n")}, 'biller-' || (1 + n % 3000), lpad(n::text, 10, '0')`,
  },
  {
    table: "bills",
    rows: (residents) => 10 * residents,
    sql: `(id, biller_id, identity_key, account, period, state, version, amount_minor, full_minor, currency, due_on, purpose, payee, payee_hash, content_hash,
        livemode, source_version, received_at, confirmed_at)
      select ${bill("n")}, 'biller-' || (1 + (1 + (n - 1) / 10) % 3000), lpad(n::text, 64, '0'), lpad((1 + (n - 1) / 10)::text, 10, '0'),
        (2025 + n % 10 / 6) || '-' || lpad((1 + n % 10)::text, 2, '0'), (array['owed', 'paid', 'paid', 'paid', 'paid-elsewhere'])[1 + n % 5], 1, 100000 + n % 900000, 100000 + n % 900000,
        'RUB', date '2025-01-10' + (n % 10)::int * 61, 'Услуги за месяц', '{"name": "Получатель", "inn": "7700990010", "bic": "044525225", "account": "40702810900000000301"}',
        'hash', 'hash', false, 1, timestamptz '2025-01-01' + n * interval '1 second', timestamptz '2025-01-01' + n * interval '1 second'`,
  },
  {
    table: "bill_subjects",
    rows: (residents) => residents,
    sql: `(subject_key, bill_id) select ${hex("n")}, ${bill("10 * n")}`,
  },
  {
    table: "saved_identifiers",
    rows: (residents) => residents / 2,
    sql: `(id, resident_id, kind, subject_key, sealed) select ${id("identifier", "n", 8)}, ${resident("n")}, 'sts', ${hex("n + 1")}, 'sealed'`,
  },
  {
    table: "added_bills",
    rows: (residents) => residents / 4,
    sql: `(resident_id, bill_id) select ${resident("n")}, ${bill("10 * n + 25")}`,
  },
  {
    table: "methods",
    rows: (residents) => residents,
    sql: `(id, resident_id, gateway, state, title, livemode) select ${id("method", "n", 8)}, ${resident("n")}, 'yookassa', 'active', 'MasterCard *4477', false`,
  },
  {
    table: "mandates",
    rows: (residents) => residents / 4,
    sql: `(id, resident_id, biller_id, account, state, livemode) select ${id("mandate", "n", 8)}, ${resident("n")}, 'biller-' || (1 + n % 3000), lpad(n::text, 10, '0'), 'active', false`,
  },
  {
    table: "mandate_versions",
    rows: (residents) => residents / 4,
    sql: `(mandate_id, version, terms, narrowing) select ${id("mandate", "n", 8)}, 1, '{"zone": "Europe/Moscow", "methods": []}', false`,
  },
  {
    table: "payments",
    rows: (residents) => 3 * residents,
    sql: `(id, resident_id, bill_id, bill_version, route, channel, method_id, gateway, amount_minor, currency, payee_hash, state, planned_on, not_before, next_look_at, give_up_at,
        paid_minor, paid_at, livemode, created_at)
      select ${payment("n")}, ${resident("1 + (n - 1) / 3")}, ${bill("10 * ((n - 1) / 3) + 1 + 3 * ((n - 1) % 3)")}, 1, 'manual', 'web', ${id("method", "1 + (n - 1) / 3", 8)},
        'yookassa', 100000 + n % 900000, 'RUB', 'hash', 'paid', date '2025-01-10' + (n % 600)::int, at, at, at, 100000 + n % 900000, at, false, at`,
  },
  {
    table: "instructions",
    rows: (residents) => 3 * residents,
    sql: `(id, payment_id, resident_id, amount_minor, currency, payee_hash, sign_in, given_at, used_at, expires_at)
      select ${id("instruction", "n", 9)}, ${payment("n")}, ${resident("1 + (n - 1) / 3")}, 100000, 'RUB', 'hash', 'oidc', at, at, at`,
  },
  {
    table: "charges",
    rows: (residents) => 3 * residents,
    sql: `(id, payment_id, ordinal, gateway, merchant_account, initiated_by, instruction_id, amount_minor, currency, payee_hash, bill_version, idempotency_key, request_hash,
        state, first_sent_at, last_sent_at, lease_until, charged_minor, kind)
      select ${payment("n")} || '-1', ${payment("n")}, 1, 'yookassa', '100500', 'cit', ${id("instruction", "n", 9)}, 100000, 'RUB', 'hash', 1, ${payment("n")} || '-1', 'hash',
        case n % 1000 when 0 then 'unknown' else 'charged' end, at, at, at, case n % 1000 when 0 then null else 100000 end, 'bank_card'`,
  },
  {
    table: "claims",
    rows: (residents) => 3 * residents,
    sql: `(claim_key, part, payment_id, state) select lpad((10 * ((n - 1) / 3) + 1 + 3 * ((n - 1) % 3))::text, 64, '0'), 1, ${payment("n")}, 'spent'`,
  },
  {
    table: "evidence",
    rows: (residents) => residents,
    sql: `(charge_id, rank, source, outcome, hash, facts, moved) select ${payment("n")} || '-1', 1, 'answer', 'charged', 'hash', '{}', true`,
  },
  {
    table: "gate_passes",
    rows: (residents) => residents,
    sql: `(charge_id, transmission, checks) select ${payment("n")} || '-1', 1, '{}'`,
  },
  {
    table: "notices",
    rows: (residents) => residents / 4,
    sql: `(payment_id, mandate_id, mandate_version, amount_minor, currency, payee_hash, method_id, planned_on, not_before, not_after, state)
      select ${payment("n")}, ${id("mandate", "n", 8)}, 1, 100000, 'RUB', 'hash', ${id("method", "n", 8)}, '2025-06-01', at, at, 'void'`,
  },
  {
    table: "audit",
    rows: (residents) => 2 * residents,
    sql: `(actor, action, subject, at) select 'engine', 'charge.charged', ${payment("n")} || '-1', at`,
  },
  {
    table: "refunds",
    rows: (residents) => residents / 4,
    sql: `(id, payment_id, charge_id, amount_minor, currency, state, why, first_sent_at) select ${id("refund", "n", 8)}, ${payment("n")}, ${payment("n")} || '-1', 1000, 'RUB', 'done', 'operator', at`,
  },
  {
    table: "templates",
    rows: (residents) => residents / 2,
    sql: `(id, resident_id, biller_id, name, account, amount_minor) select ${id("template", "n", 8)}, ${resident("n")}, 'biller-' || (1 + n % 3000), 'Квартира', lpad(n::text, 10, '0'),
      case n % 2 when 0 then 50000 end`,
  },
  {
    table: "source_readings",
    rows: (residents) => residents,
    sql: `(resident_id, source, due_at, asked_at, read_at, ended) select ${resident("n")}, 'gis-gmp', at, at, at, 'complete'`,
  },
  {
    table: "registry_files",
    rows: (residents) => residents / 10,
    sql: `(id, biller_id, kind, sent_by, state, chunk_lines) select ${id("file", "n", 8)}, 'biller-' || (1 + n % 3000), 'file', 'operator', 'done', 1000`,
  },
  {
    table: "registry_refusals",
    rows: (residents) => residents,
    sql: `(file_no, line, faults) select 1 + n / 10, n, '[]'`,
  },
  {
    table: "sessions",
    rows: (residents) => residents,
    sql: `(id, resident_id, token_hash, expires_at) select ${id("session", "n", 8)}, ${resident("n")}, ${hex("n")}, now() + interval '1 day'`,
  },
  {
    table: "cases",
    rows: (residents) => residents / 4,
    sql: `(id, kind, subject, opened_at, closed_at) select ${id("case", "n", 8)}, 'unknown-charge', n, at, case n % 100 when 0 then null else at end`,
  },
];

/** Tables of the city that hold so much that reading one from end to end is a mistake. */
export const BIG_TABLES: readonly string[] = FILLINGS.filter(({ rows }) => rows(1_000_000) >= 100_000).map(
  ({ table }) => table,
);

/**
 * Fills an empty, migrated database with a city, and has PostgreSQL count it. Triggers and foreign keys rest meanwhile, and indexes are built at the end: that is
 * how ten million rows come to be in minutes.
 */
export async function fillCity(
  client: Client,
  { residents }: CitySize,
  told: (line: string) => void = () => undefined,
): Promise<void> {
  await client.query(
    "set session_replication_role = replica; set statement_timeout = 0; set maintenance_work_mem = '512MB'; set max_parallel_maintenance_workers = 1",
  );
  for (const { table, rows, sql } of FILLINGS) {
    const count = Math.floor(rows(residents));
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
        where i.indrelid = $1::regclass and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)`,
      [table],
    );
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    await client.query(
      `insert into ${table} ${sql} from (select n, timestamptz '2025-01-01' + n * interval '7 second' as at from generate_series(1::bigint, ${count}) n) rows`,
    );
    for (const { definition } of indexes) await client.query(definition);
    await client.query(`vacuum analyze ${table}`);
    told(`${table}: ${count}`);
  }
  await client.query("reset session_replication_role; reset statement_timeout");
}
