-- Evidence about objects that several charges share and about second objects; stops that end a challenge at the gateway; the payer's choice of another
-- method meanwhile.

-- recordEvidence, the second edition (0009-evidence.sql says what it is). New in `e`: "source": "void".
create or replace function record_evidence(p_charge text, e jsonb, plan jsonb, next_look_seconds double precision,
                                p_raw bytea, p_confirmation bytea) returns jsonb language plpgsql as $$
declare
  c charges;
  p payments;
  b bills;
  target text := e->>'outcome';
  moves boolean;
  evidence_row bigint;
  other_object boolean;
  proves boolean := false;
  known boolean := false;
  stopped boolean;
begin
  select * into c from charges where id = p_charge;
  if not found then raise exception 'no charge %', p_charge using errcode = 'no_data_found'; end if;
  select * into p from payments where id = c.payment_id;
  select * into b from bills where id = p.bill_id;
  perform stand_in_line_for_debt(b.identity_key);
  perform 1 from claims where claim_key = b.identity_key and part = p.part for update;
  perform 1 from bills where id = b.id for no key update;
  if p.mandate_id is not null then perform 1 from mandates where id = p.mandate_id for no key update; end if;
  if c.method_id is not null then
    perform 1 from methods where id = c.method_id for no key update;
    -- what this learns of the card (dead, banned) holds before another copy of it passes its gate (§9.2)
    perform pg_advisory_xact_lock(hashtextextended('card/' || card_key, 0)) from methods where id = c.method_id and card_key is not null;
  end if;
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
  if target = 'challenged' and c.confirm_minutes is not null then
    -- an end that only we make is counted by our clock, not by the date of the vendor's answer (§1.8)
    e := jsonb_set(e, '{confirmBy}', to_jsonb(c.last_sent_at + make_interval(mins => c.confirm_minutes)));
  end if;
  -- a confirmation that is over is waited for no longer: the object is accepted and not final (C4); a link never lives longer than it was told
  if target = 'challenged' and c.state in ('sending', 'unknown', 'challenged', 'pending')
     and least((e->>'confirmBy')::timestamptz, c.confirm_by) <= business_now() then
    target := 'pending';
    -- the same answer as before, and it means something else now
    e := jsonb_set(e, '{hash}', to_jsonb((e->>'hash') || '/over'));
  end if;
  -- what a void proves absent while nothing else is known of it, it has ended where more is known by now
  if e->>'source' = 'void' and e->>'how' = 'absent' and c.state in ('challenged', 'pending', 'held') then
    e := jsonb_set(e, '{how}', '"voided"');
  end if;
  -- operators decide what nobody can find out (C10), nothing that the gateway has decided or is still asked about
  if e->>'source' = 'operators' and c.state not in ('unknown', 'pending', 'held') and target <> c.state then
    raise exception 'charge % is %: not to be decided by hand', c.id, c.state using errcode = 'check_violation';
  end if;
  -- absence is not evidence of the object; it may only end an unknown charge (C9). Of a decided one it comes late and moves nothing
  if target = 'not-charged' and e->>'how' = 'absent' and c.state not in ('charged', 'not-charged')
     and (c.state <> 'unknown' or (c.object_id is not null and e->>'source' <> 'void')) then
    raise exception 'absence cannot be recorded for charge % in state %', c.id, c.state using errcode = 'check_violation';
  end if;
  other_object := e->>'objectId' is not null and c.object_id is not null and e->>'objectId' <> c.object_id;
  moves := charge_rank(target) > charge_rank(c.state)
        or (target in ('challenged', 'pending') and c.state in ('challenged', 'pending'));
  -- what a second object says of anything but money is not about this charge's object
  if other_object and target <> 'charged' then moves := false; end if;
  -- an object that several tries share took its money for the one that is booked already
  if target = 'charged' and c.prepared_round is not null and exists (select 1 from charges o where o.payment_id = c.payment_id
       and o.prepared_round = c.prepared_round and o.id <> c.id and o.state = 'charged') then
    moves := false;
  elsif target = 'charged' and (e->>'rank')::int <= 3 then
    -- what operators decided is the gateway's own word from here on: nobody takes it back by hand any more
    proves := is_charged_by_hand(c);
  end if;

  if target <> 'unknown' then
    insert into evidence (charge_id, rank, source, outcome, object_id, how, hash, facts, raw, moved)
      values (c.id, (e->>'rank')::int, e->>'source', target, coalesce(e->>'objectId', c.object_id), e->>'how', e->>'hash',
        coalesce(e->'facts', '{}'), p_raw, moves)
      on conflict (charge_id, hash) do nothing returning id into evidence_row;
    if target = 'charged' and evidence_row is null then
      select id into evidence_row from evidence where charge_id = c.id and hash = e->>'hash';
      known := true;
    end if;
  end if;
  -- a replay is a look as well: without it the ladder would never be climbed
  update charges set looks = looks + case when e->>'source' in ('look-up', 'list')
                                    or (e->>'source' = 'answer' and c.transmissions > 1) then 1 else 0 end,
      -- the object that took the money is the charge's object
      object_id = case when other_object and (moves or proves) and target = 'charged' and prepared_round is null then e->>'objectId'
                       else coalesce(object_id, e->>'objectId') end,
      unanswered = unanswered + case when target = 'unknown' and e->>'source' in ('answer', 'lease') then 1 else 0 end
    where id = c.id returning * into c;

  if c.state = 'not-charged' and target in ('challenged', 'pending', 'held') then
    perform see_ghost(c, e);
  end if;
  if other_object then
    perform open_case('second-object', c.id, coalesce((e->>'amountMinor')::bigint, c.amount_minor), c.currency, e);
    if c.state = 'charged' and target = 'charged' and not moves and not proves and not known
       and not exists (select 1 from ledger_transactions where kind = 'L11' and evidence_object = e->>'objectId') then
      perform book_second_object(c, p, e);
    end if;
  end if;
  if target in ('not-charged', 'charged') and e->>'source' in ('look-up', 'list', 'void') then
    perform lay_ghost(c, coalesce(e->>'objectId', c.object_id, ''));
  end if;
  if c.state = 'charged' and target = 'not-charged' and e->>'how' is distinct from 'refused' and not other_object then
    -- nothing turns proof of money back but a refund or a dispute (§1.4); a person finds out what the gateway means
    perform open_case('denied-after-charged', c.id, c.charged_minor, c.currency, e);
  end if;
  if proves then
    perform prove_decision(c, p, b, e, evidence_row);
    select * into c from charges where id = c.id;
    select * into p from payments where id = p.id;
  end if;
  -- the same evidence twice changes nothing, except that money shown again after it was denied by hand is money; that an object waits for its payer,
  -- works, and waits again is no repetition
  if not moves or (evidence_row is null and target <> 'unknown' and (target = c.state or target not in ('challenged', 'pending'))) then
    perform watch_undecided(c, b);
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
      confirm_by = case when target = 'challenged' then least((e->>'confirmBy')::timestamptz, confirm_by) else confirm_by end,
      confirmation = case when target = 'challenged' then p_confirmation else confirmation end,
      charged_minor = case when target = 'charged' then (e->>'amountMinor')::bigint end,
      fee_minor = case when target = 'charged' then (e->>'feeMinor')::bigint end,
      evidence_id = coalesce(evidence_row, evidence_id),
      decided_at = case when target in ('charged', 'not-charged') then business_now() end
    where id = c.id returning * into c;
  perform watch_undecided(c, b);

  if target = 'charged' then
    perform settle_charged(c.id);
  elsif target = 'not-charged' then
    if b.echo then
      -- the source said that nothing is due, and now it is certain that it was not us (§4.3, B5): somebody else has paid
      update bills set state = case when state = 'owed' then 'paid-elsewhere' else state end, echo = false where id = b.id returning * into b;
      update payments set stop_mark = coalesce(stop_mark, 'paid-elsewhere') where id = p.id returning * into p;
    end if;
    if c.how in ('voided', 'absent') then
      update prepared_objects set state = 'voided' where payment_id = p.id and round = c.prepared_round and state = 'open';
    end if;
    stopped := b.state <> 'owed' or permission_is_gone(c, p);
    if stopped or not follow_with_other_method(c, p, plan) then perform settle_not_charged(c.id, plan, stopped); end if;
  else
    update payments set state = 'charging', next_look_at = business_now() + make_interval(secs => next_look_seconds),
        changed_at = business_now() where id = p.id and state = 'charging';
    if target = 'held' then
      perform open_case('held-unasked', c.id, c.amount_minor, c.currency, e);
      -- known now: taken or given back at the next look, which is at once
      update payments set next_look_at = business_now() where id = p.id and state = 'charging';
    end if;
  end if;
  select * into p from payments where id = p.id;
  return evidence_answer(c, p, true);
end $$;

-- A ghost: an object of a charge that counted as ended is unfinished; its debt takes no new charge until every such object is final. Final once, and
-- back again: whoever closed the case had believed the gateway.
create function see_ghost(c charges, e jsonb) returns void language plpgsql as $$
declare
  seen text := coalesce(e->>'objectId', c.object_id, '');
begin
  perform open_case('ghost', c.id, c.amount_minor, c.currency, e);
  update cases k set detail = k.detail || jsonb_build_object('objects', coalesce(k.detail->'objects', '[]') - seen || jsonb_build_array(seen))
    where k.kind = 'ghost' and k.subject = c.id;
end $$;

-- One of a ghost's objects is final; what is said of another one says nothing about it.
create function lay_ghost(c charges, object text) returns void language sql volatile as
  $$ update cases k set detail = jsonb_set(k.detail, '{objects}', r.rest), closed_at = case when r.rest = '[]' then business_now() end
     from (select id, coalesce(detail->'objects', jsonb_build_array(coalesce(c.object_id, ''))) - object as rest from cases
             where kind = 'ghost' and subject = c.id and closed_at is null) r
     where k.id = r.id $$;

-- The gateway shows the money that operators had decided was taken. Another sum than theirs is put right: the posting is reversed (L13) and made again
-- with the true one. Where that is not possible any more, and where it is, a person hears of it.
create function prove_decision(c charges, p payments, b bills, e jsonb, p_evidence bigint) returns void language plpgsql as $$
declare
  shown bigint := (e->>'amountMinor')::bigint;
  booked text;
  mends boolean;
  f refunds;
begin
  update charges set evidence_id = p_evidence where id = c.id;
  update cases set closed_at = business_now(), closed_by = 'engine', closed_why = 'the gateway shows the money'
    where kind = 'denied-after-charged' and subject = c.id and closed_at is null;
  insert into audit (actor, action, subject, detail) values ('engine', 'charge.proved', c.id, jsonb_build_object('decided', c.charged_minor, 'shown', shown));
  if shown = c.charged_minor then return; end if;
  select kind into booked from ledger_transactions where evidence_object = c.id and kind in ('L1', 'L5') order by id desc limit 1;
  mends := not exists (select 1 from refunds x where x.charge_id = c.id and (x.state not in ('requested', 'withdrawn') or x.transmissions > 0))
    and (booked = 'L5' or (p.state = 'paid' and b.state = 'paid'
      and not exists (select 1 from charges o where o.payment_id = p.id and o.id <> c.id and o.state = 'charged')));
  perform open_case('amount-differs', c.id, shown, c.currency,
    jsonb_build_object('decided', c.charged_minor, 'shown', shown, 'corrected', mends));
  if not mends then return; end if;
  for f in update refunds set state = 'withdrawn', decided_at = business_now() where charge_id = c.id and state = 'requested' returning * loop
    perform reverse_postings(f.id, p.id, c.currency);
  end loop;
  perform reverse_postings(c.id, p.id, c.currency);
  update cases set closed_at = business_now(), closed_by = 'engine', closed_why = 'the sum was corrected'
    where kind in ('money-to-return', 'part-paid') and subject = c.id and closed_at is null;
  update charges set charged_minor = shown, fee_minor = (e->>'feeMinor')::bigint where id = c.id;
  if booked = 'L1' then
    -- as if the true sum had come first
    update claims set state = 'held' where payment_id = p.id;
    update bills set state = 'owed' where id = b.id;
  elsif p.state = 'closed' then
    update payments set state = 'returning', outcome = null where id = p.id;
  end if;
  perform settle_charged(c.id);
end $$;

-- One charge, two objects that took money: the second sum is nobody's payment. It stands in suspense (L11) until a person has sent it back.
create function book_second_object(c charges, p payments, e jsonb) returns void language plpgsql as $$
begin
  perform post('L11', e->>'objectId', p.id, c.currency, jsonb_build_array(
    jsonb_build_object('account', 'gateway:' || c.gateway || ':' || c.merchant_account, 'debit', (e->>'amountMinor')::bigint),
    jsonb_build_object('account', 'suspense', 'credit', (e->>'amountMinor')::bigint)));
end $$;

-- The payer chose another method while this charge waited for them (P4): now that it is final without money, that one follows.
create function follow_with_other_method(c charges, p payments, plan jsonb) returns boolean language plpgsql as $$
declare
  i instructions;
  b bills;
begin
  if p.state <> 'charging' then return false; end if;
  select * into i from instructions x where x.payment_id = p.id and x.used_at is null and x.given_at >= c.first_sent_at
    and x.expires_at > business_now() order by x.given_at desc limit 1;
  -- what the gateway says it has already is explained before anything else is tried
  if not found or plan->>'next' = 'look-up-first' then return false; end if;
  update charges set because = plan->>'because' where id = c.id;
  perform settle_card(c, plan);
  select * into b from bills where id = p.bill_id;
  update payments set state = 'scheduled', need = null, method_id = coalesce(i.method_id, method_id), not_before = business_now(),
      next_look_at = business_now(), changed_at = business_now(), plan = null, remark = 'another method' where id = p.id;
  if i.amount_minor = b.amount_minor and i.payee_hash = b.payee_hash then
    update payments set amount_minor = b.amount_minor, payee_hash = b.payee_hash, bill_version = b.version where id = p.id;
  end if;
  perform tell_workflow('wake-payment', p.id);
  return true;
end $$;

-- A person hears of an undecided charge at once when its debt is due within two days (§8.1); what was said of one that is decided now is settled.
create function watch_undecided(c charges, b bills) returns void language plpgsql as $$
begin
  if c.state in ('unknown', 'pending') then
    if b.due_on <= business_now()::date + 2 then
      perform open_case('undecided-due-soon', c.id, c.amount_minor, c.currency, jsonb_build_object('state', c.state, 'dueOn', b.due_on));
    end if;
  elsif c.state in ('charged', 'not-charged') then
    update cases set closed_at = business_now() where kind = 'undecided-due-soon'
      and subject = c.id and closed_at is null;
  end if;
end $$;

-- Alarm: nobody knows for 15 minutes while the payer waits, or for 6 hours (§8.1). A payer who may still confirm is no alarm.
create function raise_undecided_alarms() returns int language sql volatile as
  $$ with late as (
       select c.* from charges c where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')
          and greatest(c.first_sent_at, c.confirm_by) < business_now() - case c.initiated_by when 'cit' then interval '15 minutes' else interval '6 hours' end),
     opened as (
       insert into cases (kind, subject, amount_minor, currency, detail)
         select 'undecided-alarm', id, amount_minor, currency, jsonb_build_object('state', state, 'since', first_sent_at) from late
         on conflict (kind, subject) do nothing returning 1)
     select count(*)::int from opened $$;

create or replace function settle_charged(p_charge text) returns void language plpgsql as $$
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
  update prepared_objects set state = 'used' where payment_id = p.id and round = c.prepared_round;
  -- the money of this debt is found: that is what the gateway had already
  update cases set closed_at = business_now(), closed_by = 'engine', closed_why = 'the money is found'
    where kind = 'already-there' and closed_at is null and subject in (select o.id from charges o join payments y on y.id = o.payment_id
      where y.bill_id = p.bill_id and y.part = p.part);
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
    update payments set state = 'returning', outcome = null, need = null, remark = why, changed_at = business_now(),
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

create or replace function in_flight(p_mandate text, p_method text, p_payment text) returns jsonb language sql volatile as
  $$ select coalesce(jsonb_agg(jsonb_build_object('payment', y.id, 'charge', c.id,
       'amount', jsonb_build_object('amountMinor', c.amount_minor, 'currency', c.currency),
       'payee', r.name, 'method', m.title, 'sentAt', c.first_sent_at, 'state', c.state,
       -- the gateway can end it and is asked to at once; where it cannot, the link goes dark and it is followed to its end
       'voiding', c.state = 'held' or (c.state = 'challenged' and coalesce(c.can_void, false)),
       'next', case when c.state = 'challenged' then c.confirm_by else y.next_look_at end) order by c.first_sent_at), '[]')
     from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
     left join methods m on m.id = c.method_id
     where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')
       and (p_mandate is null or y.mandate_id = p_mandate) and (p_method is null or c.method_id = p_method)
       and (p_payment is null or y.id = p_payment) $$;

-- What stops still have to carry out, one small transaction each: close what is open (P5), mark what is under way (P9), which also wakes whoever ends it
-- at the gateway. The gate refuses both meanwhile.
create or replace function stopped_payments(p_limit int) returns table (payment_id text, outcome text) language sql volatile as
  $$ select y.id, case when y.stop_mark is not null then case when y.stop_mark in ('skipped') then 'skipped' else 'stopped' end
              when b.state = 'annulled' then 'annulled' when b.state in ('paid', 'paid-elsewhere') then 'paid-elsewhere' else 'stopped' end
     from payments y join bills b on b.id = y.bill_id left join mandates m on m.id = y.mandate_id
     where (y.state in ('scheduled', 'needs-payer')
       and (y.stop_mark is not null or b.state <> 'owed'
         or (y.route = 'mandate' and (m.state <> 'active' or y.created_at <= m.last_stop_at))))
       or (y.state = 'charging' and y.stop_mark is null and ((y.route = 'mandate' and (m.state <> 'active' or y.created_at <= m.last_stop_at))
         or exists (select 1 from charges c join methods t on t.id = c.method_id where c.payment_id = y.id and t.state = 'withdrawn'
           and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'))))
     order by y.id limit p_limit $$;

create or replace function close_payment(p_payment text, p_outcome text, p_reason text) returns boolean language plpgsql as $$
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
      where id = p_payment and state = 'charging' and stop_mark is null;
    -- what waits for its payer is ended at the gateway now, where that can be done
    if found and exists (select 1 from charges where payment_id = p_payment and (state = 'held' or (state = 'challenged' and can_void))) then
      perform tell_workflow('wake-payment', p_payment);
    end if;
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

-- Another method while a charge waits for its payer (P4). Where the gateway can end that one it is ended first, and the new charge follows when it is
-- final; elsewhere the payer is told when it will be. Never two at once.
create function choose_other_method(c charges, y payments, b bills, q jsonb) returns jsonb language plpgsql as $$
begin
  if y.stop_mark is not null or permission_is_gone(c, y) then
    return jsonb_build_object('refused', 'payment-not-waiting', 'state', y.state);
  end if;
  if b.state <> 'owed' then return jsonb_build_object('refused', 'bill-not-owed', 'state', b.state); end if;
  if b.amount_minor <> (q->>'amountMinor')::bigint or b.payee_hash <> q->>'payeeHash' then
    return jsonb_build_object('refused', 'amount-changed', 'amountMinor', b.amount_minor);
  end if;
  -- nothing is ended for a method that could not follow
  if not exists (select 1 from methods t where t.id = q->>'methodId' and t.resident_id = y.resident_id and t.state = 'active' and t.gateway = y.gateway) then
    return jsonb_build_object('refused', 'method-not-active');
  end if;
  if c.state <> 'challenged' or c.can_void is not true or c.confirm_by <= business_now() then
    return jsonb_build_object('refused', 'first-not-final', 'state', c.state, 'finalAt', case when c.state = 'challenged' then c.confirm_by end);
  end if;
  -- the newest choice counts
  update instructions set expires_at = business_now() where payment_id = y.id and used_at is null and expires_at > business_now();
  insert into instructions (payment_id, resident_id, amount_minor, currency, payee_hash, method_id, sign_in, ip, expires_at)
    values (y.id, y.resident_id, b.amount_minor, b.currency, b.payee_hash, q->>'methodId', q->>'signIn', q->>'ip', business_now() + interval '1 hour');
  update charges set void_why = coalesce(void_why, 'other-method') where id = c.id;
  update payments set next_look_at = business_now(), changed_at = business_now() where id = y.id;
  insert into audit (actor, action, subject, detail) values (y.resident_id, 'payment.other-method', y.id, jsonb_build_object('charge', c.id));
  perform tell_workflow('wake-payment', y.id);
  return jsonb_build_object('paymentId', y.id, 'state', 'charging', 'voiding', true);
end $$;

create or replace function confirm_payment(p_payment text, p_resident text, q jsonb) returns jsonb language plpgsql as $$
declare
  b bills;
  y payments;
  c charges;
begin
  select * into y from payments where id = p_payment and resident_id = p_resident;
  if not found then return null; end if;
  select * into b from bills where id = y.bill_id;
  perform 1 from claims where claim_key = b.identity_key and part = y.part for update;
  perform 1 from bills where id = b.id for no key update;
  perform 1 from payments where id = y.id for no key update;
  select * into y from payments where id = y.id;
  select * into b from bills where id = b.id;
  if y.state = 'charging' then
    select * into c from charges x where x.payment_id = y.id and x.state in ('sending', 'challenged', 'pending', 'held', 'unknown') for update;
    if q->>'methodId' is null or q->>'methodId' = c.method_id then
      -- the same wish from another device: one object, one link
      return jsonb_build_object('paymentId', y.id, 'state', 'charging');
    end if;
    return choose_other_method(c, y, b, q);
  end if;
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
