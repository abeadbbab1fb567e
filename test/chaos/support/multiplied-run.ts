import type { Client } from "pg";
import { type HookLine, hookSecrets, signedHook } from "./told-hooks.ts";
import type { Journals } from "./told-run.ts";

/** What a story leaves rows in; the catalogue stays as it is. */
const TABLES: readonly string[] =
  "residents methods mandates mandate_versions bills bill_versions payments claims charges gate_passes evidence notices instructions ledger_transactions ledger_entries notifications outbox audit".split(
    " ",
  );
/** Above every number that a story counts to. */
const NUMBERS_APART = 1_000;
/** Four digits of base sixteen for each copy, capitals, so that none is by chance the beginning of an original. */
const FIRST_COPY = 0xc000;
/** The first digits of ids, of names and of digests are the copy's own; a longer run of digits is sealed bytes. */
const NAMES = String.raw`(\mKV-)[0-9A-Z]{4}(?=-)|(\m)[0-9a-f]{4}(?=[0-9a-f]{4}-[0-9a-f]{4}-)|(\m)[0-9a-f]{4}(?=[0-9a-f]{60}\M)`;

/** So many copies of all rows beside their originals. Triggers and keys must be off: a copy is written in any order. */
export async function multiplyRows(client: Client, copies: number): Promise<void> {
  for (const table of TABLES) {
    const { rows } = await client.query<{ name: string }>(
      "select quote_ident(column_name) as name from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' order by ordinal_position",
      [table],
    );
    const columns = rows.map(({ name }) => name).join(", ");
    await client.query(
      `insert into ${table} (${columns}) overriding system value
         select ${columns.replace(/(^|, )/g, "$1r.")} from generate_series(1, $1::int) as n, (select to_jsonb(t) as row from ${table} t) as story,
           lateral (select regexp_replace(row::text, $2, '\\1\\2\\3' || upper(to_hex(n + ${FIRST_COPY})), 'g')::jsonb as copied) as named,
           lateral jsonb_populate_record(null::${table}, copied
             || case when jsonb_typeof(row->'id') = 'number' then jsonb_build_object('id', (row->>'id')::bigint + n * ${NUMBERS_APART}) else '{}' end
             || case when row ? 'transaction_id' then jsonb_build_object('transaction_id', (row->>'transaction_id')::bigint + n * ${NUMBERS_APART}) else '{}' end) as r`,
      [copies, NAMES],
    );
  }
}

/** The same copies of everything that was written down beside the rows. */
export function multiplyJournals(journals: Journals, copies: number): Journals {
  const names = new RegExp(
    NAMES.replaceAll(String.raw`\m`, String.raw`\b`).replaceAll(String.raw`\M`, String.raw`\b`),
    "g",
  );
  const copiesOf = (lines: readonly unknown[]): unknown[] => {
    const texts = lines.map((line) => JSON.stringify(line));
    const all: unknown[] = [...lines];
    for (let copy = 1; copy <= copies; copy += 1) {
      const digits = (copy + FIRST_COPY).toString(16).toUpperCase();
      for (const text of texts) all.push(JSON.parse(text.replaceAll(names, `$1$2$3${digits}`)));
    }
    return all;
  };
  return {
    ...journals,
    bank: copiesOf(journals.bank),
    mail: copiesOf(journals.mail),
    truth: copiesOf(journals.truth),
    hooks: signedAnew(copiesOf(journals.hooks)),
  };
}

/** A copy of an event is another event: it has an id and a signature of its own. */
function signedAnew(lines: readonly unknown[]): unknown[] {
  const known = new Set<string>();
  return lines.map((line) => {
    if ((line as HookLine).kind !== "delivery") return line;
    const { id, body, name } = (line as HookLine).delivery;
    const own = known.has(id) ? `${id}-${known.size}` : id;
    known.add(own);
    return signedHook({ id: own, body, name, secret: hookSecrets.ours });
  });
}
