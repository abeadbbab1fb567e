import { closePayment } from "../db/queries/looks.ts";
import { followWithdrawals, readStoppedPayments } from "../db/queries/sweeping.ts";
import type { ApiDependencies } from "./dependencies.ts";

/**
 * Closes what a stop has ended, each payment in a transaction of its own, so that the next look already shows it. The stop itself is committed:
 * whatever goes wrong here, the gate refuses those payments and the sweeper closes them.
 */
export async function carryOutStops({
  engine: db,
  log,
}: Pick<ApiDependencies, "engine"> & { readonly log: Pick<ApiDependencies["log"], "warn"> }): Promise<void> {
  try {
    await followWithdrawals(db);
    for (const { paymentId, outcome } of await readStoppedPayments(db)) {
      await closePayment(db, { paymentId, outcome, reason: "stopped" });
    }
  } catch (error) {
    log.warn({ error }, "stopped payments are left to the sweeper");
  }
}
