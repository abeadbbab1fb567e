-- Who forgets an identifier ends what stood on it: a mandate over a subject lives on the identifier that its owner has saved.

-- One transaction: the mandates end as by their payer's own hand, with what is under way for them listed, and the identifier is gone. Null: there is none. A mandate that
-- is made at the same moment finds no ground either way: it covers no bill (mandate_covers).
create function forget_identifier(p_resident text, p_id text) returns jsonb language plpgsql as $$
declare
  key text;
  m mandates;
  stop jsonb;
  ended jsonb := '[]';
begin
  select subject_key into key from saved_identifiers where resident_id = p_resident and id = p_id;
  if not found then return null; end if;
  for m in select * from mandates where resident_id = p_resident and account = 'subject/' || key and state <> 'ended' order by id loop
    stop := stop_mandate(m.id, p_resident, 'cancel', null, 'identifier-deleted', 'payer');
    ended := ended || jsonb_build_array(jsonb_build_object('mandateId', m.id, 'stoppedAt', stop->'stoppedAt', 'inFlight', stop->'inFlight'));
  end loop;
  delete from saved_identifiers where resident_id = p_resident and id = p_id;
  if not found then return null; end if;
  return jsonb_build_object('ended', ended);
end $$;
