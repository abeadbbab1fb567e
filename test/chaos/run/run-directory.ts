import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** Where a run writes down what it did; the checker gets this folder and nothing else. */
export type RunDirectory = {
  readonly path: string;
  readonly run: string;
  readonly faults: string;
  readonly processes: string;
  readonly intents: string;
  readonly truth: string;
  readonly clock: string;
  readonly histories: string;
  readonly verdict: string;
  /** Data and logs of everything that the run starts. */
  readonly data: string;
  /** Where processes are told at which point to die. */
  readonly crashPoints: string;
};

/** Makes the folder of a run; it must not hold another run. */
export function makeRunDirectory(path: string): RunDirectory {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const directory = {
    path,
    run: join(path, "run.json"),
    faults: join(path, "faults.ndjson"),
    processes: join(path, "processes.ndjson"),
    intents: join(path, "intents.ndjson"),
    truth: join(path, "truth.ndjson"),
    clock: join(path, "clock.ndjson"),
    histories: join(path, "histories"),
    verdict: join(path, "verdict.json"),
    data: join(path, "data"),
    crashPoints: join(path, "crash-points"),
  };
  for (const folder of [directory.histories, directory.crashPoints]) mkdirSync(folder, { recursive: true });
  return directory;
}
