import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(2);
});
afterAll(() => core.close());

/** Tables that others name by foreign keys. */
const NAMED = "bills|mandates|payments|methods|residents|billers|charges";
/** Charges are named by rows that their own transaction writes; nobody locks one and waits for another row. */
const FREE = "charges";
/** Whoever is on the way with a row of a person's who goes is waited for, and whoever comes later finds them gone: everything of theirs has ended before, and a deadlock is tried again. */
const ON_PURPOSE = "erase_resident locks residents";

test("no function locks a row against those who only name it: updating a payment twice looks at its bill and mandate again", async () => {
  const { rows } = await sql<{ name: string; source: string }>`
    select p.proname as name, p.prosrc as source from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'public' order by 1`.execute(core.db);
  expect(rows.length).toBeGreaterThan(50);
  const locking = new RegExp(`\\bfrom (${NAMED})\\b[^;]*?\\bfor update\\b`, "g");
  const found = rows.flatMap(({ name, source }) =>
    [...source.replaceAll(/--.*$/gm, "").matchAll(locking)]
      .filter(([, table]) => table !== FREE)
      .map(([, table]) => `${name} locks ${table}`),
  );
  expect(found).toEqual([ON_PURPOSE]);
});
