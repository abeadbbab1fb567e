import { type RawBuilder, sql } from "kysely";
import type { Database } from "../database.ts";
import { type Rows, type RuledTable, type TableRule, TABLE_RULES } from "../rights/table-rules.ts";

/** A row as JSON, where the list goes on behind it, and its sealed columns as they are (hex). */
export type PersonalRow = {
  readonly row: Readonly<Record<string, unknown>>;
  readonly place: readonly string[];
  readonly sealed: Readonly<Record<string, string | null>>;
};

/** The tables that hold something of a person to take along. */
export const exportedTables = (Object.keys(TABLE_RULES) as RuledTable[]).filter(
  (table) => ruleOf(table).key !== undefined,
);

function ruleOf(table: RuledTable): TableRule {
  return TABLE_RULES[table];
}

/**
 * Reads one page of a person's rows of a table, in the order of its key; what is left out does not leave the database. Nothing at all where the connection has more than that person's rights: a
 * condition that is forgotten here must not hand out other people's rows.
 */
export async function readPersonalRows(
  db: Database,
  page: {
    readonly table: RuledTable;
    readonly residentId: string;
    /** The `place` of the last row of the page before. */
    readonly after: readonly string[] | null;
    readonly limit: number;
  },
): Promise<readonly PersonalRow[]> {
  const { table, residentId, after, limit } = page;
  const { key = [], opened = {}, leftOut = {} } = ruleOf(table);
  const apart = Object.keys(opened);
  const hidden = [...apart, ...Object.keys(leftOut)];
  const columns = sql.join(key.map((column) => sql.ref(`t.${column}`)));
  const place = sql.join(key.map((column) => sql`${sql.ref(`t.${column}`)}::text`));
  const sealed = apart.map((column) => sql`${column}::text, encode(${sql.ref(`t.${column}`)}, 'hex')`);
  const behind = after === null ? sql`` : sql`and (${columns}) > (${sql.join([...after])})`;
  const { rows } = await sql<PersonalRow>`
    select to_jsonb(t) - ${hidden}::text[] as row, array[${place}] as place,
      jsonb_build_object(${sql.join(sealed)}) as sealed
    from ${sql.table(table)} t
    where row_security_active(${`public.${table}`}) and ${conditionOf(table, residentId)} ${behind}
    order by ${columns} limit ${limit}`.execute(db);
  return rows;
}

/** Whose rows, through indexes: the row security behind it asks row by row. */
function conditionOf(table: RuledTable, residentId: string): RawBuilder<unknown> {
  const own = sql`(select y.id from payments y where y.resident_id = ${residentId})`;
  const ownCharges = sql`(select c.id from charges c where c.payment_id in ${own})`;
  const bill = sql.ref(table === "bills" ? "t.id" : "t.bill_id");
  const conditions: Readonly<Record<Rows, RawBuilder<unknown>>> = {
    self: sql`t.id = ${residentId}`,
    resident: sql`t.resident_id = ${residentId}`,
    mandate: sql`t.mandate_id in (select m.id from mandates m where m.resident_id = ${residentId})`,
    payment: sql`t.payment_id in ${own}`,
    charge: sql`t.charge_id in ${ownCharges}`,
    refund: sql`t.refund_id in (select f.id from refunds f where f.payment_id in ${own})`,
    transaction: sql`t.transaction_id in (select l.id from ledger_transactions l where l.payment_id in ${own})`,
    bill: sql`${bill} in (select v.bill_id from bill_viewers v where v.resident_id = ${residentId})`,
    // what an operator did in their office speaks of other people
    about: sql`t.actor = ${residentId} and t.action ~ '^(person|mandate|method|payment|look-up|address)'`,
    principal: sql`false`,
    subject: sql`false`,
    everybody: sql`false`,
    nobody: sql`false`,
  };
  return conditions[ruleOf(table).rows];
}
