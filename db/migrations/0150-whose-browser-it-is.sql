-- What a browser shows that is its reader's no more, nobody has been told: its owner removed it, or somebody else took it over. A message that was on its way there accepts no notice (payment rules §7.3).
select pg_temp.amend_function('push_shown', '  if d.shown_at is not null then return true; end if;', '  if d.shown_at is not null
    or exists (select 1 from push_subscriptions s where s.id = d.subscription_id and s.gone_why in (''removed'', ''another-person'')) then return true; end if;');
