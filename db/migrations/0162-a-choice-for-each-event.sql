-- Every event of a topic can have a choice of its own (docs/decisions/0189): the settings are a grid of categories, events and channels. '*' stands for the whole topic, as it does for all categories.
alter table notification_rules add unique (event, topic);
alter table notification_choices
  add column event text not null default '*',
  add column named_event text generated always as (nullif(event, '*')) stored,
  add foreign key (named_event, topic) references notification_rules (event, topic),
  drop constraint notification_choices_pkey,
  add primary key (resident_id, topic, channel, category, event);

-- What holds for an event: the choice for it in its category, else for its topic there, else the same for all categories, else the channel's default. `rule` says which it was: `category/event`, or `default`.
create function message_choice(p_resident text, p_channel text, p_topic text, p_category text, p_event text, out choice text, out rule text) language plpgsql stable as $$
begin
  select c.choice, c.category || '/' || c.event into choice, rule from notification_choices c
    where c.resident_id = p_resident and c.topic = p_topic and c.channel = p_channel and c.category in (p_category, '*') and c.event in (p_event, '*')
    order by c.category = '*', c.event = '*' limit 1;
  if choice is null then
    select case when is_on then 'on' else 'off' end, 'default' into choice, rule from notification_channels where name = p_channel;
  end if;
end $$;

select pg_temp.amend_function('tell_resident', 'for c in select n.name, channel_choice(r.id, n.name, u.topic, about.category) as choice from notification_channels n where channel_reachable(r.id, n.name) order by n.place loop',
  'for c in select n.name, m.choice, m.rule from notification_channels n cross join lateral message_choice(r.id, n.name, u.topic, about.category, u.event) m
    where channel_reachable(r.id, n.name) order by n.place loop');
select pg_temp.amend_function('tell_resident', 'jsonb_build_object(c.name, c.choice)', 'jsonb_build_object(c.name, c.choice, ''rule'', c.rule)');
select pg_temp.amend_function('judge_notification', 'choice := channel_choice(n.resident_id, n.channel, n.topic, n.category);',
  'select m.choice into choice from message_choice(n.resident_id, n.channel, n.topic, n.category, n.event) m;');

-- Whoever unsubscribes switches the topic off, and with it what was chosen for single events; the undo puts all of it back.
select pg_temp.amend_function('is_unsubscribed', 'channel_choice(p_resident, p_channel, t, ''*'') <> ''off''',
  '(select m.choice from message_choice(p_resident, p_channel, t, ''*'', ''*'') m) <> ''off''');
select pg_temp.amend_function('use_unsubscribe', 'insert into notification_choices (resident_id, category, topic, channel, choice)
        select l.resident_id, b.category, b.topic, now_so.channel, b.choice from jsonb_to_recordset(l.choices_before) as b(category text, topic text, choice text);',
  'insert into notification_choices (resident_id, category, topic, channel, event, choice)
        select l.resident_id, b.category, b.topic, now_so.channel, coalesce(b.event, ''*''), b.choice from jsonb_to_recordset(l.choices_before) as b(category text, topic text, event text, choice text);');
select pg_temp.amend_function('use_unsubscribe', 'jsonb_build_object(''category'', category, ''topic'', topic, ''choice'', choice)', 'jsonb_build_object(''category'', category, ''topic'', topic, ''event'', event, ''choice'', choice)');
select pg_temp.amend_function('use_unsubscribe', 'on conflict (resident_id, topic, channel, category) do nothing', 'on conflict (resident_id, topic, channel, category, event) do nothing');
drop function channel_choice;
