import type { Pool } from "pg";
import { principalOf } from "../../../db/rights/acting.ts";
import { ruleOfTable } from "../../../db/rights/table-rules.ts";

/** Two people; the name of each stands in every row that is theirs. */
export const anna = { issuer: "https://id.example", subject: "anna7" };
export const boris = { issuer: "https://id.example", subject: "boris8" };
const people = [anna, boris];

export type Table = { readonly name: string; readonly columns: readonly Column[] };
type Column = { readonly name: string; readonly type: string; readonly generated: boolean };

/** Every table of the schema, from the catalogue of the database itself. */
export async function tablesOf(pool: Pool): Promise<readonly Table[]> {
  const { rows } = await pool.query<Table>(`
    select c.relname as name, jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, null), 'generated', a.attgenerated <> '')
             order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') group by c.relname order by c.relname`);
  return rows;
}

/** Tables of one row, or of the catalogue: nothing of a person's can be put there. */
export function isEverybodys(table: string): boolean {
  return ruleOfTable(table)?.rows === "everybody";
}

/**
 * Writes a row of each person into every table there is, also into those that come later: values follow from types and names of columns, and what a value may be does not matter
 * here, so the database forgets its checks and triggers. For a database of a test's own.
 */
export async function plantRows(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("set session_replication_role = replica");
    await client.query(`do $$ declare c record; begin
      for c in select conrelid::regclass as t, conname from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace loop
        execute format('alter table %s drop constraint %I', c.t, c.conname);
      end loop; end $$`);
    for (const table of await tablesOf(pool)) {
      if (isEverybodys(table.name)) continue;
      await client.query(`delete from ${table.name}`);
      for (const person of people) {
        const { text, values } = insertOf(table, person);
        await client.query(text, values);
      }
    }
  } finally {
    await client.query("reset session_replication_role");
    client.release();
  }
}

/** The insert of a person's row; `another`: a second one beside it. */
export function insertOf(table: Table, person: typeof anna, another = false) {
  const columns = table.columns.filter(({ generated }) => !generated);
  const values = columns.map((column) => valueOf(table.name, column, { person, another }));
  const names = columns.map(({ name }) => `"${name}"`).join(", ");
  const places = columns.map((_, index) => `$${index + 1}`).join(", ");
  return { text: `insert into ${table.name} (${names}) overriding system value values (${places})`, values };
}

const OWNERS: Readonly<Record<string, string>> = {
  payment_id: "payments",
  mandate_id: "mandates",
  charge_id: "charges",
  refund_id: "refunds",
  bill_id: "bills",
  method_id: "methods",
  notice_id: "notices",
};

type Whose = { readonly person: typeof anna; readonly another: boolean };

function valueOf(table: string, { name, type }: Column, { person, another }: Whose): unknown {
  const suffix = another ? "-more" : "";
  const number = (person === anna ? 1 : 2) + (another ? 10 : 0);
  const fixed = FIXED[`${table}.${name}`] ?? FIXED[name];
  if (fixed !== undefined) return fixed(person, suffix);
  const owner = OWNERS[name];
  if (owner !== undefined) return `${owner}-${person.subject}`;
  const text = name === "id" ? table : name;
  return valueOfType(type, { text: `${text}-${person.subject}${suffix}`, number });
}

/** Columns whose value says whose the row is. */
const FIXED: Readonly<Record<string, (person: typeof anna, suffix: string) => unknown>> = {
  resident_id: ({ subject }) => subject,
  actor: ({ subject }) => subject,
  principal: principalOf,
  "residents.id": ({ subject }, suffix) => subject + suffix,
  "residents.subject": ({ subject }, suffix) => subject + suffix,
  "residents.issuer": ({ issuer }) => issuer,
  "residents.erased_at": () => null,
  "audit.subject": ({ subject }) => `payments-${subject}`,
  transaction_id: (person) => (person === anna ? 1 : 2),
};

function valueOfType(type: string, like: { readonly text: string; readonly number: number }): unknown {
  if (type.endsWith("[]")) return [valueOfType(type.slice(0, -2), like)];
  const { text, number } = like;
  switch (type) {
    case "text":
    case "character varying":
      return text;
    case "jsonb":
      return JSON.stringify({ of: text });
    case "bytea":
      return Buffer.from(text);
    case "boolean":
      return false;
    case "date":
      return `2026-01-0${number % 10}`;
    case "timestamp with time zone":
      return `2026-01-0${number % 10}T00:00:00Z`;
    case "time without time zone":
      return `0${number % 10}:00`;
    case "interval":
      return `${number} days`;
    default:
      return number;
  }
}
