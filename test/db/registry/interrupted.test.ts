import type { Socket } from "node:net";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../../../db/database.ts";
import type { receiveBill } from "../../../db/queries/bills.ts";
import type { ImportProgress } from "../../../db/registry/importer.ts";
import { connectAccount } from "../../../db/queries/accounts.ts";
import { debtKey } from "../../../db/sealed.ts";
import { makeResident } from "../../support/rows.ts";
import { until } from "../../support/until.ts";
import { type MoneyCore, openMoneyCore } from "../support/money-core.ts";
import { formatOf, lineOf } from "./files.ts";
import { claimKey, importText, makeFileBiller, stateOf } from "./imports.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

/** As much smaller than in life as the file is: it is read in three steps and applied in as many chunks, the last one not full. */
const CHUNK_LINES = 1_000;
const LINES = 2_600;
const importInChunks: typeof importText = (on, id, content, change) =>
  importText(on, id, content, { chunkLines: CHUNK_LINES, ...change });

/** One bad line in a hundred, two of a hundred twice, and a pair that contradicts itself. */
const text = Array.from({ length: LINES }, (_, index) => {
  if (index % 100 === 7) return lineOf({ account: String(index), amount: "x" });
  if (index % 100 === 8 || index % 100 === 9) return lineOf({ account: String(index - (index % 100)) });
  if (index === 2_220) return lineOf({ account: "2221", amount: "1,00" });
  return lineOf({ account: String(index) });
})
  .join("\n")
  .concat("\n");

let expected: { readonly state: unknown; readonly refused: unknown; readonly results: unknown };
let whole: string;
/** Transactions that reading the whole takes. */
let readingSteps = 0;
beforeAll(async () => {
  whole = await followedBiller();
  const onProgress = ({ phase }: ImportProgress): void => {
    if (phase === "reading") readingSteps += 1;
  };
  const { file, refused } = await importInChunks(core, whole, text, { onProgress });
  expected = { state: await namelessState(whole), refused, results: file.results };
});

let billerId: string;
beforeEach(async () => {
  billerId = await followedBiller();
});

/** Accounts that somebody follows: at the beginning, where lines stand twice, in the middle and at the end. */
const FOLLOWED = ["0", "800", "1001", "2599"];

async function followedBiller(): Promise<string> {
  const id = await makeFileBiller(core);
  const residentId = await makeResident(core.db);
  await core.db.transaction().execute(async (transaction) => {
    for (const account of FOLLOWED)
      await connectAccount(transaction, { residentId, billerId: id, account, label: null });
  });
  return id;
}

/** How often the planner is asked to look at bills of each account. */
async function plansOf(id: string): Promise<unknown> {
  const { rows } =
    await sql`select b.account, count(*)::int as plans from outbox o join bills b on b.id = o.subject_id
    where o.kind = 'plan-bill' and b.biller_id = ${id} group by 1 order by b.account::int`.execute(core.db);
  return rows;
}

/** The state without the names of its biller, so that two billers can be compared. */
async function namelessState(id: string): Promise<string> {
  const rows = (await stateOf(core, id)) as readonly { readonly bill: Record<string, unknown> }[];
  const lines = rows.map((row) => {
    const { biller_id: _, identity_key: __, content_hash: ___, ...bill } = row.bill;
    return JSON.stringify({ ...row, bill });
  });
  return lines.toSorted().join("\n");
}

/** An import over connections of its own, all of which break at a moment, as at the death of its process. */
async function importAndDie(isMoment: (progress: ImportProgress) => boolean): Promise<void> {
  const own = openDatabase({ url: core.url, applicationName: "dies", maxConnections: 4 });
  const sockets: Socket[] = [];
  own.pool.on("connect", (client) => sockets.push((client as unknown as Connected).connection.stream));
  const onProgress = (progress: ImportProgress): void => {
    if (isMoment(progress)) for (const socket of sockets) socket.destroy();
  };
  const { db, pool } = own;
  await expect(importInChunks({ ...core, db, pool }, billerId, text, { onProgress })).rejects.toThrow(
    /[Cc]onnection|ECONNRESET|EPIPE|closed|write/,
  );
  await own.close();
}

/** What a client of pg has inside. */
type Connected = { readonly connection: { readonly stream: Socket } };

test.each([
  ["while it was read", "reading", 1],
  ["later while it was read", "reading", 2],
  ["at its first chunks", "applying", 1],
  ["in the middle of its chunks", "applying", 3],
] as const)("killed %s and run again it comes to the same end", async (_when, phase, times) => {
  let seen = 0;
  await importAndDie((progress) => {
    if (progress.phase === phase) seen += 1;
    return progress.phase === phase && seen === times;
  });
  const { file, refused } = await importInChunks(core, billerId, text);
  expect(file).toMatchObject({ state: "done", lines: LINES, results: expected.results });
  expect(refused).toEqual(expected.refused);
  expect(await namelessState(billerId)).toBe(expected.state);
  expect(await plansOf(billerId), "only what is followed, and once").toEqual(
    FOLLOWED.map((account) => ({ account, plans: 1 })),
  );
});

test("told to stop it stops between two steps, and goes on from there", async () => {
  const steps: string[] = [];
  for (let run = 0; run < 60; run += 1) {
    const stopping = new AbortController();
    const onProgress = ({ phase }: ImportProgress): void => {
      steps.push(phase);
      stopping.abort();
    };
    const { file } = await importInChunks(core, billerId, text, { onProgress, signal: stopping.signal });
    if (file.state === "done") break;
  }
  // every step was made once
  expect(steps.filter((phase) => phase === "reading")).toHaveLength(readingSteps);
  expect(await namelessState(billerId)).toBe(expected.state);
});

test("what the crash of the server took from the staging table is read again, and nothing counts twice", async () => {
  const stopping = new AbortController();
  const onProgress = ({ phase }: ImportProgress): void => {
    if (phase === "applying") stopping.abort();
  };
  const stopped = await importInChunks(core, billerId, text, { onProgress, signal: stopping.signal });
  expect(stopped.file.state).toBe("applying");
  // an unlogged table is empty after a crash
  await sql`truncate registry_lines`.execute(core.db);
  const { file, refused } = await importInChunks(core, billerId, text);
  expect(file).toMatchObject({ state: "done", results: expected.results });
  expect(refused).toEqual(expected.refused);
  expect(await namelessState(billerId)).toBe(expected.state);
});

test("a line that was refused while it was applied stays in the report, though the server crashes behind it", async () => {
  const told = (amount: string) =>
    Array.from({ length: 1_800 }, (_, index) =>
      lineOf({ account: `twice-${index}`, amount: index === 5 ? amount : "1,00" }),
    )
      .join("\n")
      .concat("\n");
  await importInChunks(core, billerId, told("1,00"), { version: 7 });
  const stopping = new AbortController();
  const onProgress = ({ phase }: ImportProgress): void => {
    if (phase === "applying") stopping.abort();
  };
  const other = { version: 7, onProgress, signal: stopping.signal };
  expect((await importInChunks(core, billerId, told("2,00"), other)).file.state).toBe("applying");
  await sql`truncate registry_lines, registry_known`.execute(core.db);
  const { file, refused } = await importInChunks(core, billerId, told("2,00"), { version: 7 });
  expect(file).toMatchObject({ state: "done", results: { conflict: 1 } });
  expect(refused).toEqual([[6, "bill-version-conflict"]]);
});

test("another file of the biller waits for one that counts in part, and takes the place of one that does not", async () => {
  const other = `${lineOf({ account: "other" })}\n`;
  const begun = await importInChunks(core, billerId, text, { signal: AbortSignal.abort() });
  expect(begun.file.state).toBe("reading");
  expect((await importInChunks(core, billerId, other)).file.state).toBe("done");
  const { rows } =
    await sql`select state, failure_code from registry_files where biller_id = ${billerId} order by no`.execute(
      core.db,
    );
  expect(rows[0]).toEqual({ state: "refused", failure_code: "file-abandoned" });

  const inChunks = new AbortController();
  const onProgress = ({ phase }: ImportProgress): void => {
    if (phase === "applying") inChunks.abort();
  };
  await importInChunks(core, billerId, text, { onProgress, signal: inChunks.signal });
  await expect(importInChunks(core, billerId, other)).rejects.toMatchObject({
    failure: { code: "file-under-way" },
  });
  expect((await importInChunks(core, billerId, text)).file.state).toBe("done");
});

test("of two imports of one biller at once one waits or is refused; those of two billers do not meet", async () => {
  const second = await followedBiller();
  const [one, two, three] = await Promise.allSettled([
    importInChunks(core, billerId, text),
    importInChunks(core, billerId, text),
    importInChunks(core, second, text),
  ]);
  const ends = [one, two].map((end) => (end.status === "fulfilled" ? "done" : String(end.reason)));
  expect(ends).toContain("done");
  for (const end of ends) expect(["done", "Error: busy"]).toContain(end);
  expect(three.status).toBe("fulfilled");
  expect(await namelessState(billerId)).toBe(expected.state);
  expect(await namelessState(second)).toBe(expected.state);
});

test("while planner and drainer have too much to do, no chunk is applied", async () => {
  await sql`insert into outbox (kind, subject_id) select 'plan-bill', 'waits-' || i from generate_series(1, 5000) i`.execute(
    core.db,
  );
  const importing = importInChunks(core, billerId, `${lineOf()}\n`);
  const stateNow = async () =>
    (
      await sql<{ state: string }>`select state from registry_files where biller_id = ${billerId}`.execute(
        core.db,
      )
    ).rows[0]?.state;
  await until(async () => (await stateNow()) === "applying");
  expect(await stateOf(core, billerId)).toEqual([]);
  await sql`delete from outbox where subject_id like 'waits-%'`.execute(core.db);
  expect((await importing).file.results).toEqual({ new: 1 });
});

test("a debt that comes at one moment in a file by its account and by itself by its UIN is seen as one", async () => {
  const [uin, account] = ["18810177260217000013", "twins"];
  const period = "2026-02";
  const byUin = {
    ...(await billOf()),
    identityKey: debtKey(claimKey, ["uin", uin]),
    accountKey: debtKey(claimKey, [billerId, account, period, "charge"]),
    uin,
  };
  await core.db.transaction().execute(async (transaction) => {
    await sql`select receive_bill(${JSON.stringify(byUin)}::jsonb)`.execute(transaction);
    const importing = importInChunks(core, billerId, `${lineOf({ account })}\n`);
    const bills = async () =>
      (
        await sql`select 1 from registry_chunks c join registry_files f on f.no = c.file_no where f.biller_id = ${billerId}`.execute(
          core.db,
        )
      ).rows.length;
    // the chunk is there, while the other bill is not committed yet
    await until(async () => (await bills()) === 1);
    ended = importing;
  });
  await ended;
  const { rows } =
    await sql`select t.bill_id from bill_twins t join bills b on b.id = t.bill_id where b.biller_id = ${billerId}`.execute(
      core.db,
    );
  expect(rows).toHaveLength(2);

  async function billOf() {
    const other = await makeFileBiller(core);
    await importInChunks(core, other, `${lineOf({ account })}\n`);
    const { rows: words } = await sql<{
      words: Parameters<typeof receiveBill>[1];
    }>`select words_of(b) || jsonb_build_object('billerId', ${billerId}::text,
      'subjects', '[]'::jsonb, 'payments', '[]'::jsonb, 'overpaid', false, 'delivery', 'd') as words from bills b where b.biller_id = ${other}`.execute(
      core.db,
    );
    if (words[0] === undefined) throw new Error("no bill");
    return words[0].words;
  }
});
let ended: Promise<unknown> = Promise.resolve();

test("formats that cannot be believed are not taken", () => {
  expect(() => formatOf({ columns: { account: 1, amount: 3 } })).toThrow(/dueOn/);
  expect(() => formatOf({ separator: "," })).toThrow(/decimals/);
  expect(() => formatOf({ width: 6 })).toThrow(/6 columns/);
});
