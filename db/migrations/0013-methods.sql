-- Ways to pay: their order, what they may be used for, one row for one card, the watch over their expiry, and what follows when one goes.

alter table methods
  -- a wallet's token ends as a card, with rules of its own (domain/capability-matrix.ts)
  add column wallet text check (wallet in ('apple_pay', 'google_pay')),
  -- what its owner has agreed to when it was saved (payment rules §7.2)
  add column uses text[] not null default '{mandate,pay-now,batch}' check (uses <@ '{mandate,pay-now,batch}'),
  -- the owner's own order, the default first; null: behind those, by age
  add column place int,
  -- a card that was bound a second time is one method still
  add column joined_to text references methods,
  -- real time of the withdrawal, to be held against gate_passes.passed_at whatever the sandbox does to its clock
  add column withdrawn_clock timestamptz,
  add column expires_on date generated always as (case when expiry_month between 1 and 12
    then (make_date(expiry_year, expiry_month, 1) + interval '1 month' - interval '1 day')::date end) stored,
  -- the warning that was given last: 30 or 7 days before
  add column expiry_told int;
create index methods_to_expire on methods (expires_on) where state = 'active';
create index methods_by_card on methods (resident_id, card_key) where state in ('active', 'unusable');

-- What the matrix has against a road, as the gate's caller brought it; null: nothing. The same answers as judgeMethod of the domain.
create function capability_refusal(caps jsonb, p_road text, p_use text, p_section text, p_amount bigint, p_currency text)
  returns text language plpgsql immutable as $$
declare
  rule jsonb := caps->p_road;
  bounds jsonb := rule->'amounts'->p_currency;
begin
  if caps is null then return null; end if;
  if rule is null then return 'kind-not-at-gateway'; end if;
  if not rule->'uses' ? p_use then return case when p_use = 'batch' then 'not-in-batch' else 'confirmed-each-time' end; end if;
  if rule->'notInSections' ? p_section then return 'not-in-section'; end if;
  if not rule->'payers' ? 'resident' then return 'not-for-residents'; end if;
  if bounds is null then return 'currency-not-taken'; end if;
  if p_amount < (bounds->>'leastMinor')::bigint then return 'amount-below-least'; end if;
  if p_amount > (bounds->>'mostMinor')::bigint then return 'amount-above-most'; end if;
  return null;
end $$;

-- What speaks against charging this payment to this method; null: nothing.
create function method_refusal(t methods, p payments, p_use text, caps jsonb) returns text language plpgsql stable as $$
declare
  r billers;
begin
  select x.* into r from billers x join bills b on b.biller_id = x.id where b.id = p.bill_id;
  if t.id is null or t.state <> 'active' or t.token is null or t.resident_id <> p.resident_id then return 'method-not-active'; end if;
  if t.livemode <> p.livemode then return 'method-of-another-mode'; end if;
  if t.gateway <> p.gateway then return 'method-at-another-gateway'; end if;
  if not t.kind = any (r.allowed_methods) then return 'method-not-allowed'; end if;
  if not p_use = any (t.uses) then return 'use-not-consented'; end if;
  return capability_refusal(caps, coalesce(t.wallet, t.kind), p_use, r.section, p.amount_minor, p.currency);
end $$;

-- The first other method of the mandate's current terms that this debit could be charged to: its owner consented to it there.
create function next_consented_method(p payments, caps jsonb) returns text language sql stable as
  $$ select t.id from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
       cross join jsonb_array_elements_text(v.terms->'methods') with ordinality q(id, n) join methods t on t.id = q.id
      where m.id = p.mandate_id and t.id is distinct from p.method_id and method_refusal(t, p, 'mandate', caps) is null
      order by q.n limit 1 $$;

-- Gate check 7. q->'capabilities' = {"<kind or wallet>": {"uses","withoutSaving","notInSections","payers","amounts"}} of the payment's gateway.
-- A debit of a mandate whose method is gone goes on with the next one its owner consented to, announced anew: never without a notice.
create or replace function gate_check_method(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  caps jsonb := nullif(q->'capabilities', 'null');
  mit boolean := q->>'initiatedBy' = 'mit';
  use text := case when p.route = 'batch' then 'batch' when mit then 'mandate' else 'pay-now' end;
  t methods;
  r billers;
  other text;
begin
  if q->>'methodId' is null then
    select x.* into r from billers x join bills b on b.biller_id = x.id where b.id = p.bill_id;
    if not 'bank_card' = any (r.allowed_methods) or (caps->'bank_card'->>'withoutSaving')::boolean is false
       or capability_refusal(caps, 'bank_card', use, r.section, p.amount_minor, p.currency) is not null then
      return row('ask', 'new-method', null)::gate_answer;
    end if;
    return gate_pass();
  end if;
  select * into t from methods where id = q->>'methodId';
  -- who asks without the matrix gets the narrowest rule
  if method_refusal(t, p, use, caps) is null and (caps is not null or p.currency = 'RUB') then return gate_pass(); end if;
  if mit and q->>'replayOf' is null and p.state = 'scheduled' then
    other := next_consented_method(p, caps);
    if other is not null then
      update payments set method_id = other, changed_at = business_now() where id = p.id;
      return row('renotice', 'another method', null)::gate_answer;
    end if;
  end if;
  return row('ask', 'new-method', null)::gate_answer;
end $$;

-- What a method's withdrawal means: before it as a warning, in its answer, and after it as a receipt.
create function withdrawal_of(p_method text) returns jsonb language sql volatile as
  $$ select jsonb_build_object('methodId', t.id, 'stoppedAt', t.withdrawn_at, 'inFlight', in_flight(null, t.id, null),
       'mandates', coalesce((select jsonb_agg(f->'mandate' order by f->>'mandate') from jsonb_array_elements(w.follows) f), '[]'),
       'follows', w.follows,
       'planned', coalesce((select jsonb_agg(jsonb_build_object('payment', y.id, 'payee', r.name, 'plannedOn', y.planned_on,
             'amount', jsonb_build_object('amountMinor', y.amount_minor, 'currency', y.currency),
             'outcome', case when y.state = 'needs-payer' then 'waits'
               when exists (select 1 from jsonb_array_elements(w.follows) f where f->>'mandate' = y.mandate_id and f->>'outcome' = 'goes-on')
                 then 'moves' else 'stops' end) order by y.planned_on, y.id)
           from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
          where y.method_id = t.id and y.state in ('scheduled', 'needs-payer')), '[]'),
       'sentAfter', (select count(*) from gate_passes g join charges c on c.id = g.charge_id and g.kind <> 'void'
          where c.method_id = t.id and g.passed_at > t.withdrawn_clock),
       'lastSentAt', (select max(g.business_at) from gate_passes g join charges c on c.id = g.charge_id and g.kind <> 'void' where c.method_id = t.id))
     from methods t cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('mandate', m.id, 'biller', r.name, 'account', m.account, 'state', m.state,
           'outcome', case when n.id is null then 'stops' else 'goes-on' end, 'next', coalesce(n.title, n.brand || ' *' || n.last4))
         order by m.created_at, m.id), '[]') as follows
         from mandates m join billers r on r.id = m.biller_id
         join mandate_versions v on v.mandate_id = m.id and v.version = m.version
         left join lateral (select o.id, o.title, o.brand, o.last4 from jsonb_array_elements_text(v.terms->'methods') with ordinality q(id, n)
             join methods o on o.id = q.id where o.id <> t.id and o.state = 'active' and o.gateway = r.gateway
             order by q.n limit 1) n on true
        where v.terms->'methods' ? t.id and m.state in ('active', 'paused')) w
     where t.id = p_method $$;

create or replace function withdraw_method(p_method text, p_resident text) returns jsonb language plpgsql as $$
declare
  t methods;
  told jsonb;
begin
  select * into t from methods where id = p_method and resident_id = p_resident for update;
  if not found then return null; end if;
  if t.state = 'withdrawn' then return withdrawal_of(t.id); end if;
  update methods set state = 'withdrawn', withdrawn_at = business_now(), withdrawn_clock = clock_timestamp(), place = null,
    confirmation = null, confirm_by = null, version = version + 1 where id = t.id returning * into t;
  told := withdrawal_of(t.id);
  insert into audit (actor, action, subject, detail) values (p_resident, 'method.withdraw', t.id,
    jsonb_build_object('mandates', told->'mandates', 'inFlight', (select jsonb_agg(x->'charge') from jsonb_array_elements(told->'inFlight') x)));
  perform tell_resident('method-withdrawn', t.resident_id, 'method-withdrawn/' || t.id, t.id,
    jsonb_build_object('method', coalesce(t.title, '')), true);
  perform ring('stop');
  return told;
end $$;

-- Debits planned on a method that is gone: the next one that its owner consented to, with a new notice and a new clock; where there is
-- none the owner is asked. Who is held by a gate right now comes with the next sweep.
create function move_debits_off_gone_methods(p_limit int) returns int language plpgsql as $$
declare
  y payments;
  other text;
  n int := 0;
begin
  for y in select x.* from payments x join methods t on t.id = x.method_id join mandates m on m.id = x.mandate_id
            where x.state = 'scheduled' and x.route = 'mandate' and x.stop_mark is null and t.state in ('withdrawn', 'unusable')
              and m.state = 'active' and (m.last_stop_at is null or x.created_at > m.last_stop_at)
              -- the owner has confirmed it meanwhile, with a method of their choice
              and not exists (select 1 from instructions i where i.payment_id = x.id and i.used_at is null and i.expires_at > business_now())
            order by x.id limit p_limit for no key update of x skip locked loop
    other := next_consented_method(y, null);
    if other is null then
      perform gate_refuse(y, 'method', row('ask', 'new-method', null)::gate_answer);
    else
      update payments set method_id = other, changed_at = business_now() where id = y.id;
      perform give_notice(y.id, 'notice-changed', 'another method');
    end if;
    perform tell_workflow('wake-payment', y.id);
    n := n + 1;
  end loop;
  return n;
end $$;

-- After a method is gone: mandates without another usable consented method pause (§6); one whose card works again goes on; tokens go when
-- nothing is undecided. Answers how many mandates and debits were touched.
create or replace function follow_withdrawals() returns int language plpgsql as $$
declare
  m mandates;
  n int := 0;
begin
  for m in select x.* from mandates x join billers r on r.id = x.biller_id
            join mandate_versions v on v.mandate_id = x.id and v.version = x.version
            where x.state = 'active' and not exists (select 1 from methods t
              where t.state = 'active' and t.gateway = r.gateway and v.terms->'methods' ? t.id)
            order by x.id loop
    perform stop_mandate(m.id, null, 'pause', null, 'no-method', 'system');
    n := n + 1;
  end loop;
  -- only a card that its owner has bound anew comes back, and these terms name it already: its consent stands
  for m in select x.* from mandates x join billers r on r.id = x.biller_id
            join mandate_versions v on v.mandate_id = x.id and v.version = x.version
            where x.state = 'paused' and x.paused_by = 'system' and x.why = 'no-method' and exists (select 1 from methods t
              where t.state = 'active' and t.gateway = r.gateway and v.terms->'methods' ? t.id)
            order by x.id loop
    perform resume_mandate(m.id, m.resident_id, 'system');
    n := n + 1;
  end loop;
  update methods t set token = null where t.state = 'withdrawn' and t.token is not null and not exists (select 1 from charges c
    where c.method_id = t.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'));
  return n + move_debits_off_gone_methods(100);
end $$;

-- Warns 30 and 7 days before the last day of a card's month, and ends its use the day after; civil days in its owner's zone. What is
-- planned on it follows by follow_withdrawals. Answers how many cards it has dealt with: call again while it is the limit.
create function watch_method_expiry(p_limit int) returns int language plpgsql as $$
declare
  t methods;
  days int;
  step int;
  n int := 0;
begin
  for t in select x.* from methods x join residents r on r.id = x.resident_id
            where x.state = 'active' and x.expires_on <= (business_now() at time zone r.zone)::date + 30
              and (x.expires_on < (business_now() at time zone r.zone)::date or x.expiry_told is null
                or (x.expiry_told > 7 and x.expires_on <= (business_now() at time zone r.zone)::date + 7))
            order by x.id limit p_limit for no key update of x skip locked loop
    days := t.expires_on - (business_now() at time zone (select zone from residents where id = t.resident_id))::date;
    if days < 0 then
      update methods set state = 'unusable', state_reason = 'expired', version = version + 1 where id = t.id;
      insert into audit (actor, action, subject) values ('engine', 'method.expired', t.id);
      perform tell_resident('method-expired', t.resident_id, 'method-expired/' || t.id || '/' || t.expires_on, t.id,
        jsonb_build_object('method', coalesce(t.title, ''), 'expiresOn', t.expires_on), false);
      perform ring('stop');
    else
      step := case when days <= 7 then 7 else 30 end;
      update methods set expiry_told = step where id = t.id;
      perform tell_resident('method-expiring', t.resident_id, 'method-expiring/' || t.id || '/' || t.expires_on || '/' || step, t.id,
        jsonb_build_object('method', coalesce(t.title, ''), 'expiresOn', t.expires_on), false);
    end if;
    n := n + 1;
  end loop;
  return n;
end $$;
