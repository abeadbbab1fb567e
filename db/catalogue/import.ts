import type { z } from "zod";
import { judgeBillerChange } from "../../domain/catalogue/change.ts";
import type { BillerEntry, Category } from "../../domain/catalogue/entry.ts";
import { canonical } from "../../domain/canonical.ts";
import { writtenPath } from "../../domain/field-path.ts";
import type { Database } from "../database.ts";
import {
  auditCatalogue,
  lockCatalogue,
  readCategories,
  readEntries,
  writeCategories,
  writeEntries,
} from "../queries/catalogue.ts";
import { inTransaction } from "../queries/transaction.ts";
import { type EntryPlace, type ImportReport, ReportBook } from "./report.ts";
import { billerShape, categoryShape } from "./shapes.ts";

/** One entry of a catalogue as it was read, not believed yet; `unreadable` says why it is none. */
export type CatalogueEntry = EntryPlace &
  (
    | { readonly kind: "category"; readonly content: unknown; readonly defaults: unknown }
    | { readonly kind: "biller"; readonly content: unknown }
    | { readonly kind: "unreadable"; readonly reason: string }
  );

export type ImportOrder = {
  /** Who imports, for the audit. */
  readonly actor: string;
  readonly dryRun: boolean;
  /** Billers whose other requisites somebody has checked. */
  readonly accepted: ReadonlySet<string>;
};

type Readable = Extract<CatalogueEntry, { kind: "category" | "biller" }>;
type Wanted = EntryPlace & { readonly entry: BillerEntry };

/** Entries that are compared and written together: so many fit one statement well. */
const BATCH = 200;

/**
 * Takes a catalogue in: validates each entry, compares it with what is on file, writes what is new or changed and says what it did. Each entry is taken
 * whole or not at all; a process that dies leaves whole entries, and the same catalogue again changes nothing. A category stands before its billers.
 */
export async function importCatalogue(
  entries: AsyncIterable<CatalogueEntry>,
  into: ImportOrder & { readonly db: Database },
): Promise<ImportReport> {
  const work = new CatalogueImport(into);
  for await (const entry of entries) await work.take(entry);
  return work.end();
}

class CatalogueImport {
  readonly #into: ImportOrder & { readonly db: Database };
  readonly #book = new ReportBook();
  /** Where each id stood first. */
  readonly #places = new Map<string, string>();
  /** Categories of this catalogue, and what their billers have in common. */
  readonly #categories = new Map<string, { readonly category: Category; readonly defaults: object }>();
  #billers: Wanted[] = [];

  constructor(into: ImportOrder & { readonly db: Database }) {
    this.#into = into;
  }

  async take(entry: CatalogueEntry): Promise<void> {
    if (entry.kind === "unreadable") {
      const { where, line, reason } = entry;
      this.#book.refuse("biller", [{ where, line, id: null, field: "", reason }]);
    } else if (this.#isTwice(entry)) {
      this.#refuse(entry, "id", `stands twice: first at ${this.#places.get(nameOf(entry)) ?? ""}`);
    } else if (entry.kind === "category") {
      await this.#takeCategory(entry);
    } else {
      await this.#takeBiller(entry);
    }
  }

  async end(): Promise<ImportReport> {
    await this.#writeBillers();
    return this.#book.close(this.#into);
  }

  #isTwice(entry: Readable): boolean {
    const name = nameOf(entry);
    if (this.#places.has(name)) return true;
    if (idOf(entry.content) !== null) this.#places.set(name, entry.where);
    return false;
  }

  async #takeCategory(entry: Extract<CatalogueEntry, { kind: "category" }>): Promise<void> {
    const parsed = categoryShape.safeParse(entry.content);
    if (!parsed.success) return this.#refuseAll(entry, parsed.error);
    const category = parsed.data;
    const defaults = typeof entry.defaults === "object" && entry.defaults !== null ? entry.defaults : {};
    // Billers that came before it were judged by what was known then.
    await this.#writeBillers();
    const { db, dryRun, actor } = this.#into;
    const what = await inTransaction(db, async (transaction) => {
      await lockCatalogue(transaction);
      const stored = (await readCategories(transaction, [category.id])).get(category.id);
      if (stored !== undefined && canonical(stored) === canonical(category)) return "unchanged";
      if (!dryRun) {
        await writeCategories(transaction, [category]);
        const detail = { from: stored ?? null, to: category };
        await auditCatalogue(transaction, { actor, action: "category.write", subject: category.id, detail });
      }
      return stored === undefined ? "added" : "changed";
    });
    this.#book.count("category", what);
    this.#categories.set(category.id, { category, defaults });
  }

  async #takeBiller(entry: Extract<CatalogueEntry, { kind: "biller" }>): Promise<void> {
    const known = await this.#categoryOf(entry.content);
    if (known === undefined)
      return this.#refuse(entry, "category", "no such category stands before it or on file");
    const { category, defaults } = known;
    const inherited = {
      audience: category.audience,
      section: category.section,
      ...(category.region === null ? {} : { region: category.region }),
    };
    const parsed = billerShape.safeParse({ ...inherited, ...defaults, ...(entry.content as object) });
    if (!parsed.success) return this.#refuseAll(entry, parsed.error);
    this.#billers.push({ where: entry.where, line: entry.line, entry: parsed.data });
    if (this.#billers.length >= BATCH) await this.#writeBillers();
  }

  async #categoryOf(content: unknown) {
    const id = textAt(content, "category");
    if (id === null) return undefined;
    const known = this.#categories.get(id);
    if (known !== undefined) return known;
    const category = (await readCategories(this.#into.db, [id])).get(id);
    if (category === undefined) return undefined;
    const found = { category, defaults: {} };
    this.#categories.set(id, found);
    return found;
  }

  async #writeBillers(): Promise<void> {
    const batch = this.#billers;
    this.#billers = [];
    if (batch.length === 0) return;
    const judged = await inTransaction(this.#into.db, async (transaction) => {
      await lockCatalogue(transaction);
      const stored = await readEntries(
        transaction,
        batch.map(({ entry }) => entry.id),
      );
      const all = batch.map((one) => ({ ...one, change: this.#judge(stored.get(one.entry.id), one.entry) }));
      if (!this.#into.dryRun) await this.#write(transaction, all);
      return all;
    });
    for (const one of judged) this.#tell(one);
  }

  #judge(stored: BillerEntry | undefined, entry: BillerEntry) {
    return judgeBillerChange(stored, entry, { accepted: this.#into.accepted.has(entry.id) });
  }

  async #write(
    transaction: Parameters<typeof writeEntries>[0],
    judged: readonly (Wanted & { readonly change: ReturnType<typeof judgeBillerChange> })[],
  ): Promise<void> {
    const { actor } = this.#into;
    const written = judged.filter(({ change }) => change.kind === "added" || change.kind === "changed");
    if (written.length === 0) return;
    await writeEntries(
      transaction,
      written.map(({ entry }) => entry),
    );
    const ids = (kind: string) =>
      written.filter(({ change }) => change.kind === kind).map(({ entry }) => entry.id);
    const detail = { added: ids("added"), changed: ids("changed") };
    await auditCatalogue(transaction, { actor, action: "catalogue.write", subject: "catalogue", detail });
    for (const { entry, change } of written) {
      if (change.kind !== "changed" || change.requisites === null) continue;
      const about = { subject: `biller/${entry.id}`, detail: change.requisites };
      await auditCatalogue(transaction, { actor, action: "biller.requisites", ...about });
    }
  }

  #tell({
    where,
    line,
    entry,
    change,
  }: Wanted & { readonly change: ReturnType<typeof judgeBillerChange> }): void {
    if (change.kind === "requisites-differ") {
      const reason = "other requisites than on file: check them with the biller, then accept them by name";
      this.#book.requisites({ where, line, id: entry.id, ...change.requisites, accepted: false });
      this.#book.refuse("biller", [{ where, line, id: entry.id, field: "payee", reason }]);
      return;
    }
    if (change.kind === "changed" && change.requisites !== null) {
      this.#book.requisites({ where, line, id: entry.id, ...change.requisites, accepted: true });
    }
    this.#book.count("biller", change.kind);
  }

  #refuseAll(entry: Readable, error: z.ZodError): void {
    const { where, line, content } = entry;
    const fields = error.issues.map((issue) => ({
      where,
      line,
      id: idOf(content),
      field: writtenPath(issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys] : issue.path),
      reason: issue.message,
    }));
    this.#book.refuse(entry.kind, fields);
  }

  #refuse(entry: Readable, field: string, reason: string): void {
    const { where, line, content } = entry;
    this.#book.refuse(entry.kind, [{ where, line, id: idOf(content), field, reason }]);
  }
}

function nameOf({ kind, content }: Readable): string {
  return `${kind} ${idOf(content) ?? ""}`;
}

function idOf(content: unknown): string | null {
  return textAt(content, "id");
}

function textAt(content: unknown, key: "id" | "category"): string | null {
  if (typeof content !== "object" || content === null || !(key in content)) return null;
  const value: unknown = (content as Record<string, unknown>)[key];
  return typeof value === "string" ? value.slice(0, 64) : null;
}
