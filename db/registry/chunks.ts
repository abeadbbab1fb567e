import { setTimeout as pause } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import type { RegistryFileRow } from "../queries/registry-files.ts";
import { isTransient } from "./client-transaction.ts";

/** What applying needs; `lanes`: how many chunks are applied at a time. */
type Applying = {
  readonly client: PoolClient;
  readonly pool: Pool;
  readonly file: Pick<RegistryFileRow, "no" | "chunk_lines">;
  readonly lanes: number;
  readonly onChunk: (done: { readonly chunks: number; readonly of: number }) => void;
  readonly signal?: AbortSignal | undefined;
};

/** So much may wait for planner and drainer: more would only make the bills of others wait behind it. */
const MOST_WAITING = 5_000;
const LOOK_AGAIN_MS = 250;
const MOST_ATTEMPTS = 5;

/** Applies what was not applied yet. @returns false when it was told to stop before the end */
export async function applyChunks(work: Applying): Promise<boolean> {
  const open = await openChunks(work);
  const done = { chunks: 0, of: open.length };
  const apply = async (client: PoolClient, chunks: Iterator<number>): Promise<void> => {
    for (let next = chunks.next(); next.done !== true; next = chunks.next()) {
      await waitForEngine(client, work.signal);
      if (isTold(work)) return;
      await applyChunk(client, { fileNo: work.file.no, chunk: next.value });
      done.chunks += 1;
      work.onChunk({ ...done });
    }
  };
  // Lines that stand alone may come in any order; repeated ones come in the order of the file, after them.
  await inLanes(
    work,
    apply,
    open.filter((chunk) => chunk >= 0),
  );
  if (isTold(work)) return false;
  // Those that turned out to name a debt by another of its names have joined them.
  const inTurn = await openChunks(work);
  done.of = done.chunks + inTurn.length;
  await apply(work.client, inTurn.values());
  return !isTold(work);
}

/** Told to stop. */
function isTold({ signal }: Applying): boolean {
  return signal?.aborted === true;
}

/** Several connections take chunks from one list. */
async function inLanes(
  { client, pool, lanes }: Applying,
  apply: (client: PoolClient, chunks: Iterator<number>) => Promise<void>,
  chunks: readonly number[],
): Promise<void> {
  const list = chunks.values();
  const others = await Promise.all(Array.from({ length: lanes - 1 }, () => pool.connect()));
  const ended = await Promise.allSettled([client, ...others].map((one) => apply(one, list)));
  for (const other of others) other.release();
  const failed = ended.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Chunks without their mark: `n` for lines that stand alone, `-1 - n` for repeated ones. */
async function openChunks({ client, file }: Applying): Promise<readonly number[]> {
  const { rows } = await client.query<{ chunk: number }>(
    `select chunk from (select distinct case when repeated then -1 - (line - 1) / $2::int else (line - 1) / $2::int end as chunk
       from registry_lines where file_no = $1) w
     where not exists (select 1 from registry_chunks c where c.file_no = $1 and c.chunk = w.chunk and c.names_checked)
     order by case when chunk < 0 then -1 - chunk else chunk end`,
    [file.no, file.chunk_lines],
  );
  return rows.map(({ chunk }) => chunk);
}

async function waitForEngine(client: PoolClient, signal: AbortSignal | undefined): Promise<void> {
  while (signal?.aborted !== true) {
    const { rows } = await client.query<{ waiting: number }>(
      "select count(*)::int as waiting from (select 1 from outbox where done_at is null limit $1) w",
      [MOST_WAITING],
    );
    if ((rows[0]?.waiting ?? 0) < MOST_WAITING) return;
    await pause(LOOK_AGAIN_MS);
  }
}

async function applyChunk(
  client: PoolClient,
  { fileNo, chunk }: { readonly fileNo: number; readonly chunk: number },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query("select registry_apply_chunk($1, $2)", [fileNo, chunk]);
      await client.query("select registry_check_names($1, $2)", [fileNo, chunk]);
      return;
    } catch (cause) {
      if (!isTransient(cause) || attempt >= MOST_ATTEMPTS) throw cause;
    }
  }
}
