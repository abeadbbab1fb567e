-- A UIN names a debt whoever tells it, and billers tell by themselves. What one of them says of another one's bill is not believed: it may not turn, redirect or end it.

do $$
declare
  body text;
begin
  select pg_get_functiondef('tell_bill'::regproc) into strict body;
  execute replace(body, '  first := b.source = p->>''source'';', '  if p->>''source'' in (''push'', ''file'') and p->>''billerId'' <> b.biller_id then
    return jsonb_build_object(''billId'', b.id, ''result'', ''conflict'');
  end if;
  first := b.source = p->>''source'';');
  if strpos(pg_get_functiondef('tell_bill'::regproc), 'p->>''billerId'' <> b.biller_id') = 0 then raise exception 'tell_bill is not what it was'; end if;

  -- receive_bill decides about what is another's
  select pg_get_functiondef('registry_apply_sets'::regproc) into strict body;
  body := replace(body, 'y.source = p_source and y.state <> ''merged''', 'y.source = p_source and y.biller_id = biller.id and y.state <> ''merged''');
  body := replace(body, 'y.source = p_source and y.state = ''owed''', 'y.source = p_source and y.biller_id = biller.id and y.state = ''owed''');
  execute body;
  if (select count(*) from regexp_matches(pg_get_functiondef('registry_apply_sets'::regproc), 'y\.biller_id = biller\.id', 'g')) <> 2 then
    raise exception 'registry_apply_sets is not what it was';
  end if;
end $$;
