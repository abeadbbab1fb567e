import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { FileBytes } from "./importer.ts";

const READ_AT_ONCE = 256 * 1024;

/** A registry file on this machine's disk. */
export function diskFile(path: string): FileBytes {
  return { from: (offset) => createReadStream(path, { start: offset, highWaterMark: READ_AT_ONCE }) };
}

/** What a file is known by when its import is taken up again: SHA-256 and length. */
export async function fingerprintOf(
  bytes: FileBytes,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const sum = createHash("sha256");
  let length = 0;
  for await (const part of bytes.from(0)) {
    sum.update(part);
    length += part.length;
  }
  return { sha256: sum.digest("hex"), bytes: length };
}
