-- A bill that its source can be asked for is read again right before its debit (M7; docs/decisions/0154).

-- How the last question before a debit about a bill ended, for each source. `read`: it named the bill. `silent`: no answer, or none to the question. `unclear`: it answered, and what it
-- said of the bill cannot be used.
create table bill_rereads (
  bill_id      text not null references bills,
  source       text not null,
  asked_at     timestamptz not null,
  ended        text not null check (ended in ('read', 'silent', 'unclear')),
  -- a code, never a number that was asked for
  detail       text,
  read_at      timestamptz,
  silent_since timestamptz,
  -- questions without a word about it, one after another
  failures     int not null default 0,
  primary key (bill_id, source),
  check ((ended = 'read') = (silent_since is null)),
  check ((ended = 'read') = (failures = 0))
);

-- What was known of the bill when the charge was permitted: [{"source","ended": fresh|read|silent|unclear,"readAt","ageSeconds","silentSince"}]; null: none of its sources can be asked.
alter table gate_passes add column reading jsonb;

-- When a source last said what stands in the bill; null: not known. What another one confirmed is not its word.
create function source_read_at(b bills, p_source text) returns timestamptz language sql stable as
  $$ select greatest(
       (select r.read_at from bill_rereads r where r.bill_id = b.id and r.source = p_source),
       (select s.told_at from bill_sources s where s.bill_id = b.id and s.source = p_source),
       case when b.source = p_source and not exists (select 1 from bill_sources s where s.bill_id = b.id) then b.confirmed_at end) $$;

-- Until when a debit may wait for its bill's source: the last hour in which every rule of the gate still lets it out on the last reading. Those of one evening do not all come in its last
-- minute: each has its own moment of the first half of that hour. Null: nothing is announced, nothing waits.
create function reread_until(p payments) returns timestamptz language plpgsql volatile as $$
declare
  b bills;
  n notices;
  terms jsonb;
  zone text;
  ends timestamptz;
  civil timestamp;
  share double precision := (hashtextextended(p.id, 107) & 2147483647)::double precision / 2147483648;
begin
  select * into n from notices where payment_id = p.id and state = 'accepted';
  if not found then return null; end if;
  select * into b from bills where id = p.bill_id;
  select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.id = p.mandate_id;
  zone := terms->>'zone';
  -- a bill that was late when its notice began is late anyway
  ends := least(n.not_after, p.give_up_at, b.confirmed_at + (select r.max_age from billers r where r.id = b.biller_id),
    case when last_good_instant(b, zone) > n.not_before then last_good_instant(b, zone) end);
  civil := ends at time zone zone;
  -- what ends at night ends with the hours of the evening before
  if civil::time < (terms->'noticePack'->'hours'->>'from')::time then
    ends := (civil::date - 1 + (terms->'noticePack'->'hours'->>'to')::time) at time zone zone;
  elsif civil::time > (terms->'noticePack'->'hours'->>'to')::time then
    ends := (civil::date + (terms->'noticePack'->'hours'->>'to')::time) at time zone zone;
  end if;
  return ends - least(interval '1 hour', greatest(ends - n.not_before, interval '0') / 4) * ((1 + share) / 2);
end $$;

-- The first instant from this one on at which a pack lets debits out.
create function next_within_hours(pack jsonb, zone text, at timestamptz) returns timestamptz language sql stable as
  $$ select case when x.civil::time < x.opens then (x.civil::date + x.opens) at time zone zone
       when x.civil::time >= x.closes then (x.civil::date + 1 + x.opens) at time zone zone
       else at end
     from (select at at time zone zone as civil, (pack->'hours'->>'from')::time as opens, (pack->'hours'->>'to')::time as closes) x $$;

-- What the charge of a payment has to know before it asks. Null: no gate would let it out, so nobody is asked. p_sources: those that can be asked for one bill.
create function reread_facts(p_payment text, p_initiated_by text, p_sources text[]) returns jsonb language sql volatile as
  $$ select jsonb_build_object('billId', b.id, 'uin', b.uin, 'last', coalesce(business_now() >= reread_until(y), false),
       'sources', (select coalesce(jsonb_agg(jsonb_build_object('source', s.name, 'readAt', utc_text(source_read_at(b, s.name)),
           'ageSeconds', floor(extract(epoch from business_now() - source_read_at(b, s.name))),
           'resting', exists (select 1 from source_states t where t.source = s.name and t.next_try_at > clock_timestamp())) order by s.name), '[]')
         from unnest(p_sources) s (name) where s.name = b.source or exists (select 1 from bill_sources o where o.bill_id = b.id and o.source = s.name)))
     from payments y join bills b on b.id = y.bill_id
    where y.id = p_payment and y.state = 'scheduled' and y.stop_mark is null and b.state = 'owed' and b.uin is not null and not b.echo
      and (gate_check_standing_holds(y)).answer = 'pass'
      and (p_initiated_by = 'cit' or exists (select 1 from notices n where n.payment_id = y.id and n.state = 'accepted'
             and business_now() between n.not_before and n.not_after)) $$;

-- Keeps how the questions of one debit ended, and decides what follows. q: {"paymentId","initiatedBy","asked": [{"source","ended","detail"}]}. A mandate's debit about whose bill nobody said a
-- word is put off while there is room, a little longer each time; then it goes on by the last reading where its sources are silent, and asks its payer where they answered something that
-- cannot be used. A person who stands there is not kept waiting. Answers {"goOn","reading"}.
create function settle_reread(q jsonb) returns jsonb language plpgsql as $$
declare
  p payments;
  b bills;
  x jsonb;
  unclear boolean;
  times int;
  waits_until timestamptz;
  terms jsonb;
  go_on boolean := true;
begin
  perform 1 from claims where payment_id = q->>'paymentId' for update;
  perform 1 from payments where id = q->>'paymentId' for no key update;
  select * into p from payments where id = q->>'paymentId';
  select * into b from bills where id = p.bill_id;
  for x in select value from jsonb_array_elements(q->'asked') loop
    insert into bill_rereads as r (bill_id, source, asked_at, ended, detail, read_at, silent_since, failures)
      values (b.id, x->>'source', business_now(), x->>'ended', x->>'detail', case x->>'ended' when 'read' then business_now() end,
        case when x->>'ended' <> 'read' then business_now() end, case x->>'ended' when 'read' then 0 else 1 end)
      on conflict (bill_id, source) do update set asked_at = excluded.asked_at, ended = excluded.ended, detail = excluded.detail,
        read_at = coalesce(excluded.read_at, r.read_at),
        -- a silence is over once the source was heard of the bill by any road
        silent_since = case when excluded.ended = 'read' then null when coalesce(source_read_at(b, r.source) <= r.silent_since, true)
          then coalesce(r.silent_since, excluded.silent_since) else excluded.silent_since end,
        failures = case when excluded.ended <> 'read' and coalesce(source_read_at(b, r.source) <= r.silent_since, true) then r.failures + 1 else excluded.failures end;
  end loop;
  if q->>'initiatedBy' = 'mit' and p.state = 'scheduled' and not q->'asked' @> '[{"ended": "read"}]' then
    unclear := q->'asked' @> '[{"ended": "unclear"}]';
    waits_until := reread_until(p);
    select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.id = p.mandate_id;
    select max(failures) into times from bill_rereads where bill_id = b.id and source in (select value->>'source' from jsonb_array_elements(q->'asked'));
    if business_now() < waits_until then
      update payments set remark = case when unclear then 'source unclear' else 'source silent' end, changed_at = business_now(),
          next_look_at = least(waits_until, next_within_hours(terms->'noticePack', terms->>'zone',
            business_now() + (array[interval '30 seconds', '2 minutes', '5 minutes', '10 minutes', '20 minutes'])[least(times, 5)]))
        where id = p.id;
      go_on := false;
    elsif unclear then
      perform gate_refuse(p, 'debt', row('ask', 'confirm-amount', null)::gate_answer);
      go_on := false;
    end if;
  end if;
  return jsonb_build_object('goOn', go_on, 'reading', (select jsonb_agg(jsonb_build_object('source', r.source, 'ended', r.ended,
      'readAt', utc_text(coalesce(source_read_at(b, r.source), b.confirmed_at)),
      'ageSeconds', floor(extract(epoch from business_now() - coalesce(source_read_at(b, r.source), b.confirmed_at))), 'silentSince', utc_text(r.silent_since)) order by r.source)
    from bill_rereads r where r.bill_id = b.id and r.source in (select value->>'source' from jsonb_array_elements(q->'asked'))));
end $$;

select pg_temp.amend_function('gate', 'insert into gate_passes (charge_id, transmission, checks) values (c.id, c.transmissions, checks);',
  'insert into gate_passes (charge_id, transmission, checks, reading) values (c.id, c.transmissions, checks, nullif(q->''reading'', ''null''));');
select pg_temp.amend_function('why_payment', '''because'', c.because, ''amountMinor'', c.amount_minor)', '''because'', c.because, ''amountMinor'', c.amount_minor,
           ''reading'', (select g.reading from gate_passes g where g.charge_id = c.id and g.kind = ''charge'' and g.transmission = 1))');
