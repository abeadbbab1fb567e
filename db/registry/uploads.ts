import { sql } from "kysely";
import type { PoolClient } from "pg";
import { ExpectedFailure } from "../../domain/failure.ts";
import type { Database } from "../database.ts";
import {
  beginRegistryFile,
  beginWaitingFile,
  dropRegistryFile,
  findRegistryFile,
  findUnfinishedFile,
  findWaitingFile,
  listUploadsToImport,
  refuseRegistryFile,
  type RegistryFileRow,
  settleUpload,
} from "../queries/registry-files.ts";
import type { Sealer } from "../sealed.ts";
import { CHUNK_LINES, mustBeReadable } from "./begin.ts";
import { inBillerLine } from "./biller-line.ts";
import { findFileBiller } from "./file-biller.ts";
import { importRegistryFile, type ImportTools } from "./importer.ts";
import { spool, spooledFile } from "./spool.ts";

export type Upload = {
  readonly billerId: string;
  readonly sentBy: string;
  readonly name: string | null;
  readonly version: number | null;
  readonly body: AsyncIterable<Uint8Array>;
  /** Throws where the body was not its sender's: asked when it is whole. */
  readonly prove: () => void;
  readonly limit: { readonly mostBytes: number; readonly tooLong: () => Error };
};

/**
 * Keeps a file that is sent, and has it imported once it is there whole and its sender is proved. Nothing stays of one that is not. The same file again, while it is under
 * way, is the one that is there.
 *
 * @throws ExpectedFailure when the biller's files cannot be read; what the body or its proof throws
 */
export async function receiveUpload(
  tools: { readonly db: Database; readonly sealer: Sealer },
  upload: Upload,
): Promise<RegistryFileRow> {
  const { db } = tools;
  const { billerId, version } = upload;
  const found = await findFileBiller(db, billerId);
  if (found === undefined) throw new ExpectedFailure({ code: "biller-not-found", detail: billerId });
  const format = mustBeReadable(found.format, upload);
  const { id, no } = await beginRegistryFile(db, {
    billerId,
    kind: "file",
    name: upload.name,
    sentBy: upload.sentBy,
    sha256: null,
    bytes: null,
    version,
    format,
    state: "receiving",
    chunkLines: CHUNK_LINES,
  });
  try {
    const spooled = await spool(tools, no, upload.body, upload.limit);
    upload.prove();
    const same = await findWaitingFile(db, { billerId, version, sha256: spooled.sha256 });
    if (same !== undefined) {
      await dropRegistryFile(db, no);
      return same;
    }
    await settleUpload(db, no, spooled);
  } catch (cause) {
    await dropRegistryFile(db, no);
    throw cause;
  }
  await sql`select ring('registry')`.execute(db);
  const file = await findRegistryFile(db, { id, billerId });
  if (file === undefined) throw new Error(`the upload ${id} is not there`);
  return file;
}

/**
 * Imports uploaded files until none is left that could be: one of each biller at a time, in the order in which they came. Whoever else imports for a biller is left alone.
 *
 * @returns true when something was done
 */
export async function importUploads(tools: ImportTools & { readonly sealer: Sealer }): Promise<boolean> {
  let done = false;
  for (const { id, billerId } of await listUploadsToImport(tools.db)) {
    if (tools.signal?.aborted === true) return done;
    const work = (client: PoolClient) => importUpload(tools, { id, billerId, client });
    const imported = await inBillerLine(tools.pool, billerId, work, 0);
    done ||= imported === true;
  }
  return done;
}

async function importUpload(
  tools: ImportTools & { readonly sealer: Sealer },
  { id, billerId, client }: { readonly id: string; readonly billerId: string; readonly client: PoolClient },
): Promise<boolean> {
  const { db } = tools;
  const waiting = await findRegistryFile(db, { id, billerId });
  if (waiting?.state === "received") await beginUpload(db, waiting);
  const file = await findRegistryFile(db, { id, billerId });
  const found = await findFileBiller(db, billerId);
  if (found === undefined || (file?.state !== "reading" && file?.state !== "applying")) return false;
  return importRegistryFile(tools, file, {
    biller: found.biller,
    bytes: spooledFile(tools, file.no),
    client,
  });
}

/** Another file of the biller that was not read to its end gives way; one that counts in part already is finished first, by whoever has it. */
async function beginUpload(db: Database, waiting: RegistryFileRow): Promise<void> {
  const unfinished = await findUnfinishedFile(db, waiting.biller_id);
  if (unfinished?.state === "reading") {
    await refuseRegistryFile(db, unfinished.no, { code: "file-abandoned", detail: `for ${waiting.id}` });
  }
  await beginWaitingFile(db, waiting.no);
}
