-- Packs of other markets (docs/decisions/0144): lead in calendar or working days, an end of the notice itself, a last moment to call off. All numbers stand in the snapshot of the mandate's terms; only
-- the days on which banks do not work are a table, since a government decrees them after a mandate was made. It is filled from domain/notice-packs/bank-holidays.ts at every migration.
create table holiday_calendars (
  calendar   text primary key,
  decreed_to int not null,
  spare      int not null
);
create table bank_holidays (
  calendar text not null references holiday_calendars,
  day      date not null,
  primary key (calendar, day)
);

-- The first civil day on which a debit may come whose notice was accepted on a day (domain/notice-policy.ts, firstDebitDay).
create function first_debit_day(pack jsonb, accepted_on date) returns date language plpgsql stable as $$
declare
  soonest date := accepted_on + case when (pack->>'earlierCalendarDay')::boolean then 1 else 0 end;
  at_day date := accepted_on;
  remaining int := (pack->'leadDays'->>'count')::int;
  c holiday_calendars;
begin
  if remaining is null then return soonest; end if;
  if pack->'leadDays'->>'counted' = 'calendar' then return greatest(soonest, accepted_on + remaining); end if;
  select * into strict c from holiday_calendars where calendar = pack->'leadDays'->>'calendar';
  while remaining > 0 loop
    at_day := at_day + 1;
    continue when extract(isodow from at_day) > 5 or exists (select 1 from bank_holidays h where h.calendar = c.calendar and h.day = at_day);
    -- nobody knows that year's holidays yet: rather a later debit than one too early
    if extract(year from at_day) > c.decreed_to and c.spare > 0 then c.spare := c.spare - 1; else remaining := remaining - 1; end if;
  end loop;
  return greatest(soonest, at_day);
end $$;

create or replace function notice_clock(pack jsonb, accepted timestamptz, zone text, wanted timestamptz default null,
                             out planned_on date, out not_before timestamptz, out not_after timestamptz)
  language plpgsql stable as $$
declare
  opens time := (pack->'hours'->>'from')::time;
  closes time := (pack->'hours'->>'to')::time;
  accepted_on date := (accepted at time zone zone)::date;
  first_day date := first_debit_day(pack, accepted_on);
  civil timestamp;
begin
  civil := greatest(accepted + make_interval(secs => (pack->>'leadSeconds')::double precision), wanted) at time zone zone;
  if civil::date < first_day then civil := first_day + opens; end if;
  if civil::time < opens then civil := civil::date + opens; end if;
  -- "24:00" is the end of the day: no closing hour
  if closes < time '24:00' and civil::time >= closes then civil := (civil::date + 1) + opens; end if;
  planned_on := civil::date;
  not_before := civil at time zone zone;
  not_after := least(
    case pack->'window'->>'kind'
      when 'hours' then not_before + make_interval(hours => (pack->'window'->>'hours')::int)
      else (planned_on + (pack->'window'->>'days')::int + closes) at time zone zone end,
    -- the notice itself grows too old, whatever day it names; null where the pack sets no such end
    accepted + make_interval(hours => (pack->'oldest'->>'hours')::int),
    (accepted_on + (pack->'oldest'->>'days')::int + closes) at time zone zone);
end $$;

-- Until when the rail promises that a debit can be called off; null: until it is sent.
create function cancel_until(pack jsonb, planned_on date, zone text) returns timestamptz language sql stable as
  $$ select (planned_on - (pack->'cancelUntil'->>'daysBefore')::int + (pack->'cancelUntil'->>'time')::time) at time zone zone $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- A debit that went down under a pack that says `inform` (docs/decisions/0145): what has changed is told and accepted before the debit, the first clock runs on.

-- the accepted notice whose clock this one keeps
alter table notices add column clock_of text references notices;
create index notices_by_clock on notices (clock_of) where clock_of is not null;

-- The living notice whose clock may run on for what is due now: accepted, or itself on the clock of one that was; the same debit in everything but its lower sum; not too old.
create function running_notice(p payments, b bills) returns notices language plpgsql volatile as $$
declare
  n notices;
  m mandates;
  terms jsonb;
  due bigint;
begin
  select * into n from notices where payment_id = p.id and state <> 'void';
  if not found or (n.state <> 'accepted' and n.clock_of is null) or business_now() > n.not_after or p.state <> 'scheduled' then return null; end if;
  select * into m from mandates where id = p.mandate_id;
  select v.terms into terms from mandate_versions v where v.mandate_id = m.id and v.version = m.version;
  due := debit_due_at(b, greatest(n.not_before, business_now()));
  if terms->'noticePack'->>'decrease' <> 'inform' or due >= n.amount_minor or b.currency <> n.currency or b.payee_hash <> n.payee_hash
     or p.method_id <> n.method_id or not terms->'methods' ? n.method_id or not exists (select 1 from methods t where t.id = n.method_id and t.state = 'active')
     or n.mandate_id <> m.id or exists (select 1 from mandate_versions v where v.mandate_id = m.id and v.version > n.mandate_version and not v.narrowing) then
    return null;
  end if;
  return n;
end $$;

create or replace function give_notice(p_payment text, p_event text, p_why_void text, p_earliest timestamptz default null) returns void
  language plpgsql as $$
declare
  p payments;
  b bills;
  due bigint;
  terms jsonb;
  k record;
  running notices;
  n text := new_code();
  told int;
begin
  select * into p from payments where id = p_payment;
  select * into b from bills where id = p.bill_id;
  select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
    where m.id = p.mandate_id;
  -- who asks for a later day asks for another debit
  if p_earliest is null then running := running_notice(p, b); end if;
  update notices set state = 'void', void_why = p_why_void where payment_id = p.id and state <> 'void';
  -- a message not yet sent would tell yesterday's truth
  update notifications set state = 'dropped', why = 'collapsed'
    where payment_id = p.id and notice_id is not null and state = 'queued';
  if running.id is not null then
    select running.planned_on, running.not_before, running.not_after into k;
    due := debit_due_at(b, greatest(k.not_before, business_now()));
  else
    select * into k from notice_clock(terms->'noticePack', business_now(), terms->>'zone', p_earliest);
    due := debit_due_at(b, k.not_before);
  end if;
  if p.bill_version = b.version and p.part = b.part and p.amount_minor <> due then
    update payments set amount_minor = due where id = p.id returning * into p;
    update limit_use set amount_minor = due where payment_id = p.id and state = 'reserved';
  end if;
  insert into notices (id, payment_id, mandate_id, mandate_version, amount_minor, currency, payee_hash, method_id, fallbacks,
                       planned_on, not_before, not_after, clock_of, state)
    values (n, p.id, p.mandate_id, (select version from mandates where id = p.mandate_id), p.amount_minor, p.currency,
            p.payee_hash, p.method_id,
            array(select t.id from jsonb_array_elements_text(terms->'methods') with ordinality q(id, place)
                    join methods t on t.id = q.id where t.state = 'active' and t.id <> p.method_id order by q.place),
            k.planned_on, k.not_before, k.not_after, coalesce(running.clock_of, running.id), 'queued');
  update payments set planned_on = k.planned_on, not_before = k.not_before, not_after = k.not_after,
      next_look_at = greatest(k.not_before, business_now()), changed_at = business_now()
    where id = p.id returning * into p;
  -- a planned debit is counted on its planned day (§7.4)
  update limit_use set counted_on = p.planned_on where payment_id = p.id and state = 'reserved';
  told := tell_resident(p_event, p.resident_id, p_event || '/' || n, p.id, payment_words(p), true, p.id, n);
  if told = 0 then
    -- nobody to tell: no debit (§7.3)
    update payments set state = 'needs-payer', need = 'no-channel', next_look_at = give_up_at where id = p.id;
  end if;
end $$;

create or replace function accept_notice(p_notice text, p_channel text) returns void language plpgsql as $$
declare
  n notices;
  terms jsonb;
  k record;
  accepted timestamptz;
begin
  select * into n from notices where id = p_notice;
  perform 1 from payments where id = n.payment_id for no key update;
  select * into n from notices where id = p_notice for update;
  if n.state <> 'queued' then return; end if;
  select v.terms into terms from mandate_versions v where v.mandate_id = n.mandate_id and v.version = n.mandate_version;
  -- one reading of the clock: the lead is counted from the very instant that is kept as the acceptance
  accepted := business_now();
  if n.clock_of is null then
    select * into k from notice_clock(terms->'noticePack', accepted, terms->>'zone');
  else
    -- the first clock runs on: a lower sum has only to be known before the debit
    select n.planned_on, accepted as not_before, n.not_after into k;
  end if;
  if k.not_before > n.not_after and exists (select 1 from payments where id = n.payment_id and state = 'scheduled') then
    -- taken over so late that the days it names are past: what it says is no notice of the debit that could still come (§7.3)
    perform give_notice(n.payment_id, 'notice-changed', 'accepted too late');
    return;
  end if;
  if k.not_before > n.not_before then
    n.planned_on := k.planned_on; n.not_before := k.not_before; n.not_after := greatest(n.not_after, k.not_after);
  end if;
  update notices set state = 'accepted', channel = p_channel, accepted_at = accepted, planned_on = n.planned_on,
      not_before = n.not_before, not_after = n.not_after where id = n.id;
  update payments set planned_on = n.planned_on, not_before = n.not_before, not_after = n.not_after,
      next_look_at = greatest(next_look_at, n.not_before) where id = n.payment_id and state = 'scheduled';
  update limit_use set counted_on = n.planned_on where payment_id = n.payment_id and state = 'reserved';
  insert into outbox (kind, subject_id, payload) select 'plan-bill', b.id, '{"because": "due-changed"}' from payments y join bills b on b.id = y.bill_id
    where y.id = n.payment_id and y.state = 'scheduled' and debit_due_at(b, y.not_before) <> y.amount_minor;
  if found then perform ring('plan'); end if;
end $$;

-- A bounce takes the clock with it, also from the notice that ran on it.
create or replace function void_notice(p_notice text, p_why text) returns void language plpgsql as $$
declare
  n notices;
begin
  select * into n from notices where id = p_notice;
  perform 1 from payments where id = n.payment_id for no key update;
  update notices set state = 'void', void_why = p_why where (id = p_notice or clock_of = p_notice) and state <> 'void';
  if found then
    update payments set state = 'needs-payer', need = 'no-channel', next_look_at = give_up_at, changed_at = business_now()
      where id = n.payment_id and state = 'scheduled';
    perform tell_workflow('wake-payment', n.payment_id);
  end if;
end $$;

-- The database's own refusal (promise 3), as in 0008. New: inside the notice's days; of terms that no edit since has widened; and a clock that was taken over is that of an accepted notice of the same
-- debit with a higher sum.
create or replace function charge_must_be_permitted() returns trigger language plpgsql as $$
declare
  ok boolean;
begin
  if new.notice_id is not null then
    select n.state = 'accepted' and n.payment_id = new.payment_id and n.amount_minor = new.amount_minor and n.currency = new.currency
           and n.payee_hash = new.payee_hash and (n.method_id = new.method_id or new.method_id = any (n.fallbacks))
           and new.first_sent_at >= n.not_before and new.first_sent_at <= n.not_after and new.first_sent_at >= n.accepted_at
           and not exists (select 1 from mandate_versions v where v.mandate_id = n.mandate_id and v.version > n.mandate_version and not v.narrowing)
           and (n.clock_of is null or exists (select 1 from notices f where f.id = n.clock_of and f.payment_id = n.payment_id and f.accepted_at is not null
             and f.void_why is distinct from 'bounced' and f.currency = n.currency and f.amount_minor > n.amount_minor and f.payee_hash = n.payee_hash
             and f.method_id = n.method_id and f.not_before <= n.not_before and f.not_after >= n.not_after))
      into ok from notices n where n.id = new.notice_id;
  else
    select i.payment_id = new.payment_id and i.amount_minor = new.amount_minor and i.currency = new.currency
           and i.payee_hash = new.payee_hash and i.method_id is not distinct from new.method_id
      into ok from instructions i where i.id = new.instruction_id;
  end if;
  if ok is not true then
    raise exception 'charge % has no accepted, equal notice and no instruction of the payer', new.id using errcode = 'check_violation';
  end if;
  return new;
end $$;

-- The planner asks no question about lateness where the first clock runs on.
do $$
declare
  body text;
  old constant text := '''billVersion'', y.bill_version, ''amountMinor'', y.amount_minor, ''need'', y.need,';
begin
  select pg_get_functiondef('plan_read'::regproc) into strict body;
  if length(body) - length(replace(body, old, '')) <> length(old) then raise exception 'plan_read is not what it was'; end if;
  execute replace(body, old, old || ' ''runsFrom'', (running_notice(y, b)).not_before,');
end $$;
