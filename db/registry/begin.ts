import { ExpectedFailure } from "../../domain/failure.ts";
import type { FileFaultCode } from "../../domain/registry-faults.ts";
import type { Database } from "../database.ts";
import {
  beginRegistryFile,
  findRegistryFile,
  findUnfinishedFile,
  refuseRegistryFile,
  type RegistryFileRow,
} from "../queries/registry-files.ts";
import type { RegistryFormat } from "./file-format.ts";

/** Bills that are applied in one transaction. */
export const CHUNK_LINES = 5_000;

/** A file that somebody wants imported. */
export type WantedFile = {
  readonly billerId: string;
  readonly format: RegistryFormat | null;
  readonly name: string;
  readonly sentBy: string;
  readonly sha256: string;
  readonly bytes: number;
  /** For bills without versions of their own; null: not told. */
  readonly version: number | null;
  /** Only goes on with what was interrupted; begins nothing. */
  readonly onlyResume: boolean;
  /** Bills that are applied in one transaction; {@link CHUNK_LINES} where left out. */
  readonly chunkLines?: number;
};

/**
 * The row of an import: the one that this very file left behind when it was interrupted, else a new one. Whoever calls holds the biller's line, so that nobody works on
 * an unfinished one. A file that was not read to its end gives way; one that counts in part already is finished first.
 *
 * @throws ExpectedFailure
 */
export async function beginImport(db: Database, wanted: WantedFile): Promise<RegistryFileRow> {
  const { billerId, format } = wanted;
  const unfinished = await findUnfinishedFile(db, billerId);
  if (unfinished?.sha256 === wanted.sha256 && unfinished.version === wanted.version) return unfinished;
  if (unfinished?.state === "applying") {
    throw refused(
      "file-under-way",
      `${unfinished.id} was interrupted while it was applied: import that file again first`,
    );
  }
  if (wanted.onlyResume) throw refused("file-nothing-to-resume", wanted.name);
  const readable = mustBeReadable(format, wanted);
  if (unfinished !== undefined) {
    await refuseRegistryFile(db, unfinished.no, { code: "file-abandoned", detail: `for ${wanted.name}` });
  }
  const { onlyResume: _, chunkLines = CHUNK_LINES, ...row } = wanted;
  const { id } = await beginRegistryFile(db, {
    ...row,
    format: readable,
    kind: "file",
    state: "reading",
    chunkLines,
  });
  const file = await findRegistryFile(db, { id, billerId });
  if (file === undefined) throw new Error(`the import ${id} is not there`);
  return file;
}

/** @throws ExpectedFailure where the catalogue does not say how the biller's files are written, or nobody says in which order they are */
export function mustBeReadable(
  format: RegistryFormat | null,
  { billerId, version }: Pick<WantedFile, "billerId" | "version">,
): RegistryFormat {
  if (format === null) throw refused("file-format-missing", billerId);
  if (!namesVersions(format) && version === null) throw refused("file-version-missing", billerId);
  return format;
}

function namesVersions({ columns, totals }: RegistryFormat): boolean {
  return columns.version !== undefined || totals?.version !== undefined;
}

function refused(code: FileFaultCode, detail: string): ExpectedFailure {
  return new ExpectedFailure({ code, detail });
}
