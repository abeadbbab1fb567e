-- A bill whose source answers something that cannot be used is a need of its own: who decides about it hears that (docs/decisions/0154).

alter table payments drop constraint payments_need_check;
alter table payments add constraint payments_need_check check (need in ('confirm-again', 'new-method', 'confirm-amount', 'bill-unconfirmed', 'over-limit', 'unusual-amount', 'approval',
  'payee-changed', 'late-bill', 'no-channel', 'contact-bank'));
select pg_temp.amend_function('keep_reminders', '''confirm-amount'', ''over-limit'',', '''confirm-amount'', ''bill-unconfirmed'', ''over-limit'',');

-- The payment whose payer heard of it; forgotten once the source was heard of the bill again.
alter table bill_rereads add column told text references payments;
select pg_temp.amend_function('settle_reread', 'failures = case when excluded.ended <> ''read''', 'told = case when excluded.ended <> ''read'' and coalesce(source_read_at(b, r.source) <= r.silent_since, true) then r.told end,
        failures = case when excluded.ended <> ''read''');
select pg_temp.amend_function('settle_reread', 'row(''ask'', ''confirm-amount'', null)', 'row(''ask'', ''bill-unconfirmed'', null)');
-- A person is told once, and nothing is sent; what they decide then goes on. Of a bill that is known better than its source says there is nothing to tell.
select pg_temp.amend_function('settle_reread', '  return jsonb_build_object(''goOn'', go_on,', '  if q->>''initiatedBy'' = ''cit'' and p.state = ''scheduled'' and not q->''asked'' @> ''[{"ended": "read"}]''
      and exists (select 1 from jsonb_array_elements(q->''asked'') where value->>''ended'' = ''unclear'' and value->>''detail'' is distinct from ''stale'')
      and p.stop_mark is null and b.state = ''owed'' and not mandate_stops(p)
      and not exists (select 1 from bill_rereads r join payments o on o.id = r.told where r.bill_id = b.id and o.resident_id = p.resident_id) then
    perform gate_refuse(p, ''debt'', row(''ask'', ''bill-unconfirmed'', null)::gate_answer);
    go_on := false;
  end if;
  if not go_on and exists (select 1 from payments where id = p.id and (need = ''bill-unconfirmed'' or (state = ''closed'' and ''bill-unconfirmed'' in (reason, remark)))) then
    update bill_rereads set told = p.id where bill_id = b.id and ended = ''unclear'';
  end if;
  return jsonb_build_object(''goOn'', go_on,');
