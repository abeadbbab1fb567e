import { randomUUID } from "node:crypto";
import { sql, type Transaction } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DB } from "../../db/generated/database.ts";
import { makePayer, pushBill } from "../support/rows.ts";
import { askGate, makeDue, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const CHECK = { code: "23514" };
const UNIQUE = { code: "23505" };
const APPEND_ONLY = { code: "23001" };

function inOne(work: (transaction: Transaction<DB>) => Promise<unknown>): Promise<unknown> {
  return core.db.transaction().execute(work);
}

describe("histories only grow", () => {
  const tables = [
    "ledger_transactions",
    "ledger_entries",
    "consents",
    "gate_passes",
    "evidence",
    "mandate_versions",
    "bill_versions",
    "claim_history",
    "audit",
  ];
  test.each(tables)("%s", async (table) => {
    const name = sql.table(table);
    const column = sql.ref(table === "mandate_versions" ? "version" : await anyColumn(table));
    for (const change of [
      sql`update ${name} set ${column} = ${column}`,
      sql`delete from ${name}`,
      sql`truncate ${name} cascade`,
    ]) {
      await expect(change.execute(core.db)).rejects.toMatchObject(APPEND_ONLY);
    }
  });

  async function anyColumn(table: string): Promise<string> {
    const { rows } = await sql<{ name: string }>`select column_name as name from information_schema.columns
      where table_name = ${table} and is_identity = 'NO' limit 1`.execute(core.db);
    return rows[0]?.name ?? "";
  }
});

describe("the ledger balances or is not written", () => {
  const post = (kind: string, object: string, entries: readonly object[]) =>
    sql`select post(${kind}, ${object}, null, 'RUB', ${JSON.stringify(entries)}::jsonb)`.execute(core.db);

  test.each([
    [
      "debit above credit",
      [
        { account: "fees", debit: 2 },
        { account: "suspense", credit: 1 },
      ],
    ],
    ["one side only", [{ account: "fees", debit: 2 }]],
    ["no entries", []],
    ["sums of zero, which are left out", [{ account: "fees", debit: 0 }]],
  ])("%s", async (_name, entries) => {
    await expect(post("L11", randomUUID(), entries)).rejects.toMatchObject(CHECK);
  });

  test.each([
    [
      "a negative sum",
      [
        { account: "fees", debit: -2 },
        { account: "suspense", credit: -2 },
      ],
    ],
    [
      "both sides on one line",
      [
        { account: "fees", debit: 2, credit: 1 },
        { account: "suspense", credit: 1 },
      ],
    ],
    [
      "an account that is not in the list",
      [
        { account: "payer:anna", debit: 2 },
        { account: "suspense", credit: 2 },
      ],
    ],
  ])("%s", async (_name, entries) => {
    await expect(post("L11", randomUUID(), entries)).rejects.toMatchObject(CHECK);
  });

  test("each currency balances by itself", async () => {
    const write = inOne(async (transaction) => {
      const { rows } = await sql<{ id: number }>`insert into ledger_transactions (kind, evidence_object)
        values ('L11', ${randomUUID()}) returning id`.execute(transaction);
      await sql`insert into ledger_entries (transaction_id, line, account, debit_minor, credit_minor, currency)
        values (${rows[0]?.id}, 1, 'fees', 5, 0, 'RUB'), (${rows[0]?.id}, 2, 'suspense', 0, 5, 'USD')`.execute(
        transaction,
      );
    });
    await expect(write).rejects.toMatchObject(CHECK);
  });

  test("a line added later to a balanced entry unbalances it, and is refused", async () => {
    const object = randomUUID();
    await post("L11", object, [
      { account: "fees", debit: 2 },
      { account: "suspense", credit: 2 },
    ]);
    const add = sql`insert into ledger_entries (transaction_id, line, account, debit_minor, currency)
      select id, 3, 'fees', 1, 'RUB' from ledger_transactions where evidence_object = ${object}`;
    await expect(add.execute(core.db)).rejects.toMatchObject(CHECK);
  });

  const balanced = [
    { account: "fees", debit: 2 },
    { account: "suspense", credit: 2 },
  ];
  test.each([
    ["L1", "L1"],
    ["L1", "L5"],
    ["L5", "L1"],
    ["L7", "L7"],
  ])("%s stands once for what proves it: no %s beside it", async (first, second) => {
    const object = randomUUID();
    await post(first, object, balanced);
    await expect(post(second, object, balanced)).rejects.toMatchObject(UNIQUE);
  });
});

test("evidence is kept once", async () => {
  const { account } = await makePayer(core);
  await pushBill(core.db, { account });
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId);
  const said = seen.pending();
  await record(core.db, due.chargeId, said);
  const again = sql`insert into evidence (charge_id, rank, source, outcome, hash, facts, moved)
    values (${due.chargeId}, 1, 'look-up', 'pending', ${said.hash}, '{}', false)`;
  await expect(again.execute(core.db)).rejects.toMatchObject(UNIQUE);
});
