import { type Kysely, sql } from "kysely";
import type { SubjectIdentifier } from "../../domain/source-bill.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import type { Sealer } from "../sealed.ts";

/** How a reading of a resident at a source ended: as the source's answer did. */
export type ReadingOutcome = "complete" | "partial" | "unreachable" | "refused";

/** How fresh a source's word about a resident is; instants are ISO 8601. */
export type Freshness = {
  readonly source: string;
  /** When it last answered all that was asked; null: never yet. */
  readonly readAt: string | null;
  /** How the newest question ended; null: none has ended yet. */
  readonly ended: ReadingOutcome | null;
  /** Since when the source answers nobody, or did not answer about this resident; null: it does. */
  readonly downSince: string | null;
};

/** Asks sources about a resident soon, whatever was asked before. */
export async function readSoon(
  db: Kysely<DB>,
  { residentId, sources }: { readonly residentId: string; readonly sources: readonly string[] },
): Promise<void> {
  if (sources.length === 0) return;
  await sql`select read_soon(${residentId}, ${[...sources]}::text[])`.execute(db);
}

/**
 * Asks sources about a resident who has just come, where there is something to ask them by and they were not asked within so many seconds: who signs in ten times
 * a day costs the registry nothing.
 */
export async function readAtSignIn(
  db: Database,
  visit: {
    readonly residentId: string;
    readonly sources: readonly { readonly source: string; readonly kinds: readonly string[] }[];
    readonly notWithinSeconds: number;
  },
): Promise<void> {
  const names = visit.sources.map(({ source }) => source);
  const kinds = visit.sources.map((one) => JSON.stringify(one.kinds));
  await sql`
    select read_soon(${visit.residentId}, array_agg(s.name))
      from unnest(${names}::text[], ${kinds}::jsonb[]) s (name, kinds)
     where not exists (select 1 from source_readings r where r.resident_id = ${visit.residentId} and r.source = s.name
                          and r.asked_at > business_now() - make_interval(secs => ${visit.notWithinSeconds}))
       and (exists (select 1 from saved_identifiers i where i.resident_id = ${visit.residentId} and s.kinds ? i.kind)
         or exists (select 1 from added_bills a join bills b on b.id = a.bill_id where a.resident_id = ${visit.residentId}
                       and s.kinds ? 'uin' and b.uin is not null and b.state = 'owed'))
    having count(*) > 0`.execute(db);
}

/** How fresh each source's word about a resident is; a source that was never to be asked about them is not among them. */
export async function listFreshness(db: Database, residentId: string): Promise<readonly Freshness[]> {
  const { rows } = await sql<Freshness>`
    select r.source, r.read_at as "readAt", r.ended,
           coalesce(s.down_since, case when r.ended = 'unreachable' then r.asked_at end) as "downSince"
      from source_readings r left join source_states s on s.source = r.source
     where r.resident_id = ${residentId} order by r.source`.execute(db);
  return rows;
}

/** A resident whose identifiers a source is to be asked for. */
export type LeasedReading = { readonly residentId: string };

/**
 * Takes residents whose reading is due, those first who wait longest; whoever dies over it gives them back after the lease. Nobody is taken while the source itself
 * is not to be asked, nor while work of payments waits: finding bills comes behind paying them.
 */
export async function leaseReadings(
  db: Database,
  {
    source,
    limit,
    leaseSeconds,
  }: { readonly source: string; readonly limit: number; readonly leaseSeconds: number },
): Promise<readonly LeasedReading[]> {
  const { rows } = await sql<LeasedReading>`
    update source_readings r set lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}), again = false
     where (r.resident_id, r.source) in (
       select d.resident_id, d.source from source_readings d
        where d.source = ${source} and d.due_at <= business_now() and coalesce(d.lease_until <= clock_timestamp(), true)
          and not exists (select 1 from source_states s where s.source = d.source and s.next_try_at > clock_timestamp())
          and not exists (select 1 from outbox o where o.done_at is null and o.not_before < clock_timestamp() - interval '5 seconds')
        order by d.due_at limit ${limit} for update skip locked)
    returning r.resident_id as "residentId"`.execute(db);
  return rows;
}

/** What a source is to be asked for: by whom it was saved or added, and the value itself. */
export type AskedIdentifier = SubjectIdentifier & { readonly residentId: string };

/** Opens the saved identifiers of some residents that a source knows, and the UINs of bills that they added and owe. */
export async function readIdentifiers(
  db: Database,
  sealer: Pick<Sealer, "open">,
  { residentIds, kinds }: { readonly residentIds: readonly string[]; readonly kinds: readonly string[] },
): Promise<readonly AskedIdentifier[]> {
  const { rows: saved } = await sql<{ id: string; residentId: string; kind: string; sealed: Buffer }>`
    select id, resident_id as "residentId", kind, sealed from saved_identifiers
     where resident_id = any (${[...residentIds]}) and kind = any (${[...kinds]}) order by resident_id, created_at, id`.execute(
    db,
  );
  const { rows: added } = await sql<AskedIdentifier>`
    select a.resident_id as "residentId", 'uin' as kind, b.uin as value from added_bills a join bills b on b.id = a.bill_id
     where a.resident_id = any (${[...residentIds]}) and 'uin' = any (${[...kinds]}) and b.uin is not null and b.state = 'owed'
     order by a.resident_id, b.id`.execute(db);
  const opened = saved.map(({ id, residentId, kind, sealed }) => ({
    residentId,
    kind,
    value: sealer.open(sealed, id).toString("utf8"),
  }));
  return [...opened, ...added];
}

/** UINs of bills that a source called owed before, that these residents see, and that are not among those it calls owed now. */
export async function readVanished(
  db: Database,
  asked: {
    readonly source: string;
    readonly residentIds: readonly string[];
    readonly uins: readonly string[];
  },
): Promise<readonly string[]> {
  const { rows } = await sql<{ uin: string }>`
    select distinct b.uin from bill_viewers w join bills b on b.id = w.bill_id
     where w.resident_id = any (${[...asked.residentIds]}) and w.because <> 'payment' and b.uin is not null and b.uin <> all (${[...asked.uins]}::text[])
       and b.state = 'owed'
       and (b.source = ${asked.source} or exists (select 1 from bill_sources s where s.bill_id = b.id and s.source = ${asked.source}))
     order by b.uin limit 1000`.execute(db);
  return rows.map(({ uin }) => uin);
}

/** Forgets residents about whom there is nothing to ask a source any more; not those who saved something meanwhile. */
export async function dropReadings(
  db: Database,
  { source, residentIds }: { readonly source: string; readonly residentIds: readonly string[] },
): Promise<void> {
  if (residentIds.length === 0) return;
  await sql`delete from source_readings where source = ${source} and resident_id = any (${[...residentIds]}) and not again`.execute(
    db,
  );
}

/**
 * Sees to it that everybody about whom a source can be asked is read some time, by a number or by a bill that they added: also those whose numbers are older than
 * the source, and those whose wish to be read was lost with the process that had it. New ones are spread over a span, so that a source which is connected today
 * is not asked about a whole city at once.
 */
export async function seedReadings(
  db: Database,
  {
    source,
    kinds,
    overSeconds,
  }: { readonly source: string; readonly kinds: readonly string[]; readonly overSeconds: number },
): Promise<void> {
  await sql`insert into source_readings (resident_id, source, due_at)
    select w.resident_id, ${source}, business_now() + random() * make_interval(secs => ${overSeconds})
      from (select i.resident_id from saved_identifiers i where i.kind = any (${[...kinds]})
            union
            select a.resident_id from added_bills a join bills b on b.id = a.bill_id
             where 'uin' = any (${[...kinds]}) and b.uin is not null and b.state = 'owed') w
     -- whoever is there already costs no row: this looks over a whole city
     where not exists (select 1 from source_readings r where r.resident_id = w.resident_id and r.source = ${source})
    on conflict do nothing`.execute(db);
}

/** How the reading of one resident ended, and in how many seconds the next one comes. */
export type ReadingEnd = {
  readonly residentId: string;
  readonly outcome: ReadingOutcome;
  readonly againSeconds: number;
};

/** Keeps how readings ended; one that was asked for again meanwhile is due at once. */
export async function settleReadings(
  db: Database,
  source: string,
  ends: readonly ReadingEnd[],
): Promise<void> {
  if (ends.length === 0) return;
  await sql`
    update source_readings r set lease_until = null, again = false, asked_at = business_now(), ended = e.outcome,
        read_at = case e.outcome when 'complete' then business_now() else r.read_at end,
        failures = case when e.outcome in ('complete', 'partial') then 0 else r.failures + 1 end,
        due_at = case when r.again then business_now() else business_now() + make_interval(secs => e.again_seconds) end
      from unnest(${ends.map(({ residentId }) => residentId)}::text[], ${ends.map(({ outcome }) => outcome)}::text[],
                  ${ends.map(({ againSeconds }) => againSeconds)}::double precision[]) e (resident_id, outcome, again_seconds)
     where r.resident_id = e.resident_id and r.source = ${source}`.execute(db);
}

/**
 * Keeps how a source itself stands. While it is down it is tried less and less often, an hour apart at most: many questions that meet one outage at once count once, for
 * only a try that was due tells that it lasts.
 *
 * @param why a code where it was not reached or did not let us in; null: it answered
 */
export async function noteSourceState(
  db: Database,
  { source, why }: { readonly source: string; readonly why: string | null },
): Promise<void> {
  if (why === null) {
    await sql`insert into source_states (source, reached_at) values (${source}, business_now())
      on conflict (source) do update set reached_at = business_now(), down_since = null, down_why = null, failures = 0,
        next_try_at = clock_timestamp()`.execute(db);
    return;
  }
  await sql`insert into source_states as s (source, down_since, down_why, failures, next_try_at)
      values (${source}, business_now(), ${why}, 1, clock_timestamp() + interval '30 seconds')
    on conflict (source) do update set down_since = coalesce(s.down_since, business_now()), down_why = ${why},
      failures = s.failures + case when s.next_try_at <= clock_timestamp() then 1 else 0 end,
      next_try_at = case when s.next_try_at <= clock_timestamp()
        then clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(s.failures, 7))) else s.next_try_at end`.execute(
    db,
  );
}
