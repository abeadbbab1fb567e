-- Stop (payment rules §6): the commit of the stop's own transaction is the moment. It locks its own row and nothing else, reads the
-- undecided charges in a later statement, and answers with them. It works while Temporal, workers and gateways are down.

create function in_flight(p_mandate text, p_method text, p_payment text) returns jsonb language sql volatile as
  $$ select coalesce(jsonb_agg(jsonb_build_object('payment', y.id, 'charge', c.id,
       'amount', jsonb_build_object('amountMinor', c.amount_minor, 'currency', c.currency),
       'payee', r.name, 'method', m.title, 'sentAt', c.first_sent_at, 'state', c.state,
       'next', case when c.state = 'challenged' then c.confirm_by else y.next_look_at end) order by c.first_sent_at), '[]')
     from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
     left join methods m on m.id = c.method_id
     where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')
       and (p_mandate is null or y.mandate_id = p_mandate) and (p_method is null or c.method_id = p_method)
       and (p_payment is null or y.id = p_payment) $$;

-- kind: pause | cancel. Repeating a stop answers with today's list. Null: no such mandate of this resident.
create function stop_mandate(p_mandate text, p_resident text, p_kind text, p_until timestamptz, p_why text, p_by text)
  returns jsonb language plpgsql as $$
declare
  m mandates;
  changed boolean := false;
begin
  select * into m from mandates where id = p_mandate and (p_resident is null or resident_id = p_resident) for update;
  if not found then return null; end if;
  if p_kind = 'cancel' and m.state <> 'ended' then
    update mandates set state = 'ended', why = coalesce(p_why, 'cancelled'), paused_by = null, paused_until = null,
      last_stop_at = business_now(), changed_at = business_now(), next_look_at = null where id = m.id returning * into m;
    changed := true;
  elsif p_kind = 'pause' and (m.state = 'active'
      -- nobody takes over a pause that somebody else may end only (§7.1), but an operator
      or (m.state = 'paused' and (m.paused_by = p_by or p_by = 'operator') and (m.paused_by, m.paused_until) is distinct from (p_by, p_until))) then
    update mandates set state = 'paused', paused_by = p_by, paused_until = p_until, why = p_why,
      last_stop_at = business_now(), changed_at = business_now(), next_look_at = p_until where id = m.id returning * into m;
    changed := true;
  end if;
  if changed then
    insert into audit (actor, action, subject, detail) values (coalesce(p_resident, p_by), 'mandate.' || p_kind, m.id,
      -- a payer's own words stay with the mandate, where they can be erased
      jsonb_build_object('until', p_until, 'why', case when p_by <> 'payer' then p_why end));
    perform tell_workflow('wake-mandate', m.id);
    perform tell_resident(case p_kind when 'cancel' then 'mandate-ended' else 'mandate-paused' end, m.resident_id,
      'mandate-' || p_kind || '/' || m.id || '/' || extract(epoch from m.changed_at), m.id, mandate_words(m), true);
  end if;
  return jsonb_build_object('mandate', to_jsonb(m), 'changed', changed, 'stoppedAt', m.last_stop_at, 'inFlight', in_flight(m.id, null, null));
end $$;

create function mandate_words(m mandates) returns jsonb language sql stable as
  $$ select jsonb_build_object('mandateId', m.id, 'biller', r.name, 'account', m.account, 'until', m.paused_until)
     from billers r where r.id = m.biller_id $$;

create function resume_mandate(p_mandate text, p_resident text, p_by text) returns jsonb language plpgsql as $$
declare
  m mandates;
begin
  select * into m from mandates where id = p_mandate and (p_resident is null or resident_id = p_resident) for update;
  if not found then return null; end if;
  if p_resident is null and m.paused_until > business_now() then
    -- resumed by its date, which its payer has moved while we waited for the lock
    return jsonb_build_object('mandate', to_jsonb(m));
  end if;
  if m.state = 'paused' then
    if m.paused_by <> p_by then return jsonb_build_object('mandate', to_jsonb(m), 'refused', 'paused-by-' || m.paused_by); end if;
    if not exists (select 1 from mandate_versions v join methods t on v.terms->'methods' ? t.id
                    where v.mandate_id = m.id and v.version = m.version and t.state = 'active') then
      return jsonb_build_object('mandate', to_jsonb(m), 'refused', 'method-not-active');
    end if;
    update mandates set state = 'active', paused_by = null, paused_until = null, why = null, changed_at = business_now(),
      next_look_at = null where id = m.id returning * into m;
    insert into audit (actor, action, subject) values (coalesce(p_resident, p_by), 'mandate.resume', m.id);
    perform tell_workflow('wake-mandate', m.id);
    perform tell_resident('mandate-resumed', m.resident_id, 'mandate-resumed/' || m.id || '/' || extract(epoch from m.changed_at),
      m.id, mandate_words(m), false);
    -- bills that waited meanwhile are planned anew, with a new notice
    insert into outbox (kind, subject_id, payload) select 'plan-bill', b.id, '{"because":"resumed"}' from bills b
      where b.biller_id = m.biller_id and b.account = m.account and b.state = 'owed';
    perform ring('plan');
  end if;
  return jsonb_build_object('mandate', to_jsonb(m));
end $$;

-- Skip = stop of one planned debit plus a mark, so that the mandate never plans it again (§7.1).
create function skip_payment(p_payment text, p_resident text) returns jsonb language plpgsql as $$
declare
  y payments;
begin
  select * into y from payments where id = p_payment and resident_id = p_resident and mandate_id is not null for update;
  if not found then return null; end if;
  if y.state in ('scheduled', 'needs-payer', 'charging') then
    update payments set stop_mark = coalesce(stop_mark, 'skipped'), changed_at = business_now() where id = y.id returning * into y;
    insert into skip_marks (mandate_id, claim_key, part) select y.mandate_id, b.identity_key, y.part from bills b where b.id = y.bill_id
      on conflict do nothing;
    insert into audit (actor, action, subject) values (p_resident, 'payment.skip', y.id);
    perform tell_workflow('wake-payment', y.id);
  end if;
  return jsonb_build_object('payment', y.id, 'state', y.state, 'stoppedAt', y.changed_at, 'inFlight', in_flight(null, null, y.id));
end $$;

create function withdraw_method(p_method text, p_resident text) returns jsonb language plpgsql as $$
declare
  t methods;
begin
  select * into t from methods where id = p_method and resident_id = p_resident for update;
  if not found then return null; end if;
  if t.state <> 'withdrawn' then
    update methods set state = 'withdrawn', withdrawn_at = business_now(), version = version + 1 where id = t.id returning * into t;
    insert into audit (actor, action, subject) values (p_resident, 'method.withdraw', t.id);
    perform tell_resident('method-withdrawn', t.resident_id, 'method-withdrawn/' || t.id, t.id,
      jsonb_build_object('method', coalesce(t.title, '')), true);
    perform ring('stop');
  end if;
  return jsonb_build_object('methodId', t.id, 'stoppedAt', t.withdrawn_at, 'inFlight', in_flight(null, t.id, null),
    'mandates', coalesce((select jsonb_agg(m.id) from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
       where v.terms->'methods' ? t.id and m.state in ('active', 'paused')), '[]'));
end $$;

-- What stops still have to close, one small transaction each (P5, P9); the gate refuses them meanwhile.
create function stopped_payments(p_limit int) returns table (payment_id text, outcome text) language sql volatile as
  $$ select y.id, case when y.stop_mark is not null then case when y.stop_mark in ('skipped') then 'skipped' else 'stopped' end
              when b.state = 'annulled' then 'annulled' when b.state in ('paid', 'paid-elsewhere') then 'paid-elsewhere' else 'stopped' end
     from payments y join bills b on b.id = y.bill_id left join mandates m on m.id = y.mandate_id
     where y.state in ('scheduled', 'needs-payer')
       and (y.stop_mark is not null or b.state <> 'owed'
         or (y.route = 'mandate' and (m.state <> 'active' or y.created_at <= m.last_stop_at)))
     order by y.id limit p_limit $$;

-- After a method is withdrawn: mandates without another usable consented method pause (§6); tokens go when nothing is undecided.
create function follow_withdrawals() returns int language plpgsql as $$
declare
  m mandates;
  n int := 0;
begin
  for m in select x.* from mandates x join mandate_versions v on v.mandate_id = x.id and v.version = x.version
            where x.state = 'active' and not exists (select 1 from methods t where t.state = 'active' and v.terms->'methods' ? t.id)
            order by x.id loop
    perform stop_mandate(m.id, null, 'pause', null, 'no-method', 'system');
    n := n + 1;
  end loop;
  update methods t set token = null where t.state = 'withdrawn' and t.token is not null and not exists (select 1 from charges c
    where c.method_id = t.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'));
  return n;
end $$;

-- The payer, present, tells us to pay a bill now (P2). Takes a planned debit over when nothing is under way.
-- q: {"billId","residentId","methodId"|null,"amountMinor","payeeHash","route","channel","signIn","ip"}
create function pay_now(q jsonb) returns jsonb language plpgsql as $$
declare
  b bills;
  k claims;
  holder payments;
  y payments;
begin
  select * into b from bills where id = q->>'billId';
  if not found then return jsonb_build_object('refused', 'bill-not-found'); end if;
  perform stand_in_line_for_debt(b.identity_key);
  perform 1 from claims where claim_key = b.identity_key and part = b.part for update;
  perform 1 from bills where id = b.id for no key update;
  select * into b from bills where id = b.id;
  if b.state <> 'owed' then return jsonb_build_object('refused', 'bill-not-owed', 'state', b.state); end if;
  if b.amount_minor <> (q->>'amountMinor')::bigint or b.payee_hash <> q->>'payeeHash' then
    return jsonb_build_object('refused', 'amount-changed', 'amountMinor', b.amount_minor);
  end if;
  select * into k from claims where claim_key = b.identity_key and part = b.part;
  if found then
    perform 1 from payments where id = k.payment_id for no key update;
    select * into holder from payments where id = k.payment_id;
    if k.state = 'spent' or exists (select 1 from charges c where c.payment_id = holder.id
         and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'))
       or (holder.route <> 'mandate' and holder.state = 'scheduled') then
      return jsonb_build_object('refused', 'bill-being-paid',
        'payment', case when holder.resident_id = q->>'residentId' then holder.id end);
    end if;
    if not close_payment(holder.id, 'taken-over', 'paid by a person now') then
      -- money of an earlier try is on its way back: the debt is free when it is there
      return jsonb_build_object('refused', 'bill-being-paid',
        'payment', case when holder.resident_id = q->>'residentId' then holder.id end);
    end if;
  end if;
  -- nobody may park on somebody's bill: three unfinished tries on one debt in 24 h (§4.2)
  if (select count(*) from payments z where z.bill_id = b.id and z.resident_id = q->>'residentId' and z.route <> 'mandate'
        and z.outcome = 'gave-up' and z.created_at > business_now() - interval '24 hours') >= 3 then
    return jsonb_build_object('refused', 'too-many-unfinished');
  end if;
  insert into payments (resident_id, bill_id, part, bill_version, route, channel, method_id, gateway, amount_minor, currency, payee_hash,
      state, planned_on, not_before, next_look_at, give_up_at, livemode)
    select q->>'residentId', b.id, b.part, b.version, q->>'route', q->>'channel', q->>'methodId', r.gateway, b.amount_minor, b.currency,
      b.payee_hash, 'scheduled', (business_now() at time zone s.zone)::date, business_now(), business_now(),
      business_now() + interval '24 hours', b.livemode
      from billers r, residents s where r.id = b.biller_id and s.id = q->>'residentId'
    returning * into y;
  insert into claims (claim_key, part, payment_id, state) values (b.identity_key, b.part, y.id, 'held');
  perform instruct(y.id, q);
  perform tell_workflow('start-payment', y.id, '{"waitMs":0}');
  return jsonb_build_object('paymentId', y.id);
end $$;

create function instruct(p_payment text, q jsonb) returns void language sql as
  $$ insert into instructions (payment_id, resident_id, amount_minor, currency, payee_hash, method_id, sign_in, ip, expires_at)
     select y.id, y.resident_id, y.amount_minor, y.currency, y.payee_hash, q->>'methodId', q->>'signIn', q->>'ip',
            business_now() + interval '1 hour' from payments y where y.id = p_payment $$;

-- The payer meets the need of a waiting payment (P6): confirms amount and payee, chooses a method. Two devices that open one
-- link get one charge: while one is challenged the caller is sent to the same confirmation.
create function confirm_payment(p_payment text, p_resident text, q jsonb) returns jsonb language plpgsql as $$
declare
  b bills;
  y payments;
begin
  select * into y from payments where id = p_payment and resident_id = p_resident;
  if not found then return null; end if;
  select * into b from bills where id = y.bill_id;
  perform 1 from claims where claim_key = b.identity_key and part = y.part for update;
  perform 1 from bills where id = b.id for no key update;
  perform 1 from payments where id = y.id for no key update;
  select * into y from payments where id = y.id;
  select * into b from bills where id = b.id;
  if y.state = 'charging' then return jsonb_build_object('paymentId', y.id, 'state', 'charging'); end if;
  if y.state = 'scheduled' and exists (select 1 from instructions i where i.payment_id = y.id and i.used_at is null
       and i.expires_at > business_now()) then
    return jsonb_build_object('paymentId', y.id, 'state', 'scheduled');
  end if;
  if y.state <> 'needs-payer' or y.stop_mark is not null
     or exists (select 1 from mandates m where m.id = y.mandate_id and (m.state <> 'active' or y.created_at <= m.last_stop_at)) then
    return jsonb_build_object('refused', 'payment-not-waiting', 'state', y.state);
  end if;
  if b.state <> 'owed' then return jsonb_build_object('refused', 'bill-not-owed', 'state', b.state); end if;
  if b.amount_minor <> (q->>'amountMinor')::bigint or b.payee_hash <> q->>'payeeHash' then
    return jsonb_build_object('refused', 'amount-changed', 'amountMinor', b.amount_minor);
  end if;
  update payments set state = 'scheduled', need = null, amount_minor = b.amount_minor, payee_hash = b.payee_hash, bill_version = b.version,
      method_id = coalesce(q->>'methodId', method_id), not_before = business_now(), next_look_at = business_now(), changed_at = business_now()
    where id = y.id;
  perform instruct(y.id, q);
  insert into audit (actor, action, subject) values (p_resident, 'payment.confirm', y.id);
  perform tell_workflow('wake-payment', y.id);
  return jsonb_build_object('paymentId', y.id, 'state', 'scheduled');
end $$;

-- Notifications: leased in batches, settled in batches (§13). A crash between sending and settling is sent once more, with the
-- same Message-ID, and counted as possibly double.
create function lease_notifications(p_limit int, p_lease interval) returns setof notifications language sql volatile as
  $$ -- switched off while it waited: a channel must be on now, not only when the message was written (§13)
     update notifications n set state = 'dropped', why = 'preference' where n.id in (
       select w.id from notifications w join residents r on r.id = w.resident_id
        where w.state = 'queued' and w.due_at <= business_now() and not w.legal_minimum
          and r.muted @> jsonb_build_array(jsonb_build_object('event', w.event, 'channel', w.channel)) for update of w skip locked);
     -- sent once without an answer, and superseded since: yesterday's truth is not sent again
     update notifications n set state = 'dropped', why = 'collapsed', lease_until = null where n.id in (
       select w.id from notifications w join notices x on x.id = w.notice_id
        where w.state = 'sending' and w.lease_until < clock_timestamp() and x.state = 'void' for update of w skip locked);
     update notifications n set state = 'sending', attempts = n.attempts + 1, lease_until = clock_timestamp() + p_lease,
        uncertain = n.uncertain + case when n.state = 'sending' then 1 else 0 end
     where n.id in (select id from notifications
        where (state = 'queued' and due_at <= business_now()) or (state = 'sending' and lease_until < clock_timestamp() and uncertain < 1)
        order by legal_minimum desc, due_at, id limit p_limit for update skip locked)
     returning n.* $$;

-- No answer twice: counted as not delivered, and a notice among them permits no debit.
create function expire_notifications() returns int language plpgsql as $$
declare
  n notifications;
  gone int := 0;
begin
  for n in select * from notifications where state = 'sending' and uncertain >= 1 and lease_until < clock_timestamp()
            order by payment_id, id loop
    -- payment before message, as everywhere
    perform 1 from payments where id = n.payment_id and n.notice_id is not null for no key update;
    perform 1 from notifications where id = n.id and state = 'sending' and lease_until < clock_timestamp() for update;
    continue when not found;
    update notifications set state = 'bounced', why = 'no-answer', lease_until = null where id = n.id;
    if n.notice_id is not null then perform void_notice(n.notice_id, 'no answer'); end if;
    gone := gone + 1;
  end loop;
  return gone;
end $$;

-- s: [{"id","outcome": accepted|refused|later|unknown,"answer","againSeconds"}…]
create function settle_notifications(s jsonb) returns void language plpgsql as $$
declare
  x jsonb;
  n notifications;
  superseded boolean;
begin
  for x in select e.value from jsonb_array_elements(s) e join notifications q on q.id = e.value->>'id'
            order by q.payment_id, q.id loop
    -- payment before message, as everywhere; payments in one order, for other senders settle at the same time
    perform 1 from payments y join notifications q on q.payment_id = y.id and q.notice_id is not null
      where q.id = x->>'id' for no key update of y;
    select * into n from notifications where id = x->>'id' and state = 'sending' for update;
    continue when not found;
    if x->>'outcome' = 'accepted' then
      update notifications set state = 'accepted', answer = x->>'answer', sent_at = business_now(), lease_until = null where id = n.id;
      if n.notice_id is not null then perform accept_notice(n.notice_id, n.channel); end if;
    elsif x->>'outcome' = 'refused' then
      update notifications set state = 'bounced', answer = x->>'answer', lease_until = null where id = n.id;
      if n.notice_id is not null then perform void_notice(n.notice_id, 'bounced'); end if;
    elsif x->>'outcome' = 'later' then
      -- a notice that was superseded meanwhile is not tried again
      superseded := exists (select 1 from notices v where v.id = n.notice_id and v.state = 'void');
      update notifications set state = case when superseded then 'dropped' else 'queued' end,
        why = case when superseded then 'collapsed' end, answer = x->>'answer', lease_until = null,
        due_at = business_now() + make_interval(secs => (x->>'againSeconds')::double precision) where id = n.id;
    else
      -- unknown: the lease runs out after ten minutes, then once more with the same Message-ID
      update notifications set answer = x->>'answer', lease_until = clock_timestamp() + interval '10 minutes' where id = n.id;
    end if;
  end loop;
end $$;

-- The clock starts when a channel accepts; acceptance later than planned only moves the debit later, within the days that were named.
create function accept_notice(p_notice text, p_channel text) returns void language plpgsql as $$
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
  select * into k from notice_clock(terms->'noticePack', accepted, terms->>'zone');
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
end $$;

create function void_notice(p_notice text, p_why text) returns void language plpgsql as $$
declare
  n notices;
begin
  select * into n from notices where id = p_notice;
  perform 1 from payments where id = n.payment_id for no key update;
  update notices set state = 'void', void_why = p_why where id = p_notice and state <> 'void';
  if found then
    update payments set state = 'needs-payer', need = 'no-channel', next_look_at = give_up_at, changed_at = business_now()
      where id = n.payment_id and state = 'scheduled';
    perform tell_workflow('wake-payment', n.payment_id);
  end if;
end $$;

-- The payer's deadline has come (P5) and nobody acted: judged under the locks, since a confirmation may have come a moment before.
create function give_up_payment(p_payment text) returns void language plpgsql as $$
declare
  y payments;
begin
  perform 1 from claims where payment_id = p_payment for update;
  perform 1 from payments where id = p_payment for no key update;
  select * into y from payments where id = p_payment;
  -- over a charge under way only the mark is set (P9)
  if y.state not in ('needs-payer', 'charging') or y.give_up_at > business_now() then return; end if;
  if close_payment(y.id, 'gave-up', coalesce(y.reason, 'deadline')) then
    perform tell_resident('failed', y.resident_id, 'gave-up/' || y.id, y.id, payment_words(y), true, y.id);
  end if;
end $$;
