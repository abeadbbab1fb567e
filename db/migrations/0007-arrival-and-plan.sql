-- Arrival and planning. The decision itself is domain/plan.ts; these functions lock, read and write.

-- The civil instants of a debit, computed once, in the payer's zone (§7.3). `pack` is the snapshot in the mandate's terms
-- (domain/notice-policy.ts, NoticePack). `accepted` is when a channel accepts; `wanted` is a later instant that somebody asked for.
create function notice_clock(pack jsonb, accepted timestamptz, zone text, wanted timestamptz default null,
                             out planned_on date, out not_before timestamptz, out not_after timestamptz)
  language plpgsql stable as $$
declare
  opens time := (pack->'hours'->>'from')::time;
  closes time := (pack->'hours'->>'to')::time;
  civil timestamp;
begin
  civil := greatest(accepted + make_interval(secs => (pack->>'leadSeconds')::double precision), wanted) at time zone zone;
  if (pack->>'earlierCalendarDay')::boolean and civil::date <= (accepted at time zone zone)::date then
    civil := ((accepted at time zone zone)::date + 1) + opens;
  end if;
  if civil::time < opens then civil := civil::date + opens; end if;
  -- "24:00" is the end of the day: no closing hour
  if closes < time '24:00' and civil::time >= closes then civil := (civil::date + 1) + opens; end if;
  planned_on := civil::date;
  not_before := civil at time zone zone;
  not_after := case pack->'window'->>'kind'
    when 'hours' then not_before + make_interval(hours => (pack->'window'->>'hours')::int)
    else (planned_on + (pack->'window'->>'days')::int + closes) at time zone zone end;
end $$;

create function period_start(period text, on_day date) returns date language sql immutable as
  $$ select case period when 'day' then on_day when 'week' then date_trunc('week', on_day)::date
       when 'month' then date_trunc('month', on_day)::date when 'year' then date_trunc('year', on_day)::date end $$;
create function period_end(period text, on_day date) returns date language sql immutable as
  $$ select (period_start(period, on_day) + case period when 'day' then interval '1 day' when 'week' then interval '7 days'
       when 'month' then interval '1 month' when 'year' then interval '1 year' end)::date $$;

-- What counts against a limit in the civil period around a day, without one payment's own use.
create function limit_used(p_scope text, p_id text, p_period text, on_day date, except_payment text) returns bigint
  language sql volatile as
  $$ select coalesce(sum(amount_minor), 0)::bigint from limit_use
      where scope = p_scope and scope_id = p_id and state <> 'freed' and payment_id is distinct from except_payment
        and counted_on >= period_start(p_period, on_day) and counted_on < period_end(p_period, on_day) $$;

-- The last instant at which a debit still arrives in time: due day less the biller's settlement days, at closing hour.
create function last_safe_instant(b bills, zone text) returns timestamptz language sql stable as
  $$ select (b.due_on - (select settle_days from billers where id = b.biller_id) + time '22:00') at time zone zone $$;

-- A bill as a biller told it. Ordered by the source's own version, never by arrival (§4.3). One call, one transaction.
create function receive_bill(p jsonb) returns jsonb language plpgsql as $$
declare
  b bills;
  undecided boolean;
  result text;
  v int := (p->>'version')::int;
  live boolean := (select livemode from deployment);
begin
  insert into bills (biller_id, identity_key, external_id, account, period, kind, state, version, amount_minor, currency,
                     due_on, purpose, payee, payee_hash, content_hash, livemode, last_delivery, last_result)
    values (p->>'billerId', p->>'identityKey', p->>'externalId', p->>'account', p->>'period', p->>'kind',
            case p->>'status' when 'annulled' then 'annulled' when 'paid' then 'paid-elsewhere' else 'owed' end,
            v, (p->>'amountMinor')::bigint, p->>'currency', (p->>'dueOn')::date, p->>'purpose', p->'payee',
            p->>'payeeHash', p->>'contentHash', live, p->>'delivery', 'new')
    on conflict (identity_key) do nothing returning * into b;
  if found then
    result := 'new';
  else
    select * into b from bills where identity_key = p->>'identityKey' for update;
    if v < b.version then
      return jsonb_build_object('billId', b.id, 'result', 'stale');
    end if;
    -- an older version, or another text of the same one, confirms nothing (gate check 3)
    update bills set confirmed_at = business_now()
      where id = b.id and (v > b.version or b.content_hash = p->>'contentHash');
    if v = b.version then
      return jsonb_build_object('billId', b.id,
        'result', case when b.content_hash <> p->>'contentHash' then 'conflict'
                       when b.last_delivery = p->>'delivery' then b.last_result else 'duplicate' end);
    end if;
    select exists (select 1 from payments y join charges c on c.payment_id = y.id
                    where y.bill_id = b.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')) into undecided;
    result := case
      when b.state = 'paid' then 'kept-paid'
      when p->>'status' = 'annulled' then 'annulled'
      when p->>'status' = 'paid' and undecided then 'echo'
      when p->>'status' = 'paid' then 'paid-elsewhere'
      when b.state in ('annulled', 'paid-elsewhere') then 'reinstated'
      else 'amended' end;
    update bills set version = v, content_hash = p->>'contentHash', last_delivery = p->>'delivery', last_result = result,
        amount_minor = (p->>'amountMinor')::bigint, currency = p->>'currency', due_on = (p->>'dueOn')::date,
        purpose = p->>'purpose', payee = p->'payee', payee_hash = p->>'payeeHash',
        -- the newest version counts: when it says that money is due again, the older word was no echo of ours
        echo = result = 'echo' or (echo and result = 'kept-paid'),
        state = case result when 'annulled' then 'annulled' when 'paid-elsewhere' then 'paid-elsewhere'
                            when 'reinstated' then 'owed' else state end
      where id = b.id;
    if result = 'kept-paid' and p->>'status' = 'annulled' then
      -- we paid a debt that its source has withdrawn since (§4.3, B7): people decide about the refund
      perform open_case('annulled-after-paid', b.id, b.amount_minor, b.currency, jsonb_build_object('version', v));
    end if;
  end if;
  insert into bill_versions (bill_id, version, status, amount_minor, currency, due_on, purpose, payee)
    values (b.id, v, coalesce(p->>'status', 'issued'), (p->>'amountMinor')::bigint, p->>'currency', (p->>'dueOn')::date,
            p->>'purpose', p->'payee');
  insert into outbox (kind, subject_id, payload) values ('plan-bill', b.id, jsonb_build_object('version', v, 'because', result));
  perform ring('plan');
  return jsonb_build_object('billId', b.id, 'result', result);
end $$;

-- A claim that does not exist yet cannot be locked. Whoever may take one stands in this line first: else one who waited for the bill
-- would find a claim there and lock it after the bill, against the one order (§1.9).
create function stand_in_line_for_debt(p_key text) returns void language sql volatile as
  $$ select pg_advisory_xact_lock(hashtextextended('debt/' || p_key, 0)) $$;

-- Locks what a plan may touch, in the one order (claim → bill → mandates → payment), then reads the facts.
create function plan_read(p_bill text) returns jsonb language plpgsql as $$
declare
  b bills;
  facts jsonb;
begin
  select * into b from bills where id = p_bill;
  if not found then return null; end if;
  perform stand_in_line_for_debt(b.identity_key);
  perform 1 from claims where claim_key = b.identity_key for update;
  perform 1 from bills where id = p_bill for update;
  perform 1 from mandates m where m.biller_id = b.biller_id and m.account = b.account and m.state in ('active', 'paused')
    order by m.id for no key update;
  perform 1 from payments where bill_id = p_bill and state in ('scheduled', 'needs-payer', 'charging') order by id for no key update;

  select jsonb_build_object(
    'now', to_jsonb(business_now()),
    'bill', (select jsonb_build_object('id', x.id, 'billerId', x.biller_id, 'account', x.account, 'state', x.state,
        'version', x.version, 'amountMinor', x.amount_minor, 'currency', x.currency, 'dueOn', x.due_on,
        'payeeHash', x.payee_hash, 'part', x.part, 'gateway', r.gateway, 'told', x.told,
        'payeeOnFile', x.payee->>'account' = r.payee->>'account' and x.payee->>'bic' = r.payee->>'bic'
                       and x.payee->>'inn' = r.payee->>'inn')
      from bills x join billers r on r.id = x.biller_id where x.id = p_bill),
    'claim', (select jsonb_build_object('paymentId', c.payment_id, 'state', c.state)
      from claims c where c.claim_key = b.identity_key and c.part = b.part),
    'payment', (select jsonb_build_object('id', y.id, 'route', y.route, 'state', y.state, 'mandateId', y.mandate_id,
        'billVersion', y.bill_version, 'amountMinor', y.amount_minor, 'payeeHash', y.payee_hash,
        'undecided', exists (select 1 from charges c where c.payment_id = y.id
                              and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')))
      from payments y where y.bill_id = p_bill and y.part = b.part and y.state in ('scheduled', 'needs-payer', 'charging')),
    'mandates', coalesce((select jsonb_agg(jsonb_build_object(
        'id', m.id, 'residentId', m.resident_id, 'state', m.state, 'version', m.version, 'terms', v.terms,
        'skipped', exists (select 1 from skip_marks s where s.mandate_id = m.id and s.claim_key = b.identity_key and s.part = b.part),
        'methodId', (select t.id from jsonb_array_elements_text(v.terms->'methods') with ordinality q(id, n)
                      join methods t on t.id = q.id where t.state = 'active' order by q.n limit 1),
        'usedMinor', case when jsonb_typeof(v.terms->'limitPerPeriod') = 'object'
           then limit_used('mandate', m.id, v.terms->'limitPerPeriod'->>'period', k.planned_on,
                (select y.id from payments y where y.bill_id = p_bill and y.mandate_id = m.id
                   and y.state in ('scheduled', 'needs-payer', 'charging') limit 1)) else 0 end,
        'plannedOn', k.planned_on, 'notBefore', k.not_before, 'notAfter', k.not_after,
        'lastSafe', last_safe_instant((select x from bills x where x.id = p_bill), v.terms->>'zone'))
        order by m.created_at, m.id)
      from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
      cross join lateral notice_clock(v.terms->'noticePack', business_now(), v.terms->>'zone') k
      where m.biller_id = b.biller_id and m.account = b.account and m.state = 'active'), '[]'),
    'onlookers', coalesce((select jsonb_agg(a.resident_id order by a.resident_id) from payer_accounts a
      where a.biller_id = b.biller_id and a.account = b.account), '[]')
  ) into facts;
  return facts;
end $$;

-- What people read about a payment: the arguments of its messages.
create function payment_words(p payments) returns jsonb language sql stable as
  $$ select jsonb_build_object('paymentId', p.id, 'billId', p.bill_id, 'mandateId', p.mandate_id,
       'amount', jsonb_build_object('amountMinor', p.amount_minor, 'currency', p.currency),
       'biller', r.name, 'purpose', b.purpose, 'account', b.account, 'dueOn', b.due_on, 'plannedOn', p.planned_on,
       'notBefore', p.not_before, 'method', coalesce(m.title, ''), 'need', p.need, 'reason', p.reason,
       'giveUpAt', p.give_up_at, 'gateway', p.gateway)
     from bills b join billers r on r.id = b.biller_id left join methods m on m.id = p.method_id where b.id = p.bill_id $$;

-- Writes a notice for the payment as it stands and queues its message. An older notice of it becomes void first.
create function give_notice(p_payment text, p_event text, p_why_void text, p_earliest timestamptz default null) returns void
  language plpgsql as $$
declare
  p payments;
  terms jsonb;
  k record;
  n text := new_code();
  told int;
begin
  select * into p from payments where id = p_payment;
  select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
    where m.id = p.mandate_id;
  update notices set state = 'void', void_why = p_why_void where payment_id = p.id and state <> 'void';
  -- a message not yet sent would tell yesterday's truth
  update notifications set state = 'dropped', why = 'collapsed'
    where payment_id = p.id and notice_id is not null and state = 'queued';
  select * into k from notice_clock(terms->'noticePack', business_now(), terms->>'zone', p_earliest);
  insert into notices (id, payment_id, mandate_id, mandate_version, amount_minor, currency, payee_hash, method_id, fallbacks,
                       planned_on, not_before, not_after, state)
    values (n, p.id, p.mandate_id, (select version from mandates where id = p.mandate_id), p.amount_minor, p.currency,
            p.payee_hash, p.method_id,
            array(select t.id from jsonb_array_elements_text(terms->'methods') with ordinality q(id, place)
                    join methods t on t.id = q.id where t.state = 'active' and t.id <> p.method_id order by q.place),
            k.planned_on, k.not_before, k.not_after, 'queued');
  update payments set planned_on = k.planned_on, not_before = k.not_before, not_after = k.not_after,
      next_look_at = k.not_before, changed_at = business_now()
    where id = p.id returning * into p;
  -- a planned debit is counted on its planned day (§7.4)
  update limit_use set counted_on = p.planned_on where payment_id = p.id and state = 'reserved';
  told := tell_resident(p_event, p.resident_id, p_event || '/' || n, p.id, payment_words(p), true, p.id, n);
  if told = 0 then
    -- nobody to tell: no debit (§7.3)
    update payments set state = 'needs-payer', need = 'no-channel', next_look_at = give_up_at where id = p.id;
  end if;
end $$;

-- Carries out the decision of domain/plan.ts under the locks of plan_read. Returns the payment to start, if any.
create function plan_write(p_bill text, d jsonb) returns jsonb language plpgsql as $$
declare
  b bills;
  y payments;
  live boolean;
  recipient text;
begin
  select * into b from bills where id = p_bill;
  select livemode into live from deployment;
  case d->>'do'
  when 'pay' then
    insert into payments (resident_id, bill_id, part, bill_version, route, channel, mandate_id, mandate_version, method_id, gateway,
        amount_minor, currency, payee_hash, state, need, planned_on, not_before, not_after, next_look_at, give_up_at, livemode)
      values (d->>'residentId', b.id, b.part, b.version, 'mandate', 'mandate', d->>'mandateId', (d->>'mandateVersion')::int,
        d->>'methodId', d->>'gateway', b.amount_minor, b.currency, b.payee_hash,
        case when d->>'need' is null then 'scheduled' else 'needs-payer' end, d->>'need',
        (d->>'plannedOn')::date, (d->>'notBefore')::timestamptz, (d->>'notAfter')::timestamptz,
        case when d->>'need' is null then (d->>'notBefore')::timestamptz else (d->>'giveUpAt')::timestamptz end,
        (d->>'giveUpAt')::timestamptz, live)
      returning * into y;
    insert into claims (claim_key, part, payment_id, state) values (b.identity_key, b.part, y.id, 'held');
    if y.need is null then
      insert into limit_use (payment_id, scope, scope_id, counted_on, amount_minor, currency, state)
        values (y.id, 'mandate', y.mandate_id, y.planned_on, y.amount_minor, y.currency, 'reserved');
      perform give_notice(y.id, 'notice', 'replaced');
    else
      perform tell_resident('needs-confirmation', y.resident_id, 'needs-confirmation/' || y.id || '/0', y.id,
        payment_words(y), true, y.id);
    end if;
    insert into outbox (kind, subject_id, payload) values ('start-payment', y.id,
      -- the clock starts when a channel accepts, a moment after now: waiting a little longer saves a second timer
      jsonb_build_object('waitMs', case when y.need is null
        then real_ms_until((select not_before from payments where id = y.id)) + 2000 else 0 end));
    perform ring('outbox');
    -- others who planned on this debt hear that another autopay will pay it, without names (M10)
    for recipient in select value from jsonb_array_elements_text(coalesce(d->'others', '[]')) loop
      perform tell_resident('another-autopay', recipient, 'another-autopay/' || b.id || '/' || b.part || '/' || recipient, b.id,
        jsonb_build_object('billId', b.id, 'purpose', b.purpose, 'dueOn', b.due_on), false);
    end loop;
    return jsonb_build_object('paymentId', y.id);
  when 'renew' then
    select * into y from payments where id = d->>'paymentId';
    if y.stop_mark is not null
       or exists (select 1 from mandates m where m.id = y.mandate_id and (m.state <> 'active' or y.created_at <= m.last_stop_at)) then
      -- a stop was faster than its carrying out: nothing is announced anew, the debt is planned afresh once this one has ended
      perform close_payment(y.id, 'stopped', 'stopped before it was planned anew');
      return '{}';
    end if;
    -- amended while planned: same payment, new amount, new notice, new clock (§7.3)
    update payments set amount_minor = b.amount_minor, payee_hash = b.payee_hash, bill_version = b.version,
        changed_at = business_now(),
        -- the card of the first plan may be gone, or there was none: the first usable one of today's terms
        method_id = coalesce((select t.id from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version,
          jsonb_array_elements_text(v.terms->'methods') with ordinality q(id, n) join methods t on t.id = q.id
          where m.id = payments.mandate_id and t.state = 'active' order by q.n limit 1), method_id),
        state = case when d->>'need' is null then 'scheduled' else 'needs-payer' end, need = d->>'need',
        next_look_at = case when d->>'need' is null then next_look_at else give_up_at end
      where id = d->>'paymentId' returning * into y;
    if y.need is null then
      insert into limit_use (payment_id, scope, scope_id, counted_on, amount_minor, currency, state)
        values (y.id, 'mandate', y.mandate_id, y.planned_on, y.amount_minor, y.currency, 'reserved')
        on conflict (payment_id, scope) do update set amount_minor = excluded.amount_minor, state = 'reserved';
      perform give_notice(y.id, 'notice-changed', 'bill amended');
    else
      -- what a person is asked about takes no room in the mandate's limits
      update limit_use set state = 'freed' where payment_id = y.id and state = 'reserved';
      update notices set state = 'void', void_why = 'bill amended' where payment_id = y.id and state <> 'void';
      update notifications set state = 'dropped', why = 'collapsed'
        where payment_id = y.id and notice_id is not null and state = 'queued';
      perform tell_resident('needs-confirmation', y.resident_id, 'needs-confirmation/' || y.id || '/v' || b.version, y.id,
        payment_words(y), true, y.id);
    end if;
    perform tell_workflow('wake-payment', y.id);
    return jsonb_build_object('paymentId', y.id);
  when 'close' then
    perform close_payment(d->>'paymentId', d->>'outcome', d->>'why');
    return '{}';
  when 'mark' then
    update payments set stop_mark = coalesce(stop_mark, d->>'why'), changed_at = business_now() where id = d->>'paymentId';
    perform tell_workflow('wake-payment', d->>'paymentId');
    return '{}';
  when 'tell' then
    update bills set told = true where id = b.id;
    for recipient in select value from jsonb_array_elements_text(d->'residents') loop
      perform tell_resident(coalesce(d->>'event', 'bill-arrived'), recipient,
        coalesce(d->>'event', 'bill-arrived') || '/' || b.id || '/' || b.version || '/' || recipient, b.id,
        jsonb_build_object('billId', b.id, 'biller', (select name from billers where id = b.biller_id), 'purpose', b.purpose,
          'amount', jsonb_build_object('amountMinor', b.amount_minor, 'currency', b.currency), 'dueOn', b.due_on), false);
    end loop;
    if b.state = 'owed' then perform tell_workflow('start-bill', b.id); else perform tell_workflow('wake-bill', b.id); end if;
    return '{}';
  when 'nothing' then
    return '{}';
  end case;
end $$;

-- Ends an open payment without money: claim released, limit freed, notice void (P5). Refuses while a charge is undecided.
create function close_payment(p_payment text, p_outcome text, p_reason text) returns boolean language plpgsql as $$
declare
  y payments;
  ends text := p_outcome;
begin
  -- a gate that is passing right now is waited for: its charge must be seen below; claim before payment, as everywhere (§1.9)
  perform 1 from claims where payment_id = p_payment for update;
  perform 1 from payments where id = p_payment for no key update;
  if p_outcome = 'stopped' then
    -- whoever comes first to carry a stop out, gate, sweeper or workflow: the payment says which kind of stop it was
    select case when x.stop_mark in ('skipped', 'annulled', 'paid-elsewhere', 'gave-up') then x.stop_mark
                when b.state = 'annulled' then 'annulled' when b.state in ('paid', 'paid-elsewhere') then 'paid-elsewhere'
                else 'stopped' end
      into ends from payments x join bills b on b.id = x.bill_id where x.id = p_payment;
  end if;
  if exists (select 1 from charges where payment_id = p_payment
             and state in ('sending', 'challenged', 'pending', 'held', 'unknown')) then
    update payments set stop_mark = coalesce(stop_mark, ends), changed_at = business_now()
      where id = p_payment and state = 'charging';
    return false;
  end if;
  update payments set state = 'closed', outcome = ends, reason = p_reason, need = null, changed_at = business_now()
    -- money that is owed back ends only by its refund (P11)
    where id = p_payment and (state in ('scheduled', 'needs-payer', 'charging') or (state = 'returning' and ends = 'returned'))
    returning * into y;
  if not found then return false; end if;
  with gone as (delete from claims where payment_id = p_payment and state = 'held' returning *)
    insert into claim_history (claim_key, part, payment_id, taken_at, why)
      select claim_key, part, payment_id, taken_at, ends from gone;
  update limit_use set state = 'freed' where payment_id = p_payment and state = 'reserved';
  update notices set state = 'void', void_why = ends where payment_id = p_payment and state <> 'void';
  update notifications set state = 'dropped', why = 'collapsed'
    where payment_id = p_payment and notice_id is not null and state = 'queued';
  insert into audit (actor, action, subject, detail) values ('engine', 'payment.closed', p_payment,
    jsonb_build_object('outcome', ends, 'reason', p_reason));
  perform tell_workflow('wake-payment', p_payment);
  if ends = 'gave-up' and y.mandate_id is not null then
    -- this mandate has done what it could for this debt; only another one, or a person, may pay it now
    insert into skip_marks (mandate_id, claim_key, part)
      select y.mandate_id, b.identity_key, y.part from bills b where b.id = y.bill_id on conflict do nothing;
  end if;
  -- still owed: the next mandate in age order plans anew, or the people with this account are told (§4.2)
  if ends <> 'taken-over' and (select state from bills where id = y.bill_id) = 'owed' then
    insert into outbox (kind, subject_id, payload) values ('plan-bill', y.bill_id, jsonb_build_object('because', 'released'));
    perform ring('plan');
  end if;
  return true;
end $$;
