import type { PoolClient } from "pg";
import { contentHash } from "../content-hash.ts";
import type { FileBiller } from "./bill-reader.ts";
import type { RegistryFormat } from "./file-format.ts";
import { KnownLines, RECORD_BYTES } from "./known-lines.ts";

/** Of a longer file the rest is read as if it were new: what is remembered has a limit in memory. */
const MOST_KNOWN = 2_000_000;
const PARTS_AT_ONCE = 16;

type Recalling = {
  readonly client: PoolClient;
  readonly file: { readonly no: number; readonly biller_id: string; readonly version: number | null };
  readonly format: RegistryFormat;
  readonly biller: FileBiller;
  readonly claimKey: Uint8Array;
  /** An interrupted reading goes on by what it recognised before. */
  readonly goesOn: boolean;
};

/**
 * The lines by which a file may recognise what the biller's last one has told (docs/decisions/0112); undefined where its lines are not to be known at all. Sums, counts and
 * confirmations come out as if every line were read: a line that nobody has confirmed for long is.
 */
export async function recallLines(recalling: Recalling): Promise<KnownLines | undefined> {
  const { client, claimKey } = recalling;
  const from = recalling.goesOn ? await begunFrom(recalling) : await beginFrom(recalling);
  if (from === undefined) return undefined;
  const { rows } = await client.query<{ lines: number }>(
    "select (coalesce(sum(length(records)), 0) / $2::int)::int as lines from registry_known where file_no = $1",
    [from, RECORD_BYTES],
  );
  const most = Math.min(rows[0]?.lines ?? 0, MOST_KNOWN);
  const known = new KnownLines({ most, key: claimKey });
  if (from !== null) await fill(known, { client, from, most });
  return known;
}

type KnownRow = { readonly known_scope: string | null; readonly known_from: number | null };

async function begunFrom({ client, file }: Recalling): Promise<number | null | undefined> {
  const { rows } = await client.query<KnownRow>(
    "select known_scope, known_from from registry_files where no = $1",
    [file.no],
  );
  const [row] = rows;
  return row === undefined || row.known_scope === null ? undefined : row.known_from;
}

async function beginFrom(recalling: Recalling): Promise<number | null | undefined> {
  const { client, file } = recalling;
  const scope = scopeOf(recalling);
  const { rows } = await client.query<KnownRow>(
    `update registry_files f set known_scope = $2, known_from = l.no, known_since = l.known_since
       from (values (1)) one left join lateral (
         select b.no, b.known_since from (
           select * from registry_files x where x.biller_id = $3 and x.kind = 'file' and x.state = 'done' order by x.no desc limit 1) b
          where b.known_scope = $2 and b.known_since >= registry_confirm_before($3, business_now())) l on true
      where f.no = $1 returning f.known_scope, f.known_from`,
    [file.no, scope, file.biller_id],
  );
  return scope === null ? undefined : (rows[0]?.known_from ?? null);
}

/** All that decides what a line means besides its bytes; null where the file itself says, as its line of totals may, or the day does: discounts end (FileReader). */
function scopeOf({ format, biller, file }: Recalling): string | null {
  if (format.totals?.version !== undefined || biller.discountRule !== null) return null;
  return contentHash({ format, biller, version: file.version });
}

async function fill(
  known: KnownLines,
  { client, from, most }: { readonly client: PoolClient; readonly from: number; readonly most: number },
): Promise<void> {
  const { rows: refused } = await client.query<{ line: number }>(
    "select line from registry_refusals where file_no = $1",
    [from],
  );
  const leftOut = new Set(refused.map(({ line }) => line));
  let left = most;
  let after = -1;
  while (left > 0) {
    const { rows } = await client.query<{ part: number; records: Buffer }>(
      "select part, records from registry_known where file_no = $1 and part > $2 order by part limit $3",
      [from, after, PARTS_AT_ONCE],
    );
    for (const { part, records } of rows) {
      const taken = records.subarray(0, left * RECORD_BYTES);
      known.addRecords(taken, (line) => leftOut.has(line));
      left -= taken.length / RECORD_BYTES;
      after = part;
    }
    if (rows.length < PARTS_AT_ONCE) return;
  }
}
