-- Mail that comes back (payment rules §13, §7.3; docs/decisions/0183): bounces and complaints, what they undo, and the addresses that nothing is sent to any more.

-- What came back, once each by the hash of its bytes. Nothing personal: what the server said stands with the message.
create table mail_returns (
  digest          text primary key,
  kind            text not null check (kind in ('permanent', 'expired', 'delayed', 'complaint')),
  -- RFC 3463, e.g. 5.1.1
  status          text check (status ~ '^[245]\.\d{1,3}\.\d{1,3}$'),
  -- null: none of our messages was found by it
  notification_id text references notifications,
  received_at     timestamptz not null default business_now()
);
create index mail_returns_by_notification on mail_returns (notification_id) where notification_id is not null;

-- Where nothing is sent any more, until its owner proves it again. Not the address itself: a row outlives nobody's wish to be forgotten by more than a hash, and goes with it.
create table suppressed_addresses (
  address_hash text primary key,
  reason       text not null check (reason in ('bounced', 'complained')),
  since        timestamptz not null default business_now()
);

create function address_hash(p_address text) returns text language sql immutable as
  $$ select encode(sha256(convert_to(lower(btrim(p_address)), 'UTF8')), 'hex') $$;

-- A message came back after it had been accepted: THE one place where that is decided, whichever way it was heard. p_kind: permanent (no such mailbox), expired (the other server gave up), delayed
-- (it goes on trying: noted, nothing more), complaint (its reader called it spam). p_recipients: the addresses that the report names, none when it names none.
-- Whoever tries another channel after a bounce begins here, where the state has become bounced.
create function bounce_notification(p_message text, p_kind text, p_answer text, p_recipients text[] default '{}') returns text language plpgsql as $$
declare
  n notifications;
  address text;
begin
  select * into n from notifications where message_id = p_message;
  if not found then return 'unmatched'; end if;
  if p_kind = 'delayed' then return 'noted'; end if;
  -- payment before message, as everywhere
  perform 1 from payments where id = n.payment_id for no key update;
  select * into n from notifications where message_id = p_message for update;
  select r.email into address from residents r where r.id = n.resident_id;
  -- a mailbox that forwards elsewhere may be fine itself: only an address that the report means is left alone from now on
  if p_kind in ('permanent', 'complaint') and address is not null
     and (cardinality(p_recipients) = 0 or lower(address) = any (select lower(x) from unnest(p_recipients) x)) then
    insert into suppressed_addresses (address_hash, reason)
      values (address_hash(address), case p_kind when 'complaint' then 'complained' else 'bounced' end) on conflict do nothing;
  end if;
  -- 'sending': taken over, and only the relay's answer got lost
  if n.state not in ('accepted', 'sending') then return 'noted'; end if;
  update notifications set state = 'bounced', answer = left(p_answer, 2000), lease_until = null where id = n.id;
  -- before the debit nobody was told of it; after it nothing is undone (§7.3)
  if n.notice_id is not null and exists (select 1 from payments where id = n.payment_id and state in ('scheduled', 'needs-payer')) then
    perform void_notice(n.notice_id, 'bounced');
  end if;
  insert into audit (actor, action, subject, detail) values ('engine', 'mail.bounced', n.id, jsonb_build_object('kind', p_kind));
  perform ring('notify');
  return 'bounced';
end $$;

-- A report as it was read, once: the same bytes again are answered like the first time, and do nothing.
create function take_mail_return(p_digest text, p_message text, p_kind text, p_status text, p_answer text, p_recipients text[]) returns text language plpgsql as $$
declare
  ended text;
begin
  insert into mail_returns (digest, kind, status, notification_id)
    values (p_digest, p_kind, p_status, (select id from notifications where message_id = p_message)) on conflict do nothing;
  if not found then return 'known'; end if;
  return bounce_notification(p_message, p_kind, p_answer, p_recipients);
end $$;

-- Messages to an address that came back are not sent; a notice among them permits no debit, and its payer is asked on the page.
create function drop_suppressed() returns int language plpgsql as $$
declare
  n record;
  gone int := 0;
begin
  if not exists (select 1 from suppressed_addresses) then return 0; end if;
  for n in select w.id, w.payment_id, w.notice_id from notifications w join residents r on r.id = w.resident_id
            where w.state = 'queued' and w.channel = 'email' and w.due_at <= business_now()
              and exists (select 1 from suppressed_addresses s where s.address_hash = address_hash(r.email))
            order by w.payment_id, w.id limit 500 loop
    perform 1 from payments where id = n.payment_id for no key update;
    update notifications set state = 'dropped', why = 'no-channel' where id = n.id and state = 'queued';
    continue when not found;
    if n.notice_id is not null then perform void_notice(n.notice_id, 'no channel'); end if;
    gone := gone + 1;
  end loop;
  return gone;
end $$;

-- Whether and since when a resident's address is left alone; null: it is not.
create function mail_trouble(p_resident text) returns jsonb language sql stable as $$
  select jsonb_build_object('reason', s.reason, 'since', utc_text(s.since))
    from residents r join suppressed_addresses s on s.address_hash = address_hash(r.email) where r.id = p_resident $$;

-- Its owner has proved the address anew: it gets mail again.
create function lift_suppression(p_resident text) returns void language sql as $$
  delete from suppressed_addresses s using residents r where r.id = p_resident and s.address_hash = address_hash(r.email) $$;

-- Who is forgotten leaves no hash of their address behind.
create function forget_suppression() returns trigger language plpgsql as $$
begin
  delete from suppressed_addresses where address_hash = address_hash(old.email);
  return new;
end $$;
create trigger residents_forget_suppression after update of erased_at on residents for each row
  when (old.erased_at is null and new.erased_at is not null and old.email is not null) execute function forget_suppression();

create function person.mail_trouble(p_resident text) returns jsonb language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.mail_trouble(p_resident);
end $$;
create function person.lift_suppression(p_resident text) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  perform public.lift_suppression(p_resident);
end $$;
revoke execute on function person.mail_trouble(text), person.lift_suppression(text) from public;
grant execute on function person.mail_trouble(text), person.lift_suppression(text) to kvitok_person;
