import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { FailureWithWaysOut } from "./way-out.ts";

/**
 * Writes a file so that a reader sees the old content or the new one, never a half.
 *
 * @param mode permission bits of the file, 0600 when not said: most of what we write holds secrets
 */
export function writeFileAtomically(path: string, content: string, mode = 0o600): void {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, content, { mode });
  renameSync(draft, path);
}

/**
 * Reads a JSON file; undefined when there is none.
 *
 * @throws FailureWithWaysOut when it is there and no JSON: a cut of power may have left half of it
 */
export function readJsonFile(path: string): unknown {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FailureWithWaysOut(`${path} is damaged: ${error.message}`, [`look at it, then rm ${path}`], {
      cause: error,
    });
  }
}
