-- What the forecast needs to know of bills that wait for a run, of sums that are usual, and of notices that say something else since an edit (docs/decisions/0150).

-- A bill that is planned at an instant for the run of a day: its notice goes out so early as the pack wants it, and never opens the debit before the run (due_run, give_notice).
select pg_temp.amend_function('forecast_instants', 'cross join lateral notice_clock(v.terms->''noticePack'', coalesce(a.at::timestamptz, r.plan_at), v.terms->>''zone'') k',
  'cross join lateral (select case when a.at is null then r.plan_at else greatest(a.at::timestamptz, r.plan_at) end as told_at) t
     cross join lateral notice_clock(v.terms->''noticePack'', t.told_at, v.terms->>''zone'', case when a.at is not null then r.debit_at end) k');
select pg_temp.amend_function('forecast_instants', '''mandate'', a.mandate, ''version'', a.version, ''day'', a.day, ''asked'', a.at,
       ''at'', utc_text(coalesce(a.at::timestamptz, r.plan_at)), ''on'', (coalesce(a.at::timestamptz, r.plan_at) at time zone (v.terms->>''zone''))::date,',
  '''ask'', jsonb_build_object(''mandate'', a.mandate, ''version'', a.version, ''day'', a.day, ''at'', a.at),
       ''at'', utc_text(t.told_at), ''on'', (t.told_at at time zone (v.terms->>''zone''))::date, ''runAt'', utc_text(r.debit_at),');

select pg_temp.amend_function('forecast_mandate', '''planAt'', utc_text(a.plan_at))', '''planAt'', utc_text(a.plan_at), ''debitAt'', utc_text(a.debit_at))');
select pg_temp.amend_function('forecast_bills', '''freshUntil'', utc_text(b.confirmed_at + r.max_age)', '''recentMinor'', recently_accepted(m, b),
       -- as plan_write names it
       ''leftOut'', exists (select 1 from notifications n where n.dedupe_key = ''over-limit-skipped/'' || b.id || ''/'' || b.version || ''/'' || m.resident_id || ''/email''),
       ''freshUntil'', utc_text(b.confirmed_at + r.max_age)');
select pg_temp.amend_function('forecast_payments', '''notice'', (select jsonb_build_object(''state'', n.state,', '''run'', case when y.run_at is not null then jsonb_build_object(''nominal'', y.run_nominal, ''debitOn'', y.run_on) end,
       ''notice'', (select jsonb_build_object(''state'', n.state, ''dueAt'', (select utc_text(min(q.due_at)) from notifications q where q.notice_id = n.id and q.state = ''queued''),
         -- of terms that an edit has widened since: at the gate the debit is announced once more
         ''outdated'', exists (select 1 from mandate_versions v where v.mandate_id = n.mandate_id and v.version > n.mandate_version and not v.narrowing),');

-- Bills that are planned at one time are planned in the order in which they came, as the forecast does: the earlier one has the room of a limit.
select pg_temp.amend_function('plan_mandate_again', 'bills_of_mandate(m) b where m.id = p_mandate;', 'bills_of_mandate(m) b where m.id = p_mandate
      order by b.received_at, b.id;');
select pg_temp.amend_function('resume_mandate', 'from bills_of_mandate(m) b;', 'from bills_of_mandate(m) b order by b.received_at, b.id;');

-- Where no day is asked about there is nothing to reckon; packs that count days of their own tried sixty of them.
alter function run_clock(jsonb, date, text) strict;
