-- recordEvidence (payment rules §2.2): the one way to move a charge. It also moves the payment, the claim, the limits, the ledger and
-- the outbox, under the locks of §1.9. The same evidence twice changes nothing; evidence of a lower rank is stored and moves nothing.

create function charge_rank(state text) returns int language sql immutable as
  $$ select case state when 'sending' then 0 when 'unknown' then 1 when 'challenged' then 2 when 'pending' then 2
       when 'held' then 3 when 'not-charged' then 4 when 'charged' then 5 end $$;

create function open_case(p_kind text, p_subject text, p_amount bigint, p_currency text, p_detail jsonb) returns void
  language sql as
  $$ insert into cases (kind, subject, amount_minor, currency, detail) values (p_kind, p_subject, p_amount, p_currency, p_detail)
     on conflict (kind, subject) do nothing $$;

-- The payer (or an operator) has withdrawn the permission that this charge stood on: mandate, this debit, or method (§6).
create function permission_is_gone(c charges, p payments) returns boolean language sql volatile as
  $$ select p.stop_mark is not null
       or exists (select 1 from mandates m where m.id = p.mandate_id and (m.state <> 'active' or p.created_at <= m.last_stop_at))
       or exists (select 1 from methods t where t.id = c.method_id and t.state = 'withdrawn') $$;

-- e: {"source","rank","hash","outcome": charged|challenged|pending|held|not-charged|unknown, "how","reason","objectId",
--     "amountMinor","currency","feeMinor","confirmBy","firstTransmission": bool, "facts"}
-- plan (domain/retry-policy.ts, AfterNotCharged): what to do if the charge ends without money.
-- next_look_seconds: business seconds until the next look while undecided.
create function record_evidence(p_charge text, e jsonb, plan jsonb, next_look_seconds double precision,
                                p_raw bytea, p_confirmation bytea) returns jsonb language plpgsql as $$
declare
  c charges;
  p payments;
  b bills;
  target text := e->>'outcome';
  moves boolean;
  evidence_row bigint;
begin
  select * into c from charges where id = p_charge;
  if not found then raise exception 'no charge %', p_charge using errcode = 'no_data_found'; end if;
  select * into p from payments where id = c.payment_id;
  select * into b from bills where id = p.bill_id;
  perform stand_in_line_for_debt(b.identity_key);
  perform 1 from claims where claim_key = b.identity_key and part = p.part for update;
  perform 1 from bills where id = b.id for no key update;
  if p.mandate_id is not null then perform 1 from mandates where id = p.mandate_id for no key update; end if;
  if c.method_id is not null then perform 1 from methods where id = c.method_id for no key update; end if;
  perform 1 from payments where id = p.id for no key update;
  perform 1 from charges where id = c.id for update;
  select * into c from charges where id = p_charge;
  select * into p from payments where id = c.payment_id;
  select * into b from bills where id = p.bill_id;

  -- a refusal speaks only of its own transmission: after an unanswered one, or of a charge that was seen, it proves nothing (§8.1)
  if target = 'not-charged' and e->>'how' = 'refused' and c.state not in ('charged', 'not-charged')
     and (c.state <> 'sending' or c.transmissions > 1 or c.unanswered > 0) then
    target := 'unknown';
  end if;
  -- operators decide what nobody can find out (C10), nothing that the gateway has decided or is still asked about
  if e->>'source' = 'operators' and c.state not in ('unknown', 'pending', 'held') and target <> c.state then
    raise exception 'charge % is %: not to be decided by hand', c.id, c.state using errcode = 'check_violation';
  end if;
  -- absence is not evidence of the object; it may only end an unknown charge (C9). Of a decided one it comes late and moves nothing
  if target = 'not-charged' and e->>'how' = 'absent' and c.state not in ('charged', 'not-charged')
     and (c.state <> 'unknown' or c.object_id is not null) then
    raise exception 'absence cannot be recorded for charge % in state %', c.id, c.state using errcode = 'check_violation';
  end if;
  moves := charge_rank(target) > charge_rank(c.state)
        or (target in ('challenged', 'pending') and c.state in ('challenged', 'pending'));

  if target <> 'unknown' then
    insert into evidence (charge_id, rank, source, outcome, hash, facts, raw, moved)
      values (c.id, (e->>'rank')::int, e->>'source', target, e->>'hash', coalesce(e->'facts', '{}'), p_raw, moves)
      on conflict (charge_id, hash) do nothing returning id into evidence_row;
  end if;
  -- a replay is a look as well: without it the ladder would never be climbed
  update charges set looks = looks + case when e->>'source' in ('look-up', 'list')
                                    or (e->>'source' = 'answer' and c.transmissions > 1) then 1 else 0 end,
      object_id = coalesce(object_id, e->>'objectId'),
      unanswered = unanswered + case when target = 'unknown' and e->>'source' in ('answer', 'lease') then 1 else 0 end
    where id = c.id returning * into c;

  if c.state = 'not-charged' and target in ('challenged', 'pending', 'held') then
    -- a ghost: the object of a charge that counted as ended is unfinished; its debt takes no new charge until it is final
    perform open_case('ghost', c.id, c.amount_minor, c.currency, e);
  end if;
  if c.state = 'not-charged' and target in ('not-charged', 'charged') and e->>'source' in ('look-up', 'list') then
    update cases set closed_at = business_now() where kind = 'ghost' and subject = c.id and closed_at is null;
  end if;
  if c.state = 'charged' and target = 'not-charged' and e->>'how' is distinct from 'refused' then
    -- nothing turns proof of money back but a refund or a dispute (§1.4); a person finds out what the gateway means
    perform open_case('denied-after-charged', c.id, c.charged_minor, c.currency, e);
  end if;
  if not moves or (evidence_row is null and target <> 'unknown') then
    if c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') then
      update payments set next_look_at = business_now() + make_interval(secs => next_look_seconds) where id = p.id returning * into p;
    end if;
    return evidence_answer(c, p, false);
  end if;

  if target = 'charged' and c.state = 'not-charged' then
    perform open_case('success-after-final', c.id, (e->>'amountMinor')::bigint, c.currency, e);
  end if;
  update charges set state = target,
      how = case when target = 'not-charged' then e->>'how' end,
      reason = case when target = 'not-charged' then e->>'reason' end,
      confirm_by = case when target = 'challenged' then (e->>'confirmBy')::timestamptz else confirm_by end,
      confirmation = case when target = 'challenged' then p_confirmation else confirmation end,
      charged_minor = case when target = 'charged' then (e->>'amountMinor')::bigint end,
      fee_minor = case when target = 'charged' then (e->>'feeMinor')::bigint end,
      evidence_id = coalesce(evidence_row, evidence_id),
      decided_at = case when target in ('charged', 'not-charged') then business_now() end
    where id = c.id returning * into c;

  if target = 'charged' then
    perform settle_charged(c.id);
  elsif target = 'not-charged' then
    if b.echo then
      -- the source said that nothing is due, and now it is certain that it was not us (§4.3, B5): somebody else has paid
      update bills set state = case when state = 'owed' then 'paid-elsewhere' else state end, echo = false where id = b.id returning * into b;
      update payments set stop_mark = coalesce(stop_mark, 'paid-elsewhere') where id = p.id returning * into p;
    end if;
    perform settle_not_charged(c.id, plan, b.state <> 'owed' or permission_is_gone(c, p));
  else
    update payments set state = 'charging', next_look_at = business_now() + make_interval(secs => next_look_seconds),
        changed_at = business_now() where id = p.id and state = 'charging';
    if target = 'held' then perform open_case('held-unasked', c.id, c.amount_minor, c.currency, e); end if;
  end if;
  select * into p from payments where id = p.id;
  return evidence_answer(c, p, true);
end $$;

create function evidence_answer(c charges, p payments, moved boolean) returns jsonb language sql volatile as
  $$ select jsonb_build_object('moved', moved, 'charge', c.state, 'how', c.how, 'reason', c.reason, 'payment', p.state,
       'outcome', p.outcome, 'need', p.need, 'waitMs', real_ms_until(p.next_look_at)) $$;

-- Money was taken. Is it wanted (§3.2)? Judged here, in the transaction that learns of it.
create function settle_charged(p_charge text) returns void language plpgsql as $$
declare
  c charges;
  p payments;
  b bills;
  k claims;
  wanted boolean;
  why text;
  due bigint;
  stopped boolean;
begin
  select * into c from charges where id = p_charge;
  select * into p from payments where id = c.payment_id;
  select * into b from bills where id = p.bill_id;
  if p.state = 'closed' then
    -- P10: the claim had been released; it is ours again only if nobody else holds the debt
    insert into claims (claim_key, part, payment_id, state) values (b.identity_key, p.part, p.id, 'held')
      on conflict (claim_key, part) do nothing;
  end if;
  select * into k from claims where claim_key = b.identity_key and part = p.part;
  due := case when b.state = 'owed' then b.amount_minor else 0 end;
  wanted := true;
  if k.payment_id is distinct from p.id or k.state <> 'held' then wanted := false; why := 'debt already claimed';
  elsif b.state = 'annulled' then wanted := false; why := 'bill annulled';
  elsif b.state in ('paid-elsewhere', 'paid') then wanted := false; why := 'paid elsewhere';
  elsif b.payee_hash <> c.payee_hash then wanted := false; why := 'payee changed';
  elsif p.state = 'returning' then wanted := false; why := 'another sum of this payment is being returned';
  end if;
  stopped := permission_is_gone(c, p);

  if wanted then
    if p.state in ('scheduled', 'needs-payer') then
      -- found late, while another try was announced: that debit will not come
      update notices set state = 'void', void_why = 'paid' where payment_id = p.id and state <> 'void';
      update notifications set state = 'dropped', why = 'collapsed'
        where payment_id = p.id and state = 'queued' and (notice_id is not null or event = 'needs-confirmation');
    end if;
    update claims set state = 'spent' where payment_id = p.id;
    update payments set state = 'paid', outcome = null, need = null, paid_minor = c.charged_minor, paid_at = business_now(),
        changed_at = business_now(), next_look_at = business_now() where id = p.id returning * into p;
    update bills set state = 'paid', echo = false where id = b.id;
    update limit_use set state = 'spent', amount_minor = c.charged_minor,
        -- the period of the first transmission, in the zone of the mandate (§7.4)
        counted_on = (c.first_sent_at at time zone (select v.terms->>'zone' from mandate_versions v
          where v.mandate_id = p.mandate_id and v.version = p.mandate_version))::date
      where payment_id = p.id and scope = 'mandate';
    perform post('L1', c.id, p.id, c.currency, jsonb_build_array(
      jsonb_build_object('account', 'gateway:' || c.gateway || ':' || c.merchant_account, 'debit', c.charged_minor),
      jsonb_build_object('account', 'biller:' || b.biller_id, 'credit', c.charged_minor)));
    if c.charged_minor > due then
      perform owe_refund(c.id, c.charged_minor - due, 'amount fell');
    elsif c.charged_minor < due then
      perform open_case('part-paid', c.id, due - c.charged_minor, c.currency, '{}');
    end if;
    perform tell_resident(case when stopped then 'charged-after-stop' else 'paid' end, p.resident_id,
      'paid/' || c.id, p.id, payment_words(p), stopped, p.id);
    if b.told then perform tell_workflow('wake-bill', b.id); end if;
  else
    -- a second sum of a paid payment goes back beside it: paid stays paid (§3)
    update payments set state = 'returning', outcome = null, need = null, reason = why, changed_at = business_now(),
        next_look_at = business_now() where id = p.id and state <> 'paid' returning * into p;
    if not found then select * into p from payments where id = c.payment_id; end if;
    perform post('L5', c.id, p.id, c.currency, jsonb_build_array(
      jsonb_build_object('account', 'gateway:' || c.gateway || ':' || c.merchant_account, 'debit', c.charged_minor),
      jsonb_build_object('account', 'refunds-due', 'credit', c.charged_minor)));
    insert into refunds (payment_id, charge_id, amount_minor, currency, state, why)
      values (p.id, c.id, c.charged_minor, c.currency, 'requested', why);
    perform open_case('money-to-return', c.id, c.charged_minor, c.currency, jsonb_build_object('why', why));
    if why = 'payee changed' then
      -- a swapped account is the commonest fraud: nothing more goes to this biller until an operator has looked (§3.2)
      insert into holds (scope, scope_id, reason, placed_by)
        values ('biller', b.biller_id, 'payee changed while a charge was under way', 'engine') on conflict do nothing;
      insert into audit (actor, action, subject, detail) values ('engine', 'hold.place', 'hold/biller/' || b.biller_id,
        jsonb_build_object('charge', c.id));
    end if;
    perform tell_resident('money-returning', p.resident_id, 'money-returning/' || c.id, p.id, payment_words(p), true, p.id);
  end if;
  -- found late, while another try is under way: nothing waits for that one any more, a person sees it to its end (its money goes back)
  perform open_case('undecided-beside-money', o.id, o.amount_minor, o.currency, jsonb_build_object('charged', c.id)) from charges o
    where o.payment_id = p.id and o.id <> c.id and o.state in ('sending', 'challenged', 'pending', 'held', 'unknown');
  if coalesce(c.fee_minor, 0) > 0 then
    perform post('L2', c.id, p.id, c.currency, jsonb_build_array(
      jsonb_build_object('account', 'fees', 'debit', c.fee_minor),
      jsonb_build_object('account', 'gateway:' || c.gateway || ':' || c.merchant_account, 'credit', c.fee_minor)));
  end if;
  insert into audit (actor, action, subject, detail) values ('engine', 'charge.charged', c.id,
    jsonb_build_object('wanted', wanted, 'why', why, 'stopped', stopped));
end $$;

create function owe_refund(p_charge text, p_amount bigint, p_why text) returns void language plpgsql as $$
declare
  c charges;
  refund text := new_code();
begin
  select * into c from charges where id = p_charge;
  insert into refunds (id, payment_id, charge_id, amount_minor, currency, state, why)
    values (refund, c.payment_id, c.id, p_amount, c.currency, 'requested', p_why);
  perform post('L6', refund, c.payment_id, c.currency, jsonb_build_array(
    jsonb_build_object('account', 'biller:' || (select b.biller_id from payments y join bills b on b.id = y.bill_id where y.id = c.payment_id), 'debit', p_amount),
    jsonb_build_object('account', 'refunds-due', 'credit', p_amount)));
  perform open_case('money-to-return', refund, p_amount, c.currency, jsonb_build_object('why', p_why));
end $$;

-- The instant of a retry rule (domain/retry-policy.ts, retryMoment) in the payer's zone; null when no lawful day is left: nothing
-- comes after the last safe instant, nor, by the day, later than two weeks after the first failure.
create function retry_instant(rule jsonb, zone text, last_safe timestamptz, first_failed timestamptz) returns timestamptz
  language plpgsql volatile as $$
declare
  today date := (business_now() at time zone zone)::date;
  at timestamptz;
  on_day date;
begin
  case rule->>'kind'
  when 'after-minutes' then
    at := business_now() + make_interval(mins => (rule->>'minutes')::int);
  when 'after-days' then
    at := (today + (rule->>'days')::int + (rule->>'time')::time) at time zone zone;
  when 'payday' then
    -- the table's paydays, until the payer's own are known; wages come on the Friday before a weekend
    select min(paid) into on_day from (
      select d::date - case extract(isodow from d) when 6 then 1 when 7 then 2 else 0 end as paid
        from generate_series(today, today + 31, interval '1 day') d where extract(day from d) in (5, 10, 20, 25)) t
      where paid > today;
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

-- No money was taken and none can be: retry, ask, or end (P7).
create function settle_not_charged(p_charge text, plan jsonb, stopped boolean) returns void language plpgsql as $$
declare
  c charges;
  p payments;
  zone text;
  again_at timestamptz;
  fallback text;
begin
  select * into c from charges where id = p_charge;
  select * into p from payments where id = c.payment_id;
  if p.state <> 'charging' then return; end if;
  if plan->>'next' = 'method-dead' and c.method_id is not null then
    update methods set state = plan->>'method', state_reason = c.reason, version = version + 1,
        withdrawn_at = case when plan->>'method' = 'withdrawn' then business_now() end
      where id = c.method_id and state in ('active', 'unusable');
  end if;
  if plan->>'alarm' is not null then
    perform open_case('alarm', c.id, c.amount_minor, c.currency, jsonb_build_object('alarm', plan->>'alarm', 'reason', c.reason));
  end if;
  if stopped then
    perform close_payment(p.id, 'stopped', 'stopped while a charge was under way');
    return;
  end if;
  if p.route <> 'mandate' then
    -- a person's own claim lives only as long as its charge is undecided (§4.2)
    perform close_payment(p.id, 'gave-up', c.reason);
    perform tell_resident('failed', p.resident_id, 'failed/' || c.id, p.id, payment_words(p) || jsonb_build_object('reason', c.reason), true, p.id);
    return;
  end if;
  if plan->>'next' = 'again' then
    select terms->>'zone' into zone from mandate_versions where mandate_id = p.mandate_id and version = p.mandate_version;
    again_at := retry_instant(plan->'rule', zone, p.give_up_at,
      (select min(decided_at) from charges where payment_id = p.id and state = 'not-charged'));
  elsif plan->>'next' = 'method-dead' and (plan->>'fallbackAllowed')::boolean then
    select f into fallback from notices n, unnest(n.fallbacks) f join methods t on t.id = f
      where n.payment_id = p.id and n.state = 'accepted' and n.not_after > business_now() and t.state = 'active' limit 1;
  end if;
  if again_at is not null and c.how = 'refused' and exists (select 1 from notices n where n.payment_id = p.id
       and n.state = 'accepted' and n.not_after > again_at) then
    -- the request never became a debit: the notice still names the very debit that is tried again
    update payments set state = 'scheduled', reason = c.reason, next_look_at = again_at, changed_at = business_now() where id = p.id;
  elsif again_at is not null then
    -- a retry is another debit: the failure message names it and is its notice (§7.3)
    update payments set state = 'scheduled', reason = c.reason, changed_at = business_now() where id = p.id;
    perform give_notice(p.id, 'failed-retry', 'declined', again_at);
  elsif fallback is not null then
    -- the valid notice named this method as the next one
    update payments set state = 'scheduled', method_id = fallback, reason = c.reason, next_look_at = business_now(),
        changed_at = business_now() where id = p.id;
  elsif plan->>'next' = 'gave-up' then
    perform close_payment(p.id, 'gave-up', c.reason);
    perform tell_resident('failed', p.resident_id, 'failed/' || c.id, p.id, payment_words(p) || jsonb_build_object('reason', c.reason), true, p.id);
  else
    update notices set state = 'void', void_why = 'declined' where payment_id = p.id and state <> 'void';
    update payments set state = 'needs-payer', reason = c.reason, changed_at = business_now(),
        need = coalesce(plan->>'need', 'confirm-again'),
        give_up_at = greatest(give_up_at, business_now() + interval '24 hours')
      where id = p.id;
    update payments set next_look_at = give_up_at where id = p.id returning * into p;
    perform tell_resident('needs-confirmation', p.resident_id, 'needs-confirmation/' || c.id, p.id, payment_words(p), true, p.id);
  end if;
end $$;

-- A transmission whose lease and answer time are over without an answer is unknown (C8), even if no workflow is alive. One in a
-- transaction: the locks of two debts have no order between them. Answers how many there were; called until there is none.
create function expire_leases() returns int language plpgsql as $$
declare
  n int := 0;
  c charges;
begin
  for c in select * from charges where state = 'sending' and lease_until < clock_timestamp() - interval '45 seconds'
            order by id limit 1 loop
    perform record_evidence(c.id, jsonb_build_object('source', 'lease', 'rank', 5, 'hash', 'lease/' || c.transmissions,
      'outcome', 'unknown'), '{}', 0, null, null);
    n := n + 1;
  end loop;
  return n;
end $$;
