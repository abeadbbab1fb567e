import type { Database } from "../db/database.ts";
import { exportedTables, type PersonalRow, readPersonalRows } from "../db/queries/exporting.ts";
import type { PersonName } from "../db/queries/residents.ts";
import { actingFor } from "../db/rights/acting.ts";
import { type RuledTable, type TableRule, TABLE_RULES } from "../db/rights/table-rules.ts";
import type { Sealer } from "../db/sealed.ts";

/** So many rows are in memory at once, however long somebody has been here. */
const ROWS_AT_ONCE = 200;

/** Whose document, and the instant that stands on it. */
export type ExportOf = {
  readonly person: PersonName;
  /** Null: somebody of whom nothing is kept. */
  readonly residentId: string | null;
  readonly at: string;
};

/**
 * Everything that is kept about a person, as one JSON document, piece by piece: a slow reader holds neither memory nor a connection of the database. Sealed values are opened
 * for their owner. Rows that change while it is read stand in it as they were when their page was read.
 */
export async function* personalExport(
  { db, sealer }: { readonly db: Database; readonly sealer: Sealer },
  of: ExportOf,
): AsyncGenerator<string> {
  yield `{"format":"kvitok-export/1","exportedAt":${JSON.stringify(of.at)},"tables":{`;
  let comma = "";
  for (const table of exportedTables) {
    yield `${comma}\n${JSON.stringify(table)}:[`;
    comma = "";
    for await (const page of pagesOf(db, table, of)) {
      yield comma + page.map((row) => `\n${JSON.stringify(opened(table, row, sealer))}`).join(",");
      comma = ",";
    }
    yield "]";
    comma = ",";
  }
  yield `},\n"leftOut":${JSON.stringify(leftOut())}}\n`;
}

async function* pagesOf(
  db: Database,
  table: RuledTable,
  { person, residentId }: ExportOf,
): AsyncGenerator<readonly PersonalRow[]> {
  if (residentId === null) return;
  let after: readonly string[] | null = null;
  do {
    const page = { table, residentId, after, limit: ROWS_AT_ONCE };
    // what a stream asks for is asked after the request's own context has ended
    const rows: readonly PersonalRow[] = await actingFor(person, () => readPersonalRows(db, page));
    if (rows.length > 0) yield rows;
    after = rows.length < ROWS_AT_ONCE ? null : (rows.at(-1)?.place ?? null);
  } while (after !== null);
}

/** The row with its sealed columns as what was sealed. */
function opened(table: RuledTable, { row, sealed }: PersonalRow, sealer: Sealer): object {
  const { opened: columns = {} }: TableRule = TABLE_RULES[table];
  const values = Object.entries(columns).map(([column, beside]) => {
    const bytes = sealed[column];
    const plain = bytes ? sealer.open(Buffer.from(bytes, "hex"), String(row[beside])).toString("utf8") : null;
    return [column === "sealed" ? "value" : column, plain] as const;
  });
  return { ...row, ...Object.fromEntries(values) };
}

/** What is not in the document, and why: by table, and by column of a table that is in it. */
function leftOut(): Readonly<Record<string, string>> {
  const reasons = Object.entries<TableRule>(TABLE_RULES).flatMap(
    ([table, { notExported, leftOut: hidden }]) => [
      ...(notExported === undefined ? [] : [[table, notExported] as const]),
      ...Object.entries(hidden ?? {}).map(([column, why]) => [`${table}.${column}`, why] as const),
    ],
  );
  return Object.fromEntries(reasons);
}
