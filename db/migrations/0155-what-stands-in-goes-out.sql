-- What stands in for a channel that failed goes out at once, alone: it may have been dropped from a digest that has closed since, and would wait in it for ever.
select pg_temp.amend_function('fail_over', 'do update set state = ''queued'', why = null,', 'do update set state = ''queued'', why = null, digest_id = null, carried_by = null, released = true,');
