-- What is due at the moment, at the gate and wherever money is named (payment rules §3.2, §4.3, §5): discounts that end, further parts, debts under two names.

-- A debit that is sent in the last hour of a discount may be a charge of the day after: whatever the engine starts by itself counts the hour ahead. A person who
-- pays at 23:50 pays in time.
create function discount_margin() returns interval language sql immutable parallel safe as $$ select interval '1 hour' $$;

-- What a debit of the engine's own at an instant has to name.
create function debit_due_at(b bills, p_at timestamptz) returns bigint language sql immutable parallel safe as
  $$ select bill_due_at(b, p_at + discount_margin()) $$;

-- The last instant at which a debit still arrives in time: as in 0007, and not after the discount has ended (§9.1).
create function last_good_instant(b bills, zone text) returns timestamptz language sql volatile as
  $$ select least(last_safe_instant(b, zone), case when b.discount_ends_at > business_now() and bill_due(b) <> bill_due_at(b, b.discount_ends_at)
       then b.discount_ends_at - discount_margin() end) $$;

-- Two rows of one debt: while they wait to become one, at most one of them may take money, whoever else forgets it. Everybody who asks holds the pair's lock to the end
-- of the transaction, as the last of all locks. Answers `paid` or `charging` of the other row; null: nothing stands in the way.
create function twin_in_the_way(b bills) returns text language plpgsql as $$
declare
  pair text;
begin
  if not exists (select 1 from bill_twins where bill_id = b.id) then return null; end if;
  for pair in select least(bill_id, twin_id) || '/' || greatest(bill_id, twin_id) as name from bill_twins where bill_id = b.id order by name loop
    perform pg_advisory_xact_lock(hashtextextended('twins/' || pair, 0));
  end loop;
  return (select max(case when k.state = 'spent' then 'paid' when exists (select 1 from charges c where c.payment_id = k.payment_id
            and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')) then 'charging' end)
    from bill_twins t join bills x on x.id = t.twin_id join claims k on k.claim_key = x.identity_key where t.bill_id = b.id);
end $$;

-- Gate check 3 (as in 0011). New: what is due now and, for a debit of the engine's own, when it arrives; sources that do not agree; a debt under two names.
create or replace function gate_check_debt(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  b bills;
  r billers;
  mit boolean := q->>'initiatedBy' = 'mit';
  at timestamptz := business_now();
  due bigint;
  doubt text;
begin
  select * into b from bills where id = p.bill_id;
  select * into r from billers where id = b.biller_id;
  if b.state = 'annulled' then return row('end', 'annulled', null)::gate_answer; end if;
  if b.state = 'merged' then return row('end', 'duplicate', null)::gate_answer; end if;
  if b.state in ('paid', 'paid-elsewhere') then return row('end', 'paid-elsewhere', null)::gate_answer; end if;
  if b.echo then return row('wait', 'echo', at + interval '1 hour')::gate_answer; end if;
  if twin_in_the_way(b) is not null then return row('wait', 'paid under another name', at + interval '10 minutes')::gate_answer; end if;
  doubt := bill_doubt(b);
  if b.payee_hash <> p.payee_hash or not same_payee(b.payee, r.payee) or doubt = 'payee' then
    return row('ask', 'payee-changed', null)::gate_answer;
  end if;
  due := case when mit then debit_due_at(b, at) else bill_due_at(b, at) end;
  if b.version <> p.bill_version or due <> p.amount_minor or b.part <> p.part then
    -- the planner has not caught up yet; it will write the new amount and a new notice. A sum of yesterday is never sent
    perform plan_soon(b.id, 'due-changed');
    return row('wait', 'bill amended', at + interval '5 seconds')::gate_answer;
  end if;
  if due <> bill_due_at(b, at) then return row('wait', 'discount ends', b.discount_ends_at)::gate_answer; end if;
  if doubt = 'amount' and mit then return row('ask', 'confirm-amount', null)::gate_answer; end if;
  if (q->>'amountMinor')::bigint <> p.amount_minor or q->>'currency' <> p.currency then
    return row('again', 'amount changed', null)::gate_answer;
  end if;
  -- the payer's own instruction names the amount: that is the answer to the question below, not one more reason to ask
  if mit and (b.confirmed_at < at - r.max_age or not confirmed_since_discount(b, at)) then
    if at >= p.give_up_at - interval '1 hour' then return row('ask', 'confirm-amount', null)::gate_answer; end if;
    return row('wait', 'source not confirmed', least(at + interval '15 minutes', p.give_up_at - interval '1 hour'))::gate_answer;
  end if;
  return gate_pass();
end $$;

-- Something is paid already of a bill whose discount has ended: only its source knows what is left then.
create function confirmed_since_discount(b bills, p_at timestamptz) returns boolean language sql immutable as
  $$ select b.discount_ends_at is null or p_at < b.discount_ends_at or b.confirmed_at >= b.discount_ends_at
       or b.amount_minor in (b.full_minor, discounted_minor(b.full_minor, b.discount)) $$;

-- Until when the sum of a charge is what is due: its payer's time to confirm ends then, whatever the vendor gives.
alter table charges add column amount_until timestamptz;
create function confirmation_ends_with_discount() returns trigger language plpgsql as $$
begin
  new.confirm_by := least(new.confirm_by, new.amount_until);
  return new;
end $$;
create trigger charge_waits_no_longer_than_its_sum before update of confirm_by on charges for each row
  when (new.confirm_by is not null and new.amount_until is not null) execute function confirmation_ends_with_discount();

-- The database's own refusal, should any code forget: no charge names another sum than is due when it is sent.
create function charge_must_be_what_is_due() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from payments y join bills b on b.id = y.bill_id where y.id = new.payment_id and bill_due_at(b, new.first_sent_at) = new.amount_minor) then
    raise exception 'charge % names another sum than is due', new.id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger charge_is_what_is_due before insert on charges for each row execute function charge_must_be_what_is_due();

-- Locks what a plan may touch, in the one order (claim → bill → mandates → payment), then reads the facts (as in 0007). New: sums of today and of the day of the
-- debit, mandates over those whom a bill is about, everybody who sees it.
create or replace function plan_read(p_bill text) returns jsonb language plpgsql as $$
declare
  b bills;
  facts jsonb;
  at timestamptz;
begin
  select * into b from bills where id = p_bill;
  if not found then return null; end if;
  perform stand_in_line_for_debt(b.identity_key);
  perform 1 from claims where claim_key = b.identity_key for update;
  perform 1 from bills where id = p_bill for no key update;
  perform 1 from mandates m where m.biller_id = b.biller_id and m.account = any (bill_references(b)) and m.state in ('active', 'paused')
    order by m.id for no key update;
  perform 1 from payments where bill_id = p_bill and state in ('scheduled', 'needs-payer', 'charging') order by id for no key update;

  at := business_now();
  select * into b from bills where id = p_bill;
  select jsonb_build_object(
    'now', to_jsonb(at),
    'bill', (select jsonb_build_object('id', x.id, 'billerId', x.biller_id, 'account', x.account, 'state', x.state,
        'version', x.version, 'amountMinor', bill_due_at(x, at), 'currency', x.currency, 'dueOn', x.due_on,
        'payeeHash', x.payee_hash, 'part', x.part, 'gateway', r.gateway, 'told', x.told,
        'payeeOnFile', same_payee(x.payee, r.payee), 'doubt', bill_doubt(x),
        -- given back in full once: no mandate pays this debt again (§4.2)
        'givenBack', exists (select 1 from payments y where y.bill_id = x.id and y.state = 'paid') and money_kept(x.id) <= 0)
      from bills x join billers r on r.id = x.biller_id where x.id = p_bill),
    'claim', (select jsonb_build_object('paymentId', c.payment_id, 'state', c.state)
      from claims c where c.claim_key = b.identity_key and c.part = b.part),
    'payment', (select jsonb_build_object('id', y.id, 'route', y.route, 'state', y.state, 'mandateId', y.mandate_id,
        'billVersion', y.bill_version, 'amountMinor', y.amount_minor, 'need', y.need,
        -- what it would have to name today
        'dueMinor', case y.state when 'needs-payer' then bill_due_at(b, at) else debit_due_at(b, greatest(y.not_before, at)) end,
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
        'plannedOn', k.planned_on, 'notBefore', k.not_before, 'notAfter', k.not_after, 'amountMinor', debit_due_at(b, k.not_before),
        'lastSafe', last_good_instant(b, v.terms->>'zone'))
        order by m.created_at, m.id)
      from mandates_of_bill(b) m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
      cross join lateral notice_clock(v.terms->'noticePack', at, v.terms->>'zone') k
      where m.state = 'active'), '[]'),
    'onlookers', coalesce((select jsonb_agg(distinct w.resident_id) from bill_viewers w
      where w.bill_id = b.id and w.because <> 'payment'), '[]')
  ) into facts;
  return facts;
end $$;

-- What people read about a bill that nobody pays for them.
create function bill_words(b bills) returns jsonb language sql volatile as
  $$ select jsonb_build_object('billId', b.id, 'biller', r.name, 'purpose', b.purpose, 'dueOn', b.due_on,
       'amount', jsonb_build_object('amountMinor', bill_due(b), 'currency', b.currency))
     || case when b.discount_ends_at > business_now() and bill_due_at(b, b.discount_ends_at) <> bill_due(b) then jsonb_build_object('discountUntil', b.discount->>'until',
       'fullAmount', jsonb_build_object('amountMinor', bill_due_at(b, b.discount_ends_at), 'currency', b.currency)) else '{}' end
     from billers r where r.id = b.biller_id $$;

-- What a person would call another bill than they were told of: sum, discount, day.
create function bill_face(b bills) returns text language sql immutable as
  $$ select concat_ws('|', b.part, b.amount_minor, b.full_minor, b.currency, b.discount, b.due_on) $$;

-- Tells somebody of a bill that is owed: that it is there, and whoever heard that already, what has changed since.
create function tell_of_bill(b bills, p_resident text) returns void language plpgsql as $$
begin
  if not exists (select 1 from notifications where dedupe_key = 'bill-arrived/' || b.id || '/' || b.part || '/' || p_resident || '/email') then
    perform tell_resident('bill-arrived', p_resident, 'bill-arrived/' || b.id || '/' || b.part || '/' || p_resident, b.id, bill_words(b), false);
  elsif b.told_as is distinct from bill_face(b) then
    perform tell_resident('bill-changed', p_resident, 'bill-changed/' || b.id || '/' || b.version || '/' || p_resident, b.id, bill_words(b), false);
  end if;
end $$;

-- Carries out the decision of domain/plan.ts under the locks of plan_read (as in 0007). Returns the payment to start, if any.
create or replace function plan_write(p_bill text, d jsonb) returns jsonb language plpgsql as $$
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
        d->>'methodId', d->>'gateway', (d->>'amountMinor')::bigint, b.currency, b.payee_hash,
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
       or mandate_stops(y) then
      -- a stop was faster than its carrying out: nothing is announced anew, the debt is planned afresh once this one has ended
      perform close_payment(y.id, 'stopped', 'stopped before it was planned anew');
      return '{}';
    end if;
    -- amended while planned: same payment, new amount, new notice, new clock (§7.3)
    update payments set amount_minor = (d->>'amountMinor')::bigint, payee_hash = b.payee_hash, bill_version = b.version,
        give_up_at = (d->>'giveUpAt')::timestamptz, changed_at = business_now(),
        -- the card of the first plan may be gone, or there was none: the first usable one of today's terms
        method_id = coalesce((select t.id from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version,
          jsonb_array_elements_text(v.terms->'methods') with ordinality q(id, n) join methods t on t.id = q.id
          where m.id = payments.mandate_id and t.state = 'active' order by q.n limit 1), method_id),
        state = case when d->>'need' is null then 'scheduled' else 'needs-payer' end, need = d->>'need',
        next_look_at = case when d->>'need' is null then next_look_at else (d->>'giveUpAt')::timestamptz end
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
      perform tell_resident('needs-confirmation', y.resident_id, 'needs-confirmation/' || y.id || '/v' || b.version || '/' || y.amount_minor, y.id,
        payment_words(y), true, y.id);
    end if;
    perform tell_workflow('wake-payment', y.id);
    perform tell_workflow('wake-mandate', y.mandate_id);
    return jsonb_build_object('paymentId', y.id);
  when 'close' then
    perform close_payment(d->>'paymentId', d->>'outcome', d->>'why');
    perform tell_workflow('wake-mandate', z.mandate_id) from payments z where z.id = d->>'paymentId' and z.mandate_id is not null;
    return '{}';
  when 'mark' then
    update payments set stop_mark = coalesce(stop_mark, d->>'why'), changed_at = business_now() where id = d->>'paymentId';
    perform tell_workflow('wake-payment', d->>'paymentId');
    return '{}';
  when 'tell' then
    for recipient in select value from jsonb_array_elements_text(d->'residents') loop
      if d->>'event' = 'bill-arrived' then
        perform tell_of_bill(b, recipient);
      else
        perform tell_resident(d->>'event', recipient, (d->>'event') || '/' || b.id || '/' || b.version || '/' || recipient, b.id, bill_words(b), false);
      end if;
    end loop;
    -- what comes back after it was withdrawn or paid is told again
    update bills set told = true, told_as = case when state = 'owed' then bill_face(b) end where id = b.id;
    -- who reminds of it reads its days and sums anew
    if b.state = 'owed' then perform tell_workflow('start-bill', b.id); end if;
    if b.told then perform tell_workflow('wake-bill', b.id); end if;
    return '{}';
  when 'nothing' then
    return '{}';
  end case;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Everywhere else one line changes: the newest text of each function is taken, and a line that is not there as it was stops the migration.

create function pg_temp.amend(p_function text, p_old text, p_new text) returns void language plpgsql as $amend$
declare
  body text;
begin
  select pg_get_functiondef(p.oid) into strict body from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = current_schema() and p.proname = p_function;
  if length(body) - length(replace(body, p_old, '')) <> length(p_old) then raise exception '% does not say once: %', p_function, p_old; end if;
  execute replace(body, p_old, p_new);
end $amend$;

-- The gate: the sum is judged at the very instant that is kept as the sending; the clock has gone on while the questions were asked.
select pg_temp.amend('gate', '  o prepared_objects;
begin', '  o prepared_objects;
  sent_at timestamptz;
begin');
select pg_temp.amend('gate', '  select * into p from payments where id = p.id;

', '  select * into p from payments where id = p.id;
  select * into b from bills where id = b.id;

');
select pg_temp.amend('gate', '    insert into charges (id,', '    sent_at := business_now();
    if bill_due_at(b, sent_at) <> p.amount_minor then
      return jsonb_build_object(''verdict'', ''again'', ''check'', ''debt'', ''reason'', ''discount ended'');
    end if;
    insert into charges (id,');
select pg_temp.amend('gate', 'attempt_before, can_void, confirm_minutes)', 'attempt_before, can_void, confirm_minutes, amount_until)');
select pg_temp.amend('gate', '''sending'', business_now(), business_now(), clock_timestamp()', '''sending'', sent_at, sent_at, clock_timestamp()');
select pg_temp.amend('gate', 'case when (q->>''canVoid'')::boolean then (q->>''confirmMinutes'')::int end)', 'case when (q->>''canVoid'')::boolean then (q->>''confirmMinutes'')::int end,
        case when bill_due_at(b, b.discount_ends_at) <> p.amount_minor then b.discount_ends_at end)');

-- A mandate covers by account or by somebody whom a bill is about.
select pg_temp.amend('gate_check_mandate', 'm.biller_id <> b.biller_id or m.account <> b.account', 'not mandate_covers(m, b)');
select pg_temp.amend('resume_mandate', 'select ''plan-bill'', b.id, ''{"because":"resumed"}'' from bills b
    where b.biller_id = m.biller_id and b.account = m.account and b.state = ''owed'';', 'select ''plan-bill'', b.id, ''{"because":"resumed"}'' from bills_of_mandate(m) b;');
-- a keyed hash is no word for people
select pg_temp.amend('mandate_words', '''account'', m.account,', '''account'', case when m.account not like ''subject/%'' then m.account end,');

-- Money that was taken is judged by the moment of its sending: a discount that held then holds for it, however late we learn of the money. Of a part that was left
-- behind, or of a debt that was paid under its other name, it goes back.
select pg_temp.amend('settle_charged', 'case when b.state = ''owed'' then b.amount_minor else 0 end', 'case when b.state = ''owed'' then bill_due_at(b, c.first_sent_at) else 0 end');
select pg_temp.amend('settle_charged', '  elsif b.payee_hash <> c.payee_hash then', '  elsif b.state = ''merged'' or p.part <> b.part or twin_in_the_way(b) = ''paid'' then wanted := false; why := ''debt already claimed'';
  elsif b.payee_hash <> c.payee_hash then');
select pg_temp.amend('settle_charged', 'update bills set state = ''paid'', echo = false where id = b.id;', 'update bills set state = ''paid'', echo = false, paid_minor = least(c.charged_minor, due), acknowledged_at = null, judge_at = null where id = b.id;');
-- what is taken back or corrected by hand opens its debt only where no further part has been opened since
select pg_temp.amend('prove_decision', 'p.state = ''paid'' and b.state = ''paid''
', 'p.state = ''paid'' and b.state = ''paid'' and b.part = p.part
');
select pg_temp.amend('take_back_decision', 'if p.state = ''paid'' and b.state = ''paid'' then update bills set state = ''owed'' where id = b.id; end if;', 'if p.state = ''paid'' and b.state = ''paid'' and b.part = p.part then update bills set state = ''owed'', paid_minor = null where id = b.id; end if;');

-- A notice names the sum that will be due on its day, whatever it is today.
select pg_temp.amend('give_notice', '  p payments;
', '  p payments;
  b bills;
  due bigint;
');
select pg_temp.amend('give_notice', '  insert into notices (id,', '  select * into b from bills where id = p.bill_id;
  due := debit_due_at(b, k.not_before);
  if p.bill_version = b.version and p.part = b.part and p.amount_minor <> due then
    update payments set amount_minor = due where id = p.id returning * into p;
    update limit_use set amount_minor = due where payment_id = p.id and state = ''reserved'';
  end if;
  insert into notices (id,');
-- Taken over so late that a discount ends first: the sum it names will not be due. The bill is not held here: a row of its own, not a spared one.
select pg_temp.amend('accept_notice', '  update limit_use set counted_on = n.planned_on where payment_id = n.payment_id and state = ''reserved'';
', '  update limit_use set counted_on = n.planned_on where payment_id = n.payment_id and state = ''reserved'';
  insert into outbox (kind, subject_id, payload) select ''plan-bill'', b.id, ''{"because": "due-changed"}'' from payments y join bills b on b.id = y.bill_id
    where y.id = n.payment_id and y.state = ''scheduled'' and debit_due_at(b, y.not_before) <> y.amount_minor;
  if found then perform ring(''plan''); end if;
');

-- A person pays what is due now. All of it went back to who paid: only a person may pay such a debt once more, as its next part (§4.2); pay_now takes "again".
select pg_temp.amend('pay_now', '  y payments;
begin
  select * into b from bills where id = q->>''billId'';', '  y payments;
  due bigint;
  again boolean;
begin
  select * into b from bills where id = living_bill(q->>''billId'');');
select pg_temp.amend('pay_now', '  if b.state <> ''owed'' then return jsonb_build_object(''refused'', ''bill-not-owed'', ''state'', b.state); end if;
  if b.amount_minor <> (q->>''amountMinor'')::bigint or b.payee_hash <> q->>''payeeHash'' then
    return jsonb_build_object(''refused'', ''amount-changed'', ''amountMinor'', b.amount_minor);
  end if;
', '  again := b.state = ''paid'' and coalesce((q->>''again'')::boolean, false) and b.said = ''issued'' and money_kept(b.id) <= 0;
  if b.state <> ''owed'' and not again then return jsonb_build_object(''refused'', ''bill-not-owed'', ''state'', b.state); end if;
  due := bill_due(b);
  if due <> (q->>''amountMinor'')::bigint or b.payee_hash <> q->>''payeeHash'' then
    return jsonb_build_object(''refused'', ''amount-changed'', ''amountMinor'', due);
  end if;
  if again then
    perform open_next_part(b, b.amount_minor);
    select * into b from bills where id = b.id;
  end if;
');
select pg_temp.amend('pay_now', 'q->>''methodId'', r.gateway, b.amount_minor, b.currency,', 'q->>''methodId'', r.gateway, due, b.currency,');
select pg_temp.amend('confirm_payment_as_chosen', '  c charges;
begin', '  c charges;
  due bigint;
begin');
select pg_temp.amend('confirm_payment_as_chosen', '  if b.amount_minor <> (q->>''amountMinor'')::bigint or b.payee_hash <> q->>''payeeHash'' then
    return jsonb_build_object(''refused'', ''amount-changed'', ''amountMinor'', b.amount_minor);
  end if;
  update payments set state = ''scheduled'', need = null, amount_minor = b.amount_minor,', '  due := bill_due(b);
  if due <> (q->>''amountMinor'')::bigint or b.payee_hash <> q->>''payeeHash'' then
    return jsonb_build_object(''refused'', ''amount-changed'', ''amountMinor'', due);
  end if;
  update payments set state = ''scheduled'', need = null, amount_minor = due,');
select pg_temp.amend('choose_other_method', '
begin
', '
declare
  due bigint := bill_due(b);
begin
');
select pg_temp.amend('choose_other_method', 'b.amount_minor <> (q->>''amountMinor'')::bigint', 'due <> (q->>''amountMinor'')::bigint');
select pg_temp.amend('choose_other_method', '''amountMinor'', b.amount_minor)', '''amountMinor'', due)');
select pg_temp.amend('choose_other_method', 'y.resident_id, b.amount_minor, b.currency,', 'y.resident_id, due, b.currency,');
select pg_temp.amend('follow_with_other_method', 'i.amount_minor = b.amount_minor and', 'i.amount_minor = bill_due(b) and');
select pg_temp.amend('follow_with_other_method', 'set amount_minor = b.amount_minor,', 'set amount_minor = i.amount_minor,');

-- What is open on a row that has become another one's alias ends as a duplicate.
select pg_temp.amend('stopped_payments', 'when b.state in (''paid'', ''paid-elsewhere'') then ''paid-elsewhere'' else ''stopped'' end', 'when b.state in (''paid'', ''paid-elsewhere'') then ''paid-elsewhere''
              when b.state = ''merged'' then ''duplicate'' else ''stopped'' end');
select pg_temp.amend('close_payment', '(''skipped'', ''annulled'', ''paid-elsewhere'', ''gave-up'')', '(''skipped'', ''annulled'', ''paid-elsewhere'', ''gave-up'', ''duplicate'')');
select pg_temp.amend('close_payment', 'when b.state in (''paid'', ''paid-elsewhere'') then ''paid-elsewhere''
', 'when b.state in (''paid'', ''paid-elsewhere'') then ''paid-elsewhere'' when b.state = ''merged'' then ''duplicate''
');

-- A bill that was withdrawn from its beginning has no version but its first.
select pg_temp.amend('receive_bill_as_stop', '(select received_at from bill_versions where bill_id = b.id and version = b.version)', 'coalesce((select received_at from bill_versions where bill_id = b.id and version = b.version), b.received_at)');
