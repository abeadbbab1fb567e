import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Kind } from "../world/cast.ts";
import type { Player } from "../world/player.ts";
import { type Fault, type FaultParts, wait } from "./nemesis.ts";
import { untilUp, withKindDown } from "./process-faults.ts";

/** Where distributions put the library that lies about the time, below a folder for the processor. */
const LIBRARIES = "/usr/lib";
const LIBRARY = join("faketime", "libfaketimeMT.so.1");
/** A day is two seconds here: from some minutes of the city to three days of it, which are seconds to everything that is not scaled. */
const SKEWS_MS = [5, 60, 400, 2_000, 6_000] as const;
const STRUCK: readonly Kind[] = ["worker", "worker", "api", "bank"];
const LONGEST_MS = 4_000;
/** The library looks into its file once a second. */
const SEEN_AFTER_MS = 1_300;
const wrong = new Set<Player>();

/** The library, where the machine has it. */
export function findFakeClock(): string | undefined {
  if (!existsSync(LIBRARIES)) return undefined;
  const folders = readdirSync(LIBRARIES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [LIBRARIES, ...folders.map(({ name }) => join(LIBRARIES, name))]
    .map((folder) => join(folder, LIBRARY))
    .find((path) => existsSync(path));
}

/**
 * F15: a process comes back with a clock that is ahead or behind, which then jumps to the other side, and at last goes right. Only its calendar is wrong: what measures distances is the machine's.
 *
 * @param folder where the clocks' files may lie
 */
export function skewClock(library: string, folder: string): Fault {
  return {
    name: "clock skew",
    weight: 3,
    async strike(parts) {
      const kind = parts.chance.pick(STRUCK);
      const sign = parts.chance.percent(50) ? 1 : -1;
      const skewMs = sign * parts.chance.pick(SKEWS_MS);
      const thenMs = -sign * parts.chance.pick(SKEWS_MS);
      let struck: Strike | undefined;
      await withKindDown(parts, kind, async (player) => {
        if (wrong.has(player)) return;
        wrong.add(player);
        struck = begin(parts, player, {
          library,
          file: join(folder, `${player.name}.clock`),
          skewMs,
          thenMs,
        });
        await untilUp(player);
      });
      if (struck !== undefined) await jumpAndMend(parts, struck);
    },
  };
}

type Strike = {
  readonly player: Player;
  readonly file: string;
  readonly thenMs: number;
  readonly end: () => void;
};

function begin(
  { log }: FaultParts,
  player: Player,
  order: {
    readonly library: string;
    readonly file: string;
    readonly skewMs: number;
    readonly thenMs: number;
  },
): Strike {
  const { library, file, skewMs, thenMs } = order;
  const note = { code: "F15", kind: "clock skew", target: player.name, detail: { skewMs, thenMs } };
  const id = log.begin(note);
  setClock(file, skewMs);
  player.wear({
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  });
  player.end("SIGKILL", id);
  return { player, file, thenMs, end: () => log.end(id, note) };
}

/** Whatever happens meanwhile, the clock goes right at the end: also that of a process that was started again. */
async function jumpAndMend({ chance, signal }: FaultParts, struck: Strike): Promise<void> {
  const { player, file, thenMs, end } = struck;
  const [beforeMs, afterMs] = [chance.below(LONGEST_MS), chance.below(LONGEST_MS)];
  try {
    await wait(beforeMs, signal);
    setClock(file, thenMs);
    await wait(afterMs, signal);
  } finally {
    setClock(file, 0);
    player.wear({});
    await pause(SEEN_AFTER_MS);
    wrong.delete(player);
    end();
  }
}

function setClock(file: string, skewMs: number): void {
  writeFileSync(file, `${skewMs < 0 ? "-" : "+"}${(Math.abs(skewMs) / 1_000).toFixed(3)}\n`);
}
