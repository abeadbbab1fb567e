import type { Pool, PoolClient } from "pg";
import type { Database } from "../database.ts";
import type { BillStopRow, ReceivedBill, ReceiveResult } from "../queries/bills.ts";
import { MOST_IN_FLIGHT } from "../queries/holds.ts";
import { beginRegistryFile, dropRegistryFile } from "../queries/registry-files.ts";
import type { Sealer } from "../sealed.ts";
import { inOneTransaction, isTransient } from "./client-transaction.ts";
import type { FileBytes } from "./importer.ts";
import { type FileLine, linesOf } from "./lines.ts";
import { CodeMaker } from "./new-codes.ts";
import { spool, spooledFile } from "./spool.ts";
import { type StagedPart, stagePart, Stager } from "./staging.ts";

/** Lines that are applied in one transaction, and answered together. */
const LINES_AT_ONCE = 2_000;
const MOST_ATTEMPTS = 5;

/** What came of one line. */
export type LineOutcome = {
  readonly line: number;
  readonly billId: string;
  readonly result: ReceiveResult;
  /** As in the answer to a single push. */
  readonly stop?: BillStopRow;
};

export type BulkTools = { readonly db: Database; readonly pool: Pool; readonly sealer: Sealer };

/** A push of many lines that is there, whole and proved. */
export type BulkPush = { readonly no: number; readonly bytes: FileBytes; readonly delivery: string };

/**
 * Keeps the body of a push until its sender is proved: nothing in it is believed before. Nothing stays of one that is not.
 *
 * @throws what the body or its proof throws
 */
export async function keepBulkPush(
  tools: BulkTools,
  push: {
    readonly billerId: string;
    readonly delivery: string;
    readonly body: AsyncIterable<Uint8Array>;
    readonly prove: () => void;
    readonly limit: { readonly mostBytes: number; readonly tooLong: () => Error };
  },
): Promise<BulkPush> {
  const { no } = await beginRegistryFile(tools.db, {
    billerId: push.billerId,
    kind: "push",
    name: null,
    sentBy: `biller:${push.billerId}`,
    sha256: null,
    bytes: null,
    version: null,
    format: null,
    state: "receiving",
    chunkLines: LINES_AT_ONCE,
  });
  try {
    await spool(tools, no, push.body, push.limit);
    push.prove();
  } catch (cause) {
    await dropRegistryFile(tools.db, no);
    throw cause;
  }
  return { no, bytes: spooledFile(tools, no), delivery: push.delivery };
}

/** What a line of a push says: a bill, or an answer of the caller's own. */
export type ReadPushLine<Refused> = (
  line: FileLine,
) => { readonly bill: ReceivedBill } | { readonly refused: Refused };

/** A line that was applied or refused, in the order in which they came. */
export type PushedLine<Refused> =
  | { readonly line: number; readonly outcome: LineOutcome }
  | { readonly line: number; readonly refused: Refused };

/**
 * Applies a kept push line by line, as many single pushes would be, and answers each line when what came of it is committed. Whoever stops listening ends it; the same push
 * again is answered the same, as far as it had come.
 */
export async function* applyBulkPush<Refused>(
  tools: BulkTools,
  push: BulkPush,
  read: ReadPushLine<Refused>,
): AsyncGenerator<readonly PushedLine<Refused>[]> {
  const client = await tools.pool.connect();
  try {
    for await (const lines of chunksOf(push.bytes.from(0))) {
      yield await applyLines(
        client,
        push,
        lines.map((line) => ({ line: line.number, ...read(line) })),
      );
    }
  } finally {
    client.release();
    await dropRegistryFile(tools.db, push.no);
  }
}

/** Lines by their chunks: what is applied together ends where the next thousand begins. */
async function* chunksOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly FileLine[]> {
  let held: FileLine[] = [];
  for await (const { lines } of linesOf(bytes)) {
    for (const line of lines) {
      held.push(line);
      if (line.number % LINES_AT_ONCE !== 0) continue;
      yield held;
      held = [];
    }
  }
  if (held.length > 0) yield held;
}

type ReadLine<Refused> = { readonly line: number } & (
  | { readonly bill: ReceivedBill }
  | { readonly refused: Refused }
);

async function applyLines<Refused>(
  client: PoolClient,
  push: BulkPush,
  lines: readonly ReadLine<Refused>[],
): Promise<readonly PushedLine<Refused>[]> {
  const part = staged(push.no, lines);
  const range = { from: lines[0]?.line ?? 0, to: lines.at(-1)?.line ?? 0 };
  const outcomes = new Map<number, LineOutcome>();
  for (const outcome of part.lines === 0 ? [] : await applyPart(client, push, part, range)) {
    outcomes.set(outcome.line, outcome);
  }
  return lines.map((line): PushedLine<Refused> => {
    if ("refused" in line) return { line: line.line, refused: line.refused };
    const outcome = outcomes.get(line.line);
    if (outcome === undefined) throw new Error(`nothing came of line ${line.line}`);
    return { line: line.line, outcome };
  });
}

function staged<Refused>(fileNo: number, lines: readonly ReadLine<Refused>[]): StagedPart {
  const times = new Map<string, number>();
  const names = ({ identityKey, accountKey }: ReceivedBill) =>
    accountKey === null ? [identityKey] : [identityKey, accountKey];
  for (const line of lines) {
    if ("bill" in line) for (const name of names(line.bill)) times.set(name, (times.get(name) ?? 0) + 1);
  }
  const stager = new Stager(fileNo);
  const codes = new CodeMaker();
  for (const line of lines) {
    if (!("bill" in line)) continue;
    const repeated = names(line.bill).some((name) => (times.get(name) ?? 0) > 1);
    stager.add({ line: line.line, billId: codes.next(), bill: line.bill, repeated });
  }
  return stager.take();
}

async function applyPart(
  client: PoolClient,
  { no, delivery }: BulkPush,
  part: StagedPart,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly LineOutcome[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const outcomes = await inOneTransaction(client, async () => {
        await client.query("delete from registry_lines where file_no = $1", [no]);
        await client.query("delete from registry_payees where file_no = $1", [no]);
        await stagePart(client, no, part);
        const { rows } = await client.query<LineOutcome>(
          `select line, bill_id as "billId", result from registry_apply_lines($1, $2, $3, null, 'push', $4)`,
          [no, from, to, delivery],
        );
        return withStops(client, rows);
      });
      await client.query("select registry_check_lines($1, $2, $3)", [no, from, to]);
      return outcomes;
    } catch (cause) {
      if (!isTransient(cause) || attempt >= MOST_ATTEMPTS) throw cause;
    }
  }
}

/** Adds what was stopped of bills for which nothing is sent any more (receive_bill_as_stop). */
async function withStops(
  client: PoolClient,
  outcomes: readonly LineOutcome[],
): Promise<readonly LineOutcome[]> {
  const { rows } = await client.query<{ billId: string; stop: BillStopRow }>(
    `select b.id as "billId", in_flight_in('bill', b.id, $2) || jsonb_build_object('stoppedAt',
        coalesce((select v.received_at from bill_versions v where v.bill_id = b.id and v.version = b.version), b.received_at)) as stop
       from bills b where b.id = any ($1) and (b.state in ('annulled', 'paid-elsewhere') or b.echo)`,
    [outcomes.map(({ billId }) => billId), MOST_IN_FLIGHT],
  );
  const stops = new Map(rows.map(({ billId, stop }) => [billId, stop]));
  return outcomes.map((outcome) => {
    const stop = stops.get(outcome.billId);
    return stop === undefined ? outcome : { ...outcome, stop };
  });
}
