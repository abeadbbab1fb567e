-- Whoever has something to ask a source of bills about is told once when it has answered nobody for a day, and not again before it has answered and failed anew.

create table source_outages (
  source     text primary key,
  -- the outage that is being told of; another instant is another outage
  down_since timestamptz not null,
  -- how far the telling has come: a city is not told in one transaction
  told_to    text not null default '',
  told_at    timestamptz
);

create function source_is_silent(s source_states) returns boolean language sql stable as
  -- one failure before the clock went on proves no day of silence
  $$ select s.down_since <= business_now() - interval '24 hours' and s.failures >= 2 $$;

-- Sources that have been silent for a day, and of whose silence not everybody has been told.
create function untold_outages() returns setof text language sql stable as
  $$ select s.source from source_states s where source_is_silent(s)
       and not exists (select 1 from source_outages o where o.source = s.source and o.down_since = s.down_since and o.told_at is not null) order by s.source $$;

-- Tells the next few; true: there are more. Whoever comes to the source later sees on the page how it stands.
create function tell_of_silence(p_source text, p_title_ru text, p_title_en text, p_limit int) returns boolean language plpgsql as $$
declare
  s source_states;
  o source_outages;
  reader text;
  told int := 0;
begin
  select * into s from source_states where source = p_source for share;
  if source_is_silent(s) is not true then return false; end if;
  insert into source_outages (source, down_since) values (p_source, s.down_since)
    on conflict (source) do update set down_since = excluded.down_since, told_to = '', told_at = null where source_outages.down_since <> excluded.down_since;
  select * into o from source_outages where source = p_source for update;
  if o.told_at is not null then return false; end if;
  for reader in select f.resident_id from source_readings f join residents r on r.id = f.resident_id
      where f.source = p_source and f.resident_id > o.told_to and r.erased_at is null order by f.resident_id limit p_limit loop
    perform tell_resident('source-down', reader, 'source-down/' || p_source || '/' || extract(epoch from s.down_since) || '/' || reader, p_source,
      jsonb_build_object('biller', p_title_ru, 'billerEn', p_title_en, 'since', s.down_since), false);
    told := told + 1;
    o.told_to := reader;
  end loop;
  update source_outages set told_to = o.told_to, told_at = case when told < p_limit then business_now() end where source = p_source;
  return told = p_limit;
end $$;

-- What waits for the morning is not true any more once the source has answered.
create index notifications_of_silence on notifications (subject_id) where event = 'source-down' and state = 'queued';
create function answer_ends_silence() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update notifications set state = 'dropped', why = 'collapsed' where event = 'source-down' and state = 'queued' and subject_id = new.source;
  return null;
end $$;
create trigger answer_ends_silence after update of down_since on source_states for each row when (old.down_since is not null and new.down_since is null) execute function answer_ends_silence();
