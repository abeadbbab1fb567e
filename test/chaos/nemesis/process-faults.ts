import type { Kind } from "../world/cast.ts";
import type { Player } from "../world/player.ts";
import { type Fault, type FaultParts, wait } from "./nemesis.ts";

/** More would be another test: that of a machine that is off. */
const MOST_KINDS_DOWN = 2;
const BACK_WITHIN_MS = 60_000;
const POLL_MS = 50;

/** So often each kind is struck, against the others; the plan names its fault for each. */
const KILLS: readonly (readonly [Kind, string, number])[] = [
  ["worker", "F1", 9],
  ["api", "F3", 6],
  ["bank", "F4", 4],
  ["city", "F4", 2],
  ["temporal", "F5", 4],
  ["postgres", "F6", 4],
  ["temporal-postgres", "F6", 4],
];

/** Kills a process and waits until it is back. */
export const killOne: Fault = {
  name: "kill",
  weight: 10,
  async strike(parts) {
    const [kind, code] = drawKind(parts);
    await withKindDown(parts, kind, async (player) => {
      const note = { code, kind: "kill -9", target: player.name };
      const id = parts.log.begin(note);
      const isHeld = parts.chance.percent(30);
      if (isHeld) player.holdDown();
      player.end("SIGKILL", id);
      if (isHeld) await wait(parts.chance.below(2_500), parts.signal);
      player.letUp();
      await untilUp(player);
      parts.log.end(id, note);
    });
  },
};

/** Only of the kinds that are there: on the development server a seed gives the plan that it always gave. */
function drawKind({ chance, world }: FaultParts): readonly [Kind, string] {
  const kills = KILLS.filter(([kind]) => world.playersOf(kind).length > 0);
  const all = kills.reduce((sum, [, , weight]) => sum + weight, 0);
  let roll = chance.next() * all;
  for (const [kind, code, weight] of kills) {
    roll -= weight;
    if (roll < 0) return [kind, code];
  }
  return ["worker", "F1"];
}

/** Does something to one of a kind, unless that many kinds are down already; nothing then. */
export async function withKindDown(
  { world, down, chance }: FaultParts,
  kind: Kind,
  strike: (player: Player) => Promise<void>,
): Promise<void> {
  if (down.has(kind) || down.size >= MOST_KINDS_DOWN) return;
  const standing = world.playersOf(kind).filter(({ isUp }) => isUp);
  if (standing.length === 0) return;
  down.add(kind);
  try {
    await strike(chance.pick(standing));
  } finally {
    down.delete(kind);
  }
}

/** @throws when it is not back in a minute */
export async function untilUp(player: Player): Promise<void> {
  const deadline = Date.now() + BACK_WITHIN_MS;
  while (!player.isUp) {
    if (Date.now() > deadline) throw new Error(`${player.name} does not come back`);
    await wait(POLL_MS, new AbortController().signal);
  }
}

const LONGEST_FREEZE_MS = 15_000;

/** F7: a process stands still for a while and goes on as if nothing had been: whatever timed out must not act twice. */
export const freezeOne: Fault = {
  name: "freeze",
  weight: 3,
  async strike(parts) {
    const [kind] = drawKind(parts);
    await withKindDown(parts, kind, async (player) => {
      const lastsMs = 1_000 + parts.chance.below(LONGEST_FREEZE_MS - 1_000);
      const note = { code: "F7", kind: "SIGSTOP", target: player.name, detail: { lastsMs } };
      const id = parts.log.begin(note);
      player.freeze(id);
      await wait(lastsMs, parts.signal);
      player.thaw(id);
      await untilUp(player);
      parts.log.end(id, note);
    });
  },
};

const ENDS_WITHIN_MS = 30_000;

/** F21: every worker, or every API, is told to end and comes back, one after the other. */
export const rollOver: Fault = {
  name: "rolling restart",
  weight: 1,
  async strike(parts) {
    const { world, log, chance, down, signal } = parts;
    const kind = chance.pick(["worker", "api"] as const);
    if (down.has(kind) || down.size >= MOST_KINDS_DOWN) return;
    down.add(kind);
    const note = { code: "F21", kind: "rolling restart", target: kind };
    const id = log.begin(note);
    try {
      for (const player of world.playersOf(kind)) {
        if (signal.aborted) break;
        const { pid } = player;
        player.end("SIGTERM", id);
        // as whoever deploys does: it has so long to end by itself
        const late = setTimeout(() => {
          if (player.pid === pid) player.end("SIGKILL", id);
        }, ENDS_WITHIN_MS);
        await wait(500, signal);
        await untilUp(player).finally(() => clearTimeout(late));
      }
      log.end(id, note);
    } finally {
      down.delete(kind);
    }
  },
};
