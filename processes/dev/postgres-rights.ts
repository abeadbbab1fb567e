import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { type FileOwner, type ProcessCommand, runToEnd } from "./process-command.ts";
import { FailureWithWaysOut } from "./way-out.ts";

/**
 * With whose rights PostgreSQL runs: it refuses to run as root.
 *
 * - `own`: the launcher is no root, nothing is to be done;
 * - `namespace`: root, renamed inside a user namespace; its files stay root's, so any private folder will do;
 * - `other-user`: root gives up its rights for a system user, who needs a folder that he can reach.
 */
export interface PostgresRights {
  readonly kind: "own" | "namespace" | "other-user";
  readonly binaries: PostgresBinaries;
  /** The folder of the cluster's files. */
  readonly folder: string;
  /** Who must own the files; undefined when they belong to the launcher anyway. */
  readonly owner: FileOwner | undefined;
  /** Dresses a program of PostgreSQL in these rights. */
  readonly dress: (file: string, args: readonly string[]) => ProcessCommand;
}

/**
 * Finds rights with which PostgreSQL starts on this machine.
 *
 * @param wantedFolder where the cluster's files should lie
 * @throws FailureWithWaysOut when root can neither make a user namespace nor become another user
 */
export async function findPostgresRights(
  binaries: PostgresBinaries,
  wantedFolder: string,
): Promise<PostgresRights> {
  if (process.getuid?.() !== 0) return ownRights(binaries, wantedFolder);
  const user = unprivilegedUser();
  const namespace = namespaceRights(binaries, wantedFolder, user);
  if (await starts(namespace)) return namespace;
  const otherUser = otherUserRights(binaries, wantedFolder, user);
  if (await starts(otherUser)) return otherUser;
  throw new FailureWithWaysOut(
    "PostgreSQL refuses to run as root, and here root can neither make a user namespace nor become another user.",
    [
      "run npm start as an ordinary user",
      "allow user namespaces (sysctl user.max_user_namespaces; in a container: --security-opt seccomp=unconfined)",
      "install util-linux 2.35 or newer (it brings unshare --map-user)",
    ],
  );
}

/** Where the cluster lies when a private data folder cannot be reached by the other user. */
export function folderElsewhere(wantedFolder: string): string {
  const name = createHash("sha256").update(wantedFolder).digest("hex").slice(0, 12);
  return join("/var/tmp", `kvitok-${name}`);
}

function ownRights(binaries: PostgresBinaries, folder: string): PostgresRights {
  return {
    kind: "own",
    binaries,
    folder,
    owner: undefined,
    dress: (file, args) => ({ file, args, folder: "/", environment: binaries.environment }),
  };
}

function namespaceRights(binaries: PostgresBinaries, folder: string, user: FileOwner): PostgresRights {
  return {
    kind: "namespace",
    binaries,
    folder,
    owner: { uid: 0, gid: 0 },
    dress: (file, args) => ({
      file: "unshare",
      args: ["--user", `--map-user=${user.uid}`, `--map-group=${user.gid}`, file, ...args],
      folder: "/",
      environment: binaries.environment,
    }),
  };
}

function otherUserRights(binaries: PostgresBinaries, wantedFolder: string, user: FileOwner): PostgresRights {
  const reachesData = canReach(user, dirname(wantedFolder));
  const reachesPrograms = canReach(user, dirname(binaries.postgres));
  const elsewhere = folderElsewhere(wantedFolder);
  if (!(reachesData && reachesPrograms)) makeFolderElsewhere(elsewhere);
  const reachable = reachesPrograms ? binaries : copyPrograms(binaries, elsewhere);
  return {
    kind: "other-user",
    binaries: reachable,
    folder: reachesData ? wantedFolder : join(elsewhere, "postgres"),
    owner: user,
    dress: (file, args) => ({ file, args, folder: "/", environment: reachable.environment, owner: user }),
  };
}

/** `--version` is answered before the check for root, so it proves only that the programs can be reached. */
async function starts(rights: PostgresRights): Promise<boolean> {
  const finished = await runToEnd(rights.dress(rights.binaries.postgres, ["--version"]), 10);
  return finished.code === 0;
}

/** The system user `postgres`, else `nobody`: initdb insists on a user that has a name. */
function unprivilegedUser(): FileOwner {
  const lines = existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "utf8").split("\n") : [];
  for (const name of ["postgres", "nobody"]) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return { uid: 65534, gid: 65534 };
}

function canReach(user: FileOwner, folder: string): boolean {
  const { uid, gid, mode } = statSync(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  const above = dirname(folder);
  return (mode & bit) !== 0 && (above === folder || canReach(user, above));
}

function makeFolderElsewhere(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const found = lstatSync(folder);
  // Everybody may write in /var/tmp: a folder that somebody else prepared there is a trap.
  if (!found.isDirectory() || found.uid !== 0) {
    throw new FailureWithWaysOut(`${folder} belongs to somebody else.`, [`look at it and remove it`]);
  }
}

function copyPrograms(binaries: PostgresBinaries, elsewhere: string): PostgresBinaries {
  const home = join(elsewhere, `programs-${binaries.version}`);
  if (!existsSync(join(home, "complete"))) {
    cpSync(binaries.home, home, { recursive: true, verbatimSymlinks: true });
    mkdirSync(join(home, "complete"));
  }
  chmodSync(home, 0o755);
  return {
    ...binaries,
    home,
    initdb: join(home, "bin", "initdb"),
    postgres: join(home, "bin", "postgres"),
  };
}
