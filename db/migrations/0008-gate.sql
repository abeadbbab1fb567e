-- The gate (payment rules §5): the one transaction that permits one transmission. Ten named checks, each alone in its
-- function; one whose subject does not exist yet answers 'nothing-configured'. A function, because every statement in a
-- VOLATILE function takes a new snapshot: a stop that committed while we waited for its lock is seen.

-- answer: pass · nothing-configured · wait (until next_at) · renotice · ask (reason = need) · end (reason = outcome) · again
create type gate_answer as (answer text, reason text, next_at timestamptz);

create function gate_pass() returns gate_answer language sql immutable as $$ select row('pass', null, null)::gate_answer $$;

create function gate_check_holds(p payments) returns gate_answer language plpgsql as $$
declare
  h holds;
begin
  select x.* into h from holds x, bills b join billers r on r.id = b.biller_id
    where b.id = p.bill_id and ((x.scope = 'all') or (x.scope = 'gateway' and x.scope_id = p.gateway)
       or (x.scope = 'biller' and x.scope_id = r.id) or (x.scope = 'category' and x.scope_id = r.category)) limit 1;
  if found then return row('wait', 'held:' || h.scope, business_now() + interval '10 minutes')::gate_answer; end if;
  return gate_pass();
end $$;

create function gate_check_claim(p payments, replay_of text) returns gate_answer language plpgsql as $$
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
  return gate_pass();
end $$;

create function gate_check_debt(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  b bills;
  r billers;
begin
  select * into b from bills where id = p.bill_id;
  select * into r from billers where id = b.biller_id;
  if b.state = 'annulled' then return row('end', 'annulled', null)::gate_answer; end if;
  if b.state in ('paid', 'paid-elsewhere') then return row('end', 'paid-elsewhere', null)::gate_answer; end if;
  if b.echo then return row('wait', 'echo', business_now() + interval '1 hour')::gate_answer; end if;
  if b.payee_hash <> p.payee_hash or b.payee->>'account' is distinct from r.payee->>'account'
     or b.payee->>'bic' is distinct from r.payee->>'bic' or b.payee->>'inn' is distinct from r.payee->>'inn' then
    return row('ask', 'payee-changed', null)::gate_answer;
  end if;
  if b.version <> p.bill_version or b.amount_minor <> p.amount_minor or b.part <> p.part then
    -- the planner has not caught up with an amendment yet; it will write the new amount and a new notice
    return row('wait', 'bill amended', business_now() + interval '5 seconds')::gate_answer;
  end if;
  if (q->>'amountMinor')::bigint <> p.amount_minor or q->>'currency' <> p.currency then
    return row('again', 'amount changed', null)::gate_answer;
  end if;
  if r.max_age is not null and b.confirmed_at < business_now() - r.max_age then
    return row('wait', 'source not confirmed', business_now() + interval '15 minutes')::gate_answer;
  end if;
  return gate_pass();
end $$;

create function gate_check_mandate(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  m mandates;
  b bills;
  terms jsonb;
begin
  if p.mandate_id is null then return row('nothing-configured', 'a person pays', null)::gate_answer; end if;
  select * into m from mandates where id = p.mandate_id;
  -- also when its payer confirms it: what a stop's answer did not list is never sent
  if m.state <> 'active' or p.created_at <= m.last_stop_at then return row('end', 'stopped', null)::gate_answer; end if;
  if q->>'initiatedBy' = 'cit' then return row('nothing-configured', 'a person pays', null)::gate_answer; end if;
  select * into b from bills where id = p.bill_id;
  if m.biller_id <> b.biller_id or m.account <> b.account then return row('end', 'stopped', null)::gate_answer; end if;
  if exists (select 1 from skip_marks s where s.mandate_id = m.id and s.claim_key = b.identity_key and s.part = p.part) then
    return row('end', 'skipped', null)::gate_answer;
  end if;
  select v.terms into terms from mandate_versions v where v.mandate_id = m.id and v.version = m.version;
  if not terms->'methods' ? (q->>'methodId') then return row('ask', 'new-method', null)::gate_answer; end if;
  return gate_pass();
end $$;

create function gate_check_notice(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  n notices;
  i instructions;
  m mandates;
begin
  if q->>'initiatedBy' = 'cit' then
    select * into i from instructions where id = q->>'instructionId' and payment_id = p.id;
    if not found or i.expires_at < business_now() then return row('ask', 'confirm-again', null)::gate_answer; end if;
    if i.amount_minor <> p.amount_minor or i.currency <> p.currency or i.payee_hash <> p.payee_hash
       or i.method_id is distinct from q->>'methodId' then
      return row('ask', 'confirm-amount', null)::gate_answer;
    end if;
    return gate_pass();
  end if;
  select * into n from notices where payment_id = p.id and state <> 'void';
  if not found then return row('renotice', 'no valid notice', null)::gate_answer; end if;
  if n.id <> q->>'noticeId' then return row('again', 'another notice', null)::gate_answer; end if;
  select * into m from mandates where id = p.mandate_id;
  if n.amount_minor <> p.amount_minor or n.currency <> p.currency or n.payee_hash <> p.payee_hash or n.planned_on <> p.planned_on
     or not (q->>'methodId' = n.method_id or q->>'methodId' = any (n.fallbacks))
     or exists (select 1 from mandate_versions v where v.mandate_id = m.id and v.version > n.mandate_version and not v.narrowing) then
    return row('renotice', 'notice names another debit', null)::gate_answer;
  end if;
  if n.state <> 'accepted' then return row('wait', 'notice not accepted yet', business_now() + interval '1 minute')::gate_answer; end if;
  if business_now() < n.not_before then return row('wait', 'notice clock', n.not_before)::gate_answer; end if;
  if business_now() > n.not_after then return row('renotice', 'notice too old', null)::gate_answer; end if;
  return gate_pass();
end $$;

create function gate_check_approval(p payments) returns gate_answer language sql as
  $$ select row('nothing-configured', 'organisations come later', null)::gate_answer $$;

create function gate_check_method(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  t methods;
  r billers;
begin
  select x.* into r from billers x join bills b on b.biller_id = x.id where b.id = p.bill_id;
  if q->>'methodId' is null then
    if not 'bank_card' = any (r.allowed_methods) then return row('ask', 'new-method', null)::gate_answer; end if;
    return gate_pass();
  end if;
  select * into t from methods where id = q->>'methodId';
  if t.state <> 'active' or t.resident_id <> p.resident_id or t.gateway <> p.gateway or t.livemode <> p.livemode
     or not t.kind = any (r.allowed_methods) or t.token is null or p.currency <> 'RUB' then
    return row('ask', 'new-method', null)::gate_answer;
  end if;
  return gate_pass();
end $$;

create function gate_check_limits(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  terms jsonb;
  today date;
  per jsonb;
  over gate_answer;
begin
  if q->>'initiatedBy' = 'cit' then return row('nothing-configured', 'a person pays', null)::gate_answer; end if;
  select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
    where m.id = p.mandate_id;
  today := (business_now() at time zone (terms->>'zone'))::date;
  -- as the payer chose: be asked, or skip this one and be told
  over := case when terms->>'overLimit' = 'skip' then row('end', 'skipped', null) else row('ask', 'over-limit', null) end;
  if jsonb_typeof(terms->'limitPerPayment') = 'object'
     and p.amount_minor > (terms->'limitPerPayment'->>'amountMinor')::bigint then
    return over;
  end if;
  per := terms->'limitPerPeriod';
  if jsonb_typeof(per) = 'object'
     and limit_used('mandate', p.mandate_id, per->>'period', today, p.id) + p.amount_minor > (per->'amount'->>'amountMinor')::bigint then
    return over;
  end if;
  -- an undecided charge stays in the period of its first transmission, whatever day it is sent again (§7.4)
  if q->>'replayOf' is null then
    insert into limit_use (payment_id, scope, scope_id, counted_on, amount_minor, currency, state)
      values (p.id, 'mandate', p.mandate_id, today, p.amount_minor, p.currency, 'reserved')
      on conflict (payment_id, scope) do update set counted_on = excluded.counted_on, amount_minor = excluded.amount_minor, state = 'reserved';
  end if;
  return gate_pass();
end $$;

create function gate_check_budget(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  card text;
  day_count int;
  month_count int;
begin
  if q->>'methodId' is null then return row('nothing-configured', 'the card is entered at the gateway', null)::gate_answer; end if;
  select card_key into card from methods where id = q->>'methodId';
  if card is null then return row('nothing-configured', 'the gateway names no card', null)::gate_answer; end if;
  -- ours, far below the networks' caps (§9.2): unknowns count, refused and absent are given back
  select count(*) filter (where c.first_sent_at > business_now() - interval '1 day'),
         count(*) into day_count, month_count
    from charges c join methods m on m.id = c.method_id
   where m.card_key = card and c.initiated_by = q->>'initiatedBy' and c.id is distinct from q->>'replayOf'
     and c.first_sent_at > business_now() - interval '30 days' and c.state <> 'charged'
     and not (c.state = 'not-charged' and c.how in ('refused', 'absent'));
  if day_count >= (case q->>'initiatedBy' when 'mit' then 2 else 5 end) then
    return row('wait', 'card budget of the day', business_now() + interval '1 day')::gate_answer;
  end if;
  if q->>'initiatedBy' = 'mit' and month_count >= 8 then return row('ask', 'new-method', null)::gate_answer; end if;
  return gate_pass();
end $$;

create function gate_check_hours(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  terms jsonb;
  civil timestamp;
begin
  if q->>'initiatedBy' = 'cit' then return row('nothing-configured', 'a person pays', null)::gate_answer; end if;
  select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
    where m.id = p.mandate_id;
  civil := business_now() at time zone (terms->>'zone');
  if civil::time < (terms->'noticePack'->'hours'->>'from')::time then
    return row('wait', 'before hours', (civil::date + (terms->'noticePack'->'hours'->>'from')::time) at time zone (terms->>'zone'))::gate_answer;
  end if;
  if (terms->'noticePack'->'hours'->>'to')::time < time '24:00' and civil::time >= (terms->'noticePack'->'hours'->>'to')::time then
    return row('wait', 'after hours', (civil::date + 1 + (terms->'noticePack'->'hours'->>'from')::time) at time zone (terms->>'zone'))::gate_answer;
  end if;
  if business_now() > p.give_up_at then return row('ask', 'late-bill', null)::gate_answer; end if;
  return gate_pass();
end $$;

-- q: {"paymentId","chargeId","ordinal","initiatedBy","methodId","noticeId","instructionId","amountMinor","currency",
--     "gateway","merchantAccount","requestHash","replayOf"}. Answers {"verdict": "passed" | "not-now" | "asked" | "ended" | "again"
-- | "no-replay", …}. When passed, the charge row with key and exact bytes is committed before the caller sees it.
create function gate(q jsonb, p_request bytea) returns jsonb language plpgsql as $$
declare
  p payments;
  b bills;
  c charges;
  r billers;
  replay text := q->>'replayOf';
  a gate_answer;
  checks jsonb := '{}';
  name text;
begin
  -- locks first, in the one order; reads in later statements
  select * into p from payments where id = q->>'paymentId';
  if not found then return jsonb_build_object('verdict', 'again', 'reason', 'no such payment'); end if;
  select * into b from bills where id = p.bill_id;
  select * into r from billers where id = b.biller_id;
  perform pg_advisory_xact_lock_shared(hashtextextended('hold/all/', 0));
  perform pg_advisory_xact_lock_shared(hashtextextended('hold/biller/' || r.id, 0));
  perform pg_advisory_xact_lock_shared(hashtextextended('hold/category/' || r.category, 0));
  perform pg_advisory_xact_lock_shared(hashtextextended('hold/gateway/' || p.gateway, 0));
  perform 1 from claims where claim_key = b.identity_key and part = p.part for update;
  perform 1 from bills where id = p.bill_id for share;
  if p.mandate_id is not null then perform 1 from mandates where id = p.mandate_id for no key update; end if;
  if q->>'methodId' is not null then
    perform 1 from methods where id = q->>'methodId' for no key update;
    -- one card may be saved twice: its budget is one (§9.2)
    perform pg_advisory_xact_lock(hashtextextended('card/' || card_key, 0)) from methods where id = q->>'methodId' and card_key is not null;
  end if;
  perform 1 from payments where id = p.id for no key update;
  select * into p from payments where id = p.id;

  foreach name in array array['holds','claim','debt','mandate','notice','approval','method','limits','budget','hours'] loop
    a := case name
      when 'holds' then gate_check_holds(p)
      when 'claim' then gate_check_claim(p, replay)
      when 'debt' then gate_check_debt(p, q)
      when 'mandate' then gate_check_mandate(p, q)
      when 'notice' then gate_check_notice(p, q)
      when 'approval' then gate_check_approval(p)
      when 'method' then gate_check_method(p, q)
      when 'limits' then gate_check_limits(p, q)
      when 'budget' then gate_check_budget(p, q)
      when 'hours' then gate_check_hours(p, q) end;
    checks := checks || jsonb_build_object(name, a.answer);
    if a.answer not in ('pass', 'nothing-configured') then
      if replay is not null then
        return jsonb_build_object('verdict', 'no-replay', 'check', name, 'reason', a.reason);
      end if;
      return gate_refuse(p, name, a);
    end if;
  end loop;

  if replay is not null then
    select * into c from charges where id = replay for update;
    -- at another merchant account the key is new: the same bytes would be a second charge
    if c.state <> 'unknown' or c.object_id is not null or c.request is null or c.request_hash <> q->>'requestHash'
       or c.gateway <> q->>'gateway' or c.merchant_account <> q->>'merchantAccount' then
      return jsonb_build_object('verdict', 'no-replay', 'check', 'charge', 'reason', 'not a charge to replay');
    end if;
    if c.first_sent_at < business_now() - make_interval(hours => (q->>'keyLifeHours')::int - 1) then
      return jsonb_build_object('verdict', 'no-replay', 'check', 'key age', 'reason', 'key too old');
    end if;
    update charges set state = 'sending', transmissions = transmissions + 1, last_sent_at = business_now(),
        lease_until = clock_timestamp() + interval '10 seconds' where id = replay returning * into c;
  else
    insert into charges (id, payment_id, ordinal, gateway, merchant_account, initiated_by, method_id, notice_id, instruction_id,
        amount_minor, currency, payee_hash, bill_version, idempotency_key, request, request_hash, state,
        first_sent_at, last_sent_at, lease_until)
      values (q->>'chargeId', p.id, (q->>'ordinal')::int, q->>'gateway', q->>'merchantAccount', q->>'initiatedBy', q->>'methodId',
        q->>'noticeId', q->>'instructionId', p.amount_minor, p.currency, p.payee_hash, p.bill_version, q->>'chargeId',
        p_request, q->>'requestHash', 'sending', business_now(), business_now(), clock_timestamp() + interval '10 seconds')
      returning * into c;
    if c.instruction_id is not null then update instructions set used_at = business_now() where id = c.instruction_id; end if;
  end if;
  insert into gate_passes (charge_id, transmission, checks) values (c.id, c.transmissions, checks);
  update payments set state = 'charging', need = null, method_id = coalesce(c.method_id, method_id), tries = tries + case when replay is null then 1 else 0 end,
      next_look_at = business_after_real(interval '60 seconds'), changed_at = business_now() where id = p.id;
  return jsonb_build_object('verdict', 'passed', 'chargeId', c.id, 'transmission', c.transmissions);
end $$;

-- Not now, ask, or end: the payment moves (P4, P5) in the gate's own transaction.
create function gate_refuse(p payments, p_check text, a gate_answer) returns jsonb language plpgsql as $$
begin
  -- a late question about a payment that has gone on moves nothing
  if a.answer = 'again' or p.state <> 'scheduled' then
    return jsonb_build_object('verdict', 'again', 'check', p_check, 'reason', a.reason);
  elsif p.route <> 'mandate' and a.answer in ('wait', 'ask') then
    -- a person's own claim lives only as long as its charge is undecided (§4.2): say no now, nobody parks on a bill
    perform close_payment(p.id, 'gave-up', a.reason);
    perform tell_resident('failed', p.resident_id, 'refused/' || p.id, p.id, payment_words(p), true, p.id);
    return jsonb_build_object('verdict', 'ended', 'check', p_check, 'outcome', 'gave-up');
  elsif a.answer = 'wait' and p_check = 'budget' and exists (select 1 from notices n where n.payment_id = p.id
      and n.state = 'accepted' and n.not_after < a.next_at) then
    -- the day that was announced passes without a debit: the new day is told now, not when it comes
    update payments set reason = a.reason where id = p.id;
    perform give_notice(p.id, 'notice-changed', a.reason, a.next_at);
    return jsonb_build_object('verdict', 'not-now', 'check', p_check, 'reason', a.reason);
  elsif a.answer = 'wait' then
    update payments set next_look_at = a.next_at, reason = a.reason, changed_at = business_now() where id = p.id;
    return jsonb_build_object('verdict', 'not-now', 'check', p_check, 'reason', a.reason);
  elsif a.answer = 'renotice' then
    perform give_notice(p.id, 'notice-changed', a.reason);
    return jsonb_build_object('verdict', 'not-now', 'check', p_check, 'reason', a.reason);
  elsif a.answer = 'ask' then
    update payments set state = 'needs-payer', need = a.reason, next_look_at = give_up_at, changed_at = business_now()
      where id = p.id returning * into p;
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

-- The database's own refusal, should any code forget (promise 3): a charge equals its accepted notice or its instruction.
create function charge_must_be_permitted() returns trigger language plpgsql as $$
declare
  ok boolean;
begin
  if new.notice_id is not null then
    select n.state = 'accepted' and n.payment_id = new.payment_id and n.amount_minor = new.amount_minor and n.currency = new.currency
           and n.payee_hash = new.payee_hash and (n.method_id = new.method_id or new.method_id = any (n.fallbacks))
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
create trigger charge_is_permitted before insert on charges for each row execute function charge_must_be_permitted();

-- No transmission without its gate row, committed with it.
create function charge_must_have_pass() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from gate_passes where charge_id = new.id and transmission = new.transmissions) then
    raise exception 'charge % has no gate pass for transmission %', new.id, new.transmissions using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger charge_has_pass after insert or update of transmissions on charges
  deferrable initially deferred for each row execute function charge_must_have_pass();
