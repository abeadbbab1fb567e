import { setTimeout as pause } from "node:timers/promises";
import type { Chance } from "../../../scripts/proofs/chance.ts";
import type { Kind } from "../world/cast.ts";
import type { ChaosWorld } from "../world/world.ts";
import type { FaultLog } from "./fault-log.ts";

/** What a fault is done with. */
export type FaultParts = {
  readonly world: ChaosWorld;
  readonly log: FaultLog;
  readonly chance: Chance;
  /** Ends early when the run is over. */
  readonly signal: AbortSignal;
  /** Kinds that are down or frozen now. */
  readonly down: Set<Kind>;
};

/** A fault and how often it comes, against the others. Resolves when it is over. */
export type Fault = {
  readonly name: string;
  readonly weight: number;
  readonly strike: (parts: FaultParts) => Promise<void>;
};

const HEAL_EVERY_MS = 12_000;
const HEAL_MS = 1_500;
const LONGEST_END_MS = 2_500;
const BETWEEN_MS = 900;

/** Does things to the world by a seeded plan until the run is over. */
export class Nemesis {
  readonly #parts: FaultParts;
  readonly #faults: readonly Fault[];
  readonly #underWay = new Set<Promise<void>>();
  /** Faults of the nemesis's own making that failed: a defect of the harness, told at the end. */
  readonly failures: string[] = [];
  isHealing = false;

  constructor(parts: Omit<FaultParts, "down">, faults: readonly Fault[]) {
    this.#parts = { ...parts, down: new Set() };
    this.#faults = faults;
  }

  /** Resolves when the last fault is over. */
  async run(): Promise<void> {
    const { chance, signal } = this.#parts;
    let healAt = Date.now() + HEAL_EVERY_MS;
    while (!signal.aborted) {
      if (Date.now() > healAt) {
        await this.#heal();
        healAt = Date.now() + HEAL_EVERY_MS;
      }
      this.#strike(this.#draw());
      await wait(BETWEEN_MS + chance.below(BETWEEN_MS), signal);
    }
    await Promise.all(this.#underWay);
  }

  /** Everything is let go for a moment, so that work can end. */
  async #heal(): Promise<void> {
    this.isHealing = true;
    // whatever lasts longer, a freeze or a slow start, is not waited for: two kinds at most are away
    await Promise.race([Promise.all(this.#underWay), wait(LONGEST_END_MS, this.#parts.signal)]);
    await wait(HEAL_MS, this.#parts.signal);
    this.isHealing = false;
  }

  #draw(): Fault {
    const all = this.#faults.reduce((sum, { weight }) => sum + weight, 0);
    let roll = this.#parts.chance.next() * all;
    for (const fault of this.#faults) {
      roll -= fault.weight;
      if (roll < 0) return fault;
    }
    throw new Error("there are no faults to draw from");
  }

  #strike(fault: Fault): void {
    const work = fault.strike(this.#parts).catch((error: unknown) => {
      this.failures.push(`${fault.name}: ${String(error)}`);
    });
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }
}

/** Waits, or not so long when the run ends meanwhile. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
