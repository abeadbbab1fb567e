-- What came beside row security (0045) and erasure (0046), by their rules.

-- Who forgets an identifier stops what stood on it: a command of a person's, with the engine's rights.
create function person.forget_identifier(p_resident text, p_id text) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.forget_identifier(p_resident, p_id);
end $$;
revoke execute on function person.forget_identifier(text, text) from public;
grant execute on function person.forget_identifier(text, text) to kvitok_person;

-- Nobody is looked for who has left.
create function readings_go_with_their_person() returns trigger language plpgsql as $$
begin
  delete from source_readings where resident_id = new.id;
  return null;
end $$;
create trigger readings_go after update of erased_at on residents for each row
  when (old.erased_at is null and new.erased_at is not null) execute function readings_go_with_their_person();
