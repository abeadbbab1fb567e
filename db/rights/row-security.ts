import { createHash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { DB } from "../generated/database.ts";
import { ENGINE_ROLE, PERSON_ROLE } from "./roles.ts";
import { type Rows, ruleOfTable, type TableRule } from "./table-rules.ts";

// Each is asked once a statement, as an init plan; an array can be looked up in an index.
const ACTOR = "(select person.actor_id())";
const ACTORS_BILLS = "(select person.actor_bills())::text[]";
const owned = (table: string, key: string, value: string) =>
  `exists (select 1 from public.${table} o where o.${key} = ${value})`;

/**
 * A person's rows of a table, as a condition. What hangs on a payment is asked for row by row: a list of everything that somebody ever paid grows, and what is read of it at once
 * does not.
 */
const CONDITIONS: Readonly<Record<Rows, (table: string) => string>> = {
  self: (t) => `${t}.issuer = (select person.issuer()) and ${t}.subject = (select person.subject())`,
  resident: (t) => `${t}.resident_id = ${ACTOR}`,
  principal: (t) => `${t}.principal = (select person.principal())`,
  about: (t) =>
    `${t}.actor = ${ACTOR} or person.owns_payment(${t}.subject) or person.owns_charge(${t}.subject)`,
  mandate: (t) => owned("mandates", "id", `${t}.mandate_id`),
  payment: (t) => `person.owns_payment(${t}.payment_id)`,
  charge: (t) => `person.owns_charge(${t}.charge_id)`,
  refund: (t) => `person.owns_refund(${t}.refund_id)`,
  transaction: (t) => `person.owns_posting(${t}.transaction_id)`,
  bill: (t) => `${t}.${t === "bills" ? "id" : "bill_id"} = any (${ACTORS_BILLS})`,
  subject: (t) =>
    `${owned("saved_identifiers", "subject_key", `${t}.subject_key`)} and ${t}.bill_id = any (${ACTORS_BILLS})`,
  everybody: () => "true",
  nobody: () => "false",
};

/** What may be inserted, where that is less, or more, than what may be read. */
const INSERTS: Partial<Readonly<Record<Rows, (table: string) => string>>> = {
  about: (t) => `${t}.actor = ${ACTOR}`,
  nobody: () => "true",
};

/**
 * Gives every table its row security, from the rules (`table-rules.ts`), and every trigger's function the right to do its work whoever set it off. Table by table, so that nothing waits
 * long; a table without a rule is out of a person's reach. Does nothing where it was done already.
 */
export async function secureRows(db: Kysely<DB>, options: { readonly changed: boolean }): Promise<void> {
  await db.connection().execute(async (one) => {
    await sql`select pg_advisory_lock(hashtextextended('row-security', 0))`.execute(one);
    try {
      const tables = await tablesOf(one);
      const statements = [
        ...tables.map(({ name, columns }) => statementsFor(name, columns)),
        VIEWS,
        TRIGGERS,
      ];
      const mark = createHash("sha256").update(statements.join("\n")).digest("hex");
      if (!options.changed && (await markOf(one)) === mark) return;
      for (const statement of statements) await sql.raw(statement).execute(one);
      await sql.raw(`comment on schema person is '${mark}'`).execute(one);
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended('row-security', 0))`.execute(one);
    }
  });
}

async function tablesOf(db: Kysely<DB>) {
  const { rows } = await sql<{ name: string; columns: readonly string[] }>`
    select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
     group by c.relname order by c.relname`.execute(db);
  return rows;
}

async function markOf(db: Kysely<DB>): Promise<string | null> {
  const { rows } = await sql<{ mark: string | null }>`
    select obj_description('person'::regnamespace, 'pg_namespace') as mark`.execute(db);
  return rows[0]?.mark ?? null;
}

/** One batch for a table: PostgreSQL carries it out as one transaction. */
function statementsFor(table: string, columns: readonly string[]): string {
  const rule = ruleOfTable(table) ?? { rows: "nobody" as const };
  return [
    `alter table public.${table} enable row level security`,
    `revoke all on public.${table} from public, ${PERSON_ROLE}`,
    `grant select, insert, update, delete on public.${table} to ${ENGINE_ROLE}`,
    ...policy(table, "engine", `for all to ${ENGINE_ROLE} using (true) with check (true)`),
    ...readingOf(table, rule, columns),
    ...writingOf(table, rule),
  ].join(";\n");
}

function readingOf(table: string, rule: TableRule, columns: readonly string[]): string[] {
  const hidden = Object.keys(rule.hidden ?? {});
  const shown = columns.filter((column) => !hidden.includes(column)).join(", ");
  return [
    `grant select (${shown}) on public.${table} to ${PERSON_ROLE}`,
    ...policy(table, "person_reads", `for select to ${PERSON_ROLE} using (${CONDITIONS[rule.rows](table)})`),
  ];
}

function writingOf(table: string, { rows, writes = {} }: TableRule): string[] {
  const own = CONDITIONS[rows](table);
  const inserted = (INSERTS[rows] ?? CONDITIONS[rows])(table);
  const grants = [
    ...(writes.insert ? [`grant insert on public.${table} to ${PERSON_ROLE}`] : []),
    ...(writes.update
      ? [`grant update (${writes.update.join(", ")}) on public.${table} to ${PERSON_ROLE}`]
      : []),
    ...(writes.delete ? [`grant delete on public.${table} to ${PERSON_ROLE}`] : []),
  ];
  return [
    ...grants,
    ...policy(
      table,
      "person_inserts",
      writes.insert && `for insert to ${PERSON_ROLE} with check (${inserted})`,
    ),
    ...policy(
      table,
      "person_updates",
      writes.update && `for update to ${PERSON_ROLE} using (${own}) with check (${own})`,
    ),
    ...policy(table, "person_deletes", writes.delete && `for delete to ${PERSON_ROLE} using (${own})`),
  ];
}

function policy(table: string, name: string, words: string | false | undefined): string[] {
  const gone = `drop policy if exists ${name} on public.${table}`;
  return words ? [gone, `create policy ${name} on public.${table} ${words}`] : [gone];
}

/** Views read with their owner's right, over everybody's rows: they are the engine's alone. */
const VIEWS = `grant select on all tables in schema public to ${ENGINE_ROLE}`;

/**
 * Triggers write what follows from a row, which is seldom the writer's own: they run with their owner's right, over a fixed path of names. Nobody else hangs them on a table of
 * their own (anybody may make temporary ones), where they would believe any row.
 */
const TRIGGERS = `do $$
declare
  f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prorettype = 'trigger'::regtype
      and (not p.prosecdef or has_function_privilege('${PERSON_ROLE}', p.oid, 'execute'))
  loop
    execute format('revoke execute on function %s from public', f);
    execute format('alter function %s security definer set search_path = public, pg_temp', f);
  end loop;
end $$`;
