import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { basename, join } from "node:path";

const sharedMemory = "/dev/shm";
/** Servers, browsers and their files together take less than half of it. */
const roomBytes = 6 * 1024 ** 3;

/**
 * Makes the folder in memory that goes with a run's folder on disk: what a run writes outlives no run, so nobody waits for a disk. On
 * ext4 a database more costs a second, because the file system spares what was removed a moment ago; here a tenth of that.
 *
 * @returns undefined where the machine has no memory to spare, or programs may not be started from there
 */
export function makeMemoryFolder(runFolder: string): string | undefined {
  if (!hasRoom()) return undefined;
  const folder = memoryFolderOf(runFolder);
  mkdirSync(folder, { mode: 0o755 });
  return folder;
}

/** Removes it; nothing happens where there is none. */
export function removeMemoryFolder(runFolder: string): void {
  rmSync(memoryFolderOf(runFolder), { recursive: true, force: true });
}

/** Where it lies, made or not. */
export function memoryFolderOf(runFolder: string): string {
  return join(sharedMemory, `kvitok-tests-${basename(runFolder)}`);
}

function hasRoom(): boolean {
  if (!existsSync("/proc/self/mounts") || !existsSync(sharedMemory)) return false;
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const options = mounts.find((line) => line.startsWith(`tmpfs ${sharedMemory} `))?.split(" ")[3];
  if (options === undefined || options.split(",").includes("noexec")) return false;
  const { bavail, bsize } = statfsSync(sharedMemory);
  return bavail * bsize > roomBytes && freemem() > roomBytes;
}
