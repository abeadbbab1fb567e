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
  readonly #isTolerable: () => boolean;
  #ended = 0;
  #gapMs = 0;
  #longestGapMs = 0;

  /** `isTolerable`: whatever is wrong now, a payment could end all the same; time in which none could counts against nobody. */
  constructor(parts: {
    readonly db: Database;
    readonly say: (line: string) => void;
    readonly isTolerable: () => boolean;
  }) {
    this.#db = parts.db;
    this.#say = parts.say;
    this.#isTolerable = parts.isTolerable;
  }

  async watch(over: AbortSignal): Promise<void> {
    let told = Date.now();
    let looked = Date.now();
    while (!over.aborted) {
      const ended = await this.#countEnded();
      const now = Date.now();
      if (ended !== undefined && ended > this.#ended) {
        this.#ended = ended;
        this.#gapMs = 0;
      } else if (this.#isTolerable()) {
        this.#gapMs += now - looked;
      }
      looked = now;
      this.#longestGapMs = Math.max(this.#longestGapMs, this.#gapMs);
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
