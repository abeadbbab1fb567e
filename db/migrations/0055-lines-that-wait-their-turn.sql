-- Two lines of a file may name one debt though they share no name: the bill bears both, or was merged with another. Such a line waits until the lines that stand alone are
-- applied, and is then told in its turn among the repeated ones (docs/decisions/0111).
create index bills_merged_into on bills (merged_into) where merged_into is not null;

-- Lines of the chunk that wait for their turn: whoever reads the file again after a crash of the server finds them here.
alter table registry_chunks add column later int[] not null default '{}';

do $$
declare
  body text;
  alone constant text := '(select true from bills m where m.merged_into = b.known_id limit 1) is null
                    and (select true from bill_twins t where t.bill_id = b.known_id limit 1) is null';
begin
  select pg_get_functiondef('registry_apply_sets'::regproc) into strict body;
  body := replace(body, 'when x.repeated or x.rest is not null then ''one-by-one''',
    'when x.repeated then ''one-by-one'' when x.rest is not null then ''in-turn''');
  body := replace(body, 'and (select true from bill_sources s where s.bill_id = b.known_id limit 1) is null then',
    'and (select true from bill_sources s where s.bill_id = b.known_id limit 1) is null and ' || alone || ' then');
  body := replace(body, 'when b.known_id is not null then ''one-by-one''',
    'when b.known_id is not null then case when b.is_living and b.same_names and ' || alone || ' then ''one-by-one'' else ''in-turn'' end');
  body := replace(body, 'a.uin_key = x.identity_key limit 1) then ''one-by-one''', 'a.uin_key = x.identity_key limit 1) then ''in-turn''');
  body := replace(body, 'y.account = x.account and y.period = x.period', 'y.state <> ''merged'' as is_living,
                 y.account = x.account and y.period = x.period');
  body := replace(body, 'when ''confirm'' then ''duplicate''', 'when ''in-turn'' then ''in-turn'' when ''confirm'' then ''duplicate''');
  execute body;
  if (select count(*) from regexp_matches(pg_get_functiondef('registry_apply_sets'::regproc), 'in-turn|m\.merged_into|is_living', 'g')) <> 9 then
    raise exception 'registry_apply_sets is not what it was';
  end if;

  select pg_get_functiondef('registry_settle_lines'::regproc) into strict body;
  execute replace(body, '  update registry_files set state = ''applying''', '  update registry_lines l set repeated = true from registry_chunks c where l.file_no = p_file and c.file_no = p_file and l.line = any (c.later);

  update registry_files set state = ''applying''');
  if strpos(pg_get_functiondef('registry_settle_lines'::regproc), 'any (c.later)') = 0 then raise exception 'registry_settle_lines is not what it was'; end if;

  select pg_get_functiondef('registry_apply_chunk'::regproc) into strict body;
  body := replace(body, '  ), counted as (', '  ), waiting as (
    update registry_lines set repeated = true where file_no = p_file and line = any (array(select line from outcomes where result = ''in-turn'')) returning line
  ), counted as (');
  body := replace(body, 'select result, 1 as lines from outcomes', 'select result, 1 as lines from outcomes where result <> ''in-turn''');
  body := replace(body, 'from outcomes where equal_lines is not null', 'from outcomes where equal_lines is not null and result <> ''in-turn''');
  body := replace(body, 'insert into registry_chunks (file_no, chunk, results)', 'insert into registry_chunks (file_no, chunk, later, results)');
  body := replace(body, 'select p_file, p_chunk, coalesce(jsonb_object_agg', 'select p_file, p_chunk, array(select line from waiting order by line), coalesce(jsonb_object_agg');
  execute body;
  if (select count(*) from regexp_matches(pg_get_functiondef('registry_apply_chunk'::regproc), 'in-turn|waiting', 'g')) <> 5 then
    raise exception 'registry_apply_chunk is not what it was';
  end if;
end $$;

-- Applies lines by the rules of receive_bill: as sets where that is the same, and else by receive_bill itself, in the order of the lines. Of lines that stand alone those
-- that have to wait for their turn are answered with `in-turn`.
create or replace function registry_apply_lines(p_file bigint, p_from int, p_to int, p_repeated boolean, p_source text, p_delivery text)
  returns setof registry_outcome language plpgsql as $$
declare
  biller text := (select biller_id from registry_files where no = p_file);
  one registry_outcome;
  changed int[] := '{}';
  l registry_lines;
  answer jsonb;
begin
  for one in select * from registry_apply_sets(p_file, p_from, p_to, p_repeated, p_source, p_delivery) loop
    -- null: changed, or told by somebody else at this moment
    if one.result is null or one.result = 'in-turn' and p_repeated is distinct from false then changed := changed || one.line; else return next one; end if;
  end loop;
  for l in select x.* from registry_lines x where x.file_no = p_file and x.line = any (changed) order by x.line loop
    -- two equal lines of a file are no message that came twice
    answer := receive_bill(registry_bill(l, biller, p_source, case when p_repeated then p_delivery || '/' || l.line else p_delivery end));
    return next row (l.line, answer->>'billId', answer->>'result')::registry_outcome;
  end loop;
end $$;
