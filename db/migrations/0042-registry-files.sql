-- Registry files and bulk pushes (B2): many bills at once, by the rules of receive_bill. A file is read whole into a staging table before anything of it counts; then
-- its lines are applied chunk by chunk, each chunk in one transaction with its own mark.

-- How its registry files are written (db/registry/file-format.ts).
alter table billers add column if not exists file_format jsonb;

create table registry_files (
  id             text primary key default new_code(),
  -- its short name in the tables below
  no             bigint generated always as identity unique,
  biller_id      text not null references billers,
  -- file: believed as a whole or not at all; push: bill by bill, like single pushes
  kind           text not null check (kind in ('file', 'push')),
  name           text,
  sent_by        text not null,
  sha256         text,
  bytes          bigint,
  -- the order of files whose bills have no versions of their own
  version        bigint,
  format         jsonb,
  state          text not null check (state in ('receiving', 'received', 'reading', 'applying', 'done', 'refused')),
  -- where reading goes on (db/registry/file-reader.ts, ReaderState); null: nothing was read
  reader         jsonb,
  staged_lines   int not null default 0,
  -- told word for word by the file before: of no effect
  known_lines    int not null default 0,
  -- under which rules its lines were read: only a file read by the same rules recognises them; null: by rules that change within the file
  known_scope    text,
  -- the file whose lines it recognises, and since when nobody has confirmed those
  known_from     bigint,
  known_since    timestamptz,
  chunk_lines    int not null check (chunk_lines > 0),
  failure_code   text,
  failure_detail text,
  created_at     timestamptz not null default business_now(),
  finished_at    timestamptz,
  check ((state = 'refused') = (failure_code is not null))
);
create index registry_files_by_biller on registry_files (biller_id, no);
create index registry_files_to_import on registry_files (biller_id, no) where kind = 'file' and state in ('received', 'reading', 'applying');
-- One file of a biller at a time: a half-applied one is finished before the next begins.
create unique index registry_files_under_way on registry_files (biller_id) where kind = 'file' and state in ('reading', 'applying');

-- What was sent, as it came, until it was read: compressed, sealed with the file's id and the part's number as associated data.
create table registry_parts (
  file_no    bigint not null references registry_files (no),
  part       int not null,
  -- in the file as it was sent
  raw_offset bigint not null,
  raw_bytes  int not null,
  sealed     bytea not null,
  primary key (file_no, part)
);

create table registry_payees (
  file_no bigint not null references registry_files (no),
  payee   int not null,
  body    jsonb not null,
  hash    text not null,
  primary key (file_no, payee)
);

-- Bills of files that were read and do not count yet. Unlogged: after a crash of the server it is empty, which is seen, and the file is read once more.
create unlogged table registry_lines (
  file_no      bigint not null,
  line         int not null,
  -- another line of the file names the same debt: these are applied one by one, in their order
  repeated     boolean not null default false,
  -- lines of the file that say the same, word for word
  equal_lines  int[],
  bill_id      text not null,
  identity_key text not null,
  account_key  text,
  uin          text,
  external_id  text,
  account      text not null,
  period       text not null,
  kind         text not null,
  version      bigint not null,
  status       text not null,
  amount_minor bigint not null,
  full_minor   bigint not null,
  discount     jsonb,
  issued_on    date,
  due_on       date not null,
  purpose      text not null,
  payee        int not null,
  content_hash text not null,
  subjects     text[],
  -- the rest of what a source may tell, for receive_bill alone
  rest         jsonb
);
create index registry_lines_by_line on registry_lines (file_no, line);

-- What the lines of a biller's last file are known by (db/registry/known-lines.ts). Unlogged: without it lines are read that need not be.
create unlogged table registry_known (
  file_no bigint not null,
  part    int not null,
  records bytea not null,
  primary key (file_no, part)
);

-- What came of each chunk: {"new": 9900,"duplicate": 80…}. Its row is written in the transaction of its effects.
create table registry_chunks (
  file_no    bigint not null references registry_files (no),
  -- 0, 1, 2…; repeated lines of the same range are chunk -1 - n
  chunk      int not null,
  results    jsonb not null,
  applied_at timestamptz not null default business_now(),
  -- looked for other rows of the same debts that came at the same moment
  names_checked boolean not null default false,
  primary key (file_no, chunk)
);

-- Every refused line once, with what is wrong: [{"field","code"}]. Never with what it said.
create table registry_refusals (
  file_no bigint not null references registry_files (no),
  line    int not null,
  faults  jsonb not null,
  primary key (file_no, line)
);

-- A staged line as receive_bill takes it.
create function registry_bill(l registry_lines, p_biller text, p_source text, p_delivery text) returns jsonb language sql stable as
  $$ select jsonb_build_object('billerId', p_biller, 'source', p_source, 'identityKey', l.identity_key, 'accountKey', l.account_key, 'uin', l.uin,
       'externalId', l.external_id, 'account', l.account, 'period', l.period, 'kind', l.kind, 'version', l.version, 'status', l.status,
       'amountMinor', l.amount_minor, 'fullMinor', l.full_minor, 'currency', 'RUB', 'discount', l.discount, 'issuedOn', l.issued_on, 'dueOn', l.due_on,
       'purpose', l.purpose, 'payee', y.body, 'payeeHash', y.hash, 'contentHash', l.content_hash, 'delivery', p_delivery,
       'subjects', to_jsonb(coalesce(l.subjects, '{}')), 'overpaid', false, 'acknowledgement', null, 'payments', '[]'::jsonb) || coalesce(l.rest, '{}')
     from registry_payees y where y.file_no = l.file_no and y.payee = l.payee $$;

-- A file was read whole: from here on it counts. Lines that name the same debt: equal versions with different contents contradict each other, none of them counts; of
-- equal lines one is enough; the others are applied one by one. Statistics know nothing of lines that came a moment ago: everything is joined by hash.
create function registry_settle_lines(p_file bigint) returns void language plpgsql set enable_nestloop = off as $$
declare
  refused int;
  equal int;
begin
  create temporary table registry_twins on commit drop as
    select name from (
      select identity_key as name from registry_lines where file_no = p_file
      union all select account_key from registry_lines where file_no = p_file and account_key is not null) n
    group by name having count(*) > 1;
  update registry_lines l set repeated = true from registry_twins t where l.file_no = p_file and t.name = l.identity_key;
  update registry_lines l set repeated = true from registry_twins t where l.file_no = p_file and l.account_key is not null and t.name = l.account_key and not l.repeated;

  with contradicting as materialized (
    select identity_key, version from registry_lines where file_no = p_file and repeated
    group by 1, 2 having count(distinct content_hash) > 1
  ), gone as (
    delete from registry_lines l using contradicting c
     where l.file_no = p_file and l.repeated and l.identity_key = c.identity_key and l.version = c.version returning l.line
  )
  insert into registry_refusals (file_no, line, faults)
    select p_file, line, '[{"field": "", "code": "contradicts-another-line"}]' from gone;
  get diagnostics refused = row_count;

  create temporary table registry_equals on commit drop as
    select min(line) as first, array_agg(line order by line) as lines from registry_lines where file_no = p_file and repeated
    group by identity_key, version, content_hash having count(*) > 1;
  update registry_lines l set equal_lines = e.lines[2:] from registry_equals e where l.file_no = p_file and l.line = e.first;
  delete from registry_lines l using (select unnest(lines[2:]) as line from registry_equals) e where l.file_no = p_file and l.line = e.line;
  get diagnostics equal = row_count;

  create temporary table registry_still on commit drop as
    select name from (
      select identity_key as name from registry_lines where file_no = p_file and repeated
      union all select account_key from registry_lines where file_no = p_file and repeated and account_key is not null) n
    group by name having count(*) > 1;
  update registry_lines l set repeated = false where l.file_no = p_file and l.repeated
    and not exists (select 1 from registry_still t where t.name = l.identity_key) and not exists (select 1 from registry_still t where t.name = l.account_key);

  update registry_files set state = 'applying', staged_lines = staged_lines - refused - equal where no = p_file;
end $$;

create type registry_outcome as (line int, bill_id text, result text);

-- A reading that says what we know already confirms it (gate check 3). It is written when the last word is this old: a file that comes twice an hour would else rewrite
-- a million bills for nothing. Never more than an eighth of what the gate allows.
create function registry_confirm_before(p_biller text, p_now timestamptz) returns timestamptz language sql stable as
  $$ select p_now - least(interval '3 hours', max_age / 8) from billers where id = p_biller $$;

-- Of the lines of a range (`p_repeated`: of those that stand alone, or of the others; null: of all): stores new bills, confirms those in which nothing changed, and answers what came of each; null where receive_bill has to decide.
-- Statistics know nothing of lines that came a moment ago: lists are joined by hash, and bills are looked up line by line (what has a limit of one row can only be
-- looked up), in the order of their keys: neighbours in the index, and two that wait for each other's bills wait in one order. Always by an index: a plan that was made
-- while the table was small is kept by its connection, and would read the grown table once a line.
create function registry_apply_sets(p_file bigint, p_from int, p_to int, p_repeated boolean, p_source text, p_delivery text)
  returns setof registry_outcome language plpgsql set work_mem = '32MB' set enable_nestloop = off set enable_seqscan = off as $$
declare
  biller billers := (select r from billers r join registry_files f on f.biller_id = r.id where f.no = p_file);
  live boolean := (select livemode from deployment);
  -- once: to ask the clock for every line would take a third of the time
  at timestamptz := business_now();
  confirm_before timestamptz := registry_confirm_before(biller.id, at);
begin
  return query
    with judged as materialized (
      select x.*, b.known_id, b.source_version as known_version, b.last_result, discount_end(x.discount, biller.zone) as discount_ends_at,
             case when x.repeated or x.rest is not null then 'one-by-one'
                  when b.says_the_same and b.source_version = x.version then
                    case when b.redelivered then 'redelivered' when b.wants_word then 'confirm' else 'unchanged' end
                  when b.source_version < x.version and b.is_plain and x.status = 'issued' and b.same_names
                    and (select true from bill_sources s where s.bill_id = b.known_id limit 1) is null then
                    case when b.says_the_same then case when b.same_terms then 'newer' else 'one-by-one' end
                         when b.words_differ and (select true from payments y where y.bill_id = b.known_id limit 1) is null then 'amend'
                         else 'one-by-one' end
                  when b.known_id is not null then 'one-by-one'
                  -- known by another of its names
                  when (select true from bills a where a.account_key in (x.identity_key, x.account_key) limit 1)
                    or x.account_key is not null and (select true from bills a where a.identity_key = x.account_key limit 1)
                    or x.uin is not null and (select true from bills a where a.uin_key = x.identity_key limit 1) then 'one-by-one'
                  else 'insert' end as what
        from (select * from registry_lines s where s.file_no = p_file and s.line between p_from and p_to and s.repeated = coalesce(p_repeated, s.repeated) order by s.identity_key) x
        left join lateral (
          select y.id as known_id, y.last_result, y.source_version,
                 -- old, or from before a discount ended (confirmed_since_discount)
                 y.confirmed_at < confirm_before or coalesce(y.confirmed_at < y.discount_ends_at and y.discount_ends_at <= at, false) as wants_word, y.last_delivery is not distinct from p_delivery as redelivered,
                 y.source = p_source and y.state <> 'merged' and y.content_hash = x.content_hash as says_the_same,
                 -- owed, and nothing stands in the way of a newer version of the same source
                 y.source = p_source and y.state = 'owed' and y.said = 'issued' and y.part = 1 and not y.echo as is_plain,
                 y.account = x.account and y.period = x.period and y.uin is not distinct from x.uin and y.account_key is not distinct from x.account_key as same_names,
                 y.due_on = x.due_on and y.discount is not distinct from x.discount as same_terms,
                 (y.amount_minor, y.full_minor, y.discount, y.issued_on, y.due_on, y.purpose)
                   is distinct from (x.amount_minor, x.full_minor, x.discount, x.issued_on, x.due_on, x.purpose) as words_differ
            from bills y where y.identity_key = x.identity_key limit 1) b on true
    ), inserted as (
      insert into bills (id, biller_id, identity_key, external_id, account, period, kind, state, version, amount_minor, currency, due_on, purpose, payee, payee_hash,
                         content_hash, livemode, received_at, confirmed_at, last_delivery, last_result, source, source_version, said, uin, uin_key, account_key,
                         full_minor, discount, discount_ends_at, discount_over, issued_on)
        select j.bill_id, biller.id, j.identity_key, j.external_id, j.account, j.period, j.kind,
               case j.status when 'annulled' then 'annulled' when 'paid' then 'paid-elsewhere' else 'owed' end,
               1, j.amount_minor, 'RUB', j.due_on, j.purpose, y.body, y.hash, j.content_hash, live, at, at, p_delivery, 'new', p_source, j.version, j.status, j.uin,
               case when j.uin is not null then j.identity_key end, j.account_key, j.full_minor, j.discount, j.discount_ends_at,
               coalesce(j.discount_ends_at <= at, false), j.issued_on
          from judged j join registry_payees y on y.file_no = p_file and y.payee = j.payee where j.what = 'insert' order by j.identity_key
        on conflict do nothing returning id
    ), subjects as (
      insert into bill_subjects (subject_key, bill_id)
        select distinct subject, j.bill_id from judged j join inserted i on i.id = j.bill_id, unnest(j.subjects) subject
    ), plans as (
      -- somebody follows it (plan_if_followed)
      insert into outbox (kind, subject_id, payload, created_at)
        select 'plan-bill', j.bill_id, '{"because": "new"}', at from judged j join inserted i on i.id = j.bill_id
         where j.status = 'issued' and (
            (select true from payer_accounts a where a.biller_id = biller.id and a.account = j.account limit 1)
            or (select true from mandates m where m.biller_id = biller.id and m.account = j.account and m.state in ('proposed', 'active', 'paused') limit 1)
            or (select true from saved_identifiers s where s.subject_key = any (j.subjects) limit 1))
      returning 1
    ), confirmed as (
      update bills set confirmed_at = at where id = any (array(select known_id from judged where what = 'confirm')) and confirmed_at < at
    ), renewed as (
      update bills b set source_version = j.version, confirmed_at = at, last_delivery = p_delivery, last_result = 'confirmed',
          discount_over = coalesce(j.discount_ends_at <= at, false)
        from judged j
       where b.id = any (array(select known_id from judged where what = 'newer')) and j.what = 'newer' and j.known_id = b.id
         and b.source_version < j.version and b.content_hash = j.content_hash
      returning b.id
    ), before as materialized (
      -- as they were: one that changes at this moment is left to receive_bill
      select b.* from bills b where b.id = any (array(select known_id from judged where what = 'amend'))
    ), amended as (
      update bills b set version = o.version + 1, source_version = j.version, amount_minor = j.amount_minor, full_minor = j.full_minor, discount = j.discount,
          discount_ends_at = j.discount_ends_at, discount_over = coalesce(j.discount_ends_at <= at, false), issued_on = j.issued_on, due_on = j.due_on,
          purpose = j.purpose, payee = y.body, payee_hash = y.hash, content_hash = j.content_hash, external_id = coalesce(j.external_id, b.external_id),
          confirmed_at = at, last_delivery = p_delivery, last_result = 'amended'
        from judged j join before o on o.id = j.known_id join registry_payees y on y.file_no = p_file and y.payee = j.payee
       where b.id = any (array(select known_id from judged where what = 'amend')) and j.what = 'amend' and b.id = j.known_id
         and b.version = o.version and b.source_version = j.known_version and o.source_version = j.known_version
      returning b.*
    ), histories as (
      -- as keep_version does before and after a change
      insert into bill_versions (bill_id, version, status, amount_minor, currency, due_on, purpose, payee, received_at, source, source_version, full_minor, discount, issued_on)
        select v.id, v.version, v.said, v.amount_minor, v.currency, v.due_on, v.purpose, v.payee, case v.version when 1 then v.received_at else at end,
               v.source, v.source_version, v.full_minor, v.discount, v.issued_on
          from (select o.* from before o join amended a on a.id = o.id union all select a.* from amended a) v
      on conflict (bill_id, version) do nothing
    ), learnt as (
      insert into bill_subjects (subject_key, bill_id)
        select distinct subject, a.id from judged j join amended a on a.id = j.known_id, unnest(j.subjects) subject on conflict do nothing
    ), replans as (
      -- somebody follows it (plan_if_followed, plan_soon); of its payments it has none
      insert into outbox (kind, subject_id, payload, created_at)
        select 'plan-bill', a.id, '{"because": "amended"}', at from judged j join amended a on a.id = j.known_id
         where ((select true from payer_accounts c where c.biller_id = biller.id and c.account = j.account limit 1)
             or (select true from mandates m where m.biller_id = biller.id and m.account = j.account and m.state in ('proposed', 'active', 'paused') limit 1)
             or (select true from added_bills d where d.bill_id = a.id limit 1)
             or (select true from saved_identifiers s where s.subject_key = any (j.subjects) limit 1)
             or (select true from saved_identifiers s where s.subject_key = any (array(select k.subject_key from bill_subjects k where k.bill_id = a.id)) limit 1))
           and (select true from outbox o where o.subject_id = a.id and o.kind = 'plan-bill' and o.done_at is null and o.attempts = 0 limit 1) is null
      returning 1
    ), rung as (select ring('plan') from (select 1 from plans union all select 1 from replans limit 1) p)
    select j.line, coalesce(j.known_id, j.bill_id),
           case j.what when 'insert' then case when i.id is not null then 'new' end
                       when 'newer' then case when r.id is not null then 'confirmed' end
                       when 'amend' then case when a.id is not null then 'amended' end
                       when 'redelivered' then j.last_result
                       when 'confirm' then 'duplicate' when 'unchanged' then 'duplicate' end
      from judged j left join inserted i on i.id = j.bill_id left join renewed r on r.id = j.known_id left join amended a on a.id = j.known_id
      left join (select count(*) from rung) g on true;
end $$;

-- Applies lines by the rules of receive_bill: as sets where that is the same, and else by receive_bill itself, in the order of the lines.
create function registry_apply_lines(p_file bigint, p_from int, p_to int, p_repeated boolean, p_source text, p_delivery text)
  returns setof registry_outcome language plpgsql as $$
declare
  biller text := (select biller_id from registry_files where no = p_file);
  one registry_outcome;
  changed int[] := '{}';
  l registry_lines;
  answer jsonb;
begin
  for one in select * from registry_apply_sets(p_file, p_from, p_to, p_repeated, p_source, p_delivery) loop
    -- null: changed, or told by somebody else at this moment
    if one.result is null then changed := changed || one.line; else return next one; end if;
  end loop;
  for l in select x.* from registry_lines x where x.file_no = p_file and x.line = any (changed) order by x.line loop
    -- two equal lines of a file are no message that came twice
    answer := receive_bill(registry_bill(l, biller, p_source, case when p_repeated then p_delivery || '/' || l.line else p_delivery end));
    return next row (l.line, answer->>'billId', answer->>'result')::registry_outcome;
  end loop;
end $$;

-- One chunk in one transaction, once: its mark and its effects are there together, or neither is. A line that says something else of a version that is known is
-- refused (§4.3).
create function registry_apply_chunk(p_file bigint, p_chunk int) returns void language plpgsql as $$
declare
  f registry_files := (select x from registry_files x where no = p_file);
  range int := case when p_chunk < 0 then -1 - p_chunk else p_chunk end;
  first int := range * f.chunk_lines + 1;
  last int := (range + 1) * f.chunk_lines;
begin
  if exists (select 1 from registry_chunks where file_no = p_file and chunk = p_chunk) then return; end if;
  with equals as materialized (
    select line, equal_lines from registry_lines where file_no = p_file and line between first and last and equal_lines is not null
  ), outcomes as materialized (
    select o.*, e.equal_lines from registry_apply_lines(p_file, first, last, p_chunk < 0, 'file', 'file/' || f.id) o left join equals e on e.line = o.line
  ), counted as (
    select result, 1 as lines from outcomes
    union all select case when result in ('conflict', 'stale') then result else 'duplicate' end, cardinality(equal_lines) from outcomes where equal_lines is not null
  ), refused as (
    insert into registry_refusals (file_no, line, faults)
      select p_file, x.line, '[{"field": "version", "code": "bill-version-conflict"}]'
        from outcomes o cross join lateral unnest(o.line || coalesce(o.equal_lines, '{}')) x(line) where o.result = 'conflict'
  )
  insert into registry_chunks (file_no, chunk, results)
    select p_file, p_chunk, coalesce(jsonb_object_agg(result, n), '{}') from (select c.result, sum(c.lines) as n from counted c group by c.result) r;
end $$;

-- Bills of one debt that came by two names at the same moment, one by a line and one by itself, have not seen each other: receive_bill locks both names, a thousand lines
-- cannot. After their commit, while no bill of the biller is on its way, the later one finds the earlier.
create function registry_check_lines(p_file bigint, p_from int, p_to int) returns void language plpgsql set enable_seqscan = off as $$
declare
  b bills;
begin
  perform pg_advisory_xact_lock(hashtextextended('arrivals/' || f.biller_id, 0)) from registry_files f where f.no = p_file;
  for b in select y.* from registry_lines x cross join lateral (select * from bills z where z.identity_key = x.identity_key limit 1) y
            where x.file_no = p_file and x.line between p_from and p_to and not x.repeated
              and ((select true from bills a where a.account_key = x.identity_key limit 1)
                or x.account_key is not null and (select true from bills a where a.identity_key = x.account_key limit 1)) loop
    perform note_twins(b);
  end loop;
end $$;

create function registry_check_names(p_file bigint, p_chunk int) returns void language plpgsql as $$
declare
  lines int := (select chunk_lines from registry_files where no = p_file);
begin
  -- repeated lines came one by one
  if p_chunk >= 0 then perform registry_check_lines(p_file, p_chunk * lines + 1, (p_chunk + 1) * lines); end if;
  update registry_chunks set names_checked = true where file_no = p_file and chunk = p_chunk;
end $$;

-- A bill on its way (see registry_check_lines): many at a time.
alter function receive_bill(jsonb) rename to receive_bill_in_line;
create function receive_bill(p jsonb) returns jsonb language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('arrivals/' || (p->>'billerId'), 0));
  return receive_bill_in_line(p);
end $$;
