import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import type { Sealer } from "../sealed.ts";
import type { FileBytes } from "./importer.ts";

const PART_BYTES = 1024 * 1024;
const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** What was kept: its length and SHA-256. */
export type Spooled = { readonly bytes: number; readonly sha256: string };

/**
 * Keeps a stream until it is read: in parts of a megabyte, compressed and sealed, in the database, so that any process may read it and a restart loses nothing. The memory
 * it takes is that of one part.
 *
 * @throws what the stream throws, or `tooLong` beyond so many bytes; what was kept until then is the caller's to remove
 */
export async function spool(
  { db, sealer }: { readonly db: Database; readonly sealer: Sealer },
  fileNo: number,
  body: AsyncIterable<Uint8Array>,
  limit: { readonly mostBytes: number; readonly tooLong: () => Error },
): Promise<Spooled> {
  const sum = createHash("sha256");
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let bytes = 0;
  let part = 0;
  const keep = async (): Promise<void> => {
    if (heldBytes === 0) return;
    const sealed = sealer.seal(await zip(Buffer.concat(held), { level: 1 }), rowOf(fileNo, part));
    await sql`insert into registry_parts (file_no, part, raw_offset, raw_bytes, sealed)
      values (${fileNo}, ${part}, ${bytes - heldBytes}, ${heldBytes}, ${sealed})`.execute(db);
    part += 1;
    held = [];
    heldBytes = 0;
  };
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > limit.mostBytes) throw limit.tooLong();
    sum.update(piece);
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes >= PART_BYTES) await keep();
  }
  await keep();
  return { bytes, sha256: sum.digest("hex") };
}

/** A file that was kept, part by part. */
export function spooledFile(
  { db, sealer }: { readonly db: Database; readonly sealer: Sealer },
  fileNo: number,
): FileBytes {
  return {
    async *from(offset) {
      for (let place = offset; ; ) {
        const { rows } = await sql<{ part: number; raw_offset: number; raw_bytes: number; sealed: Buffer }>`
          select part, raw_offset, raw_bytes, sealed from registry_parts
          where file_no = ${fileNo} and raw_offset + raw_bytes > ${place} order by part limit 1`.execute(db);
        const [row] = rows;
        if (row === undefined) return;
        const raw = await unzip(sealer.open(row.sealed, rowOf(fileNo, row.part)));
        yield raw.subarray(place - row.raw_offset);
        place = row.raw_offset + row.raw_bytes;
      }
    },
  };
}

function rowOf(fileNo: number, part: number): string {
  return `registry-part/${fileNo}/${part}`;
}
