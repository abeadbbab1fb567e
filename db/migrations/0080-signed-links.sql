-- Links of a notice that work without a sign-in (payment rules §7.3, docs/decisions/0156): for one act on one debit, once. The token is in the message alone; here is its hash.

create table signed_links (
  id              text primary key default new_code(),
  -- the secret is 256 bits of a keyed hash: a plain hash tells nothing of it
  token_hash      text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  action          text not null check (action in ('skip', 'pay-now')),
  resident_id     text not null references residents,
  notification_id text not null references notifications,
  payment_id      text not null references payments,
  notice_id       text not null references notices,
  -- exactly this and nothing else
  amount_minor    bigint not null,
  currency        text not null,
  payee_hash      text not null,
  method_id       text not null references methods,
  expires_at      timestamptz not null,
  made_at         timestamptz not null default business_now(),
  used_at         timestamptz,
  -- the payment of the person's own that a link has made
  made_payment_id text references payments,
  -- a message that is sent twice carries the same links
  unique (notification_id, action),
  check (made_payment_id is null or used_at is not null)
);
create index signed_links_by_payment on signed_links (payment_id);
create index signed_links_by_resident on signed_links (resident_id);

-- Keeps the links of messages that are about to leave; answers those that there are now. What a message has no link for keeps its way over the sign-in.
-- p_links: [{"notificationId","action","tokenHash"}…]
create function issue_links(p_links jsonb) returns table (notification_id text, action text) language plpgsql as $$
begin
  insert into signed_links (token_hash, action, resident_id, notification_id, payment_id, notice_id, amount_minor, currency, payee_hash, method_id, expires_at)
    select w."tokenHash", w.action, q.resident_id, q.id, n.payment_id, n.id, n.amount_minor, n.currency, n.payee_hash, n.method_id, n.not_after
      from jsonb_to_recordset(p_links) as w("notificationId" text, action text, "tokenHash" text)
      join notifications q on q.id = w."notificationId" join notices n on n.id = q.notice_id join residents s on s.id = q.resident_id
     where n.state <> 'void' and s.erased_at is null
    on conflict do nothing;
  return query select l.notification_id, l.action from jsonb_to_recordset(p_links) as w("notificationId" text, action text, "tokenHash" text)
    join signed_links l on l.token_hash = w."tokenHash";
end $$;

-- What is true of a link now; `open`: it may be used. Whoever acts on the answer holds the locks of link, debt and payment.
create function link_state(l signed_links) returns text language plpgsql volatile as $$
declare
  y payments;
  b bills;
  n notices;
begin
  if l.used_at is not null then return 'used'; end if;
  select * into y from payments where id = l.payment_id;
  select * into b from bills where id = y.bill_id;
  if y.state = 'paid' then return 'paid'; end if;
  if y.state = 'returning' or y.outcome = 'returned' then return 'returned'; end if;
  if y.state = 'closed' then
    return case when y.outcome in ('taken-over', 'skipped') then y.outcome when y.outcome in ('annulled', 'paid-elsewhere', 'duplicate') then 'settled'
      when y.outcome = 'gave-up' then 'expired' else 'stopped' end;
  end if;
  if exists (select 1 from charges c where c.payment_id = y.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')) then return 'sent'; end if;
  if y.stop_mark = 'skipped' then return 'skipped'; end if;
  if b.state <> 'owed' then return 'settled'; end if;
  if y.stop_mark is not null or mandate_stops(y) or stops_with_its_method(y) then return 'stopped'; end if;
  select * into n from notices where id = l.notice_id;
  if n.state = 'void' then return 'changed'; end if;
  if business_now() > greatest(l.expires_at, n.not_after) then return 'expired'; end if;
  if l.action = 'pay-now' and (bill_due(b) <> l.amount_minor or b.currency <> l.currency or b.payee_hash <> l.payee_hash) then return 'changed'; end if;
  return 'open';
end $$;

-- Takes the locks that the use of a link needs, in the one order (link, then claim → bill → payment), and answers its state under them; null: no such link.
create function lock_link(p_hash text) returns text language plpgsql as $$
declare
  l signed_links;
  b bills;
begin
  select * into l from signed_links where token_hash = p_hash for no key update;
  if not found then return null; end if;
  if l.action = 'pay-now' then
    select x.* into b from payments y join bills x on x.id = y.bill_id where y.id = l.payment_id;
    perform stand_in_line_for_debt(b.identity_key);
    perform 1 from claims where claim_key = b.identity_key and part = b.part for update;
    perform 1 from bills where id = b.id for no key update;
  end if;
  perform 1 from payments where id = l.payment_id for no key update;
  return link_state(l);
end $$;

-- Behind lock_link: skips the debit of a link. One that was sent is followed to its end, and nothing is sent after it (§6).
create function skip_by_link(p_hash text) returns void language plpgsql as $$
declare
  l signed_links;
begin
  update signed_links set used_at = business_now() where token_hash = p_hash and used_at is null and action = 'skip' returning * into strict l;
  perform skip_payment(l.payment_id, l.resident_id);
  insert into audit (actor, action, subject, detail) values (l.resident_id, 'link.skip', l.payment_id, jsonb_build_object('link', l.id, 'notice', l.notice_id));
end $$;

-- Behind lock_link: the holder of the link has confirmed on our page that exactly this is paid now. The planned debit ends taken over (§4.2).
create function pay_by_link(p_hash text, p_ip text) returns jsonb language plpgsql as $$
declare
  l signed_links;
  told jsonb;
begin
  select * into strict l from signed_links where token_hash = p_hash and used_at is null and action = 'pay-now';
  told := pay_now(jsonb_build_object('billId', (select bill_id from payments where id = l.payment_id), 'residentId', l.resident_id, 'methodId', l.method_id,
    'amountMinor', l.amount_minor, 'payeeHash', l.payee_hash, 'route', 'manual', 'channel', 'link', 'signIn', 'link', 'ip', p_ip));
  if told->>'paymentId' is null then return told; end if;
  update signed_links set used_at = business_now(), made_payment_id = told->>'paymentId' where id = l.id;
  insert into audit (actor, action, subject, detail) values (l.resident_id, 'link.pay-now', told->>'paymentId',
    jsonb_build_object('link', l.id, 'notice', l.notice_id, 'planned', l.payment_id));
  return told;
end $$;

create trigger signed_links_owner_is_here before insert on signed_links for each row execute function owner_must_be_here();
