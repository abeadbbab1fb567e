import { sql } from "kysely";
import type { Database } from "../../db/database.ts";
import { makeBiller } from "../../test/support/rows.ts";
import { pushBill } from "../../test/support/rows-bills.ts";
import { SERVICE_TERMS } from "../../words/service-terms.ts";

const BILLS = 50;

/** Bills of which people are told. */
export async function makeBills(db: Database): Promise<readonly string[]> {
  await makeBiller(db);
  const ids: string[] = [];
  for (let index = 0; index < BILLS; index += 1)
    ids.push((await pushBill(db, { account: `bench-${index}` })).billId);
  return ids;
}

/** Tells so many new residents of a bill, as its arrival does: a queued mail each. */
export async function tellMany(db: Database, bills: readonly string[], count: number): Promise<void> {
  await sql`insert into residents (id, issuer, subject, name, email, email_verified, locale, zone, terms_version)
    select x.id, 'https://bench.example', x.id, 'Bench', lower(x.id) || '@bench.example', true, 'ru', 'Europe/Moscow', ${SERVICE_TERMS.version}
    from (select new_code() as id from generate_series(1, ${count})) x`.execute(db);
  await sql`with told as (select r.id, row_number() over (order by r.id) as n from residents r
      where not exists (select 1 from notifications o where o.resident_id = r.id))
    select count(tell_resident('bill-arrived', t.id, 'bill-arrived/' || b.id || '/1/' || t.id, b.id, bill_words(b), false))
    from told t join bills b on b.id = (${bills}::text[])[1 + t.n % ${bills.length}]`.execute(db);
}

/** Messages that have not been taken over yet. */
export async function countOpen(db: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from notifications where state in ('queued', 'sending')`.execute(db);
  return rows[0]?.n ?? 0;
}
