-- Whoever connects many accounts of one biller at once follows as many times what is there: a bill that waits to be planned, and that nobody has taken yet, is planned with the eyes of everybody who follows it by then.
-- What is taken at that very moment is looked at by the second pass (0041), when the connection is certainly over.
create function waits_for_plan(p_bill text) returns boolean language sql volatile as
  $$ select exists (select 1 from outbox where subject_id = p_bill and kind = 'plan-bill' and done_at is null and attempts = 0) $$;
select pg_temp.amend_function('plan_followed', 'where a.resident_id = f.resident_id and a.biller_id = f.biller_id and b.state = ''owed''',
  'where a.resident_id = f.resident_id and a.biller_id = f.biller_id and b.state = ''owed'' and not waits_for_plan(b.id)');
select pg_temp.amend_function('plan_followed', 'where s.subject_key = f.subject_key and b.state = ''owed''', 'where s.subject_key = f.subject_key and b.state = ''owed'' and not waits_for_plan(b.id)');
