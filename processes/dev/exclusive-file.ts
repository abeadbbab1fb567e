import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { identifyProcess, isStillRunning, type ProcessIdentity } from "./process-identity.ts";

/** The shape of a process identity on disk. */
export const processIdentityShape = z.object({ pid: z.number(), startedAt: z.string(), command: z.string() });

/** The outcome of asking for a lock: it is ours, or somebody who still runs holds it. */
export type LockOutcome =
  | { readonly taken: true; readonly release: () => void }
  | { readonly taken: false; readonly holder: ProcessIdentity };

/**
 * Takes a lock that ends with its holder: the file names the process, and a file whose process is gone counts as
 * no lock. Does not wait.
 *
 * @param path the lock's file; its folder must be there
 */
export function takeLock(path: string): LockOutcome {
  const self = identifyProcess(process.pid);
  if (!self) throw new Error("This process cannot find itself.");
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
  try {
    for (;;) {
      if (linkIfFree(draft, path)) return { taken: true, release: () => rmSync(path, { force: true }) };
      const content = readIfThere(path);
      if (content === undefined) continue;
      const holder = parseHolder(content);
      if (holder && isStillRunning(holder)) return { taken: false, holder };
      putAside(path, content);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Does some work while no other process does it, waiting for its turn.
 *
 * @param path the lock's file, as for {@link takeLock}
 */
export async function whileLocked<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    const lock = takeLock(path);
    if (!lock.taken) {
      await delay(100);
      continue;
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
}

/** A link, unlike a write, appears with its whole content or not at all. */
function linkIfFree(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parseHolder(content: string): ProcessIdentity | undefined {
  try {
    return processIdentityShape.parse(JSON.parse(content));
  } catch {
    // A lock is linked complete; one that cannot be read was cut by a power loss and its holder is gone.
    return undefined;
  }
}

/** Removes a dead lock; if another launcher was quicker and the file is a living one by now, puts it back. */
function putAside(path: string, deadContent: string): void {
  const aside = `${path}.dead.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  if (readFileSync(aside, "utf8") !== deadContent) linkIfFree(aside, path);
  rmSync(aside, { force: true });
}
