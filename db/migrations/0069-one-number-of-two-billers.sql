-- Two billers that name one UIN: who told it first keeps the bill (docs/decisions/0130), and a person asks both whose charge it is. One case for the two of them, however
-- many lines a file has.
do $$
declare
  body text;
begin
  select pg_get_functiondef('tell_bill'::regproc) into strict body;
  execute replace(body, 'p->>''billerId'' <> b.biller_id then
    return', 'p->>''billerId'' <> b.biller_id then
    perform open_case(''uin-of-another'', b.biller_id || ''/'' || (p->>''billerId''), null, null, jsonb_build_object(''bill'', b.id, ''biller'', b.biller_id, ''other'', p->>''billerId''));
    return');
  if strpos(pg_get_functiondef('tell_bill'::regproc), '''uin-of-another''') = 0 then raise exception 'tell_bill is not what it was'; end if;
end $$;
