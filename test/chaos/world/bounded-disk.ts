import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const MEGABYTES = 384;
const LOG_FOLDER = "pg_wal";

/** What is written down of a disk, so that whoever ends last can take it away. */
type DiskNote = {
  readonly path: string;
  /** The cluster whose log of writes lies on it; absent as long as none does. */
  readonly cluster?: string;
};

/** A disk of the memory on which PostgreSQL keeps its log of writes: small enough to be filled. */
export type BoundedDisk = { readonly path: string; readonly note: string };

/** Why there is none on this machine; or the disk, mounted. `folder` is the run's data. */
export function mountBoundedDisk(folder: string): BoundedDisk | { readonly why: string } {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return { why: "only root can mount a disk" };
  const disk = { path: join(folder, "wal-disk"), note: join(folder, "wal-disk.json") };
  mkdirSync(disk.path, { recursive: true });
  const options = ["-t", "tmpfs", "-o", `size=${MEGABYTES}m,mode=0711`, "kvitok-chaos", disk.path];
  const { status, stderr, error } = spawnSync("mount", options, { encoding: "utf8" });
  if (status !== 0) return { why: `no disk can be mounted: ${stderr?.trim() || String(error)}` };
  keep(disk.note, { path: disk.path });
  return disk;
}

/** Moves the log of writes of a cluster that does not run onto the disk, with its owner; nothing where it is there already. */
export function moveLogOnto({ path, note }: BoundedDisk, cluster: string): void {
  const log = join(cluster, LOG_FOLDER);
  if (lstatSync(log).isSymbolicLink()) return;
  const moved = join(path, LOG_FOLDER);
  copy(log, moved);
  keep(note, { path, cluster });
  rmSync(log, { recursive: true });
  symlinkSync(moved, log);
}

/**
 * Brings the log of writes home, so that a run that is kept can be looked at, and takes the disk away. The cluster must have ended. Nothing where there is no disk.
 *
 * @throws when the disk cannot be taken away
 */
export function takeDiskAway(note: string): void {
  if (!existsSync(note)) return;
  const { path, cluster } = JSON.parse(readFileSync(note, "utf8")) as DiskNote;
  const moved = join(path, LOG_FOLDER);
  const log = cluster === undefined ? undefined : join(cluster, LOG_FOLDER);
  if (log !== undefined && existsSync(moved) && isLink(log)) {
    const draft = `${log}.draft`;
    copy(moved, draft);
    rmSync(log);
    renameSync(draft, log);
  }
  mustRun("umount", [path]);
  rmSync(path, { recursive: true, force: true });
  rmSync(note);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function copy(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mustRun("cp", ["-a", from, to]);
  chmodSync(to, 0o700);
}

function mustRun(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr?.trim() || String(error)}`);
}

function keep(file: string, note: DiskNote): void {
  writeFileSync(file, `${JSON.stringify(note)}\n`);
}
