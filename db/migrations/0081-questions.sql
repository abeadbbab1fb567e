-- A question about money (above a limit, an unusual sum) waits until a deadline that is stored with it; without an answer the debit is skipped, and told in time to pay by hand (docs/decisions/0157).

alter table payments drop constraint payments_need_check;
alter table payments add constraint payments_need_check check (need in ('confirm-again', 'new-method', 'confirm-amount', 'over-limit', 'unusual-amount', 'approval',
  'payee-changed', 'late-bill', 'no-channel', 'contact-bank'));
-- the usual sum of the account, where a question named it
alter table payments add column usual_minor bigint;

create function is_question(need text) returns boolean language sql immutable parallel safe as $$ select coalesce(need in ('over-limit', 'unusual-amount'), false) $$;

-- domain/question.ts, for questions that the gate asks: the notice's lead is behind it
create function question_deadline(now timestamptz, last_safe timestamptz) returns timestamptz language sql immutable parallel safe as
  $$ select case when last_safe - interval '24 hours' >= now + interval '24 hours' then last_safe - interval '24 hours'
       when (last_safe - now) / 2 >= interval '1 hour' then now + (last_safe - now) / 2 else now + interval '24 hours' end $$;

-- What this person has paid lately of this account, the newest first.
create function recently_accepted(m mandates, b bills) returns jsonb language sql stable as
  $$ select coalesce(jsonb_agg(x.paid_minor order by x.paid_at desc), '[]') from (
       select y.paid_minor, y.paid_at from bills o join payments y on y.bill_id = o.id
        where o.biller_id = b.biller_id and o.account = b.account and b.account <> '' and y.resident_id = m.resident_id and y.state = 'paid' and y.currency = b.currency
        order by y.paid_at desc limit 6) x $$;

select pg_temp.amend_function('plan_read', '''lastSafe'', last_good_instant(b, v.terms->>''zone'')', '''recentMinor'', recently_accepted(m, b),
        ''lastSafe'', last_good_instant(b, v.terms->>''zone'')');
select pg_temp.amend_function('plan_write', 'returning * into y;
    insert into claims', 'returning * into y;
    update payments set usual_minor = (d->>''usualMinor'')::bigint where id = y.id returning * into y;
    insert into claims');
select pg_temp.amend_function('plan_write', 'need = d->>''need'',', 'need = d->>''need'', usual_minor = (d->>''usualMinor'')::bigint,');
select pg_temp.amend_function('payment_words', '''giveUpAt'', p.give_up_at,', '''giveUpAt'', p.give_up_at,
       ''usual'', case when p.need = ''unusual-amount'' and p.usual_minor is not null then jsonb_build_object(''amountMinor'', p.usual_minor, ''currency'', p.currency) end,');
select pg_temp.amend_function('keep_reminders', '''confirm-amount'', ''over-limit'',', '''confirm-amount'', ''over-limit'', ''unusual-amount'',');
select pg_temp.amend_function('gate_refuse_asked', '    update payments set state = ''needs-payer'', need = a.reason,', '    if is_question(a.reason) then
      update payments y set give_up_at = question_deadline(business_now(), (select last_good_instant(b, v.terms->>''zone'') from bills b, mandates m
          join mandate_versions v on v.mandate_id = m.id and v.version = m.version where b.id = y.bill_id and m.id = y.mandate_id)) where y.id = p.id;
    end if;
    update payments set state = ''needs-payer'', need = a.reason,');
-- an answer that comes late is none; one that comes in time has a day to be carried out
select pg_temp.amend_function('confirm_payment_as_chosen', 'if y.state <> ''needs-payer'' or y.stop_mark is not null', 'if y.state <> ''needs-payer'' or y.stop_mark is not null or (is_question(y.need) and y.give_up_at <= business_now())');
select pg_temp.amend_function('confirm_payment_as_chosen', 'method_id = coalesce(q->>''methodId'', method_id), not_before = business_now(),', 'method_id = coalesce(q->>''methodId'', method_id), not_before = business_now(),
      give_up_at = case when is_question(need) then greatest(give_up_at, business_now() + interval ''24 hours'') else give_up_at end,');
select pg_temp.amend_function('give_up_payment', '  if close_payment(y.id, ''gave-up''', '  if y.state = ''needs-payer'' and is_question(y.need) then
    -- nobody answered: the default
    insert into skip_marks (mandate_id, claim_key, part) select y.mandate_id, b.identity_key, y.part from bills b where b.id = y.bill_id and y.mandate_id is not null
      on conflict do nothing;
    if close_payment(y.id, ''skipped'', ''no answer'') then
      perform tell_resident(''question-unanswered'', y.resident_id, ''question-unanswered/'' || y.id, y.id, payment_words(y), true, y.id);
    end if;
    return;
  end if;
  if close_payment(y.id, ''gave-up''');

-- ---------------------------------------------------------------------------------------------------------------------
-- A question carries its two answers as links, too.

alter table signed_links alter column notice_id drop not null;

create or replace function issue_links(p_links jsonb) returns table (notification_id text, action text) language plpgsql as $$
begin
  insert into signed_links (token_hash, action, resident_id, notification_id, payment_id, notice_id, amount_minor, currency, payee_hash, method_id, expires_at)
    select w."tokenHash", w.action, q.resident_id, q.id, y.id, n.id, coalesce(n.amount_minor, y.amount_minor), coalesce(n.currency, y.currency),
        coalesce(n.payee_hash, y.payee_hash), coalesce(n.method_id, y.method_id), coalesce(n.not_after, y.give_up_at)
      from jsonb_to_recordset(p_links) as w("notificationId" text, action text, "tokenHash" text)
      join notifications q on q.id = w."notificationId" join residents s on s.id = q.resident_id join payments y on y.id = q.payment_id
      left join notices n on n.id = q.notice_id
     where s.erased_at is null and ((n.id is not null and n.state <> 'void')
       or (q.notice_id is null and y.state = 'needs-payer' and is_question(y.need) and y.method_id is not null))
    on conflict do nothing;
  return query select l.notification_id, l.action from jsonb_to_recordset(p_links) as w("notificationId" text, action text, "tokenHash" text)
    join signed_links l on l.token_hash = w."tokenHash";
end $$;

select pg_temp.amend_function('link_state', '  select * into n from notices where id = l.notice_id;
  if n.state = ''void'' then return ''changed''; end if;
  if business_now() > greatest(l.expires_at, n.not_after) then return ''expired''; end if;', '  if l.notice_id is null then
    if y.state = ''scheduled'' and exists (select 1 from instructions i where i.payment_id = y.id and i.used_at is null and i.expires_at > business_now()) then return ''answered''; end if;
    if y.state <> ''needs-payer'' or not is_question(y.need) or y.amount_minor <> l.amount_minor or y.payee_hash <> l.payee_hash then return ''changed''; end if;
    if business_now() >= y.give_up_at then return ''expired''; end if;
  else
    select * into n from notices where id = l.notice_id;
    if n.state = ''void'' then return ''changed''; end if;
    if business_now() > greatest(l.expires_at, n.not_after) then return ''expired''; end if;
  end if;');

create or replace function pay_by_link(p_hash text, p_ip text) returns jsonb language plpgsql as $$
declare
  l signed_links;
  instruction jsonb;
  told jsonb;
begin
  select * into strict l from signed_links where token_hash = p_hash and used_at is null and action = 'pay-now';
  instruction := jsonb_build_object('methodId', l.method_id, 'amountMinor', l.amount_minor, 'payeeHash', l.payee_hash, 'signIn', 'link', 'ip', p_ip);
  if l.notice_id is null then
    -- the answer to a question: this very payment goes on, by its payer's word (P6)
    told := confirm_payment(l.payment_id, l.resident_id, instruction);
  else
    told := pay_now(instruction || jsonb_build_object('billId', (select bill_id from payments where id = l.payment_id), 'residentId', l.resident_id,
      'route', 'manual', 'channel', 'link'));
  end if;
  if told->>'paymentId' is null then return told; end if;
  update signed_links set used_at = business_now(), made_payment_id = told->>'paymentId' where id = l.id;
  insert into audit (actor, action, subject, detail) values (l.resident_id, 'link.pay-now', told->>'paymentId',
    jsonb_build_object('link', l.id, 'notice', l.notice_id, 'planned', l.payment_id));
  return told;
end $$;
