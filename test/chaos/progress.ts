import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { Database } from "../../db/database.ts";

const LOOK_EVERY_MS = 1_000;
const TELL_EVERY_MS = 10_000;
/** Faults come and go within seconds: some payment must end within this time (I7). */
const LIVES_WITHIN_MS = 60_000;

/** Watches that payments go on ending while things go wrong: what is stuck must be seen, not waited out. */
export class Progress {
  readonly #db: Database;
  readonly #say: (line: string) => void;
  #ended = 0;
  #endedAt = Date.now();
  #longestGapMs = 0;

  constructor(db: Database, say: (line: string) => void) {
    this.#db = db;
    this.#say = say;
  }

  async watch(over: AbortSignal): Promise<void> {
    let told = Date.now();
    while (!over.aborted) {
      const ended = await this.#countEnded();
      const now = Date.now();
      if (ended !== undefined && ended > this.#ended) {
        this.#ended = ended;
        this.#endedAt = now;
      }
      this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#endedAt);
      if (now - told > TELL_EVERY_MS) {
        told = now;
        this.#say(`${this.#ended} payments have ended`);
      }
      await pause(LOOK_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
    }
  }

  summary(): { readonly ended: number; readonly longestGapMs: number; readonly alive: boolean } {
    return {
      ended: this.#ended,
      longestGapMs: this.#longestGapMs,
      alive: this.#longestGapMs <= LIVES_WITHIN_MS,
    };
  }

  /** Nothing while the database is away. */
  async #countEnded(): Promise<number | undefined> {
    try {
      const { rows } = await sql<{ ended: number }>`
        select count(*)::int as ended from payments where state in ('paid', 'closed')`.execute(this.#db);
      return rows[0]?.ended;
    } catch {
      return undefined;
    }
  }
}
