import { sql } from "kysely";
import type { Database } from "../database.ts";

/**
 * Closes a digest whose time has come: what nobody wants any more is dropped, one message goes alone, more of them go as one for each channel. Not yet: how many real
 * milliseconds are left. Repeating it changes nothing.
 */
export async function closeDigest(
  db: Database,
  digestId: string,
): Promise<{ readonly closed: boolean; readonly waitMs: number }> {
  const { rows } = await sql<{ closed: boolean; waitMs: number }>`
    select close_digest(${digestId}) as closed,
      coalesce((select real_ms_until(closes_at) from digests where id = ${digestId}), 0) as "waitMs"`.execute(
    db,
  );
  return rows[0] ?? { closed: true, waitMs: 0 };
}

/** Open digests whose time has come so many real milliseconds ago: their workflow is asleep or gone. */
export async function readOverdueDigests(
  db: Database,
  { graceMs, limit }: { readonly graceMs: number; readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from digests where state = 'open' and closes_at <= business_now() - make_interval(secs => ${graceMs / 1000})
     order by closes_at, id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}
