import type { Kind } from "../world/cast.ts";
import type { ChaosWorld } from "../world/world.ts";
import type { FaultLog } from "./fault-log.ts";
import { wait } from "./nemesis.ts";
import { untilUp } from "./process-faults.ts";

/** Longer than a client's trouble is put down to an end (`recovery.ts`): what is measured belongs to one end alone. */
const CALM_MS = 16_000;
const KINDS: readonly (readonly [Kind, string])[] = [
  ["worker", "F1"],
  ["api", "F3"],
  ["bank", "F4"],
  ["city", "F4"],
  ["temporal", "F5"],
  ["postgres", "F6"],
];

/** Ends one process after the other while nothing else goes wrong: how long clients notice each. */
export class Drill {
  readonly #world: ChaosWorld;
  readonly #log: FaultLog;
  readonly #over: AbortSignal;
  /** Ends that failed: a defect of the harness, told at the end. */
  readonly failures: string[] = [];

  constructor(parts: { readonly world: ChaosWorld; readonly log: FaultLog; readonly signal: AbortSignal }) {
    this.#world = parts.world;
    this.#log = parts.log;
    this.#over = parts.signal;
  }

  /** Resolves when the time is over and everybody is back. */
  async run(): Promise<void> {
    await wait(CALM_MS, this.#over);
    for (let round = 0; !this.#over.aborted; round += 1) {
      for (const [kind, code] of KINDS) await this.#endOne(kind, code, round);
    }
  }

  async #endOne(kind: Kind, code: string, round: number): Promise<void> {
    const players = this.#world.playersOf(kind);
    const player = players[round % players.length];
    if (player === undefined || this.#over.aborted) return;
    const note = { code, kind: "kill -9", target: player.name };
    const id = this.#log.begin(note);
    player.end("SIGKILL", id);
    await untilUp(player).catch((error: unknown) => this.failures.push(`drill: ${String(error)}`));
    this.#log.end(id, note);
    await wait(CALM_MS, this.#over);
  }
}
