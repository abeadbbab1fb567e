import type { EngineDatabase } from "../../support/engine-core.ts";
import { type CatalogueEntry, importCatalogue } from "../../../db/catalogue/import.ts";
import type { ImportReport } from "../../../db/catalogue/report.ts";
import { readEntries } from "../../../db/queries/catalogue.ts";
import type { BillerEntry } from "../../../domain/catalogue/entry.ts";

export const school = {
  id: "school",
  audience: "person",
  section: "main",
  title: { ru: "Школы", en: "Schools" },
  position: 1,
};
export const payee = {
  name: "Школа (демо)",
  inn: "7700990010",
  kpp: "770001001",
  bic: "044525225",
  account: "40702810900000000301",
};
export const reference = {
  fields: [
    {
      key: "account",
      pattern: "\\d{8}",
      title: { ru: "Номер", en: "Number" },
      hint: { ru: "Из договора", en: "From the contract" },
      example: "12345678",
    },
  ],
};
/** A biller that is right, but for the change. */
export const billerOf = (id: string, change: object = {}) => ({
  id,
  category: "school",
  name: `Школа ${id}`,
  allowedMethods: ["bank_card"],
  payee,
  reference,
  ...change,
});

/** What stands in a catalogue, in its order. */
export type Given =
  | { readonly category: object }
  | { readonly biller: unknown }
  | { readonly unreadable: string };

/** Entries as a file of lines would give them. */
export async function* entriesOf(given: readonly Given[]): AsyncGenerator<CatalogueEntry> {
  for (const [index, one] of given.entries()) {
    const place = { where: `line ${index + 1}`, line: index + 1 };
    if ("category" in one) yield { ...place, kind: "category", content: one.category, defaults: undefined };
    else if ("biller" in one) yield { ...place, kind: "biller", content: one.biller };
    else yield { ...place, kind: "unreadable", reason: one.unreadable };
  }
}

/** The catalogue of a test file's own database, as an import and its audit see it. */
export class CatalogueDesk {
  readonly #database: EngineDatabase;
  /** The audit is append-only: each test looks at what came since it began. */
  #auditedBefore = 0;

  constructor(database: EngineDatabase) {
    this.#database = database;
  }

  async clear(): Promise<void> {
    const { pool } = this.#database;
    await pool.query("delete from billers");
    await pool.query("delete from categories");
    const { rows } = await pool.query<{ last: number }>("select coalesce(max(id), 0) as last from audit");
    this.#auditedBefore = rows[0]?.last ?? 0;
  }

  take(
    given: readonly Given[],
    order: { readonly dryRun?: boolean; readonly accepted?: readonly string[] } = {},
  ): Promise<ImportReport> {
    return importCatalogue(entriesOf(given), {
      db: this.#database.db,
      actor: "test",
      dryRun: order.dryRun ?? false,
      accepted: new Set(order.accepted ?? []),
    });
  }

  async stored(id: string): Promise<BillerEntry | undefined> {
    return (await readEntries(this.#database.db, [id])).get(id);
  }

  async audited(): Promise<readonly { action: string; subject: string; detail: unknown }[]> {
    const { rows } = await this.#database.pool.query<{ action: string; subject: string; detail: unknown }>(
      "select action, subject, detail from audit where id > $1 order by id",
      [this.#auditedBefore],
    );
    return rows;
  }
}
