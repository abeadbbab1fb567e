import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CRASH_POINTS, type CrashPoint } from "../crash-points/points.ts";
import type { Player } from "../world/player.ts";
import { type Fault, type FaultParts, wait } from "./nemesis.ts";
import { untilUp } from "./process-faults.ts";

/** A point that nobody passes meanwhile is taken back. */
const PASSED_WITHIN_MS = 8_000;
const MOST_PASSINGS = 3;
const POLL_MS = 60;

/** Counts how often each point was armed and how often somebody died there. */
export class CrashCounts {
  readonly #armed = new Map<string, number>(CRASH_POINTS.map(({ name }) => [name, 0]));
  readonly #fired = new Map<string, number>(CRASH_POINTS.map(({ name }) => [name, 0]));

  /** The one that was struck least: every point is to have its turn, however short the run. */
  next(chance: FaultParts["chance"], kinds: ReadonlySet<CrashPoint["kind"]>): CrashPoint | undefined {
    const open = CRASH_POINTS.filter(({ kind }) => kinds.has(kind));
    const least = Math.min(...open.map(({ name }) => this.#armed.get(name) ?? 0));
    const candidates = open.filter(({ name }) => (this.#armed.get(name) ?? 0) === least);
    return candidates.length === 0 ? undefined : chance.pick(candidates);
  }

  armed(name: string): void {
    this.#armed.set(name, (this.#armed.get(name) ?? 0) + 1);
  }

  fired(name: string): void {
    this.#fired.set(name, (this.#fired.get(name) ?? 0) + 1);
  }

  summary(): { readonly fired: Readonly<Record<string, number>>; readonly never: readonly string[] } {
    return {
      fired: Object.fromEntries([...this.#fired].filter(([, count]) => count > 0)),
      never: [...this.#fired].filter(([, count]) => count === 0).map(([name]) => name),
    };
  }
}

/** Kinds whose processes wait for their point now. */
const armedKinds = new Set<CrashPoint["kind"]>();

/** F2: tells every process of a kind to die at a named point, and lets the first one that passes it die there. */
export function crashAtPoint(folder: string, counts: CrashCounts): Fault {
  return {
    name: "crash point",
    weight: 10,
    async strike(parts) {
      const { down, chance, log } = parts;
      const free = new Set(
        (["worker", "api"] as const).filter((kind) => !down.has(kind) && !armedKinds.has(kind)),
      );
      const point = down.size >= 2 ? undefined : counts.next(chance, free);
      if (point === undefined) return;
      armedKinds.add(point.kind);
      const note = { code: "F2", kind: `crash at ${point.name}`, target: point.kind };
      const id = log.begin(note);
      counts.armed(point.name);
      try {
        const died = await strikeFirst(parts, {
          point,
          folder,
          id,
          passing: 1 + chance.below(MOST_PASSINGS),
        });
        if (died) {
          counts.fired(point.name);
          // a point that waits for somebody to pass it keeps nobody else from being struck
          down.add(point.kind);
          await untilUp(died).finally(() => down.delete(point.kind));
        }
        log.end(id, { ...note, detail: { died: died?.name ?? null } });
      } finally {
        armedKinds.delete(point.kind);
      }
    },
  };
}

async function strikeFirst(
  { world, signal }: FaultParts,
  order: {
    readonly point: CrashPoint;
    readonly folder: string;
    readonly id: string;
    readonly passing: number;
  },
): Promise<Player | undefined> {
  const { point, folder, id, passing } = order;
  const players = world.playersOf(point.kind);
  const fileOf = (player: Player) => join(folder, player.name);
  for (const player of players) {
    player.expectEnd(id);
    writeFileSync(fileOf(player), JSON.stringify({ point: point.name, passing, fault: id }));
  }
  const deadline = Date.now() + PASSED_WITHIN_MS;
  let died: Player | undefined;
  while (died === undefined && Date.now() < deadline && !signal.aborted) {
    await wait(POLL_MS, signal);
    died = players.find((player) => hasFired(`${fileOf(player)}.fired`, id));
  }
  for (const player of players) {
    rmSync(fileOf(player), { force: true });
    // whoever died at this moment is heard of a moment later
    if (!hasFired(`${fileOf(player)}.fired`, id)) player.expectEnd(undefined);
  }
  return died ?? players.find((player) => hasFired(`${fileOf(player)}.fired`, id));
}

function hasFired(file: string, fault: string): boolean {
  return existsSync(file) && readFileSync(file, "utf8").includes(`"fault":"${fault}"`);
}
