-- Who changes quiet hours or how they want to hear of something has what is gathered for them judged anew at once: what nothing holds any more goes now.
create function judge_gathered_anew(p_resident text) returns void language plpgsql as $$
begin
  -- in the order of a digest that closes at this moment
  perform 1 from notifications where resident_id = p_resident and state = 'queued' and digest_id is not null and carried_by is null order by id for update;
  update notifications set digest_id = null, due_at = business_now() where resident_id = p_resident and state = 'queued' and digest_id is not null and carried_by is null;
  if found then perform ring('notify'); end if;
end $$;
create function wishes_hold_at_once() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform judge_gathered_anew(case tg_op when 'DELETE' then old.resident_id else new.resident_id end);
  return null;
end $$;
create trigger settings_hold_at_once after insert or update of quiet, quiet_from, quiet_to, digest_at on notification_settings for each row execute function wishes_hold_at_once();
create trigger choices_hold_at_once after insert or update of choice or delete on notification_choices for each row execute function wishes_hold_at_once();
