import { existsSync, readFileSync } from "node:fs";
import { sql } from "kysely";
import type { Database } from "../../db/database.ts";

/** How much a run tried, by the engine's own rows and the bank's own journal. */
export type ChaosCounts = {
  readonly bills: number;
  readonly payments: number;
  readonly paid: number;
  readonly charges: number;
  readonly transmissions: number;
  /** Charges of which a transmission ended without a trustworthy answer. */
  readonly unknownOutcomes: number;
  /** What the bank did wrong by itself, by kind. */
  readonly bankFaults: Readonly<Record<string, number>>;
};

export async function readCounts(db: Database, bankJournals: readonly string[]): Promise<ChaosCounts> {
  const { rows } = await sql<Omit<ChaosCounts, "bankFaults">>`
    select (select count(*) from bills)::int as bills, (select count(*) from payments)::int as payments,
      (select count(*) from payments where state = 'paid')::int as paid, (select count(*) from charges)::int as charges,
      (select coalesce(sum(transmissions), 0) from charges)::int as transmissions,
      (select count(*) from charges where unanswered > 0)::int as "unknownOutcomes"`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("the rows cannot be counted");
  return { ...row, bankFaults: countFired(bankJournals) };
}

type Entry = {
  readonly kind?: string;
  readonly change?: string;
  readonly record?: { readonly fault?: { readonly kind: string; readonly mode?: string } };
};

/** A line of the journal is one transaction: an entry, or a list of them. */
function countFired(files: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const file of files.filter((one) => existsSync(one))) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      if (!line.includes('"fired"')) continue;
      const parsed = JSON.parse(line) as Entry | readonly Entry[] | { readonly entries: readonly Entry[] };
      const entries = Array.isArray(parsed) ? parsed : "entries" in parsed ? parsed.entries : [parsed];
      for (const { kind, change, record } of entries as readonly Entry[]) {
        if (kind !== "fault" || change !== "fired" || record?.fault === undefined) continue;
        const name = [record.fault.kind, record.fault.mode].filter((part) => part !== undefined).join(" ");
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
  }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
}
