import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KnownLines, recordsOf } from "../../../db/registry/known-lines.ts";
import { type MoneyCore, openMoneyCore } from "../support/money-core.ts";
import { formatOf, lineOf } from "./files.ts";
import { importText, makeFileBiller, stateOf } from "./imports.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const fileOf = (...lines: readonly string[]) => `${lines.join("\n")}\n`;

async function knownLinesOf(no: number): Promise<number> {
  const { rows } = await sql<{
    lines: number;
  }>`select known_lines as lines from registry_files where no = ${no}`.execute(core.db);
  return rows[0]?.lines ?? -1;
}

test("a line that the last file has told word for word is not read again, and everything is counted as if it were", async () => {
  const billerId = await makeFileBiller(core, {
    format: formatOf({ totals: { at: "last", begins: "=", count: 1, sum: 2 } }),
  });
  const good = ["1", "2", "3"].map((account) => lineOf({ account, amount: "10,00" }));
  const bad = lineOf({ account: "4", amount: "x" });
  await importText(core, billerId, fileOf(...good, bad, "=4;30,00"));
  const before = await stateOf(core, billerId);
  const again = await importText(core, billerId, fileOf(bad, ...good, lineOf({ account: "5" }), "=5;30,00"));
  expect(again.file).toMatchObject({
    state: "done",
    lines: 5,
    refused_lines: 1,
    results: { duplicate: 3, new: 1 },
  });
  expect(again.refused).toEqual([[1, "amount-invalid"]]);
  expect(await knownLinesOf(again.file.no)).toBe(3);
  expect(await stateOf(core, billerId)).toEqual(expect.arrayContaining(before as unknown[]));
  // a sum that does not fit refuses the file, however much of it is known
  const wrong = await importText(core, billerId, fileOf(...good, "=3;30,01"));
  expect(wrong.file).toMatchObject({ state: "refused", failure_code: "file-totals-wrong" });
  // the third file recognises what the second one recognised; the first line of a file is always read
  const third = await importText(core, billerId, fileOf(...good, lineOf({ account: "5" }), "=4;5153,45"));
  expect(await knownLinesOf(third.file.no)).toBe(3);
});

test("lines that were not believed are told by every file, equal ones too", async () => {
  const billerId = await makeFileBiller(core);
  await importText(core, billerId, fileOf(lineOf({ account: "1" })));
  const conflict = lineOf({ account: "1", amount: "1,00" });
  const [one, other] = [lineOf({ account: "2", amount: "1,00" }), lineOf({ account: "2", amount: "2,00" })];
  for (const _ of [1, 2]) {
    const { file, refused } = await importText(core, billerId, fileOf(conflict, conflict, one, other));
    expect(refused).toEqual([
      [1, "bill-version-conflict"],
      [2, "bill-version-conflict"],
      [3, "contradicts-another-line"],
      [4, "contradicts-another-line"],
    ]);
    expect(file.results).toEqual({ conflict: 2 });
    expect(await knownLinesOf(file.no)).toBe(0);
  }
});

test("a file read by other rules recognises nothing: the same bytes say something else", async () => {
  const billerId = await makeFileBiller(core);
  const text = fileOf(lineOf({ account: "1", amount: "1234" }));
  await importText(core, billerId, text);
  await sql`update billers set file_format = ${JSON.stringify(formatOf({ amountsIn: "kopecks" }))}::jsonb where id = ${billerId}`.execute(
    core.db,
  );
  const { file, refused } = await importText(core, billerId, text);
  expect(await knownLinesOf(file.no)).toBe(0);
  expect(refused).toEqual([[1, "bill-version-conflict"]]);
});

test("what nobody has confirmed for an eighth of its time is read, and so confirmed", async () => {
  const billerId = await makeFileBiller(core, { maxAge: "8 hours" });
  const text = fileOf(lineOf({ account: "1" }));
  await importText(core, billerId, text);
  await sql`update registry_files set known_since = known_since - interval '2 hours' where biller_id = ${billerId}`.execute(
    core.db,
  );
  await sql`update bills set confirmed_at = confirmed_at - interval '2 hours' where biller_id = ${billerId}`.execute(
    core.db,
  );
  const { file } = await importText(core, billerId, text);
  expect(await knownLinesOf(file.no)).toBe(0);
  const { rows } =
    await sql`select confirmed_at > business_now() - interval '1 hour' as fresh from bills where biller_id = ${billerId}`.execute(
      core.db,
    );
  expect(rows).toEqual([{ fresh: true }]);
});

test("what is due of a bill with a discount is asked each time: a file that comes after its end confirms it", async () => {
  const format = formatOf({
    width: 9,
    columns: { ...formatOf().columns, discountPercent: 8, discountUntil: 9 },
  });
  const billerId = await makeFileBiller(core, { format });
  const text = fileOf(`${lineOf({ account: "1" })};25;01.01.2026`, `${lineOf({ account: "2" })};;`);
  await importText(core, billerId, text);
  // it was confirmed before the discount ended, and that is not long ago
  await sql`update bills set discount_ends_at = business_now() - interval '1 minute', confirmed_at = business_now() - interval '2 minutes'
    where biller_id = ${billerId} and account = '1'`.execute(core.db);
  const { file } = await importText(core, billerId, text);
  expect(await knownLinesOf(file.no)).toBe(1);
  const { rows } =
    await sql`select confirmed_at > discount_ends_at as confirmed from bills where biller_id = ${billerId} and account = '1'`.execute(
      core.db,
    );
  expect(rows).toEqual([{ confirmed: true }]);
});

test("thousands of lines are found again by their digests, others are not, and one that was not believed never is", () => {
  const lines = Array.from({ length: 5_000 }, (_, line) => ({ line, text: Buffer.from(`line ${line}`) }));
  const known = new KnownLines({ most: lines.length, key: Buffer.alloc(32, 1) });
  const seen = lines.map(({ line, text }) => ({
    line,
    digest: known.digestOf(text),
    amountMinor: 2 ** 40 + line,
  }));
  known.addRecords(recordsOf(seen), (line) => line % 7 === 0);
  known.addRecords(recordsOf(seen.filter(({ line }) => line % 7 !== 0)), () => false);
  for (const { line, text } of lines) {
    const amount = known.amountOf(known.digestOf(text));
    expect(amount).toBe(line % 7 === 0 ? null : 2 ** 40 + line);
  }
  expect(known.amountOf(known.digestOf(Buffer.from("line 5000")))).toBeNull();
  const elsewhere = new KnownLines({ most: 1, key: Buffer.alloc(32, 2) });
  expect(elsewhere.digestOf(Buffer.from("line 1"))).not.toEqual(known.digestOf(Buffer.from("line 1")));
});
