-- The names that a message may have are made once for a look at the messages, not once for each row that is looked at: while a table is young its plan reads it whole, and stays when it has grown.
select pg_temp.amend_function('tell_of_bill', 'dedupe_key = any (message_keys(''bill-arrived/'' || b.id || ''/'' || b.part || ''/'' || p_resident))',
  'dedupe_key = any ((select message_keys(''bill-arrived/'' || b.id || ''/'' || b.part || ''/'' || p_resident))::text[])');
select pg_temp.amend_function('keep_reminders', 'dedupe_key = any (message_keys(name))', 'dedupe_key = any ((select message_keys(name))::text[])');
select pg_temp.amend_function('fail_over', 'o.dedupe_key = any (message_keys(n.event_key))', 'o.dedupe_key = any ((select message_keys(n.event_key))::text[])');
select pg_temp.amend_function('tell_resident', 'n.dedupe_key = any (message_keys(p_dedupe))', 'n.dedupe_key = any ((select message_keys(p_dedupe))::text[])');
select pg_temp.amend_function('forecast_bills', 'n.dedupe_key = any (message_keys(''over-limit-skipped/'' || b.id || ''/'' || b.version || ''/'' || m.resident_id))',
  'n.dedupe_key = any ((select message_keys(''over-limit-skipped/'' || b.id || ''/'' || b.version || ''/'' || m.resident_id))::text[])');
