-- A source may correct whom a bill is about. Until now every name it ever said stayed: the person of before went on seeing the bill, and their autopay paid it.

-- A newer version of a source's own words that names nobody of whom the bill was about is about somebody else: whoever it was about loses it. Names that are added beside known ones are
-- other names of the same person, as registries tell them, and stay.
create function readdress(b bills, p jsonb) returns void language plpgsql as $$
declare
  named text[] := array(select jsonb_array_elements_text(coalesce(nullif(p->'subjects', 'null'), '[]')));
begin
  if cardinality(named) = 0 or not exists (select from bill_subjects where bill_id = b.id)
     or exists (select from bill_subjects where bill_id = b.id and subject_key = any (named)) then
    return;
  end if;
  delete from bill_subjects where bill_id = b.id;
  -- no identifier stands in the journal: keys are hashes, and their number says enough
  insert into audit (actor, action, subject, detail) values ('engine', 'bill.readdressed', b.id, jsonb_build_object('source', p->>'source', 'version', p->'version'));
  perform tell_workflow('plan-bill', b.id, '{"because": "readdressed"}');
end $$;

select pg_temp.amend_function('tell_bill', '  b := learn_names(b, p);', '  if v > s.source_version then perform readdress(b, p); end if;
  b := learn_names(b, p);');
