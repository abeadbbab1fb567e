import type { Pool, PoolClient } from "pg";
import { ExpectedFailure } from "../../domain/failure.ts";
import type { Database } from "../database.ts";
import { placeBill, type Unplaceable } from "../queries/arrivals.ts";
import { finishRegistryFile, refuseRegistryFile, type RegistryFileRow } from "../queries/registry-files.ts";
import type { FileBiller } from "./bill-reader.ts";
import type { Fault } from "./bill-values.ts";
import { applyChunks } from "./chunks.ts";
import { inOneTransaction } from "./client-transaction.ts";
import { registryFormatSchema } from "./file-format.ts";
import { type FilePart, READER_BEGINS, type ReaderState, readRegistryFile } from "./file-reader.ts";
import { recordsOf, type SeenLine } from "./known-lines.ts";
import { CodeMaker } from "./new-codes.ts";
import { recallLines } from "./recall.ts";
import { keepRefusals, type StagedPart, stagePart, Stager } from "./staging.ts";

/** Where the bytes of a file are; they can be read from any place again. */
export type FileBytes = { readonly from: (offset: number) => AsyncIterable<Uint8Array> };

/** How far an import has come. */
export type ImportProgress = {
  readonly phase: "reading" | "applying";
  readonly lines: number;
  readonly bytes: number;
  /** Between 0 and 1, over both phases. */
  readonly share: number;
};

export type ImportTools = {
  readonly db: Database;
  readonly pool: Pool;
  readonly claimKey: Uint8Array;
  /** Called after each committed step. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Ends the import between two steps; it goes on where it was when it is asked again. */
  readonly signal?: AbortSignal;
};

type Work = ImportTools & {
  readonly client: PoolClient;
  readonly file: RegistryFileRow;
  readonly biller: FileBiller;
};

/** Lines that are put into the staging table in one transaction: few enough that what was made of them dies young. */
const STAGED_AT_ONCE = 1_024;
/** Chunks that are applied at a time: one for each core of a small machine, and the payments of others find room beside them. */
const APPLY_LANES = 2;
/** Reading takes about this part of the time: what a progress bar needs to know. */
const READING_SHARE = 0.35;

/**
 * Imports a registry file from where it stands: reads it whole, then applies it chunk by chunk. Killed anywhere and called again it comes to the same end; a file that
 * cannot be believed is refused and nothing of it counts. Whoever calls holds the biller's line (db/registry/biller-line.ts).
 *
 * @returns false when it was told to stop before the end
 */
export async function importRegistryFile(
  tools: ImportTools,
  file: RegistryFileRow,
  parts: { readonly biller: FileBiller; readonly bytes: FileBytes; readonly client: PoolClient },
): Promise<boolean> {
  const work: Work = { ...tools, client: parts.client, file, biller: parts.biller };
  try {
    // What the crash of a server took from the staging table is read again.
    const isWhole = await isStaged(work);
    if (file.state === "reading" || !isWhole) {
      if (!(await readFile(work, parts.bytes, isWhole))) return false;
    }
  } catch (cause) {
    if (!(cause instanceof ExpectedFailure)) throw cause;
    await refuseRegistryFile(tools.db, file.no, cause.failure);
    return true;
  }
  const onChunk = (done: { readonly chunks: number; readonly of: number }): void =>
    tools.onProgress?.(appliedOf(file, done));
  if (!(await applyChunks({ ...work, lanes: APPLY_LANES, onChunk }))) return false;
  await finishRegistryFile(tools.db, file.no);
  return true;
}

function appliedOf(
  { bytes, chunk_lines }: RegistryFileRow,
  { chunks, of }: { readonly chunks: number; readonly of: number },
): ImportProgress {
  const share = READING_SHARE + (1 - READING_SHARE) * (of === 0 ? 1 : chunks / of);
  return { phase: "applying", lines: chunks * chunk_lines, bytes: bytes ?? 0, share };
}

async function isStaged({ client, file }: Work): Promise<boolean> {
  const { rows } = await client.query<{ lines: number }>(
    "select count(*)::int as lines from registry_lines where file_no = $1",
    [file.no],
  );
  return rows[0]?.lines === file.staged_lines;
}

/** @throws ExpectedFailure when the file cannot be believed */
async function readFile(work: Work, bytes: FileBytes, goesOn: boolean): Promise<boolean> {
  const { client, file, biller, signal } = work;
  if (!goesOn) await forgetReading(work);
  const begun = goesOn ? (file.reader as ReaderState | null) : null;
  const state = begun ?? READER_BEGINS;
  const format = registryFormatSchema.parse(file.format);
  const { rows: payees } = await client.query<{ payee: number; hash: string }>(
    "select payee, hash from registry_payees where file_no = $1",
    [file.no],
  );
  const gathered = new Gathered(work, new Stager(file.no, payees));
  const { claimKey } = work;
  const known = await recallLines({ client, file, format, biller, claimKey, goesOn: begun !== null });
  const fileVersion = file.version ?? 1;
  for await (const part of readRegistryFile(bytes.from(state.place.offset), {
    format,
    biller,
    fileVersion,
    state,
    ...(known === undefined ? {} : { known }),
  })) {
    await gathered.add(part);
    if (signal?.aborted === true) {
      await gathered.settle();
      return false;
    }
  }
  await gathered.flush();
  await gathered.settle();
  await settleLines(work);
  return true;
}

async function forgetReading({ client, file }: Work): Promise<void> {
  await inOneTransaction(client, async () => {
    for (const table of ["registry_lines", "registry_payees", "registry_known"]) {
      await client.query(`delete from ${table} where file_no = $1`, [file.no]);
    }
    // What applied chunks have refused stays: they are not applied again, and nobody else would tell it.
    await client.query(
      `delete from registry_refusals where file_no = $1 and not faults @> '[{"code": "bill-version-conflict"}]'`,
      [file.no],
    );
    await client.query(
      "update registry_files set reader = null, staged_lines = 0, known_lines = 0, state = 'reading' where no = $1",
      [file.no],
    );
  });
}

/** The file was read whole: from here on it counts. */
async function settleLines({ client, file }: Work): Promise<void> {
  await inOneTransaction(client, async () => {
    // One look over all lines: minutes for the month of a large city on a small machine.
    await client.query("set local statement_timeout = 0");
    await client.query("set local work_mem = '64MB'");
    await client.query("select registry_settle_lines($1)", [file.no]);
  });
}

/** What the lines of the next file are known by; within the caller's transaction. */
async function keepSeen(client: PoolClient, fileNo: number, seen: readonly SeenLine[]): Promise<void> {
  await client.query(
    `insert into registry_known (file_no, part, records)
     select $1, coalesce((select max(part) + 1 from registry_known where file_no = $1), 0), $2`,
    [fileNo, recordsOf(seen)],
  );
}

/** What a line lacks that cannot be stored. */
const FAULT_OF = {
  "biller-unknown": { field: "", code: "field-missing" },
  nameless: { field: "account", code: "field-missing" },
  dateless: { field: "dueOn", code: "field-missing" },
  amounts: { field: "left", code: "amount-invalid" },
  discount: { field: "discountPercent", code: "discount-invalid" },
  version: { field: "version", code: "version-invalid" },
} as const satisfies Record<Unplaceable, Fault>;

/** Gathers what was read until it is worth a transaction; the next part is read while that one is on its way. */
class Gathered {
  private refused: FilePart["refused"][number][] = [];
  private held = 0;
  private known = 0;
  private seen: FilePart["seen"][number][] = [];
  private state: ReaderState | undefined;
  private underWay: Promise<void> = Promise.resolve();
  private readonly codes = new CodeMaker();

  constructor(
    private readonly work: Work,
    private readonly stager: Stager,
  ) {}

  async add(part: FilePart): Promise<void> {
    const { claimKey, biller, file } = this.work;
    const delivery = `file/${file.id}`;
    for (const { line, bill } of part.bills) {
      const placed = placeBill(bill, biller, { claimKey, delivery });
      if (placed.ok) this.stager.add({ line, billId: this.codes.next(), bill: placed.bill });
      else this.refused.push({ line, faults: [FAULT_OF[placed.why]] });
    }
    this.refused.push(...part.refused);
    this.known += part.known;
    for (const one of part.seen) this.seen.push(one);
    this.held += part.bills.length + part.refused.length + part.known;
    this.state = part.state;
    if (this.held >= STAGED_AT_ONCE) await this.flush();
  }

  /** Hands over what is gathered, once the hand-over before it is done. */
  async flush(): Promise<void> {
    await this.underWay;
    if (this.state === undefined) return;
    const { refused, seen, known, state } = this;
    this.underWay = this.keep(this.stager.take(), { refused, seen, known, state });
    // Who waits for it sees it fail; until then its failure is nobody's surprise.
    this.underWay.catch(() => undefined);
    this.refused = [];
    this.seen = [];
    this.known = 0;
    this.held = 0;
    this.state = undefined;
  }

  async settle(): Promise<void> {
    await this.underWay;
  }

  private async keep(
    part: StagedPart,
    { refused, seen, known, state }: Pick<FilePart, "refused" | "seen" | "known" | "state">,
  ): Promise<void> {
    const { client, file, onProgress } = this.work;
    await inOneTransaction(client, async () => {
      // Nothing of it counts yet, and a crash of the server empties the staging table anyhow: nobody waits for the disk.
      await client.query("set local synchronous_commit = off");
      await stagePart(client, file.no, part);
      await keepRefusals(client, file.no, refused);
      if (seen.length > 0) await keepSeen(client, file.no, seen);
      await client.query(
        "update registry_files set reader = $2, staged_lines = staged_lines + $3, known_lines = known_lines + $4 where no = $1",
        [file.no, JSON.stringify(state), part.lines, known],
      );
    });
    const { line, offset } = state.place;
    const share = file.bytes === null || file.bytes === 0 ? 0 : (offset / file.bytes) * READING_SHARE;
    onProgress?.({ phase: "reading", lines: line, bytes: offset, share });
  }
}
