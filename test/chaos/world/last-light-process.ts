// Ends what a run has started when the run itself is gone, however it went: kill -9 of the supervisor closes this process's input, and nothing else would tell.
import { existsSync } from "node:fs";
import { takeDiskAway } from "./bounded-disk.ts";
import { endLeftovers } from "../../../processes/dev/own-processes.ts";

const [, , processesFile = "", diskNote] = process.argv;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.stdin.resume();
process.stdin.on("end", () => void turnOff());
process.stdin.on("error", () => void turnOff());

async function turnOff(): Promise<void> {
  if (existsSync(processesFile)) await endLeftovers(processesFile, 0.5);
  // a disk can be taken away only when nobody writes on it any more
  if (diskNote !== undefined) takeDiskAway(diskNote);
  process.exit(0);
}
