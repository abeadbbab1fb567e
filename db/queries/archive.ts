import { type RawBuilder, sql } from "kysely";
import type { ArchiveState } from "../../domain/archive.ts";
import type { Bilingual } from "../../domain/catalogue/reference.ts";
import type { Currency } from "../../domain/money.ts";
import type { Database } from "../database.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";

/** One line of a person's archive: a payment of theirs, or a bill that they see and neither paid nor are paying. */
export type ArchiveRow = NamedBillerRow & {
  readonly kind: "payment" | "bill";
  /** Of the payment, or of the bill. */
  readonly id: string;
  readonly bill_id: string;
  readonly payment_id: string | null;
  /** Paid, or begun; of a bill the beginning of its due day on the biller's calendar. Whole milliseconds. */
  readonly at: string;
  /** The same as a day: on the person's calendar, of a bill on the biller's. */
  readonly day: string;
  readonly state: ArchiveState;
  readonly category_title: Bilingual;
  readonly purpose: string;
  readonly unasked: boolean;
  readonly account: string;
  readonly period: string;
  readonly uin: string | null;
  readonly amount_minor: number;
  /** Of that, what went back. */
  readonly returned_minor: number;
  readonly currency: Currency;
  readonly due_on: string;
  readonly livemode: boolean;
};

/** What an archive is narrowed by; days are the person's own, both included; `words` are in lower case with е for ё, and all of them must be found. */
export type ArchiveFilter = {
  readonly residentId: string;
  readonly words: readonly string[];
  /** What the reader sees as the purpose of a payment that no bill asked for, in lower case with е for ё: found by it too. */
  readonly unaskedWords: string;
  readonly category?: string | undefined;
  readonly billerId?: string | undefined;
  readonly state?: ArchiveState | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly leastMinor?: number | undefined;
  readonly mostMinor?: number | undefined;
};

/** A place in the archive, and on which side of it the page lies. */
export type ArchivePlace = {
  readonly side: "older" | "newer";
  readonly at: string;
  readonly id: string;
};

const returned = sql`coalesce((select sum(f.amount_minor) from refunds f where f.payment_id = y.id and f.state = 'done'), 0)::bigint`;

const ofBoth = sql`${namedBiller}, r.search_text, jsonb_build_object('ru', k.title_ru, 'en', k.title_en) as category_title,
  b.account, b.period, b.uin`;

/**
 * All that there is for one person, newest nowhere: whoever asks orders it. It begins at the person's own rows and reaches a bill by its key only, so that the size
 * of the tables says nothing about its cost.
 */
function archiveOf(residentId: string): RawBuilder<unknown> {
  return sql`
    select 'payment' as kind, y.id, b.id as bill_id, y.id as payment_id, date_trunc('milliseconds', coalesce(y.paid_at, y.created_at)) as at,
           (coalesce(y.paid_at, y.created_at) at time zone s.zone)::date as day,
           case when y.state = 'paid' then 'paid' when y.state = 'returning' or y.outcome = 'returned' then 'returned'
                when y.state = 'closed' then 'closed' else 'under-way' end as state,
           ${ofBoth}, b.purpose, b.source = 'payer' as unasked, coalesce(y.paid_minor, y.amount_minor) as amount_minor, ${returned} as returned_minor, y.currency, b.due_on, y.livemode
      from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id join categories k on k.id = r.category
      join residents s on s.id = y.resident_id
     where y.resident_id = ${residentId}
    union all
    select 'bill', b.id, b.id, null, b.due_on::timestamp at time zone r.zone, b.due_on, case b.state when 'paid' then 'paid-by-others' else b.state end,
           ${ofBoth}, b.purpose, b.source = 'payer' as unasked, case b.state when 'owed' then bill_due(b) else coalesce(b.paid_minor, b.amount_minor) end, 0::bigint, b.currency, b.due_on, b.livemode
      from (select distinct w.bill_id from bill_viewers w where w.resident_id = ${residentId}) seen
      join bills b on b.id = seen.bill_id join billers r on r.id = b.biller_id join categories k on k.id = r.category
     where b.state <> 'merged' and b.source <> 'payer' and not exists (select 1 from payments y where y.bill_id = b.id and y.resident_id = ${residentId} and y.state <> 'closed')`;
}

/** The beginning of a day of the person's, and of the day after their last one. */
const dayOf = (residentId: string, day: string, after: number) =>
  sql`(${day}::date + ${after}::int)::timestamp at time zone (select zone from residents where id = ${residentId})`;

function narrowed(filter: ArchiveFilter): RawBuilder<unknown> {
  const { residentId, words, unaskedWords, category, billerId, state, from, until, leastMinor, mostMinor } =
    filter;
  const wishes = [
    sql`not exists (select 1 from unnest(${[...words]}::text[]) word where position(word in e.search_text || translate(
      lower(concat_ws(' ', '', e.purpose, e.account, e.uin, e.bill_id, e.payment_id,
        case when e.unasked then ${unaskedWords}::text end) collate pg_c_utf8), 'ё', 'е')) = 0)`,
    ...(category === undefined ? [] : [sql`e.category = ${category}`]),
    ...(billerId === undefined ? [] : [sql`e.biller_id = ${billerId}`]),
    ...(state === undefined ? [] : [sql`e.state = ${state}`]),
    ...(from === undefined ? [] : [sql`e.at >= ${dayOf(residentId, from, 0)}`]),
    ...(until === undefined ? [] : [sql`e.at < ${dayOf(residentId, until, 1)}`]),
    ...(leastMinor === undefined ? [] : [sql`e.amount_minor >= ${leastMinor}`]),
    ...(mostMinor === undefined ? [] : [sql`e.amount_minor <= ${mostMinor}`]),
  ];
  return sql.join(wishes, sql` and `);
}

/** One page of a person's archive, newest first, on either side of a place. What comes to be meanwhile moves nothing: a place is a time and an id, no number of lines. */
export async function listArchive(
  db: Database,
  query: ArchiveFilter & { readonly place?: ArchivePlace | undefined; readonly limit: number },
): Promise<readonly ArchiveRow[]> {
  const { place, residentId, limit } = query;
  const newer = place?.side === "newer";
  const beside =
    place === undefined
      ? sql`true`
      : sql`(e.at, e.id) ${newer ? sql`>` : sql`<`} (${place.at}::timestamptz, ${place.id})`;
  const order = newer ? sql`e.at, e.id` : sql`e.at desc, e.id desc`;
  const { rows } = await sql<ArchiveRow>`
    select e.kind, e.id, e.bill_id, e.payment_id, e.at, e.day, e.state, e.biller_id, e.biller_name, e.biller_name_en, e.category, e.category_title, e.purpose, e.unasked, e.account, e.period, e.uin,
           e.amount_minor, e.returned_minor, e.currency, e.due_on, e.livemode
      from (${archiveOf(residentId)}) e where ${narrowed(query)} and ${beside} order by ${order} limit ${limit}`.execute(
    db,
  );
  return newer ? rows.toReversed() : rows;
}

/** What a person paid in a year of theirs for a category; `returned_minor` of it went back. */
export type ArchiveSum = {
  readonly year: number;
  readonly category: string;
  readonly title: Bilingual;
  readonly currency: Currency;
  readonly payments: number;
  readonly paid_minor: number;
  readonly returned_minor: number;
};

/** Sums of what a person paid, per year of theirs and category, the newest year and the largest sum first. */
export async function sumArchive(db: Database, residentId: string): Promise<readonly ArchiveSum[]> {
  const { rows } = await sql<ArchiveSum>`
    select extract(year from p.paid_at at time zone p.zone)::int as year, k.id as category, jsonb_build_object('ru', k.title_ru, 'en', k.title_en) as title,
           p.currency, count(*)::int as payments, sum(p.paid_minor)::bigint as paid_minor, sum(p.returned_minor)::bigint as returned_minor
      from (select y.paid_at, y.paid_minor, y.currency, s.zone, b.biller_id, ${returned} as returned_minor
              from payments y join bills b on b.id = y.bill_id join residents s on s.id = y.resident_id
             where y.resident_id = ${residentId} and y.state = 'paid') p
      join billers r on r.id = p.biller_id join categories k on k.id = r.category
     group by year, k.id, p.currency order by year desc, sum(p.paid_minor) desc, k.id, p.currency`.execute(
    db,
  );
  return rows;
}
