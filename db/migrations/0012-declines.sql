-- Declines, retry plans, card budgets, reminders (payment rules §9, product P4 and P5). What a code means and which rules follow stands in
-- domain/declines/ and domain/retry-policy.ts; here rules become dates, and caps are counted under the locks of the gate.

-- further tries with their dates, as computed at the failure: [{"at","kind"}…]; null when none is planned
alter table payments add column plan jsonb;
-- our reason (domain/declines/reason.ts) beside the gateway's code
alter table charges add column because text;
-- the card that a charge counts against, also after its method is gone
alter table charges add column card_key text;
update charges c set card_key = m.card_key from methods m where m.id = c.method_id and m.card_key is not null;
create index charges_by_card on charges (card_key, first_sent_at) where card_key is not null;

create function name_card_of_charge() returns trigger language plpgsql as $$
begin
  new.card_key := coalesce(new.card_key, (select card_key from methods where id = new.method_id));
  return new;
end $$;
create trigger charge_names_card before insert on charges for each row execute function name_card_of_charge();

-- Caps as data, equal to domain/card-budget.ts. `place`: the order in which they are asked.
create table card_caps (
  name         text primary key,
  place        int not null unique,
  network      text,
  initiated_by text check (initiated_by in ('mit', 'cit')),
  same_amount  boolean not null,
  most         int not null check (most > 0),
  within_hours int not null check (within_hours > 0),
  then_do      text not null check (then_do in ('next-date', 'ask'))
);
insert into card_caps (name, place, network, initiated_by, same_amount, most, within_hours, then_do) values
  ('ours-mit-day',       1, null,         'mit', false,  2,  24, 'next-date'),
  ('ours-mit-30-days',   2, null,         'mit', false,  8, 720, 'ask'),
  ('ours-cit-day',       3, null,         'cit', false,  5,  24, 'next-date'),
  ('visa-30-days',       4, 'visa',       null,  true,  20, 720, 'ask'),
  ('mastercard-day',     5, 'mastercard', null,  false, 10,  24, 'next-date'),
  ('mastercard-30-days', 6, 'mastercard', null,  true,  35, 720, 'ask');

-- Cards that a network forbids, under every mandate and every saved copy. A row never goes.
create table card_bans (
  card_key  text primary key,
  bans      text not null check (bans in ('mit', 'all')),
  charge_id text not null references charges,
  since     timestamptz not null default business_now()
);

-- A gateway says that it has this payment already, and nobody has explained it yet: its debt takes no new charge.
create function already_there(p payments) returns boolean language sql stable as
  $$ select exists (select 1 from cases k join charges c on c.id = k.subject join payments y on y.id = c.payment_id
       where k.kind = 'already-there' and k.closed_at is null and y.bill_id = p.bill_id and y.part = p.part) $$;

-- As in 0008-gate.sql, and before anything is announced anew: a debt that may be paid already waits.
create or replace function gate_check_claim(p payments, replay_of text) returns gate_answer language plpgsql as $$
begin
  if not exists (select 1 from claims where payment_id = p.id and state = 'held') then
    return row('end', 'taken-over', null)::gate_answer;
  end if;
  if p.stop_mark is not null then return row('end', 'stopped', null)::gate_answer; end if;
  if replay_of is null and p.state <> 'scheduled' then return row('again', 'state is ' || p.state, null)::gate_answer; end if;
  if replay_of is not null and p.state <> 'charging' then return row('again', 'state is ' || p.state, null)::gate_answer; end if;
  if exists (select 1 from charges c where c.payment_id = p.id and c.id is distinct from replay_of
              and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')) then
    return row('again', 'another charge is undecided', null)::gate_answer;
  end if;
  if exists (select 1 from cases k join charges c on c.id = k.subject join payments y on y.id = c.payment_id
              where k.kind = 'ghost' and k.closed_at is null and y.bill_id = p.bill_id and y.part = p.part) then
    return row('wait', 'ghost', business_now() + interval '10 minutes')::gate_answer;
  end if;
  if replay_of is null and already_there(p) then
    return row('wait', 'already-there', business_now() + interval '10 minutes')::gate_answer;
  end if;
  return gate_pass();
end $$;

-- The gate has the card's advisory lock: what is counted here cannot change until it has committed (§9.2).
create or replace function gate_check_budget(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  m methods;
  cap card_caps;
  counted int;
  decided int;
  being_sent boolean;
  free_at timestamptz;
begin
  if q->>'methodId' is null then return row('nothing-configured', 'the card is entered at the gateway', null)::gate_answer; end if;
  select * into m from methods where id = q->>'methodId';
  if m.card_key is null then return row('nothing-configured', 'the gateway names no card', null)::gate_answer; end if;
  if exists (select 1 from card_bans b where b.card_key = m.card_key and b.bans in ('all', q->>'initiatedBy')) then
    return row('ask', 'new-method', null)::gate_answer;
  end if;
  for cap in select * from card_caps c where (c.network is null or c.network = lower(m.brand))
      and (c.initiated_by is null or c.initiated_by = q->>'initiatedBy') order by c.place loop
    -- what is under way or unknown counts; what provably never ran is given back
    select count(*), count(*) filter (where c.state = 'not-charged'), coalesce(bool_or(c.state = 'sending'), false),
           (array_agg(c.first_sent_at order by c.first_sent_at desc))[cap.most] + make_interval(hours => cap.within_hours)
      into counted, decided, being_sent, free_at
      from charges c
     where c.card_key = m.card_key and c.id is distinct from q->>'replayOf'
       and c.first_sent_at > business_now() - make_interval(hours => cap.within_hours)
       and (cap.initiated_by is null or c.initiated_by = cap.initiated_by)
       and (not cap.same_amount or (c.amount_minor = p.amount_minor and c.currency = p.currency))
       and c.state <> 'charged' and not (c.state = 'not-charged' and c.how in ('refused', 'absent'));
    continue when counted < cap.most;
    if decided < cap.most then
      -- only what is under way takes the room: it may well go through, and then there is room at once
      return row('wait', 'card busy', case when being_sent then business_after_real(interval '20 seconds')
        else business_now() + interval '10 minutes' end)::gate_answer;
    end if;
    if cap.then_do = 'ask' or q->>'initiatedBy' = 'cit' or free_at > p.give_up_at then
      return row('ask', 'new-method', null)::gate_answer;
    end if;
    return row('wait', 'card budget of the day', free_at)::gate_answer;
  end loop;
  return gate_pass();
end $$;

-- Not now, ask, or end: the payment moves (P4, P5) in the gate's own transaction.
create or replace function gate_refuse(p payments, p_check text, a gate_answer) returns jsonb language plpgsql as $$
begin
  -- a late question about a payment that has gone on moves nothing
  if a.answer = 'again' or p.state <> 'scheduled' then
    return jsonb_build_object('verdict', 'again', 'check', p_check, 'reason', a.reason);
  elsif p.route <> 'mandate' and a.answer in ('wait', 'ask') and a.reason not in ('already-there', 'card busy') then
    -- a person's own claim lives only as long as its charge is undecided (§4.2): say no now, nobody parks on a bill
    perform close_payment(p.id, 'gave-up', a.reason);
    select * into p from payments where id = p.id;
    perform tell_resident('failed', p.resident_id, 'refused/' || p.id, p.id, payment_words(p), true, p.id);
    return jsonb_build_object('verdict', 'ended', 'check', p_check, 'outcome', 'gave-up');
  elsif a.answer = 'wait' and p_check = 'budget' and exists (select 1 from notices n join mandate_versions v on v.mandate_id = n.mandate_id
      and v.version = n.mandate_version where n.payment_id = p.id and n.state = 'accepted'
      and (n.not_after < a.next_at or n.planned_on < (a.next_at at time zone (v.terms->>'zone'))::date)) then
    -- the day that was announced passes without a debit: the new day is told now, not when it comes
    update payments set remark = a.reason where id = p.id;
    perform give_notice(p.id, 'notice-changed', a.reason, a.next_at);
    return jsonb_build_object('verdict', 'not-now', 'check', p_check, 'reason', a.reason);
  elsif a.answer = 'wait' then
    update payments set next_look_at = a.next_at, remark = a.reason, changed_at = business_now() where id = p.id;
    return jsonb_build_object('verdict', 'not-now', 'check', p_check, 'reason', a.reason);
  elsif a.answer = 'renotice' then
    update payments set remark = a.reason where id = p.id;
    perform give_notice(p.id, 'notice-changed', a.reason);
    return jsonb_build_object('verdict', 'not-now', 'check', p_check, 'reason', a.reason);
  elsif a.answer = 'ask' then
    update payments set state = 'needs-payer', need = a.reason, remark = null, plan = null, next_look_at = give_up_at,
        changed_at = business_now() where id = p.id returning * into p;
    -- it waits for a person now, who uses no limit of the mandate: the debits beside it may have the room
    if a.reason = 'over-limit' then update limit_use set state = 'freed' where payment_id = p.id and state = 'reserved'; end if;
    perform tell_resident('needs-confirmation', p.resident_id, 'needs-confirmation/' || p.id || '/' || p.tries || '/' || a.reason,
      p.id, payment_words(p), true, p.id);
    return jsonb_build_object('verdict', 'asked', 'check', p_check, 'need', a.reason);
  else
    perform close_payment(p.id, a.reason, 'gate: ' || p_check);
    return jsonb_build_object('verdict', 'ended', 'check', p_check, 'outcome', a.reason);
  end if;
end $$;

-- What people read about a payment: the arguments of its messages.
create or replace function payment_words(p payments) returns jsonb language sql stable as
  $$ select jsonb_build_object('paymentId', p.id, 'billId', p.bill_id, 'mandateId', p.mandate_id,
       'amount', jsonb_build_object('amountMinor', p.amount_minor, 'currency', p.currency),
       'biller', r.name, 'purpose', b.purpose, 'account', b.account, 'dueOn', b.due_on, 'plannedOn', p.planned_on,
       'notBefore', p.not_before, 'method', coalesce(m.title, ''), 'need', p.need, 'reason', last.reason, 'because', last.because,
       'plan', p.plan, 'giveUpAt', p.give_up_at, 'gateway', coalesce(last.gateway, p.gateway))
     from bills b join billers r on r.id = b.biller_id left join methods m on m.id = p.method_id
     left join lateral (select c.gateway, case when c.state = 'not-charged' then c.reason end as reason,
         case when c.state = 'not-charged' then c.because end as because
       from charges c where c.payment_id = p.id order by c.ordinal desc limit 1) last on true
     where b.id = p.bill_id $$;

create function is_working_day(day date) returns boolean language sql immutable as $$ select extract(isodow from day) < 6 $$;

-- The payer's own payday (domain/paydays.ts): the day of the month on which most debits went through in the last six months.
create function own_payday(p_resident text, zone text) returns int language sql stable as
  $$ select day from (
       select extract(day from c.first_sent_at at time zone zone)::int as day, count(*) as successes
         from charges c join payments y on y.id = c.payment_id
        where y.resident_id = p_resident and c.state = 'charged' and c.first_sent_at > business_now() - interval '6 months' group by 1) t
     where successes >= 3 order by successes desc, day limit 1 $$;

-- The first of these days of the month after a day, moved back before non-working days.
create function next_payday(after date, days int[]) returns date language sql immutable as
  $$ select min(paid) from generate_series(after, after + 62, interval '1 day') d,
       lateral (select max(w)::date as paid from generate_series(d - interval '14 days', d, interval '1 day') w where is_working_day(w::date)) p
     where extract(day from d) = any (days) and paid > after $$;

drop function retry_instant(jsonb, text, timestamptz, timestamptz);
-- The instant of a retry rule (domain/retry-policy.ts, retryMoment) for a try that failed at `failed`; null when no lawful day is left: nothing
-- comes after the last safe instant, nor, by the day, later than two weeks after the first failure.
create function retry_instant(rule jsonb, zone text, last_safe timestamptz, first_failed timestamptz, failed timestamptz, own_day int)
  returns timestamptz language plpgsql stable as $$
declare
  today date := (failed at time zone zone)::date;
  at timestamptz;
  on_day date;
begin
  case rule->>'kind'
  when 'after-minutes' then
    at := failed + make_interval(mins => (rule->>'minutes')::int);
  when 'after-days' then
    at := (today + (rule->>'days')::int + (rule->>'time')::time) at time zone zone;
  when 'payday' then
    on_day := next_payday(today, case when own_day is null
      then array(select value::int from jsonb_array_elements_text(rule->'days')) else array[own_day] end);
    at := (on_day + (rule->>'time')::time) at time zone zone;
  when 'last-safe-day' then
    on_day := (last_safe at time zone zone)::date;
    if on_day > today then at := (on_day + (rule->>'time')::time) at time zone zone; end if;
  end case;
  if rule->>'kind' <> 'after-minutes' and (at at time zone zone)::date > (first_failed at time zone zone)::date + 14 then
    return null;
  end if;
  return case when at <= last_safe then at end;
end $$;

-- Moves a try by up to a tenth, so that a city's retries do not come at one moment: a tenth of the wait, and of the day's hours at most. A tenth of
-- a long wait would leave the day that the rule names; the day stays, and so do its hours. The same seed moves by the same share.
create function with_jitter(at timestamptz, failed timestamptz, hours jsonb, zone text, seed text) returns timestamptz
  language plpgsql immutable as $$
declare
  share double precision := (hashtextextended(seed, 0) % 1000000) / 1000000.0;
  day timestamp := date_trunc('day', at at time zone zone);
  opens timestamp := day + (hours->>'from')::time;
  closes timestamp := day + case when hours->>'to' = '24:00' then interval '24 hours' else (hours->>'to')::interval end - interval '1 minute';
  moved timestamp;
begin
  moved := (at + least(at - failed, closes - opens) * 0.1 * share) at time zone zone;
  if at - failed >= interval '12 hours' then moved := least(greatest(moved, opens), closes); end if;
  return moved at time zone zone;
end $$;

-- The tries that follow a failure now, with their dates: each rule from the try before it, inside the hours of the notice pack, no sooner than
-- the notice of each allows, never past the last safe instant. A rule without a lawful day is left out.
create function retry_plan(p payments, plan jsonb) returns jsonb language plpgsql volatile as $$
declare
  terms jsonb;
  rule jsonb;
  steps jsonb := '[]';
  failed timestamptz := business_now();
  first_failed timestamptz;
  wait interval := make_interval(mins => coalesce((plan->>'shortestWaitMinutes')::int, 0));
  own_day int;
  zone text;
  at timestamptz;
begin
  select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
    where m.id = p.mandate_id;
  zone := terms->>'zone';
  own_day := own_payday(p.resident_id, zone);
  select coalesce(min(decided_at), failed) into first_failed from charges where payment_id = p.id and state = 'not-charged';
  for rule in select value from jsonb_array_elements(jsonb_build_array(plan->'rule') || coalesce(plan->'later', '[]')) loop
    at := retry_instant(rule, zone, p.give_up_at, first_failed, failed, own_day);
    continue when at is null;
    at := greatest(with_jitter(at, failed, terms->'noticePack'->'hours', zone, p.id || '/' || (rule->>'kind')), failed + wait);
    at := (notice_clock(terms->'noticePack', failed, zone, at)).not_before;
    continue when at > p.give_up_at;
    steps := steps || jsonb_build_object('at', at, 'kind', rule->>'kind');
    failed := at;
    wait := make_interval(mins => coalesce((plan->>'apartMinutes')::int, 0));
  end loop;
  return steps;
end $$;

-- The payer has to act (P7): no notice stays that announces a debit, and there is at least a day to act.
create function ask_payer(p_payment text, p_need text, p_dedupe text) returns void language plpgsql as $$
declare
  p payments;
begin
  update notices set state = 'void', void_why = 'declined' where payment_id = p_payment and state <> 'void';
  update payments set state = 'needs-payer', need = p_need, remark = null, plan = null, changed_at = business_now(),
      give_up_at = greatest(give_up_at, business_now() + interval '24 hours'),
      next_look_at = greatest(give_up_at, business_now() + interval '24 hours')
    where id = p_payment returning * into p;
  perform tell_resident('needs-confirmation', p.resident_id, p_dedupe, p.id, payment_words(p), true, p.id);
end $$;

-- What a decline says about the card itself holds whatever became of the payment.
create function settle_card(c charges, plan jsonb) returns void language plpgsql as $$
begin
  if c.method_id is null then return; end if;
  update methods set state = plan->>'method', state_reason = c.reason, version = version + 1,
      withdrawn_at = case when plan->>'method' = 'withdrawn' then business_now() end
    where plan->>'next' = 'method-dead' and id = c.method_id and state in ('active', 'unusable') and state <> plan->>'method';
  if plan->>'method' = 'withdrawn' then perform ring('stop'); end if;
  if plan->>'bansCard' is null or c.card_key is null then return; end if;
  insert into card_bans (card_key, bans, charge_id) values (c.card_key, plan->>'bansCard', c.id)
    on conflict (card_key) do update set bans = 'all' where excluded.bans = 'all';
  if plan->>'bansCard' = 'all' then
    -- other saved copies of this card; one that is locked just now is refused by the gate all the same
    update methods set state = 'unusable', state_reason = c.reason, version = version + 1 where id in (
      select id from methods where card_key = c.card_key and state = 'active' for no key update skip locked);
  end if;
end $$;

-- No money was taken and none can be: retry, ask, or end (P7).
create or replace function settle_not_charged(p_charge text, plan jsonb, stopped boolean) returns void language plpgsql as $$
declare
  c charges;
  p payments;
  steps jsonb := '[]';
  fallback text;
begin
  update charges set because = plan->>'because' where id = p_charge returning * into c;
  select * into p from payments where id = c.payment_id;
  perform settle_card(c, plan);
  if plan->>'alarm' is not null then
    perform open_case('alarm', c.id, c.amount_minor, c.currency, jsonb_build_object('alarm', plan->>'alarm', 'reason', c.reason,
      'gateway', c.gateway));
  end if;
  if plan->>'next' = 'look-up-first' then perform look_for_twin(c, p); end if;
  if p.state <> 'charging' then return; end if;
  if stopped then
    perform close_payment(p.id, 'stopped', 'stopped while a charge was under way');
    return;
  end if;
  update payments set reason = c.reason, remark = null, plan = null, changed_at = business_now() where id = p.id returning * into p;
  if plan->>'next' = 'look-up-first' then
    -- not asked, not closed: the debt stays held until somebody knows
    update payments set state = 'scheduled', remark = 'already-there', next_look_at = business_now() + interval '10 minutes'
      where id = p.id returning * into p;
    perform tell_resident('being-checked', p.resident_id, 'being-checked/' || c.id, p.id, payment_words(p), true, p.id);
    return;
  end if;
  if p.route <> 'mandate' or plan->>'next' = 'gave-up' then
    -- a person's own claim lives only as long as its charge is undecided (§4.2)
    perform close_payment(p.id, 'gave-up', c.reason);
    perform tell_resident('failed', p.resident_id, 'failed/' || c.id, p.id, payment_words(p), true, p.id);
    return;
  end if;
  if plan->>'next' = 'again' then
    if c.how = 'refused' and try_again_under_notice(c, p, plan->'rule') then return; end if;
    steps := retry_plan(p, plan);
  end if;
  if jsonb_array_length(steps) > 0 then
    -- a retry is another debit: the failure message names it, with the plan behind it, and is its notice (§7.3)
    update payments set state = 'scheduled', plan = steps where id = p.id;
    perform give_notice(p.id, 'failed-retry', 'declined', (steps->0->>'at')::timestamptz);
    return;
  end if;
  if (plan->>'fallbackAllowed')::boolean then
    -- the valid notice named this method as the next one, and nothing forbids it (§9.3)
    select f.id into fallback from notices n, unnest(n.fallbacks) with ordinality f(id, place) join methods t on t.id = f.id
      where n.payment_id = p.id and n.state = 'accepted' and n.not_after > business_now() and t.state = 'active'
        and t.gateway = p.gateway and t.id is distinct from c.method_id and not exists (select 1 from card_bans b where b.card_key = t.card_key)
        and t.card_key is distinct from coalesce(c.card_key, '')
        and not exists (select 1 from charges o where o.payment_id = p.id and o.method_id = t.id)
      order by f.place limit 1;
  end if;
  if fallback is not null then
    update payments set state = 'scheduled', method_id = fallback, next_look_at = business_now() where id = p.id;
    return;
  end if;
  perform ask_payer(p.id, coalesce(plan->>'need', 'confirm-again'), 'needs-confirmation/' || c.id);
end $$;

-- The request never became a debit: while the notice names the very debit that is tried again, it stays its notice.
create function try_again_under_notice(c charges, p payments, rule jsonb) returns boolean language plpgsql as $$
declare
  at timestamptz;
begin
  at := retry_instant(rule, (select terms->>'zone' from mandate_versions where mandate_id = p.mandate_id and version = p.mandate_version),
    p.give_up_at, business_now(), business_now(), null);
  if at is null or not exists (select 1 from notices n where n.payment_id = p.id and n.state = 'accepted' and n.not_after > at) then
    return false;
  end if;
  update payments set state = 'scheduled', plan = jsonb_build_array(jsonb_build_object('at', at, 'kind', rule->>'kind')),
      next_look_at = at where id = p.id;
  return true;
end $$;

-- "Already there": every charge of the debt that counts as ended without money is looked at again before a person judges (§9.1).
create function look_for_twin(c charges, p payments) returns void language plpgsql as $$
begin
  perform open_case('already-there', c.id, c.amount_minor, c.currency, jsonb_build_object('reason', c.reason, 'gateway', c.gateway));
  insert into gateway_nudges (gateway, event, object_id, charge_id)
    select o.gateway, 'already-there', coalesce(o.object_id, ''), o.id from charges o join payments y on y.id = o.payment_id
     where y.bill_id = p.bill_id and y.part = p.part and o.state = 'not-charged' and o.how <> 'refused';
  perform ring('nudge');
end $$;

-- When a payer who was asked is asked again: a day later, a day before the end, on the last morning; not within six hours of one another, nor
-- when hardly any time is left.
create function reminder_moments(asked timestamptz, deadline timestamptz, zone text) returns setof timestamptz language plpgsql stable as $$
declare
  at timestamptz;
  last timestamptz := asked;
begin
  for at in select t from unnest(array[asked + interval '24 hours', deadline - interval '24 hours',
      ((deadline at time zone zone)::date + time '09:00') at time zone zone]) t order by t loop
    continue when at < last + interval '6 hours' or at > deadline - interval '1 hour';
    last := at;
    return next at;
  end loop;
end $$;

-- Reminders live exactly as long as the need (P4, N7): queued when a payment begins to wait for its payer, dropped in the transaction that meets
-- the need, pays, stops or closes, whichever function that is.
create function keep_reminders() returns trigger language plpgsql as $$
declare
  asks boolean := new.state = 'needs-payer' and new.stop_mark is null
    and new.need in ('confirm-again', 'new-method', 'confirm-amount', 'over-limit', 'late-bill', 'contact-bank');
  asked boolean := false;
  at timestamptz;
  name text;
begin
  if tg_op = 'UPDATE' then
    asked := old.state = 'needs-payer' and old.stop_mark is null;
    if asks and asked and (new.need, new.give_up_at, new.amount_minor) = (old.need, old.give_up_at, old.amount_minor) then return null; end if;
  end if;
  if asked then
    update notifications set state = 'dropped', why = 'collapsed'
      where payment_id = new.id and event = 'confirmation-reminder' and state = 'queued';
  end if;
  if not asks then return null; end if;
  for at in select * from reminder_moments(business_now(), new.give_up_at, (select zone from residents where id = new.resident_id)) loop
    -- the same need may come back within one deadline: each time of asking has its own reminders
    name := 'confirmation-reminder/' || new.id || '/' || pg_current_xact_id()::text || '/' || extract(epoch from at);
    perform tell_resident('confirmation-reminder', new.resident_id, name, new.id, payment_words(new), false, new.id);
    update notifications set due_at = at where dedupe_key = name || '/email' and state = 'queued';
  end loop;
  return null;
end $$;
create trigger payment_keeps_reminders after insert or update of state, need, stop_mark, give_up_at, amount_minor on payments
  for each row execute function keep_reminders();
