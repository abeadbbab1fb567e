import { sql } from "kysely";
import type { SourcePayment } from "../../domain/source-bill.ts";
import type { Database } from "../database.ts";

/** A payment that a notice tells, by the UIN that it is for. */
export type NoticedPayment = { readonly uin: string; readonly payment: SourcePayment };

/** What a source says has changed: bills to ask for. It proves nothing. */
export type SourceNotice = {
  readonly source: string;
  readonly noticeId: string;
  readonly uins: readonly string[];
  readonly payments: readonly NoticedPayment[];
};

/** Keeps a notice as a reason to look and rings the loop that looks; the same one again makes no second row. */
export async function keepNotice(db: Database, notice: SourceNotice): Promise<void> {
  const { source, noticeId, uins, payments } = notice;
  await sql`with kept as (
      insert into source_notices (source, notice_id, uins, payments) values (${source}, ${noticeId}, ${[...uins]}::text[], ${JSON.stringify(payments)}::jsonb)
        on conflict do nothing returning 1)
    select ring('find') from kept`.execute(db);
}

/** Takes notices of a source that nobody has followed yet, oldest first; who dies over one gives it back. Nothing while the source is not to be asked. */
export async function leaseNotices(
  db: Database,
  { source, limit }: { readonly source: string; readonly limit: number },
): Promise<readonly (SourceNotice & { readonly attempts: number })[]> {
  const { rows } = await sql<SourceNotice & { attempts: number }>`
    update source_notices n set attempts = attempts + 1,
        due_at = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(attempts, 7)))
     where (n.source, n.notice_id) in (
       select o.source, o.notice_id from source_notices o
        where o.source = ${source} and o.done_at is null and o.due_at <= clock_timestamp()
          and not exists (select 1 from source_states s where s.source = o.source and s.next_try_at > clock_timestamp())
        order by o.received_at, o.notice_id limit ${limit} for update skip locked)
    returning n.source, n.notice_id as "noticeId", n.uins, n.payments, n.attempts`.execute(db);
  return rows;
}

/** Marks notices as followed. */
export async function finishNotices(
  db: Database,
  { source, noticeIds }: { readonly source: string; readonly noticeIds: readonly string[] },
): Promise<void> {
  await sql`update source_notices set done_at = business_now() where source = ${source} and notice_id = any (${[...noticeIds]})`.execute(
    db,
  );
}
