import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

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

/** Reads a JSON file; undefined when there is none. Throws when it is there and broken. */
export function readJsonFile(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
