import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectAccount } from "../../../db/queries/accounts.ts";
import { makeResident } from "../../support/rows.ts";
import { type MoneyCore, openMoneyCore } from "../support/money-core.ts";
import { formatOf, lineOf } from "./files.ts";
import { importText, makeFileBiller, stateOf } from "./imports.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const fileOf = (...lines: readonly string[]) => `${lines.join("\n")}\n`;
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => "nothing",
    (cause: { failure?: { code: string } }) => cause.failure?.code ?? "another failure",
  );

test("a file's bills are stored, and every refused line is told once", async () => {
  const billerId = await makeFileBiller(core);
  const { file, refused } = await importText(
    core,
    billerId,
    fileOf(
      lineOf({ account: "1" }),
      lineOf({ account: "2", amount: "x" }),
      lineOf({ account: "3", status: "0" }),
    ),
  );
  expect(file).toMatchObject({ state: "done", lines: 3, refused_lines: 1, results: { new: 2 } });
  expect(refused).toEqual([[2, "amount-invalid"]]);
  const { rows } =
    await sql`select account, period, state, amount_minor, due_on, source, payee->>'inn' as inn from bills
    where biller_id = ${billerId} order by account`.execute(core.db);
  const bill = {
    period: "2026-02",
    amount_minor: 512_345,
    due_on: "2026-03-15",
    source: "file",
    inn: "7700990010",
  };
  expect(rows).toEqual([
    { ...bill, account: "1", state: "owed" },
    { ...bill, account: "3", state: "annulled" },
  ]);
});

test("the same file again changes nothing; a newer one changes what it says otherwise", async () => {
  const billerId = await makeFileBiller(core);
  const lines = [lineOf({ account: "1" }), lineOf({ account: "2" })];
  await importText(core, billerId, fileOf(...lines));
  const before = await stateOf(core, billerId);
  expect((await importText(core, billerId, fileOf(...lines))).file.results).toEqual({ duplicate: 2 });
  expect(await stateOf(core, billerId)).toEqual(before);
  const newer = fileOf(
    lineOf({ account: "1", version: 2 }),
    lineOf({ account: "2", version: 2, amount: "1,00" }),
    lineOf({ account: "3", version: 2 }),
  );
  expect((await importText(core, billerId, newer)).file.results).toEqual({
    confirmed: 1,
    amended: 1,
    new: 1,
  });
  expect((await importText(core, billerId, fileOf(...lines))).file.results).toEqual({ stale: 2 });
});

test("another text of a version that is known is refused and told", async () => {
  const billerId = await makeFileBiller(core);
  await importText(core, billerId, fileOf(lineOf({ account: "1" })));
  const { file, refused } = await importText(
    core,
    billerId,
    fileOf(lineOf({ account: "1", amount: "1,00" })),
  );
  expect(refused).toEqual([[1, "bill-version-conflict"]]);
  expect(file.results).toEqual({ conflict: 1 });
});

test("lines of one debt that contradict each other do not count, others of it come in their order", async () => {
  const billerId = await makeFileBiller(core);
  const { file, refused } = await importText(
    core,
    billerId,
    fileOf(
      lineOf({ account: "1", amount: "1,00" }),
      lineOf({ account: "2", version: 1, amount: "2,00" }),
      lineOf({ account: "1", amount: "1,01" }),
      lineOf({ account: "2", version: 3, amount: "4,00" }),
      lineOf({ account: "2", version: 2, amount: "3,00" }),
      lineOf({ account: "3" }),
      lineOf({ account: "3" }),
    ),
  );
  expect(refused).toEqual([
    [1, "contradicts-another-line"],
    [3, "contradicts-another-line"],
  ]);
  expect(file.results).toEqual({ new: 2, amended: 1, stale: 1, duplicate: 1 });
  const { rows } =
    await sql`select account, amount_minor from bills where biller_id = ${billerId} order by account`.execute(
      core.db,
    );
  expect(rows).toEqual([
    { account: "2", amount_minor: 400 },
    { account: "3", amount_minor: 512_345 },
  ]);
});

test("only bills that somebody follows are planned, in the transaction that brings them", async () => {
  const billerId = await makeFileBiller(core);
  const residentId = await makeResident(core.db);
  await core.db
    .transaction()
    .execute((transaction) =>
      connectAccount(transaction, { residentId, billerId, account: "2", label: null }),
    );
  await importText(
    core,
    billerId,
    fileOf(lineOf({ account: "1" }), lineOf({ account: "2" }), lineOf({ account: "3" })),
  );
  const { rows } = await sql`select b.account from outbox o join bills b on b.id = o.subject_id
    where o.kind = 'plan-bill' and b.biller_id = ${billerId}`.execute(core.db);
  expect(rows).toEqual([{ account: "2" }]);
});

test.each([
  ["its totals do not fit", fileOf(lineOf(), "=2;1,00"), "file-totals-wrong"],
  ["it was cut off", `${lineOf()}\n${lineOf()}`, "file-truncated"],
])("a file is refused as a whole when %s: nothing of it counts", async (_why, text, code) => {
  const format = formatOf({ totals: { at: "last", begins: "=", count: 1, sum: 2 } });
  const billerId = await makeFileBiller(core, { format });
  const { file } = await importText(core, billerId, text);
  expect(file).toMatchObject({ state: "refused", failure_code: code });
  expect(await stateOf(core, billerId)).toEqual([]);
  const { rows } =
    await sql`select count(*)::int as left from registry_lines where file_no = ${file.no}`.execute(core.db);
  expect(rows).toEqual([{ left: 0 }]);
});

test("what a biller has not declared is asked for in words", async () => {
  const without = await makeFileBiller(core);
  await sql`update billers set file_format = null where id = ${without}`.execute(core.db);
  expect(await codeOf(importText(core, without, fileOf(lineOf())))).toBe("file-format-missing");
  const { version: _, ...columns } = formatOf().columns;
  const unversioned = await makeFileBiller(core, { format: formatOf({ columns }) });
  expect(await codeOf(importText(core, unversioned, fileOf(lineOf())))).toBe("file-version-missing");
  const told = await importText(core, unversioned, fileOf(lineOf()), { version: 20_261_128 });
  expect(told.file.results).toEqual({ new: 1 });
  const again = await importText(core, unversioned, fileOf(lineOf()), { version: 20_261_129 });
  expect(again.file.results).toEqual({ confirmed: 1 });
  expect(
    (await importText(core, unversioned, fileOf(lineOf()), { version: 20_261_127 })).file.results,
  ).toEqual({ stale: 1 });
  expect(
    await codeOf(importText(core, unversioned, fileOf(lineOf()), { version: 5, onlyResume: true })),
  ).toBe("file-nothing-to-resume");
});

test("a file that names another biller's UIN changes nothing of that bill, and is told so", async () => {
  const format = formatOf({
    width: 8,
    columns: { account: 1, period: 2, amount: 3, dueOn: 4, purpose: 5, status: 6, version: 7, uin: 8 },
  });
  const [billerId, other] = [await makeFileBiller(core, { format }), await makeFileBiller(core, { format })];
  const uin = "18810177231128000011";
  await importText(core, billerId, fileOf(lineOf({ account: "1", uin })));
  const before = await stateOf(core, billerId);
  const changes: readonly Readonly<Record<string, string>>[] = [
    { amount: "1,00" },
    { status: "0" },
    { status: "2" },
    {},
  ];
  for (const change of changes) {
    const said = { account: "1", version: 9, ...change, uin };
    const { refused } = await importText(core, other, fileOf(lineOf(said)));
    expect(refused).toEqual([[1, "bill-version-conflict"]]);
    expect(await stateOf(core, billerId)).toEqual(before);
  }
  // a person is asked once about the two of them, not once for each line
  const { rows } = await sql<{ subject: string; other: string; owner: string | null }>`
    select subject, detail->>'other' as other, owner from cases where kind = 'uin-of-another' and subject like ${billerId + "/%"}`.execute(
    core.db,
  );
  expect(rows).toEqual([{ subject: `${billerId}/${other}`, other, owner: null }]);
});
