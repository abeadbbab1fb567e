import type { Database } from "../db/database.ts";
import { followWithdrawals } from "../db/queries/sweeping.ts";
import { watchMethodExpiry } from "../db/queries/withdrawals.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";

/** Days are what it counts; a minute late is nothing. After a jump of the sandbox's clock it is rung. */
const EVERY_MS = 60_000;
const BATCH = 100;

/**
 * Watches the expiry of saved cards: warns 30 and 7 days before the last day, ends their use the day after, and lets the debits and mandates that stand
 * on them go on with the next consented card, ask, or pause.
 */
export function startMethodWatch({ db, log }: { readonly db: Database; readonly log: LoopLog }): Loop {
  return startLoop({
    name: "method-watch",
    everyMs: EVERY_MS,
    log,
    work: async () => {
      const seen = await watchMethodExpiry(db, BATCH);
      if (seen > 0) await followWithdrawals(db);
      return seen === BATCH;
    },
  });
}
