-- What residents want to hear of, by which channel and when; and what every event means (domain/notifications/, which a test holds against these rows).

create table notification_channels (
  name            text primary key,
  -- the order in which one stands in for another that failed
  place           int not null unique,
  is_on           boolean not null,
  -- quiet hours of a channel that wakes people, where its owner has chosen none
  quiet_from      time,
  quiet_to        time,
  -- the provider's word proves the arrival, so it can carry a notice (§7.3)
  carries_notices boolean not null
);
insert into notification_channels values
  ('email', 1, true, null, null, true),
  ('push', 2, true, '22:00', '08:00', false),
  ('sms', 3, false, '22:00', '08:00', true);

create table notification_rules (
  event      text primary key,
  -- null: a carrier of other messages
  topic      text check (topic in ('bills', 'reminders', 'debits', 'payments', 'autopay', 'methods', 'sources')),
  priority   int not null check (priority between 1 and 4),
  expiry     text not null check (expiry in ('due-day', 'discount-day', 'give-up', 'debit', 'never')),
  -- what it makes out of date, about the same bill, payment or saved method
  same       text check (same in ('bill', 'payment', 'method')),
  replaces   text[] not null default '{}',
  check ((same is null) = (replaces = '{}'))
);
insert into notification_rules (event, topic, priority, expiry, same, replaces) values
  ('notice', 'debits', 2, 'never', null, '{}'),
  ('notice-changed', 'debits', 2, 'never', null, '{}'),
  ('failed-retry', 'debits', 2, 'never', null, '{}'),
  ('over-limit-skipped', 'debits', 3, 'never', null, '{}'),
  ('question-unanswered', 'debits', 3, 'never', null, '{}'),
  ('needs-confirmation', 'payments', 1, 'never', null, '{}'),
  ('confirmation-reminder', 'payments', 1, 'give-up', null, '{}'),
  ('being-checked', 'payments', 3, 'never', null, '{}'),
  ('paid', 'payments', 3, 'never', 'bill', '{bill-arrived,bill-changed,bill-planned,reminder,overdue,discount-ending,confirmation-reminder}'),
  ('failed', 'payments', 3, 'never', null, '{}'),
  ('charged-after-stop', 'payments', 3, 'never', null, '{}'),
  ('nothing-taken', 'payments', 3, 'never', null, '{}'),
  ('money-returning', 'payments', 3, 'never', null, '{}'),
  ('money-returned', 'payments', 3, 'never', null, '{}'),
  ('bill-arrived', 'bills', 4, 'never', null, '{}'),
  ('bill-planned', 'bills', 4, 'debit', 'payment', '{bill-planned}'),
  ('bill-changed', 'bills', 4, 'never', 'bill', '{bill-arrived,bill-changed,reminder,overdue,discount-ending}'),
  ('bill-annulled', 'bills', 3, 'never', 'bill', '{bill-arrived,bill-changed,bill-planned,reminder,overdue,discount-ending}'),
  ('another-autopay', 'bills', 4, 'never', null, '{}'),
  ('discount-ending', 'reminders', 4, 'discount-day', 'bill', '{discount-ending}'),
  ('reminder', 'reminders', 4, 'due-day', 'bill', '{reminder}'),
  ('overdue', 'reminders', 4, 'never', 'bill', '{reminder,discount-ending}'),
  ('mandate-created', 'autopay', 3, 'never', null, '{}'),
  ('mandate-changed', 'autopay', 3, 'never', null, '{}'),
  ('mandate-paused', 'autopay', 3, 'never', null, '{}'),
  ('mandate-resumed', 'autopay', 3, 'never', null, '{}'),
  ('mandate-ended', 'autopay', 3, 'never', null, '{}'),
  ('mandate-expiring', 'autopay', 3, 'never', null, '{}'),
  ('mandate-renewed', 'autopay', 3, 'never', null, '{}'),
  ('card-bound', 'methods', 3, 'never', null, '{}'),
  ('method-withdrawn', 'methods', 3, 'never', null, '{}'),
  ('method-expiring', 'methods', 4, 'never', null, '{}'),
  ('method-expired', 'methods', 3, 'never', 'method', '{method-expiring}'),
  ('method-renewed', 'methods', 4, 'never', 'method', '{method-expiring,method-expired}'),
  ('method-gone', 'methods', 3, 'never', null, '{}'),
  ('source-down', 'sources', 4, 'never', null, '{}'),
  ('digest', null, 4, 'never', null, '{}');

-- The grid of the settings page: a choice for a category, or '*' for all that have none of their own; no row is the channel's default.
create table notification_choices (
  resident_id text not null references residents,
  category    text not null,
  topic       text not null check (topic in ('bills', 'reminders', 'debits', 'payments', 'autopay', 'methods', 'sources')),
  channel     text not null references notification_channels,
  choice      text not null check (choice in ('on', 'off', 'digest')),
  changed_at  timestamptz not null default business_now(),
  primary key (resident_id, topic, channel, category)
);

-- Billers and bills that somebody does not want to hear of.
create table notification_mutes (
  resident_id text not null references residents,
  kind        text not null check (kind in ('biller', 'bill')),
  subject_id  text not null,
  muted_at    timestamptz not null default business_now(),
  primary key (resident_id, kind, subject_id)
);

create table notification_settings (
  resident_id  text primary key references residents,
  -- 'default': each channel's own hours
  quiet        text not null default 'default' check (quiet in ('default', 'none', 'hours')),
  quiet_from   time,
  quiet_to     time,
  digest_at    time not null default '18:00',
  -- sums and names may stand on the screen of a locked device
  push_amounts boolean not null default false,
  changed_at   timestamptz not null default business_now(),
  check ((quiet = 'hours') = (quiet_from is not null and quiet_to is not null))
);

-- What was switched off before there were topics.
insert into notification_choices (resident_id, category, topic, channel, choice)
  select distinct r.id, '*', u.topic, x->>'channel', 'off' from residents r cross join lateral jsonb_array_elements(r.muted) x
    join notification_rules u on u.event = x->>'event' where u.topic is not null;
alter table residents drop column muted;
select pg_temp.amend_function('erase_resident', ', email_own = false, muted = ''[]'',', ', email_own = false,');

create function choices_go() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from notification_choices where resident_id = new.id;
  delete from notification_mutes where resident_id = new.id;
  delete from notification_settings where resident_id = new.id;
  return null;
end $$;
create trigger choices_go after update of erased_at on residents for each row when (old.erased_at is null and new.erased_at is not null) execute function choices_go();

create trigger notification_choices_owner_is_here before insert on notification_choices for each row execute function owner_must_be_here();
create trigger notification_mutes_owner_is_here before insert on notification_mutes for each row execute function owner_must_be_here();
create trigger notification_settings_owner_is_here before insert on notification_settings for each row execute function owner_must_be_here();
