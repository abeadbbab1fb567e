import type { Asked } from "../adapters/bill-sources/asking.ts";
import type { BillSource } from "../adapters/bill-sources/port.ts";
import type { Database } from "../db/database.ts";
import { readingOf, receiveSourceBill } from "../db/queries/arrivals.ts";
import type { Sealer } from "../db/sealed.ts";
import type { SourceBill } from "../domain/source-bill.ts";
import type { LoopLog } from "./loop.ts";

/** What finding works with; the source's own pace spaces the requests. */
export type DiscoveryParts = {
  readonly db: Database;
  readonly sealer: Pick<Sealer, "open">;
  /** What debts and subjects are named by. */
  readonly claimKey: Uint8Array;
  readonly source: BillSource;
  readonly log: LoopLog;
  /** From 0 to 1; tests give another one. */
  readonly random?: () => number;
};

/** A question that it did not take says nothing about the source; that it is away, or lets nobody in, does. */
export function whyDown({ report }: Asked): string | null {
  if (report.outcome === "unreachable") return report.detail;
  return report.outcome === "refused" && report.missing[0]?.why === "rights" ? report.detail : null;
}

/** Stores what a source says. A bill that cannot be placed is reported by its reason, never by a number; those beside it are kept. */
export async function keepBills(
  { db, claimKey, source, log }: DiscoveryParts,
  bills: readonly SourceBill[],
): Promise<void> {
  const refused = new Map<string, number>();
  for (const bill of bills) {
    const arrival = await receiveSourceBill(db, bill, { claimKey, delivery: readingOf(bill) });
    if ("unplaceable" in arrival) {
      refused.set(arrival.unplaceable, (refused.get(arrival.unplaceable) ?? 0) + 1);
    }
  }
  if (refused.size > 0) {
    const error = [...refused].map(([why, count]) => `${why}: ${count}`).join(", ");
    log.error({ loop: `discovery ${source.name}`, error }, "bills of the source could not be placed");
  }
}
