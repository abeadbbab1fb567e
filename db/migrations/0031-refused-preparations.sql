-- What becomes of a payment whose object cannot be made (payment rules §8.3): a definite refusal ends it or asks its payer, an unanswered request is repeated
-- under its key and counted over the payment; and a gateway that is held or does not answer is not asked to make anything.

alter table prepared_objects
  -- why the last request for it led to nothing, in our words (domain/declines/reason.ts); null: it stands, or nobody has answered yet
  add column because text;

-- Our reason for a payment whose last try did not come as far as a charge; null: its last charge tells.
create function unprepared_because(p_payment text) returns text language sql stable as
  $$ select because from prepared_objects where payment_id = p_payment order by round desc limit 1 $$;

-- As in 0012-declines.sql. New: a try that ended before its charge says why.
create or replace function payment_words(p payments) returns jsonb language sql stable as
  $$ select jsonb_build_object('paymentId', p.id, 'billId', p.bill_id, 'mandateId', p.mandate_id,
       'amount', jsonb_build_object('amountMinor', p.amount_minor, 'currency', p.currency),
       'biller', r.name, 'purpose', b.purpose, 'account', b.account, 'dueOn', b.due_on, 'plannedOn', p.planned_on,
       'notBefore', p.not_before, 'method', coalesce(m.title, ''), 'need', p.need, 'reason', case when early.because is null then last.reason end,
       'because', coalesce(early.because, last.because),
       'plan', p.plan, 'giveUpAt', p.give_up_at, 'gateway', coalesce(last.gateway, p.gateway))
     from bills b join billers r on r.id = b.biller_id left join methods m on m.id = p.method_id
     cross join lateral (select unprepared_because(p.id) as because) early
     left join lateral (select c.gateway, case when c.state = 'not-charged' then c.reason end as reason,
         case when c.state = 'not-charged' then c.because end as because
       from charges c where c.payment_id = p.id order by c.ordinal desc limit 1) last on true
     where b.id = p.bill_id $$;

-- As in 0014-operators.sql. New: who has taken the probe before its charge, to make the object that the charge confirms, has it still at the gate.
create or replace function gate_check_circuit(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  present constant boolean := q->>'initiatedBy' = 'cit';
  g gateway_circuits;
begin
  if q->>'replayOf' is not null or gateway_circuit(p.gateway) = 'closed' then return gate_pass(); end if;
  update gateway_circuits set probe_charge = q->>'chargeId', probe_at = clock_timestamp() + interval '60 seconds', changed_at = clock_timestamp()
    where gateway = p.gateway and state = 'open'
      and (probe_at <= clock_timestamp() or probe_charge = q->>'chargeId'
        or (present and (probe_charge is null or probe_outcome(probe_charge) = 'failed')))
    returning * into g;
  if found then return gate_pass(); end if;
  select * into g from gateway_circuits where gateway = p.gateway;
  if g.state = 'closed' then return gate_pass(); end if;
  return row('wait', 'gateway-unavailable', business_after_real(greatest(g.probe_at - clock_timestamp(), interval '5 seconds')
    + random() * interval '5 seconds'))::gate_answer;
end $$;

-- A planned debit is too late: whoever is asked has a day to decide, and takes no room in a limit meanwhile (docs/decisions/0033).
create function give_day_to_decide(p payments) returns void language sql as
  $$ update payments set give_up_at = business_now() + interval '24 hours' where id = p.id;
     update limit_use set state = 'freed' where payment_id = p.id and state = 'reserved' $$;

-- The last of the gate's questions, as in 0014-operators.sql. New: a debit past its last safe instant is asked about with a day to answer; it would close in
-- the same moment otherwise.
create or replace function gate_check_hours(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  lawful gate_answer := gate_check_lawful_hours(p, q);
  spared gate_answer;
begin
  if lawful.answer = 'ask' and lawful.reason = 'late-bill' and p.state = 'scheduled' then perform give_day_to_decide(p); end if;
  if lawful.answer not in ('pass', 'nothing-configured') then return lawful; end if;
  spared := gate_check_circuit(p, q);
  return case spared.answer when 'pass' then lawful else spared end;
end $$;

drop function begin_preparation(text, text, text);
-- The object for the next charge of a payment, written down before it is asked for: the open one of the same amount, else the next round. Asked first is
-- what the gate would ask and what costs the gateway a request otherwise: holds, the payer's instruction, hours, the circuit (whose probe is taken here).
-- q: {"paymentId","chargeId","initiatedBy","instructionId","gateway","merchantAccount"}. Null: the payment wants no charge now, or has just been moved.
create function begin_preparation(q jsonb) returns jsonb language plpgsql as $$
declare
  p payments;
  o prepared_objects;
  a gate_answer;
  name text;
begin
  -- claim before payment, as everywhere (§1.9): what is refused here may close
  perform 1 from claims where payment_id = q->>'paymentId' for update;
  perform 1 from payments where id = q->>'paymentId' for no key update;
  select * into p from payments where id = q->>'paymentId';
  if p.state is distinct from 'scheduled' or p.stop_mark is not null then return null; end if;
  foreach name in array array['holds', 'notice', 'hours'] loop
    a := case name
      when 'holds' then gate_check_holds(p)
      when 'notice' then case when q->>'initiatedBy' = 'cit' and not exists (select 1 from instructions i where i.id = q->>'instructionId'
          and i.payment_id = p.id and i.expires_at >= business_now()) then row('ask', 'confirm-again', null)::gate_answer else gate_pass() end
      when 'hours' then gate_check_hours(p, q) end;
    if a.answer not in ('pass', 'nothing-configured') then
      perform gate_refuse(p, name, a);
      return null;
    end if;
  end loop;
  select * into o from prepared_objects where payment_id = p.id order by round desc limit 1;
  if not found or o.state <> 'open' or o.gateway <> q->>'gateway' or o.merchant_account <> q->>'merchantAccount'
     or o.amount_minor <> p.amount_minor or o.currency <> p.currency then
    insert into prepared_objects (payment_id, round, gateway, merchant_account, amount_minor, currency)
      values (p.id, coalesce(o.round, 0) + 1, q->>'gateway', q->>'merchantAccount', p.amount_minor, p.currency) returning * into o;
  end if;
  return jsonb_build_object('round', o.round, 'objectId', o.object_id, 'amountMinor', o.amount_minor, 'currency', o.currency,
    'lastChargeId', (select id from charges where payment_id = p.id and prepared_round = o.round order by ordinal desc limit 1));
end $$;

-- What the gateway answered: ready (object, attempt), or closed for good (the next charge needs another round). An object that stands ends the count of
-- what went unanswered, over all rounds.
create or replace function note_prepared(p_payment text, p_round int, p_object text, p_attempt text, p_closed boolean) returns void language sql as
  $$ update prepared_objects set unanswered = 0 where payment_id = p_payment and round <> p_round and unanswered > 0 and not p_closed;
     update prepared_objects set object_id = coalesce(object_id, p_object), attempt_before = p_attempt, because = null,
       unanswered = case when p_closed then unanswered else 0 end, state = case when p_closed and state = 'open' then 'voided' else state end
     where payment_id = p_payment and round = p_round $$;

-- Nothing could be prepared, and nobody knows why: the same key is asked again, a little later each time, counted over the whole payment. A person is present
-- and cannot be kept waiting (§4.2); a mandate's payment asks its payer once its last safe instant has passed.
create or replace function put_off_charge(p_payment text, p_round int, p_remark text) returns void language plpgsql as $$
declare
  p payments;
  n int;
begin
  perform 1 from claims where payment_id = p_payment for update;
  perform 1 from payments where id = p_payment for no key update;
  select * into p from payments where id = p_payment;
  -- the probe that was taken for it has ended without an answer: a payer who waits may be the next one
  update gateway_circuits set probe_charge = null where gateway = p.gateway and starts_with(probe_charge, p.id || '-')
    and not exists (select 1 from charges where id = probe_charge);
  if p.state <> 'scheduled' then return; end if;
  update prepared_objects set unanswered = unanswered + 1 where payment_id = p.id and round = p_round;
  -- no object at all: waiting a little longer each time has no meaning, nor has waiting for a present person
  select case when p_round = 0 then 5 else sum(unanswered) end into n from prepared_objects where payment_id = p.id;
  if p.route <> 'mandate' and n >= 4 then
    update prepared_objects set because = 'not-sent' where payment_id = p.id and round = p_round;
    perform close_payment(p.id, 'gave-up', p_remark);
    select * into p from payments where id = p.id;
    perform tell_resident('failed', p.resident_id, 'refused/' || p.id, p.id, payment_words(p), true, p.id);
  elsif p.route = 'mandate' and business_now() > p.give_up_at then
    perform give_day_to_decide(p);
    perform gate_refuse(p, 'hours', row('ask', 'late-bill', null)::gate_answer);
  else
    update payments set remark = p_remark, changed_at = business_now(), next_look_at = business_now()
      + (array[interval '5 seconds', '15 seconds', '1 minute', '5 minutes', '15 minutes'])[least(n, 5)] where id = p.id;
  end if;
end $$;

-- The gateway refuses to make the object, or to have it charged: nothing was taken, and the same request would be refused again (§9.1, class *ours*).
-- q: {"paymentId","round","chargeId","refusesUs","code","detail","plan"}; `plan` as after a charge that was refused (domain/retry-policy.ts). Where the gateway
-- does not accept us at all, nothing was judged: the object keeps its key, the gateway's hold is the one case, and a debit waits behind it.
create function refuse_preparation(q jsonb) returns void language plpgsql as $$
declare
  plan jsonb := q->'plan';
  refuses_us boolean := (q->>'refusesUs')::boolean;
  p payments;
begin
  perform 1 from claims where payment_id = q->>'paymentId' for update;
  perform 1 from payments where id = q->>'paymentId' for no key update;
  select * into p from payments where id = q->>'paymentId';
  if exists (select 1 from gateway_circuits where gateway = p.gateway and probe_charge = q->>'chargeId') then
    perform close_circuit(p.gateway, 'a probe was answered');
  end if;
  update prepared_objects set because = plan->>'because', unanswered = 0,
      -- a key answers what it answered first: whatever is asked for next, perhaps with another method, is another object
      state = case when object_id is null and not refuses_us then 'voided' else state end
    where payment_id = p.id and round = (q->>'round')::int and state = 'open';
  if p.state <> 'scheduled' then return; end if;
  if plan->>'next' = 'again' then
    update payments set remark = 'gateway-refuses-us', next_look_at = business_now() + interval '15 minutes', changed_at = business_now()
      where id = p.id;
    return;
  end if;
  if not refuses_us then
    perform open_case('alarm', p.id, p.amount_minor, p.currency, jsonb_build_object('alarm', plan->>'alarm', 'reason', q->>'code',
      'detail', q->>'detail', 'gateway', p.gateway));
  end if;
  if p.route = 'mandate' then
    perform ask_payer(p.id, plan->>'need', 'needs-confirmation/' || p.id || '/unprepared/' || pg_current_xact_id()::text);
    return;
  end if;
  -- a person's own claim lives only as long as its charge is undecided (§4.2)
  perform close_payment(p.id, 'gave-up', plan->>'because');
  select * into p from payments where id = p.id;
  perform tell_resident('failed', p.resident_id, 'refused/' || p.id, p.id, payment_words(p), true, p.id);
end $$;
