import type { BillSource } from "../adapters/bill-sources/port.ts";
import type { Database } from "../db/database.ts";
import { receiveReadings } from "../db/queries/arrivals.ts";
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

/** Stores what a source says. A bill that cannot be placed is reported by its reason, never by a number; those beside it are kept. */
export async function keepBills(
  { db, claimKey, source, log }: DiscoveryParts,
  bills: readonly SourceBill[],
): Promise<void> {
  const refused = new Map<string, number>();
  for (const arrival of await receiveReadings(db, bills, claimKey)) {
    if ("unplaceable" in arrival) {
      refused.set(arrival.unplaceable, (refused.get(arrival.unplaceable) ?? 0) + 1);
    }
  }
  if (refused.size > 0) {
    const error = [...refused].map(([why, count]) => `${why}: ${count}`).join(", ");
    log.error({ loop: `discovery ${source.name}`, error }, "bills of the source could not be placed");
  }
}
