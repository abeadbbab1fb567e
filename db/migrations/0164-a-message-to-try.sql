-- A test message of one's own channel goes the way of every message (docs/decisions/0190): it was asked for this minute, so nothing that its reader has chosen holds it back, and after an hour it says nothing any more.
insert into notification_rules (event, topic, priority, expiry) values ('test-message', null, 3, 'give-up');

select pg_temp.amend_function('judge_notification', '  if n.topic is not null then
    ', '  if n.event = ''test-message'' then
    if n.expires_at <= p_at then why := ''expired''; else verdict := ''send''; end if;
    return;
  end if;
  if n.topic is not null then
    ');
-- What has no topic is no carrier of others for that.
select pg_temp.amend_function('lease_notifications', 'if v.verdict = ''send'' and n.topic is null and not exists', 'if v.verdict = ''send'' and n.event = ''digest'' and not exists');
select pg_temp.amend_function('lease_notifications', '    if n.topic is null and not exists (select 1 from notifications where carried_by', '    if n.event = ''digest'' and not exists (select 1 from notifications where carried_by');

-- Null: nothing reaches the resident by this channel, or at this browser.
create function send_test_message(p_resident text, p_channel text, p_device text) returns text language plpgsql as $$
declare
  u notification_rules;
  r residents;
  -- a text is written with it: the second is enough
  asked constant timestamptz := date_trunc('second', business_now());
  args jsonb;
  name constant text := new_code();
begin
  if not channel_reachable(p_resident, p_channel) then return null; end if;
  if p_device is not null and not exists (select 1 from push_subscriptions where id = p_device and resident_id = p_resident and gone_at is null) then return null; end if;
  select * into u from notification_rules where event = 'test-message';
  select * into r from residents where id = p_resident;
  args := jsonb_strip_nulls(jsonb_build_object('askedAt', utc_text(asked), 'giveUpAt', utc_text(asked + interval '1 hour'), 'deviceId', p_device));
  insert into notifications (id, dedupe_key, event_key, event, topic, priority, resident_id, channel, subject_id, args, locale, preference, legal_minimum, state, message_id, expires_at)
    values (name, 'test-message/' || name || '/' || p_channel, 'test-message/' || name, u.event, u.topic, u.priority, r.id, p_channel, name, args, r.locale, '{}', false, 'queued',
            encode(sha256(convert_to('test-message/' || name || '/' || p_channel, 'UTF8')), 'hex'), message_expires_at(u.expiry, args, r.zone));
  perform ring('notify');
  return name;
end $$;

create index notifications_tests on notifications (resident_id, created_at) where event = 'test-message';

create function person.send_test_message(p_resident text, p_channel text, p_device text) returns text language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.send_test_message(p_resident, p_channel, p_device);
end $$;
revoke execute on function person.send_test_message(text, text, text) from public;
grant execute on function person.send_test_message(text, text, text) to kvitok_person;
