import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ICruiseResult } from "dependency-cruiser";
import { rooms } from "./repository.ts";

const execFileAsync = promisify(execFile);
const cruiser = fileURLToPath(
  new URL("../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs", import.meta.url),
);

/**
 * Reads every module of our rooms under `root` with its imports, judged by `root`'s own `.dependency-cruiser.mjs`.
 * @throws when the tool itself fails (a broken configuration, say); violations are part of the answer
 */
export async function cruise(root: string): Promise<ICruiseResult> {
  const present = rooms.filter((room) => existsSync(path.join(root, room)));
  const { stdout } = await execFileAsync(
    process.execPath,
    [cruiser, "--config", ".dependency-cruiser.mjs", "--output-type", "json", ...present],
    { cwd: root, maxBuffer: 256 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as ICruiseResult;
}
