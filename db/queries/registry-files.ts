import { type Kysely, sql } from "kysely";
import type { FailureCode } from "../../domain/failure.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

export const REGISTRY_STATES = ["receiving", "received", "reading", "applying", "done", "refused"] as const;
export type RegistryState = (typeof REGISTRY_STATES)[number];

/** A registry file and how far its import has come. Counts are of lines; `results` by what came of the bill (`new`, `duplicate`, `amended`…). */
export type RegistryFileRow = {
  readonly id: string;
  readonly no: number;
  readonly biller_id: string;
  readonly kind: "file" | "push";
  readonly name: string | null;
  readonly sent_by: string;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly version: number | null;
  readonly format: unknown;
  readonly state: RegistryState;
  readonly reader: unknown;
  readonly staged_lines: number;
  readonly chunk_lines: number;
  readonly failure_code: string | null;
  readonly failure_detail: string | null;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly bytes_read: number;
  readonly lines: number;
  readonly refused_lines: number;
  readonly applied_lines: number;
  readonly results: Readonly<Record<string, number>>;
};

const columns = sql`f.id, f.no, f.biller_id, f.kind, f.name, f.sent_by, f.sha256, f.bytes, f.version, f.format, f.state, f.reader, f.staged_lines,
  f.chunk_lines, f.failure_code, f.failure_detail, f.created_at, f.finished_at,
  coalesce((f.reader->'place'->>'offset')::bigint, 0) as bytes_read, coalesce((f.reader->>'billLines')::bigint, 0) as lines,
  (select count(*) from registry_refusals x where x.file_no = f.no) as refused_lines,
  f.known_lines + coalesce((select sum(r.value::bigint) from registry_chunks c, jsonb_each_text(c.results) r where c.file_no = f.no), 0)::bigint as applied_lines,
  coalesce((select jsonb_object_agg(n.key, n.lines) from (select r.key, sum(r.lines) as lines from (
      select e.key, e.value::bigint as lines from registry_chunks c, jsonb_each_text(c.results) e where c.file_no = f.no
      union all select 'duplicate', f.known_lines where f.known_lines > 0) r group by r.key) n), '{}') as results`;

/** One file of a biller. */
export async function findRegistryFile(
  db: Kysely<DB>,
  file: { readonly id: string; readonly billerId: string },
): Promise<RegistryFileRow | undefined> {
  const { rows } = await sql<RegistryFileRow>`select ${columns} from registry_files f
    where f.id = ${file.id} and f.biller_id = ${file.billerId}`.execute(db);
  return rows[0];
}

/** Files of a biller, newest first; `before` is the number of the last one of the page before. */
export async function listRegistryFiles(
  db: Database,
  query: { readonly billerId: string; readonly before?: number; readonly limit: number },
): Promise<readonly RegistryFileRow[]> {
  const before = query.before === undefined ? sql`` : sql`and f.no < ${query.before}`;
  const { rows } = await sql<RegistryFileRow>`select ${columns} from registry_files f
    where f.biller_id = ${query.billerId} and f.kind = 'file' ${before} order by f.no desc limit ${query.limit}`.execute(
    db,
  );
  return rows;
}

/** The file of a biller that has begun and not ended. */
export async function findUnfinishedFile(
  db: Kysely<DB>,
  billerId: string,
): Promise<RegistryFileRow | undefined> {
  const { rows } = await sql<RegistryFileRow>`select ${columns} from registry_files f
    where f.biller_id = ${billerId} and f.kind = 'file' and f.state in ('reading', 'applying')`.execute(db);
  return rows[0];
}

export type NewRegistryFile = {
  readonly billerId: string;
  readonly kind: "file" | "push";
  readonly name: string | null;
  readonly sentBy: string;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly version: number | null;
  readonly format: object | null;
  readonly state: "receiving" | "reading";
  readonly chunkLines: number;
};

/** Writes the row of a file that begins; answers its id and its number. */
export async function beginRegistryFile(
  db: Kysely<DB>,
  file: NewRegistryFile,
): Promise<{ readonly id: string; readonly no: number }> {
  return db
    .insertInto("registry_files")
    .values({
      biller_id: file.billerId,
      kind: file.kind,
      name: file.name,
      sent_by: file.sentBy,
      sha256: file.sha256,
      bytes: file.bytes,
      version: file.version,
      format: file.format === null ? null : JSON.stringify(file.format),
      state: file.state,
      chunk_lines: file.chunkLines,
    })
    .returning(["id", "no"])
    .executeTakeFirstOrThrow();
}

/** An upload is there, whole and proved: it waits for its turn. */
export async function settleUpload(
  db: Kysely<DB>,
  no: number,
  spooled: { readonly bytes: number; readonly sha256: string },
): Promise<void> {
  await sql`update registry_files set state = 'received', bytes = ${spooled.bytes}, sha256 = ${spooled.sha256}
    where no = ${no} and state = 'receiving'`.execute(db);
}

/** The same file of the same biller, sent before and not done with. */
export async function findWaitingFile(
  db: Kysely<DB>,
  file: { readonly billerId: string; readonly sha256: string; readonly version: number | null },
): Promise<RegistryFileRow | undefined> {
  const { rows } = await sql<RegistryFileRow>`select ${columns} from registry_files f
    where f.biller_id = ${file.billerId} and f.sha256 = ${file.sha256} and f.version is not distinct from ${file.version}
      and f.kind = 'file' and f.state in ('received', 'reading', 'applying') order by f.no limit 1`.execute(
    db,
  );
  return rows[0];
}

/** Removes a file of which nothing was believed, and what was kept of it. */
export async function dropRegistryFile(db: Database, no: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select 1 from registry_files where no = ${no} for update`.execute(transaction);
    for (const table of [
      "registry_parts",
      "registry_payees",
      "registry_lines",
      "registry_chunks",
      "registry_refusals",
      "registry_known",
    ]) {
      await sql`delete from ${sql.table(table)} where file_no = ${no}`.execute(transaction);
    }
    await sql`delete from registry_files where no = ${no}`.execute(transaction);
  });
}

/** Bodies that stopped coming when the process died that took them, and pushes that were answered or not: nobody will ask for them again. */
export async function dropForsakenFiles(db: Database): Promise<number> {
  const { rows } = await sql<{ no: number }>`select no from registry_files
    where (state = 'receiving' or kind = 'push') and created_at < business_now() - interval '1 day' order by no limit 100`.execute(
    db,
  );
  for (const { no } of rows) await dropRegistryFile(db, no);
  return rows.length;
}

/** Uploaded files that are to be imported, oldest first: for each biller the one that has begun, else the first that waits. */
export async function listUploadsToImport(
  db: Database,
): Promise<readonly { readonly id: string; readonly billerId: string }[]> {
  const { rows } = await sql<{ id: string; billerId: string }>`
    select distinct on (biller_id) id, biller_id as "billerId" from registry_files f
     where kind = 'file' and state in ('received', 'reading', 'applying') and exists (select 1 from registry_parts p where p.file_no = f.no)
     order by biller_id, state = 'received', no`.execute(db);
  return rows;
}

/** A file that waited begins, unless another one of the biller has begun. */
export async function beginWaitingFile(db: Kysely<DB>, no: number): Promise<boolean> {
  const { rows } = await sql<{
    no: number;
  }>`update registry_files f set state = 'reading' where no = ${no} and state = 'received'
    and not exists (select 1 from registry_files x where x.biller_id = f.biller_id and x.kind = 'file' and x.state in ('reading', 'applying'))
    returning no`.execute(db);
  return rows.length === 1;
}

/** A file as a whole does not count; its refused lines stay in its report. What was staged or kept of it goes. */
export async function refuseRegistryFile(
  db: Database,
  no: number,
  failure: { readonly code: FailureCode; readonly detail: string },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`update registry_files set state = 'refused', failure_code = ${failure.code}, failure_detail = ${failure.detail},
      finished_at = business_now() where no = ${no}`.execute(transaction);
    await forgetContents(transaction, no);
    await sql`delete from registry_known where file_no = ${no}`.execute(transaction);
  });
}

/** Every line of a file was applied or refused: what it said is no longer needed. */
export async function finishRegistryFile(db: Database, no: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`update registry_files set state = 'done', finished_at = business_now(), known_since = coalesce(known_since, created_at)
      where no = ${no}`.execute(transaction);
    await forgetContents(transaction, no);
    // Only the last file's lines are recognised.
    await sql`delete from registry_known k using registry_files f, registry_files before
      where f.no = ${no} and before.biller_id = f.biller_id and before.no < f.no and k.file_no = before.no`.execute(
      transaction,
    );
  });
}

async function forgetContents(transaction: Kysely<DB>, no: number): Promise<void> {
  await sql`delete from registry_lines where file_no = ${no}`.execute(transaction);
  await sql`delete from registry_payees where file_no = ${no}`.execute(transaction);
  await sql`delete from registry_parts where file_no = ${no}`.execute(transaction);
}

/** A refused line: its number and each field that is wrong (`""`: the line itself). */
export type RegistryRefusal = {
  readonly line: number;
  readonly faults: readonly { readonly field: string; readonly code: FailureCode }[];
};

/** Refused lines of a file behind a line, in order. */
export async function listRefusals(
  db: Database,
  query: { readonly fileNo: number; readonly after: number; readonly limit: number },
): Promise<readonly RegistryRefusal[]> {
  const { rows } = await sql<RegistryRefusal>`select line, faults from registry_refusals
    where file_no = ${query.fileNo} and line > ${query.after} order by line limit ${query.limit}`.execute(db);
  return rows;
}
