-- Money given back (payment rules §10). A refund is decided elsewhere (a row `requested` with its posting); from there on it is sent as carefully as
-- a charge: gate, stored bytes, lease, evidence, replay, absence. Its own states, its own gate, the same ranks of evidence.

alter table refunds
  -- the idempotency key of the current round; a new one only after absence was proved (R6)
  add column round               int not null default 1,
  add column request             bytea,
  add column request_hash        text,
  add column object_id           text,
  add column reason              text,
  add column transmissions       int not null default 0,
  -- transmissions before the present bytes: a gateway that did not let us in (401, 403) has executed none of them
  add column sent_before         int not null default 0,
  add column unanswered          int not null default 0,
  add column looks               int not null default 0,
  add column first_sent_at       timestamptz,
  add column last_sent_at        timestamptz,
  add column lease_until         timestamptz,
  add column next_look_at        timestamptz,
  add column scans_empty         int not null default 0,
  add column first_empty_scan_at timestamptz,
  add column decided_at          timestamptz,
  -- a refund that the gateway refused for good may be asked for again under a new id; money is owed once
  add column again_of            text references refunds,
  add constraint refunds_sent check ((state in ('requested', 'withdrawn')) or first_sent_at is not null);
update refunds set next_look_at = business_now() where state = 'requested';
create index refunds_by_payment on refunds (payment_id);
create index refunds_to_look on refunds (next_look_at) where state in ('requested', 'sending', 'unknown', 'pending');
create unique index refunds_by_object on refunds (charge_id, object_id) where object_id is not null;
create unique index refunds_again_once on refunds (again_of) where again_of is not null;

create table refund_passes (
  refund_id    text not null references refunds,
  transmission int not null,
  checks       jsonb not null,
  passed_at    timestamptz not null default clock_timestamp(),
  business_at  timestamptz not null default business_now(),
  primary key (refund_id, transmission)
);
create trigger refund_passes_append_only before update or delete or truncate on refund_passes
  for each statement execute function refuse_change();

create table refund_evidence (
  id        bigint generated always as identity primary key,
  refund_id text not null references refunds,
  rank      int not null check (rank between 1 and 5),
  source    text not null,
  outcome   text not null,
  hash      text not null,
  facts     jsonb not null default '{}',
  raw       bytea,
  moved     boolean not null,
  seen_at   timestamptz not null default business_now(),
  unique (refund_id, hash)
);
create trigger refund_evidence_append_only before update or delete or truncate on refund_evidence
  for each statement execute function refuse_change();

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in ('plan-bill', 'start-payment', 'start-mandate', 'start-bill', 'start-refund',
  'wake-payment', 'wake-mandate', 'wake-bill', 'wake-refund'));

-- A dispute is told by its own id; which charge it is about stands beside it.
alter table gateway_nudges add column of_object_id text;
create or replace function keep_nudge(n jsonb) returns void language plpgsql as $$
declare
  numbered boolean := n->>'eventId' is not null;
begin
  insert into gateway_nudges (gateway, event, event_id, subject, object_id, of_object_id, charge_id)
    values (n->>'gateway', n->>'event',
      coalesce(n->>'eventId', concat_ws('/', n->>'event', n->>'objectId', to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDDHH24MI'))),
      n->>'subject', n->>'objectId', n->>'ofObjectId', n->>'chargeId')
    on conflict (gateway, event_id) where event_id is not null do update
      set repeats = gateway_nudges.repeats + 1, done_at = null, attempts = 0, not_before = clock_timestamp()
      where not numbered and gateway_nudges.done_at is not null;
  if found then perform ring('nudge'); end if;
end $$;

-- Whoever decides a refund writes its row; that it is sent follows from the row.
create function refund_is_followed() returns trigger language plpgsql as $$
begin
  if new.next_look_at is null then new.next_look_at := business_now(); end if;
  perform tell_workflow('start-refund', new.id);
  return new;
end $$;
create trigger refund_followed before insert on refunds for each row when (new.state = 'requested')
  execute function refund_is_followed();
insert into outbox (kind, subject_id, payload) select 'start-refund', id, '{}' from refunds where state = 'requested';

-- While the payer's bank may take the money back, nobody gives it back a second time. A person closes the case when the dispute was won.
create function is_disputed(p_charge text) returns boolean language sql stable as
  $$ select exists (select 1 from cases where kind = 'dispute' and subject = p_charge and closed_at is null) $$;

-- No more than was taken ever goes back, whoever decides (R1): done, undecided and requested together. A dispute stands for all of the money: no
-- refund of it is sent or asked for again. What evidence finds to be owed is written down all the same and waits at the gate.
create function refunds_within_charge() returns trigger language plpgsql as $$
declare
  taken bigint;
  back bigint;
begin
  perform 1 from payments where id = new.payment_id for no key update;
  select charged_minor into taken from charges where id = new.charge_id;
  select coalesce(sum(amount_minor), 0) into back from refunds
    where charge_id = new.charge_id and state not in ('withdrawn', 'refused');
  if taken is null or back > taken then
    raise exception 'refunds of charge % would be %, but % was taken', new.charge_id, back, coalesce(taken, 0)
      using errcode = 'check_violation';
  end if;
  if (new.state = 'sending' or new.state = 'requested' and new.again_of is not null) and is_disputed(new.charge_id) then
    raise exception 'charge % is disputed: refund % may not go back now', new.charge_id, new.id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger refunds_stay_within after insert or update of amount_minor, state on refunds
  deferrable initially deferred for each row execute function refunds_within_charge();

create function refund_key(r refunds) returns text language sql immutable as
  $$ select case when r.round = 1 then r.id else r.id || '-r' || r.round end $$;

-- q: {"refundId","requestHash","gateway","merchantAccount","keyLifeHours","replay": bool}. Answers {"verdict": "passed" | "not-now" | "again" |
-- "no-replay", …}. When passed, key and exact bytes are committed before the caller sees it.
create function refund_gate(q jsonb, p_request bytea) returns jsonb language plpgsql as $$
declare
  r refunds;
  c charges;
  h text;
  replay boolean := coalesce((q->>'replay')::boolean, false);
  back bigint;
begin
  select * into r from refunds where id = q->>'refundId';
  if not found then return jsonb_build_object('verdict', 'again', 'reason', 'no such refund'); end if;
  perform pg_advisory_xact_lock_shared(hashtextextended('hold/all/', 0));
  perform pg_advisory_xact_lock_shared(hashtextextended('hold/gateway/' || (q->>'gateway'), 0));
  perform 1 from payments where id = r.payment_id for no key update;
  perform 1 from charges where id = r.charge_id for no key update;
  perform 1 from refunds where id = r.id for update;
  select * into r from refunds where id = r.id;
  select * into c from charges where id = r.charge_id;
  -- a payer's stop does not stop what goes back to them; an operator's hold on the gateway or on everything does
  select scope into h from holds where scope = 'all' or (scope = 'gateway' and scope_id = q->>'gateway') limit 1;
  if h is null and is_disputed(c.id) then h := 'dispute'; end if;
  if h is not null then
    if not replay then
      update refunds set next_look_at = business_now() + interval '10 minutes' where id = r.id;
    end if;
    return jsonb_build_object('verdict', case when replay then 'no-replay' else 'not-now' end, 'reason', 'held:' || h);
  end if;
  if c.state <> 'charged' or c.gateway <> q->>'gateway' or c.merchant_account <> q->>'merchantAccount' then
    return jsonb_build_object('verdict', case when replay then 'no-replay' else 'again' end, 'reason', 'not this account''s money');
  end if;
  select coalesce(sum(amount_minor), 0) into back from refunds
    where charge_id = c.id and state not in ('withdrawn', 'refused');
  if back > c.charged_minor then
    return jsonb_build_object('verdict', 'no-replay', 'reason', 'more than was taken');
  end if;
  if replay then
    if r.state <> 'unknown' or r.object_id is not null or r.request is null or r.request_hash <> q->>'requestHash' then
      return jsonb_build_object('verdict', 'no-replay', 'reason', 'not a refund to send again');
    end if;
    if r.first_sent_at < business_now() - make_interval(hours => (q->>'keyLifeHours')::int - 1) then
      return jsonb_build_object('verdict', 'no-replay', 'reason', 'key too old');
    end if;
  elsif r.state <> 'requested' then
    return jsonb_build_object('verdict', 'again', 'reason', 'state is ' || r.state);
  else
    update refunds set request = p_request, request_hash = q->>'requestHash', first_sent_at = business_now(),
        sent_before = transmissions
      where id = r.id;
  end if;
  update refunds set state = 'sending', transmissions = transmissions + 1, last_sent_at = business_now(),
      lease_until = clock_timestamp() + interval '10 seconds', next_look_at = business_after_real(interval '60 seconds')
    where id = r.id returning * into r;
  insert into refund_passes (refund_id, transmission, checks)
    values (r.id, r.transmissions, jsonb_build_object('holds', 'pass', 'owed', 'pass', 'replay', replay));
  return jsonb_build_object('verdict', 'passed', 'key', refund_key(r), 'transmission', r.transmissions);
end $$;

create function refund_rank(state text) returns int language sql immutable as
  $$ select case state when 'requested' then 0 when 'sending' then 0 when 'unknown' then 1 when 'pending' then 2
       when 'refused' then 4 when 'done' then 5 when 'withdrawn' then 6 end $$;

-- The one way to move a refund (P11, R3–R7). e: {"source","rank","hash","outcome": done|pending|refused|unknown|absent,"reason","objectId",
-- "askAgain": bool, "refusesUs": bool}. The same evidence twice changes nothing, a lower rank is stored and moves nothing.
create function record_refund_evidence(p_refund text, e jsonb, next_look_seconds double precision, p_raw bytea)
  returns jsonb language plpgsql as $$
declare
  r refunds;
  c charges;
  p payments;
  target text := e->>'outcome';
  moves boolean;
  came_back boolean;
  evidence_row bigint;
begin
  select * into r from refunds where id = p_refund;
  if not found then raise exception 'no refund %', p_refund using errcode = 'no_data_found'; end if;
  perform 1 from claims where payment_id = r.payment_id for update;
  perform 1 from payments where id = r.payment_id for no key update;
  perform 1 from charges where id = r.charge_id for no key update;
  perform 1 from refunds where id = r.id for update;
  select * into r from refunds where id = r.id;
  select * into c from charges where id = r.charge_id;
  -- a refusal speaks of its own transmission only (§8.1)
  if target = 'refused' and e->>'source' = 'answer' and e->>'objectId' is null
     and (r.state <> 'sending' or r.transmissions - r.sent_before > 1 or r.unanswered > 0) then
    target := 'unknown';
  end if;
  if target = 'absent' and (r.state <> 'unknown' or r.object_id is not null) then
    raise exception 'absence cannot be recorded for refund % in state %', r.id, r.state using errcode = 'check_violation';
  end if;
  moves := target = 'absent' or refund_rank(target) > refund_rank(r.state)
        -- R7: the gateway's later word that the money did not arrive
        or (r.state = 'done' and target = 'refused' and e->>'source' in ('look-up', 'list'))
        or (target = 'pending' and r.state = 'pending');
  -- what a refused refund is said to have done after all is owed no second time by this row: a person compares
  if r.state = 'refused' and target in ('done', 'pending') then moves := false; end if;
  -- nobody could send it yet: only its next look moves
  if r.state = 'requested' then moves := false; end if;
  if target not in ('unknown') then
    insert into refund_evidence (refund_id, rank, source, outcome, hash, facts, raw, moved)
      values (r.id, (e->>'rank')::int, e->>'source', target, e->>'hash', coalesce(e->'facts', '{}'), p_raw, moves)
      on conflict (refund_id, hash) do nothing returning id into evidence_row;
  end if;
  update refunds set object_id = coalesce(object_id, e->>'objectId'),
      looks = looks + case when e->>'source' in ('look-up', 'list') or (e->>'source' = 'answer' and transmissions - sent_before > 1) then 1 else 0 end,
      unanswered = unanswered + case when target = 'unknown' and e->>'source' in ('answer', 'lease') then 1 else 0 end,
      next_look_at = case when state in ('done', 'refused', 'withdrawn') then next_look_at
                          else business_now() + make_interval(secs => next_look_seconds) end
    where id = r.id returning * into r;
  if r.state = 'refused' and target = 'done' and evidence_row is not null then
    perform open_case('gateway-alarm', r.id, r.amount_minor, r.currency,
      jsonb_build_object('alarm', 'the gateway says that a refused refund was paid after all'));
  end if;
  if not moves or (evidence_row is null and target not in ('unknown', 'absent')) then
    return refund_answer(r, false);
  end if;

  if target in ('absent', 'done', 'refused') then
    update cases set closed_at = business_now(), closed_by = 'engine', closed_why = 'the refund is ' || target
      where kind = 'refund-undecided' and subject = r.id and closed_at is null;
  end if;
  if target = 'absent' then
    -- R6: it never arrived; the next one has a key of its own
    update refunds set state = 'requested', round = round + 1, request = null, request_hash = null, scans_empty = 0,
        first_empty_scan_at = null, unanswered = 0, transmissions = transmissions, next_look_at = business_now()
      where id = r.id returning * into r;
    return refund_answer(r, true);
  end if;
  if target = 'refused' and coalesce((e->>'refusesUs')::boolean, false) then
    -- the gateway does not accept us: it has looked at nothing, and what is owed goes out when a person has mended the key
    update refunds set state = 'requested', request = null, request_hash = null, next_look_at = business_now() + interval '10 minutes'
      where id = r.id returning * into r;
    return refund_answer(r, true);
  end if;
  came_back := r.state = 'done' and target = 'refused';
  if came_back then
    perform post('L13', r.id, r.payment_id, r.currency, jsonb_build_array(
      jsonb_build_object('account', 'gateway:' || c.gateway || ':' || c.merchant_account, 'debit', r.amount_minor),
      jsonb_build_object('account', 'refunds-due', 'credit', r.amount_minor)));
    perform open_case('refund-came-back', r.id, r.amount_minor, r.currency, jsonb_build_object('reason', e->>'reason'));
  end if;
  update refunds set state = target, reason = case when target = 'refused' then e->>'reason' end,
      decided_at = case when target in ('done', 'refused') then business_now() end
    where id = r.id returning * into r;
  if target = 'done' then
    perform settle_refunded(r.id);
  elsif target = 'refused' and not came_back then
    perform settle_refund_refused(r.id, coalesce((e->>'askAgain')::boolean, false));
  end if;
  return refund_answer(r, true);
end $$;

create function refund_answer(r refunds, moved boolean) returns jsonb language sql volatile as
  $$ select jsonb_build_object('moved', moved, 'refund', r.state, 'waitMs', real_ms_until(r.next_look_at)) $$;

create function settle_refunded(p_refund text) returns void language plpgsql as $$
declare
  r refunds;
  c charges;
  p payments;
begin
  select * into r from refunds where id = p_refund;
  select * into c from charges where id = r.charge_id;
  perform post('L7', r.id, r.payment_id, r.currency, jsonb_build_array(
    jsonb_build_object('account', 'refunds-due', 'debit', r.amount_minor),
    jsonb_build_object('account', 'gateway:' || c.gateway || ':' || c.merchant_account, 'credit', r.amount_minor)));
  update cases set closed_at = business_now() where kind = 'money-to-return' and subject in (r.id, r.charge_id, r.again_of) and closed_at is null
    and not exists (select 1 from refunds o where o.charge_id = r.charge_id and o.state not in ('done', 'withdrawn')
      and not exists (select 1 from refunds a where a.again_of = o.id));
  update cases set closed_at = business_now(), closed_by = 'engine', closed_why = 'refund ' || r.id || ' is done'
    where kind in ('refund-refused', 'refund-came-back') and subject = r.again_of and closed_at is null;
  select * into p from payments where id = r.payment_id;
  perform tell_resident('money-returned', p.resident_id, 'money-returned/' || r.id, p.id,
    payment_words(p) || jsonb_build_object('amount', jsonb_build_object('amountMinor', r.amount_minor, 'currency', r.currency)), true, p.id);
  insert into audit (actor, action, subject, detail) values ('engine', 'refund.done', r.id, jsonb_build_object('charge', c.id));
  -- P11: all that came for nothing has gone back
  if p.state = 'returning' and not exists (
       select 1 from charges x where x.payment_id = p.id and x.state = 'charged' and x.charged_minor >
         (select coalesce(sum(y.amount_minor), 0) from refunds y where y.charge_id = x.id and y.state = 'done')) then
    perform close_payment(p.id, 'returned', p.reason);
  end if;
end $$;

-- Refused: still owed. The vendor's time-out is asked again under a new id with growing waits; more than half an hour of them, and anything
-- else, is a person's business (§10).
create function settle_refund_refused(p_refund text, ask_again boolean) returns void language plpgsql as $$
declare
  r refunds;
  tries int;
begin
  select * into r from refunds where id = p_refund;
  with recursive chain as (select id, again_of from refunds where id = r.id
      union all select x.id, x.again_of from refunds x join chain on x.id = chain.again_of)
    select count(*) into tries from chain;
  if ask_again and tries <= 4 and not is_disputed(r.charge_id) then
    insert into refunds (payment_id, charge_id, amount_minor, currency, state, why, again_of, next_look_at)
      values (r.payment_id, r.charge_id, r.amount_minor, r.currency, 'requested', r.why, r.id,
        business_now() + interval '1 minute' * power(2, tries));
  else
    perform open_case('refund-refused', r.id, r.amount_minor, r.currency, jsonb_build_object('reason', r.reason));
  end if;
end $$;

-- An operator asks again for what the gateway has refused or what came back: a new refund with a key of its own, once. Null: there is none.
create function again_refund(p_refund text, p_actor text) returns jsonb language plpgsql as $$
declare
  r refunds;
  fresh text := new_code();
begin
  select * into r from refunds where id = p_refund;
  if not found then return null; end if;
  perform 1 from payments where id = r.payment_id for no key update;
  perform 1 from charges where id = r.charge_id for no key update;
  select * into r from refunds where id = r.id for update;
  if r.state <> 'refused' then return jsonb_build_object('refused', 'not-refused', 'state', r.state); end if;
  if exists (select 1 from refunds where again_of = r.id) then return jsonb_build_object('refused', 'asked-already', 'state', r.state); end if;
  if is_disputed(r.charge_id) then return jsonb_build_object('refused', 'disputed', 'state', r.state); end if;
  insert into refunds (id, payment_id, charge_id, amount_minor, currency, state, why, again_of)
    values (fresh, r.payment_id, r.charge_id, r.amount_minor, r.currency, 'requested', r.why, r.id);
  insert into audit (actor, action, subject, detail) values (p_actor, 'refund.again', r.id, jsonb_build_object('refund', fresh));
  return jsonb_build_object('refund', fresh, 'state', 'requested');
end $$;

-- What the workflow of a refund does next.
create function read_refund_look(p_refund text) returns jsonb language sql volatile as
  $$ select jsonb_build_object('state', r.state, 'due', r.next_look_at <= business_now(), 'waitMs', real_ms_until(r.next_look_at),
       'leased', r.state = 'sending' and r.lease_until > clock_timestamp() - interval '45 seconds',
       'amountMinor', r.amount_minor, 'currency', r.currency, 'payment', r.payment_id)
     from refunds r where r.id = p_refund $$;

-- A refund whose lease and answer time are over without an answer is unknown, even if no workflow is alive.
create function expire_refund_leases() returns int language plpgsql as $$
declare
  n int := 0;
  r refunds;
begin
  for r in select * from refunds where state = 'sending' and lease_until < clock_timestamp() - interval '45 seconds'
            order by id limit 1 loop
    perform record_refund_evidence(r.id, jsonb_build_object('source', 'lease', 'rank', 5, 'hash', 'lease/' || r.transmissions,
      'outcome', 'unknown'), 0, null);
    n := n + 1;
  end loop;
  return n;
end $$;

-- Nobody knows for 6 hours, or the gateway has not paid for a week: a person asks. Once for each round; closes itself when it is decided.
create function raise_refund_alarms() returns void language sql volatile as
  $$ select open_case('refund-undecided', r.id, r.amount_minor, r.currency, jsonb_build_object('state', r.state, 'since', r.first_sent_at))
     from refunds r where r.state in ('sending', 'unknown', 'pending')
       and r.first_sent_at < business_now() - case r.state when 'pending' then interval '7 days' else interval '6 hours' end
       and not exists (select 1 from cases k where k.kind = 'refund-undecided' and k.subject = r.id and k.opened_at > r.first_sent_at)
     order by r.id $$;

-- Never sent: it may still be taken back by whoever decided it (R2).
create function withdraw_refund(p_refund text, p_actor text) returns jsonb language plpgsql as $$
declare
  r refunds;
begin
  select * into r from refunds where id = p_refund for update;
  if not found then return null; end if;
  if r.state <> 'requested' or r.transmissions > 0 then return jsonb_build_object('refused', 'refund-sent', 'state', r.state); end if;
  if exists (select 1 from payments where id = r.payment_id and state = 'returning') then
    return jsonb_build_object('refused', 'money-not-wanted', 'state', r.state);
  end if;
  update refunds set state = 'withdrawn', decided_at = business_now() where id = r.id;
  perform post('L13', r.id, r.payment_id, r.currency, jsonb_build_array(
    jsonb_build_object('account', 'refunds-due', 'debit', r.amount_minor),
    jsonb_build_object('account', 'biller:' || (select b.biller_id from payments y join bills b on b.id = y.bill_id where y.id = r.payment_id),
      'credit', r.amount_minor)));
  insert into audit (actor, action, subject) values (p_actor, 'refund.withdraw', r.id);
  return jsonb_build_object('refund', r.id, 'state', 'withdrawn');
end $$;
