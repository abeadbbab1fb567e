-- Finding bills (B1–B4, B6): how fresh is what each source says of each resident, what sources tell by themselves, bills from paper, and how often widgets are used.

-- ---------------------------------------------------------------------------------------------------------------------
-- Readings: which resident's identifiers a source is asked for next, and how the last question ended (docs/decisions/0115).

create table source_readings (
  resident_id text not null references residents,
  source      text not null,
  due_at      timestamptz not null default business_now(),
  -- real time: whoever reads holds it, and gives it back by dying
  lease_until timestamptz,
  -- asked again while it was read: an identifier was saved meanwhile
  again       boolean not null default false,
  asked_at    timestamptz,
  -- when the source last answered all that was asked about this resident: what is shown is as fresh as that
  read_at     timestamptz,
  ended       text check (ended in ('complete', 'partial', 'unreachable', 'refused')),
  failures    int not null default 0,
  primary key (resident_id, source)
);
create index source_readings_due on source_readings (source, due_at);

-- How a source itself stands, for everybody: a dead one is asked seldom, and by one reading only.
create table source_states (
  source      text primary key,
  reached_at  timestamptz,
  -- since when it does not answer, or does not let us in; null: it does
  down_since  timestamptz,
  down_why    text,
  failures    int not null default 0,
  -- real time
  next_try_at timestamptz not null default clock_timestamp(),
  check ((down_since is null) = (down_why is null))
);

-- Asks a source about a resident soon; a reading that is under way is followed by another one, because it may not know yet what is new.
create function read_soon(p_resident text, p_sources text[]) returns void language plpgsql as $$
begin
  insert into source_readings as r (resident_id, source)
    select p_resident, s from unnest(p_sources) s order by s
    on conflict (resident_id, source) do update set due_at = least(r.due_at, business_now()), 
      again = coalesce(r.lease_until > clock_timestamp(), false);
  perform ring('find');
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Notices: a source says by itself that bills have changed. It proves nothing: the bills are asked for.

create table source_notices (
  source      text not null,
  notice_id   text not null,
  uins        text[] not null,
  -- [{"uin", "payment"}] as the port names them
  payments    jsonb not null,
  received_at timestamptz not null default business_now(),
  -- real time
  due_at      timestamptz not null default clock_timestamp(),
  attempts    int not null default 0,
  done_at     timestamptz,
  primary key (source, notice_id)
);
create index source_notices_open on source_notices (source, due_at) where done_at is null;

-- ---------------------------------------------------------------------------------------------------------------------
-- Paper (docs/decisions/0116). A bill that only somebody's paper tells of is theirs alone: whoever added it sees and pays it by hand. It calls nobody else, starts
-- no autopay, and gives way without a trace to the first word of a source.

create or replace view bill_viewers as
  select a.resident_id, b.id as bill_id, 'account' as because
    from payer_accounts a join bills b on b.biller_id = a.biller_id and b.account = a.account where b.state <> 'merged' and b.source <> 'paper'
  union all
  select i.resident_id, s.bill_id, 'identifier' from saved_identifiers i join bill_subjects s on s.subject_key = i.subject_key
  union all
  select d.resident_id, d.bill_id, 'added' from added_bills d
  union all
  select y.resident_id, y.bill_id, 'payment' from payments y;

create or replace function mandate_covers(m mandates, b bills) returns boolean language sql stable as
  $$ select b.source <> 'paper' and m.biller_id = b.biller_id and m.account = any (bill_references(b)) and (m.account not like 'subject/%' or exists (select 1
       from saved_identifiers i where i.resident_id = m.resident_id and 'subject/' || i.subject_key = m.account)) $$;

create or replace function bills_of_mandate(m mandates) returns setof bills language sql stable as
  $$ select b.* from bills b where b.biller_id = m.biller_id and b.account = m.account and b.state = 'owed' and b.source <> 'paper'
     union all
     select b.* from bill_subjects s join bills b on b.id = s.bill_id
      where m.account like 'subject/%' and s.subject_key = substr(m.account, 9) and b.biller_id = m.biller_id and b.state = 'owed' $$;

-- Words of paper are never kept beside a source's: a stranger's sum must raise no doubt about somebody's bill.
create or replace function keep_words_beside(p_bill text, p jsonb, p_result text) returns void language sql as
  $$ insert into bill_sources (bill_id, source, source_version, status, words, content_hash, last_delivery, last_result)
       select p_bill, p->>'source', (p->>'version')::bigint, p->>'status', p - '{subjects,payments,delivery}'::text[], p->>'contentHash',
         p->>'delivery', p_result where p->>'source' <> 'paper'
       on conflict (bill_id, source) do update set source_version = excluded.source_version, status = excluded.status, words = excluded.words,
         content_hash = excluded.content_hash, last_delivery = excluded.last_delivery, last_result = excluded.last_result, told_at = business_now() $$;

-- A bill from paper, in the shape of receive_bill. One that a source has told is answered as it is (`known`); paper with another sum under the same name changes
-- nothing (`conflict`). Both by one name come one after the other.
create function receive_paper(p jsonb) returns jsonb language plpgsql as $$
declare
  known text;
begin
  perform pg_advisory_xact_lock(hashtextextended('bill/' || (p->>'identityKey'), 0));
  known := bill_named(p->>'identityKey', null, null);
  if exists (select 1 from bills where id = known and source <> 'paper') then
    return jsonb_build_object('billId', known, 'result', 'known');
  end if;
  return receive_bill(p);
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- How many of a month's users use which way of finding bills (B4). Who they are is not kept: `who` is a keyed hash of person and month.

create table widget_uses (
  month  date not null check (date_trunc('month', month) = month),
  widget text not null,
  who    text not null check (who ~ '^[0-9a-f]{64}$'),
  primary key (month, widget, who)
);
