-- One-click unsubscribe (RFC 8058, docs/decisions/0185): whoever holds a mail switches off what it was about, by mail, and back on. The token is in the mail alone; here is its hash.

create table unsubscribe_links (
  -- the secret is 256 bits of a keyed hash: a plain hash tells nothing of it
  token_hash      text primary key check (token_hash ~ '^[0-9a-f]{64}$'),
  -- a mail that is sent twice carries the same link
  notification_id text not null unique references notifications,
  resident_id     text not null references residents,
  expires_at      timestamptz not null,
  -- when it last switched something off
  used_at         timestamptz,
  -- the choices as they were before that, to be put back; null: nothing to be put back
  choices_before  jsonb
);
create index unsubscribe_links_by_resident on unsubscribe_links (resident_id);
create index unsubscribe_links_by_end on unsubscribe_links (expires_at);

-- What a message was about: its topic, or those of the messages that it carries.
create function topics_of_message(n notifications) returns text[] language sql stable as
  $$ select coalesce(array_agg(distinct t order by t), '{}') from (
       select n.topic union all select w.topic from notifications w where w.carried_by = n.id) x(t) where t is not null $$;

-- Keeps the links of mails that are about to leave; answers those that there are now. The legal minimum cannot be switched off, and what carries it has no link either.
-- p_links: [{"notificationId","tokenHash"}…]
create function issue_unsubscribes(p_links jsonb) returns setof text language plpgsql as $$
begin
  insert into unsubscribe_links (token_hash, notification_id, resident_id, expires_at)
    select w."tokenHash", n.id, n.resident_id, business_now() + interval '1 year'
      from jsonb_to_recordset(p_links) as w("notificationId" text, "tokenHash" text)
      join notifications n on n.id = w."notificationId" join residents r on r.id = n.resident_id
     where n.channel = 'email' and not n.legal_minimum and r.erased_at is null and topics_of_message(n) <> '{}'
    on conflict do nothing;
  return query select l.notification_id from jsonb_to_recordset(p_links) as w("notificationId" text, "tokenHash" text)
    join unsubscribe_links l on l.token_hash = w."tokenHash";
end $$;

-- Is all of it off, for every category?
create function is_unsubscribed(p_resident text, p_channel text, p_topics text[]) returns boolean language sql stable as
  $$ select not exists (select 1 from unnest(p_topics) t where channel_choice(p_resident, p_channel, t, '*') <> 'off')
       and not exists (select 1 from notification_choices where resident_id = p_resident and channel = p_channel and topic = any (p_topics) and choice <> 'off') $$;

-- What is true of a link now; `channel` null: there is no such link.
create function look_at_unsubscribe(p_hash text, out topics text[], out channel text, out state text, out undoable boolean) language plpgsql stable as $$
declare
  l unsubscribe_links;
  n notifications;
begin
  select x.* into l from unsubscribe_links x join residents r on r.id = x.resident_id where x.token_hash = p_hash and r.erased_at is null;
  if not found then return; end if;
  select * into n from notifications where id = l.notification_id;
  topics := topics_of_message(n);
  channel := n.channel;
  state := case when l.expires_at <= business_now() then 'expired' when is_unsubscribed(l.resident_id, n.channel, topics) then 'off' else 'on' end;
  undoable := state = 'off' and l.choices_before is not null;
end $$;

-- Switches off, or puts back what was switched off by this link. Repeating either changes nothing; nothing happens by a link that is too old.
create function use_unsubscribe(p_hash text, p_undo boolean) returns void language plpgsql as $$
declare
  l unsubscribe_links;
  now_so record;
begin
  select * into l from unsubscribe_links where token_hash = p_hash for no key update;
  select * into now_so from look_at_unsubscribe(p_hash);
  if (not p_undo and now_so.state = 'on') or (p_undo and now_so.undoable) then
    -- two mails of one topic may be followed at once
    perform 1 from residents where id = l.resident_id for no key update;
    if p_undo then
      delete from notification_choices where resident_id = l.resident_id and channel = now_so.channel and topic = any (now_so.topics);
      insert into notification_choices (resident_id, category, topic, channel, choice)
        select l.resident_id, b.category, b.topic, now_so.channel, b.choice from jsonb_to_recordset(l.choices_before) as b(category text, topic text, choice text);
      update unsubscribe_links set choices_before = null where token_hash = p_hash;
    else
      update unsubscribe_links set used_at = business_now(), choices_before = (
          select coalesce(jsonb_agg(jsonb_build_object('category', category, 'topic', topic, 'choice', choice)), '[]') from notification_choices
           where resident_id = l.resident_id and channel = now_so.channel and topic = any (now_so.topics))
        where token_hash = p_hash;
      update notification_choices set choice = 'off', changed_at = business_now()
        where resident_id = l.resident_id and channel = now_so.channel and topic = any (now_so.topics) and choice <> 'off';
      insert into notification_choices (resident_id, category, topic, channel, choice)
        select l.resident_id, '*', t, now_so.channel, 'off' from unnest(now_so.topics) t
        on conflict (resident_id, topic, channel, category) do nothing;
    end if;
    insert into audit (actor, action, subject, detail) values (l.resident_id, case when p_undo then 'messages.resubscribed' else 'messages.unsubscribed' end,
      l.notification_id, jsonb_build_object('topics', now_so.topics, 'channel', now_so.channel));
  end if;
end $$;

-- Nothing of a person who has left comes back.
create trigger unsubscribe_links_owner_is_here before insert on unsubscribe_links for each row execute function owner_must_be_here();
select pg_temp.amend_function('choices_go', 'delete from notification_mutes where', 'delete from unsubscribe_links where resident_id = new.id;
  delete from notification_mutes where');
