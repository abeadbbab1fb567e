-- Charges on objects that are made before them (payment rules §8.3): at such a gateway one object stands for all charges of a payment and succeeds
-- once. And the gates of the two requests that are no charge: taking money that is only held, and ending an object that took none.

create table prepared_objects (
  payment_id       text not null references payments,
  round            int not null check (round >= 1),
  gateway          text not null,
  merchant_account text not null,
  amount_minor     bigint not null check (amount_minor > 0),
  currency         text not null,
  -- null: asked for, no answer yet; the same key is asked again, so a crash between two lines costs an idle object at most
  object_id        text,
  -- the gateway's name of the last attempt on the object when it was last read before a charge
  attempt_before   text,
  state            text not null default 'open' check (state in ('open', 'voided', 'used')),
  -- requests without an answer since the last one that had one
  unanswered       int not null default 0,
  made_at          timestamptz not null default business_now(),
  void_asked_at    timestamptz,
  primary key (payment_id, round),
  unique (payment_id, round, object_id)
);
-- an object belongs to one payment for ever
create unique index prepared_objects_by_object on prepared_objects (gateway, object_id) where object_id is not null;

alter table charges
  add column prepared_round int,
  add column attempt_before text,
  -- the gateway can end it while it waits for its payer: data of the adapter at the moment of the gate
  add column can_void boolean,
  -- where we end it ourselves, the payer has this long from the last transmission, by our clock (§1.8): such a vendor names no end
  add column confirm_minutes int,
  -- why we asked the gateway to end it; the first reason stays. From then on it is never captured and its link is dark
  add column void_why text check (void_why in ('stopped', 'challenge-over', 'other-method', 'not-run', 'unwanted', 'ghost')),
  add constraint charges_on_prepared_object foreign key (payment_id, prepared_round, object_id)
    references prepared_objects (payment_id, round, object_id),
  add constraint charges_prepared_known check (prepared_round is null or object_id is not null);
drop index charges_by_object;
create unique index charges_by_object on charges (gateway, object_id) where object_id is not null and prepared_round is null;
create index charges_by_prepared_object on charges (gateway, object_id) where prepared_round is not null;
-- whoever forgets anything: an object takes money once
create unique index one_charged_per_object on charges (gateway, object_id) where state = 'charged' and object_id is not null;

-- captures and voids have their rows here as well, each kind counted by itself
alter table gate_passes add column kind text not null default 'charge' check (kind in ('charge', 'capture', 'void'));
alter table gate_passes drop constraint gate_passes_pkey;
alter table gate_passes add primary key (charge_id, kind, transmission);

create or replace function charge_must_have_pass() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from gate_passes where charge_id = new.id and kind = 'charge' and transmission = new.transmissions) then
    raise exception 'charge % has no gate pass for transmission %', new.id, new.transmissions using errcode = 'check_violation';
  end if;
  return null;
end $$;

-- `reason` holds the words of banks, `remark` our own: why something waits, why it was closed. Whatever writes the row, they stay apart.
alter table payments add column remark text;
create function keep_remarks_apart() returns trigger language plpgsql as $$
begin
  if new.reason is not null and not exists (select 1 from charges where payment_id = new.id and state = 'not-charged' and reason = new.reason) then
    new.remark := new.reason;
    new.reason := old.reason;
  elsif new.reason is not null then
    new.remark := null;
  end if;
  return new;
end $$;
create trigger payments_keep_remarks_apart before update of reason on payments for each row
  when (new.reason is distinct from old.reason) execute function keep_remarks_apart();

-- The object for the next charge of a payment, written down before it is asked for: the open one of the same amount, else the next round. Null: the
-- payment wants no charge now.
create function begin_preparation(p_payment text, p_gateway text, p_merchant text) returns jsonb language plpgsql as $$
declare
  p payments;
  o prepared_objects;
begin
  perform 1 from payments where id = p_payment for no key update;
  select * into p from payments where id = p_payment;
  if p.state is distinct from 'scheduled' or p.stop_mark is not null then return null; end if;
  select * into o from prepared_objects where payment_id = p.id order by round desc limit 1;
  if not found or o.state <> 'open' or o.gateway <> p_gateway or o.merchant_account <> p_merchant
     or o.amount_minor <> p.amount_minor or o.currency <> p.currency then
    insert into prepared_objects (payment_id, round, gateway, merchant_account, amount_minor, currency)
      values (p.id, coalesce(o.round, 0) + 1, p_gateway, p_merchant, p.amount_minor, p.currency) returning * into o;
  end if;
  return jsonb_build_object('round', o.round, 'objectId', o.object_id, 'amountMinor', o.amount_minor, 'currency', o.currency,
    'lastChargeId', (select id from charges where payment_id = p.id and prepared_round = o.round order by ordinal desc limit 1));
end $$;

-- What the gateway answered: ready (object, attempt), or closed for good (the next charge needs another round).
create function note_prepared(p_payment text, p_round int, p_object text, p_attempt text, p_closed boolean) returns void language sql as
  $$ update prepared_objects set object_id = coalesce(object_id, p_object), attempt_before = p_attempt, unanswered = 0,
       state = case when p_closed and state = 'open' then 'voided' else state end
     where payment_id = p_payment and round = p_round $$;

-- Nothing could be prepared: the payment waits a little longer each time. A person is present and cannot be kept waiting (§4.2); a mandate's payment
-- asks its payer once its last safe instant has passed.
create function put_off_charge(p_payment text, p_round int, p_remark text) returns void language plpgsql as $$
declare
  p payments;
  n int;
begin
  perform 1 from claims where payment_id = p_payment for update;
  perform 1 from payments where id = p_payment for no key update;
  select * into p from payments where id = p_payment;
  if p.state <> 'scheduled' then return; end if;
  update prepared_objects set unanswered = unanswered + 1 where payment_id = p.id and round = p_round returning unanswered into n;
  -- no object at all: waiting a little longer each time has no meaning, nor has waiting for a present person
  n := coalesce(n, 5);
  if p.route <> 'mandate' and n >= 4 then
    perform close_payment(p.id, 'gave-up', p_remark);
    perform tell_resident('failed', p.resident_id, 'refused/' || p.id, p.id, payment_words(p), true, p.id);
  elsif p.route = 'mandate' and business_now() > p.give_up_at then
    update payments set state = 'needs-payer', need = 'late-bill', remark = p_remark, next_look_at = business_now() + interval '24 hours',
      give_up_at = business_now() + interval '24 hours', changed_at = business_now() where id = p.id returning * into p;
    update limit_use set state = 'freed' where payment_id = p.id and state = 'reserved';
    perform tell_resident('needs-confirmation', p.resident_id, 'needs-confirmation/' || p.id || '/' || p.tries || '/late-bill', p.id,
      payment_words(p), true, p.id);
  else
    update payments set remark = p_remark, changed_at = business_now(), next_look_at = business_now()
      + (array[interval '5 seconds', '15 seconds', '1 minute', '5 minutes', '15 minutes'])[least(n, 5)] where id = p.id;
  end if;
end $$;

create or replace function gate_check_debt(p payments, q jsonb) returns gate_answer language plpgsql as $$
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
  -- the payer's own instruction names the amount: that is the answer to the question below, not one more reason to ask
  if r.max_age is not null and b.confirmed_at < business_now() - r.max_age and q->>'initiatedBy' = 'mit' then
    if business_now() >= p.give_up_at - interval '1 hour' then return row('ask', 'confirm-amount', null)::gate_answer; end if;
    return row('wait', 'source not confirmed', least(business_now() + interval '15 minutes', p.give_up_at - interval '1 hour'))::gate_answer;
  end if;
  return gate_pass();
end $$;

create or replace function gate(q jsonb, p_request bytea) returns jsonb language plpgsql as $$
declare
  p payments;
  b bills;
  c charges;
  r billers;
  replay text := q->>'replayOf';
  a gate_answer;
  checks jsonb := '{}';
  name text;
  o prepared_objects;
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
    if (q->>'prepares')::boolean is true and q->>'preparedRound' is null then
      return jsonb_build_object('verdict', 'again', 'check', 'prepared', 'reason', 'nothing is prepared');
    end if;
    if q->>'preparedRound' is not null then
      -- made before the gate: meanwhile the amount may have changed, or the object may have been closed (§8.3)
      select * into o from prepared_objects where payment_id = p.id and round = (q->>'preparedRound')::int for update;
      if not found or o.state <> 'open' or o.object_id is distinct from q->>'objectId' or o.amount_minor <> p.amount_minor
         or o.currency <> p.currency or o.gateway <> q->>'gateway' or o.merchant_account <> q->>'merchantAccount' then
        return jsonb_build_object('verdict', 'again', 'check', 'prepared', 'reason', 'the prepared object is another one');
      end if;
    end if;
    insert into charges (id, payment_id, ordinal, gateway, merchant_account, initiated_by, method_id, notice_id, instruction_id,
        amount_minor, currency, payee_hash, bill_version, idempotency_key, request, request_hash, state,
        first_sent_at, last_sent_at, lease_until, prepared_round, object_id, attempt_before, can_void, confirm_minutes)
      values (q->>'chargeId', p.id, (q->>'ordinal')::int, q->>'gateway', q->>'merchantAccount', q->>'initiatedBy', q->>'methodId',
        q->>'noticeId', q->>'instructionId', p.amount_minor, p.currency, p.payee_hash, p.bill_version, q->>'chargeId',
        p_request, q->>'requestHash', 'sending', business_now(), business_now(), clock_timestamp() + interval '10 seconds',
        (q->>'preparedRound')::int, o.object_id, q->>'attemptBefore', (q->>'canVoid')::boolean,
        case when (q->>'canVoid')::boolean then (q->>'confirmMinutes')::int end)
      returning * into c;
    if c.instruction_id is not null then update instructions set used_at = business_now() where id = c.instruction_id; end if;
  end if;
  insert into gate_passes (charge_id, transmission, checks) values (c.id, c.transmissions, checks);
  update payments set state = 'charging', need = null, remark = null, method_id = coalesce(c.method_id, method_id), tries = tries + case when replay is null then 1 else 0 end,
      next_look_at = business_after_real(interval '60 seconds'), changed_at = business_now() where id = p.id;
  return jsonb_build_object('verdict', 'passed', 'chargeId', c.id, 'transmission', c.transmissions);
end $$;

-- The gate of a capture and of a void. A capture takes money: it passes what a charge passes about stop and debt (§2.1, `held`). A void takes none:
-- no stop and no hold may keep it back. q: {"chargeId","kind": capture|void,"why","gateway","merchantAccount"}. Answers {"verdict": "passed" (with the
-- ordinal of this kind) | "unwanted" (give it back) | "not-now" | "again", "reason"}. The row is committed before the caller sees the answer.
create function gate_object(q jsonb) returns jsonb language plpgsql as $$
declare
  c charges;
  p payments;
  b bills;
  r billers;
  n int;
  a gate_answer;
begin
  select * into c from charges where id = q->>'chargeId';
  if not found then return jsonb_build_object('verdict', 'again', 'reason', 'no such charge'); end if;
  select * into p from payments where id = c.payment_id;
  select * into b from bills where id = p.bill_id;
  select * into r from billers where id = b.biller_id;
  if q->>'kind' = 'capture' then
    perform pg_advisory_xact_lock_shared(hashtextextended('hold/all/', 0));
    perform pg_advisory_xact_lock_shared(hashtextextended('hold/biller/' || r.id, 0));
    perform pg_advisory_xact_lock_shared(hashtextextended('hold/category/' || r.category, 0));
    perform pg_advisory_xact_lock_shared(hashtextextended('hold/gateway/' || p.gateway, 0));
  end if;
  perform 1 from claims where claim_key = b.identity_key and part = p.part for update;
  perform 1 from bills where id = b.id for share;
  if p.mandate_id is not null then perform 1 from mandates where id = p.mandate_id for no key update; end if;
  if c.method_id is not null then perform 1 from methods where id = c.method_id for no key update; end if;
  perform 1 from payments where id = p.id for no key update;
  perform 1 from charges where id = c.id for update;
  select * into c from charges where id = c.id;
  select * into p from payments where id = p.id;
  select * into b from bills where id = b.id;
  if c.gateway <> q->>'gateway' or c.merchant_account <> q->>'merchantAccount' or c.object_id is null then
    return jsonb_build_object('verdict', 'again', 'reason', 'another object');
  end if;

  if q->>'kind' = 'capture' then
    if c.state <> 'held' then return jsonb_build_object('verdict', 'again', 'reason', 'charge is ' || c.state); end if;
    a := gate_check_holds(p);
    if a.answer <> 'pass' then return jsonb_build_object('verdict', 'not-now', 'reason', a.reason); end if;
    if b.echo then return jsonb_build_object('verdict', 'not-now', 'reason', 'echo'); end if;
    a.reason := case
      when c.void_why is not null then 'voided'
      when p.state <> 'charging' then 'payment is ' || p.state
      when not exists (select 1 from claims where payment_id = p.id and state = 'held') then 'claim lost'
      when permission_is_gone(c, p) then 'stopped'
      when b.state <> 'owed' then b.state
      when b.payee_hash <> c.payee_hash then 'payee changed' end;
    if a.reason is not null then return jsonb_build_object('verdict', 'unwanted', 'reason', a.reason); end if;
  else
    if c.state not in ('challenged', 'pending', 'unknown', 'held')
       and not exists (select 1 from cases where kind = 'ghost' and subject = c.id and closed_at is null) then
      return jsonb_build_object('verdict', 'again', 'reason', 'charge is ' || c.state);
    end if;
    update charges set void_why = coalesce(void_why, q->>'why') where id = c.id returning * into c;
  end if;
  select count(*) + 1 into n from gate_passes where charge_id = c.id and kind = q->>'kind';
  insert into gate_passes (charge_id, kind, transmission, checks)
    values (c.id, q->>'kind', n, jsonb_build_object('why', coalesce(q->>'why', 'wanted'), 'state', c.state));
  return jsonb_build_object('verdict', 'passed', 'chargeId', c.id, 'transmission', n, 'voidWhy', c.void_why);
end $$;

-- Objects that nobody will use: of payments that are over, or of an earlier amount. They took no money and never may; closed by a daily sweep.
create function take_idle_objects(p_limit int) returns table (payment_id text, round int, gateway text, merchant_account text, object_id text,
    amount_minor bigint, currency text, livemode boolean, charge_id text, attempt_before text) language sql volatile as
  $$ with idle as (
       select o.payment_id, o.round from prepared_objects o join payments y on y.id = o.payment_id
        where o.state = 'open' and o.object_id is not null and o.made_at < business_now() - interval '1 day'
          and (o.void_asked_at is null or o.void_asked_at < business_now() - interval '1 day')
          and (y.state in ('closed', 'paid', 'returning')
            or o.round < (select max(n.round) from prepared_objects n where n.payment_id = o.payment_id))
          and not exists (select 1 from charges c where c.payment_id = o.payment_id and c.prepared_round = o.round
            and c.state not in ('not-charged'))
        order by o.made_at limit p_limit for update of o skip locked),
     taken as (
       update prepared_objects o set void_asked_at = business_now() from idle i where o.payment_id = i.payment_id and o.round = i.round returning o.*)
     select t.payment_id, t.round, t.gateway, t.merchant_account, t.object_id, t.amount_minor, t.currency, y.livemode, c.id, c.attempt_before
       from taken t join payments y on y.id = t.payment_id
       left join lateral (select * from charges c where c.payment_id = t.payment_id and c.prepared_round = t.round order by c.ordinal desc limit 1) c on true $$;
