import { moveClock } from "../../db/queries/operator.ts";
import { readClock, whileNobodySends } from "../../db/queries/clock.ts";
import type { Database } from "../../db/database.ts";
import type { Chance } from "../../scripts/proofs/chance.ts";
import type { DurableLines } from "./run/durable-lines.ts";

/** The gate is closed to all for so long at most while a jump waits for the last sender. */
const SENDERS_END_WITHIN_MS = 2_500;
const TOLD_WITHIN_MS = 1_500;
const HOUR_SECONDS = 3_600;
const LONGEST_JUMP_HOURS = 47;

/**
 * Leads the city's clock: a day passes in `dayMs` of the machine's time, in jumps, and each only while nobody sends (docs/test-clock.md): transport time-outs are not scaled, and
 * a request that crossed a jump would find at the bank that its key is forgotten, which no bank does in seconds.
 */
export class ScaledClock {
  readonly #db: Database;
  readonly #lines: DurableLines;
  readonly #followers: readonly string[];
  readonly #chance: Chance;
  readonly #dayMs: number;
  jumps = 0;
  refused = 0;

  constructor(parts: {
    readonly db: Database;
    readonly lines: DurableLines;
    /** Addresses that take `{offsetMs, scale}`. */
    readonly followers: readonly string[];
    readonly chance: Chance;
    readonly dayMs: number;
  }) {
    this.#db = parts.db;
    this.#lines = parts.lines;
    this.#followers = parts.followers;
    this.#chance = parts.chance;
    this.#dayMs = parts.dayMs;
  }

  /** Tries one jump; answers after how many milliseconds the next is due. */
  async tick(): Promise<number> {
    const hours = 1 + this.#chance.below(LONGEST_JUMP_HOURS);
    const moved = await whileNobodySends(this.#db, SENDERS_END_WITHIN_MS, async () => {
      await moveClock(this.#db, { advanceSeconds: hours * HOUR_SECONDS, scale: null, movedBy: "chaos" });
      const { aheadMs } = await readClock(this.#db);
      this.#lines.write({ aheadMs });
      await Promise.allSettled(this.#followers.map((address) => follow(address, aheadMs)));
      return true;
    });
    if (moved === undefined) {
      this.refused += 1;
      return this.#dayMs / 4;
    }
    this.jumps += 1;
    return (this.#dayMs * hours) / 24;
  }
}

/** A clock that stays behind is harmless: a bank that is ahead would forget a key by which the engine would still send again. */
async function follow(address: string, aheadMs: number): Promise<void> {
  await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ offsetMs: Math.round(aheadMs), scale: 1 }),
    signal: AbortSignal.timeout(TOLD_WITHIN_MS),
  });
}
