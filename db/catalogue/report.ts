import type { RequisitesChange } from "../../domain/catalogue/change.ts";

/** Where an entry stands in what was given: `line 12` of lines, `billers[3]` of one document. */
export type EntryPlace = { readonly where: string; readonly line: number | null };

/** One field that kept an entry out. */
export type RefusedField = EntryPlace & {
  readonly id: string | null;
  readonly field: string;
  readonly reason: string;
};

/** Other requisites of a biller that is known: applied when they were accepted, and only then. */
export type ChangedRequisites = EntryPlace &
  RequisitesChange & { readonly id: string; readonly accepted: boolean };

/** What an import did, or would do. */
export type ImportReport = {
  readonly dryRun: boolean;
  readonly categories: Counts;
  readonly billers: Counts;
  /** Every field of every refused entry; at most {@link MOST_REFUSALS} of them are told. */
  readonly refused: readonly RefusedField[];
  readonly requisites: readonly ChangedRequisites[];
  /** Billers whose requisites were to be accepted and do not differ. */
  readonly nothingToAccept: readonly string[];
};

export type Counts = {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
};

/** A file that is wrong altogether makes a report that can be read, not one as long as the file. */
export const MOST_REFUSALS = 1_000;

/** Gathers a report while an import runs. */
export class ReportBook {
  readonly #categories = { added: 0, changed: 0, unchanged: 0, refused: 0 };
  readonly #billers = { added: 0, changed: 0, unchanged: 0, refused: 0 };
  readonly #refused: RefusedField[] = [];
  readonly #requisites: ChangedRequisites[] = [];

  count(kind: "category" | "biller", what: keyof Counts): void {
    (kind === "category" ? this.#categories : this.#billers)[what] += 1;
  }

  refuse(kind: "category" | "biller", fields: readonly RefusedField[]): void {
    this.count(kind, "refused");
    this.#refused.push(...fields.slice(0, MOST_REFUSALS - this.#refused.length));
  }

  requisites(change: ChangedRequisites): void {
    this.#requisites.push(change);
  }

  close({
    dryRun,
    accepted,
  }: {
    readonly dryRun: boolean;
    readonly accepted: ReadonlySet<string>;
  }): ImportReport {
    const used = new Set(this.#requisites.map(({ id }) => id));
    return {
      dryRun,
      categories: this.#categories,
      billers: this.#billers,
      refused: this.#refused,
      requisites: this.#requisites,
      nothingToAccept: [...accepted].filter((id) => !used.has(id)),
    };
  }
}
