-- Questions before a debit, told apart (docs/decisions/0154): a turn that did not come is no silence of the source; words that are too old already end no wait; who stopped is asked nothing; what a
-- payer named themselves is charged when only other words of the bill have changed.

-- An age that is passed already ends no wait: the gate waits for the source's word then, too (as in 0040).
select pg_temp.amend_function('reread_until', 'b.confirmed_at + (select r.max_age from billers r where r.id = b.biller_id),',
  '(select case when b.confirmed_at + r.max_age > business_now() then b.confirmed_at + r.max_age end from billers r where r.id = b.biller_id),');

select pg_temp.amend_function('settle_reread', 'select value from jsonb_array_elements(q->''asked'') loop',
  'select value from jsonb_array_elements(q->''asked'') where value->>''detail'' is distinct from ''no-turn'' loop');
select pg_temp.amend_function('settle_reread', '    if business_now() < waits_until then
      update payments set remark = case when unclear then ''source unclear'' else ''source silent'' end,', '    if p.stop_mark is not null or b.state <> ''owed'' or mandate_stops(p) or stops_with_its_method(p) then
      -- stopped while the source was asked: the next look ends it, nobody is asked anything
      go_on := false;
    elsif (unclear or not coalesce(b.confirmed_at < business_now() - (select r.max_age from billers r where r.id = b.biller_id), false))
        and (business_now() < waits_until or (waits_until is not null and not coalesce((q->>''last'')::boolean, true))) then
      update payments set remark = case when unclear then ''source unclear'' when q->''asked'' @> ''[{"detail": "no-turn"}]'' then ''source in demand'' else ''source silent'' end,');
select pg_temp.amend_function('settle_reread', 'least(times, 5)', 'least(greatest(coalesce(times, 1), 1), 5)');
select pg_temp.amend_function('settle_reread', 'elsif unclear then', 'elsif unclear and waits_until is not null then');

-- A person's instruction names the sum and the payee: another version of the bill with the same ones changes nothing of it.
select pg_temp.amend_function('gate_check_debt', 'if b.version <> p.bill_version or due <> p.amount_minor', 'if (mit and b.version <> p.bill_version) or due <> p.amount_minor');
