-- Two rows of one debt become one when nobody else works on them: whoever receives a bill locks its rows in the order in which they are found, and a merge that waited for one of them while it held the other would
-- be a circle. It comes again with the next sweep.
select pg_temp.amend_function('merge_twins', '  perform 1 from bills where id in (a.id, b.id) order by id for no key update;
', '  if (select count(*) from (select 1 from bills where id in (a.id, b.id) order by id for no key update skip locked) free) < 2 then return ''waits''; end if;
');
