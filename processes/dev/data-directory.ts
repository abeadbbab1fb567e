import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeLock } from "./exclusive-file.ts";
import { folderElsewhere } from "./postgres-rights.ts";
import { FailureWithWaysOut } from "./way-out.ts";

const markerName = ".kvitok-data";
const lockName = "launcher.lock";
const programsName = "bin";

/** The launcher's folder, held by this launcher alone. */
export interface DataDirectory {
  readonly path: string;
  readonly logs: string;
  readonly postgres: string;
  readonly temporalFile: string;
  readonly sandbox: string;
  /** Where the sandbox's mailbox drops what comes back. */
  readonly bounces: string;
  /** Fetched programs, where the repository cannot be written. */
  readonly programs: string;
  readonly secrets: string;
  readonly processes: string;
  readonly board: string;
  /** Deletes everything but the lock and fetched programs. */
  readonly clear: () => void;
  /** Lets another launcher have the folder. */
  readonly release: () => void;
}

/**
 * Takes the data folder for this launcher; makes it when it is not there.
 *
 * @throws FailureWithWaysOut when the folder holds somebody else's files or another launcher works on it
 */
export function openDataDirectory(wanted: string): DataDirectory {
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  const path = realpathSync(wanted);
  refuseForeignFolder(path);
  // A folder that was there before may be open to all: what lies in it is for its owner only.
  chmodSync(path, 0o700);
  writeFileSync(
    join(path, markerName),
    "The data of Kvitok's development launcher. Safe to delete as a whole.\n",
  );
  const lock = takeLock(join(path, lockName));
  if (!lock.taken) {
    throw new FailureWithWaysOut(`Another launcher (pid ${lock.holder.pid}) already works on ${path}.`, [
      `end it: kill ${lock.holder.pid}`,
      "or start a second one beside it: npm start -- --data-dir DIR --port-base N",
    ]);
  }
  const sandbox = join(path, "sandbox");
  for (const folder of [join(path, "logs"), sandbox]) mkdirSync(folder, { recursive: true });
  return {
    path,
    sandbox,
    bounces: join(sandbox, "city", "mailbox", "bounces"),
    programs: join(path, programsName),
    logs: join(path, "logs"),
    postgres: join(path, "postgres"),
    temporalFile: join(path, "temporal.db"),
    secrets: join(path, "secrets.json"),
    processes: join(path, "processes.json"),
    board: join(path, "board.json"),
    clear: () => clear(path, sandbox),
    release: lock.release,
  };
}

/** Only an empty folder, or one that bears our mark, may become or be a data folder: --reset deletes it. */
function refuseForeignFolder(path: string): void {
  const strangers = readdirSync(path).filter((name) => name !== programsName);
  if (strangers.length === 0 || existsSync(join(path, markerName))) return;
  throw new FailureWithWaysOut(
    `${path} holds files that are not ours (${strangers.slice(0, 3).join(", ")} …).`,
    ["npm start -- --data-dir DIR with an empty or a new folder"],
  );
}

function clear(path: string, sandbox: string): void {
  const kept = [markerName, lockName, programsName];
  for (const name of readdirSync(path).filter((entry) => !kept.includes(entry))) {
    rmSync(join(path, name), { recursive: true, force: true });
  }
  rmSync(folderElsewhere(join(path, "postgres")), { recursive: true, force: true });
  for (const folder of [join(path, "logs"), sandbox]) mkdirSync(folder, { recursive: true });
}
