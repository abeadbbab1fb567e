import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import type { ChaosWorld } from "../world/world.ts";
import { type Fault, wait } from "./nemesis.ts";
import { withKindDown } from "./process-faults.ts";

const PIECE = Buffer.alloc(1024 * 1024);
const LONGEST_FULL_MS = 3_000;
/** The log goes on in segments that it had made before; so many there may be. */
const MOST_SEGMENTS = 40;
const BACK_WITHIN_MS = 60_000;
const POLL_MS = 100;

/**
 * F16: the disk of PostgreSQL's log of writes is full for some seconds. PostgreSQL ends itself rather than answer for what it cannot write down, and goes through its log when there is room again.
 *
 * @param disk the folder where the disk is mounted
 */
export function fillDisk(disk: string): Fault {
  return {
    name: "disk full",
    weight: 0.25,
    async strike(parts) {
      const { world, log, chance, signal } = parts;
      await withKindDown(parts, "postgres", async (player) => {
        const lastsMs = 300 + chance.below(LONGEST_FULL_MS);
        const note = { code: "F16", kind: "disk full", target: player.name, detail: { lastsMs } };
        const id = log.begin(note);
        const ballast = join(disk, "ballast");
        player.expectEnd(id);
        try {
          fill(ballast);
          const hasStopped = await useUpSegments(world.databaseUrl);
          await wait(lastsMs, signal);
          log.end(id, { ...note, detail: { lastsMs, hasStopped } });
        } finally {
          rmSync(ballast, { force: true });
        }
        await untilAnswers(world);
        player.expectEnd(undefined);
      });
    },
  };
}

function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (;;) writeSync(file, PIECE);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(file);
  }
}

/** Lets the log go on to its next segment until there is none. Answers whether it came to that. */
async function useUpSegments(connectionString: string): Promise<boolean> {
  const client = new Client({
    connectionString,
    application_name: "chaos-nemesis",
    connectionTimeoutMillis: 3_000,
    query_timeout: 5_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    for (let segment = 0; segment < MOST_SEGMENTS; segment += 1)
      await client.query("select pg_logical_emit_message(true, 'chaos', 'x'), pg_switch_wal()");
    return false;
  } catch {
    // that is what the disk is full for
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @throws when it does not answer in a minute */
async function untilAnswers(world: ChaosWorld): Promise<void> {
  const deadline = Date.now() + BACK_WITHIN_MS;
  for (;;) {
    const client = new Client({ connectionString: world.databaseUrl, connectionTimeoutMillis: 2_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("select 1");
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await wait(POLL_MS, new AbortController().signal);
  }
}
