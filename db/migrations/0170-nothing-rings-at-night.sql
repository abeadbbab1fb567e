-- A push service keeps a message for a browser that is away, and hands it over whenever it comes back: what was sent in the evening must not ring at night (docs/decisions/0199).

-- When quiet hours begin next, by the recipient's clock; null: there are none. The night whose clocks skip or repeat an hour may begin earlier than its name says: every minute of the hour before is looked at.
create function quiet_start(p_resident text, p_channel text, p_at timestamptz) returns timestamptz language plpgsql stable as $$
declare
  opens time;
  closes time;
  home text;
  named timestamptz;
begin
  select r.zone, case coalesce(s.quiet, 'default') when 'hours' then s.quiet_from when 'default' then c.quiet_from end,
      case coalesce(s.quiet, 'default') when 'hours' then s.quiet_to when 'default' then c.quiet_to end
    into home, opens, closes
    from residents r cross join notification_channels c left join notification_settings s on s.resident_id = r.id where r.id = p_resident and c.name = p_channel;
  if opens is null or opens = closes then return null; end if;
  select min(t.at) into named from (select ((p_at at time zone home)::date + d + opens) at time zone home as at from generate_series(0, 2) d) t where t.at > p_at;
  return (select min(x) from generate_series(named - interval '1 hour', named, interval '1 minute') x cross join lateral (select (x at time zone home)::time as local) l
    where x > p_at and case when opens < closes then l.local >= opens and l.local < closes else l.local >= opens or l.local < closes end);
end $$;

-- So many real seconds a message for a browser may still ring; null: as long as it is true. What quiet hours do not hold now, they do not end either.
create function rings_for_seconds(n notifications, p_at timestamptz) returns int language plpgsql volatile as $$
declare
  night timestamptz;
begin
  if n.channel <> 'push' or n.event = 'test-message' or quiet_end(n.resident_id, n.channel, p_at) is not null then return null; end if;
  night := quiet_start(n.resident_id, n.channel, p_at);
  if night is null then return null; end if;
  -- what must be answered within the hour wakes its reader
  if n.event = 'needs-confirmation' and (n.args->>'giveUpAt')::timestamptz - interval '1 hour' <= night then return null; end if;
  return greatest(0, floor(real_ms_until(night) / 1000.0))::int;
end $$;
