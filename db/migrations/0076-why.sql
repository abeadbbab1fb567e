-- "Why was I charged, why not" (M9): what the rows say, read for one person; the reason is named in domain/why/ from a closed list. Nothing here writes.

create function why_payment(p_payment text) returns jsonb language sql stable as
  $$ select jsonb_build_object('state', y.state, 'need', y.need, 'outcome', y.outcome, 'reason', y.remark, 'amountMinor', coalesce(y.paid_minor, y.amount_minor),
       'currency', y.currency, 'tries', y.tries, 'createdAt', utc_text(y.created_at), 'changedAt', utc_text(greatest(y.changed_at, y.paid_at)), 'plannedOn', y.planned_on,
       'held', exists (select 1 from holds h where h.scope = 'all' or (h.scope = 'gateway' and h.scope_id = y.gateway) or (h.scope = 'biller' and h.scope_id = r.id)
         or (h.scope = 'category' and h.scope_id = r.category)),
       'mandate', (select jsonb_build_object('id', m.id, 'version', v.version, 'agreedAt', utc_text(v.made_at), 'terms', v.terms, 'state', m.state, 'pausedBy', m.paused_by,
           'stoppedSince', y.created_at <= m.last_stop_at,
           'methodWithdrawn', exists (select 1 from methods t where t.id = y.method_id and t.state = 'withdrawn'),
           'usedMinor', case when jsonb_typeof(v.terms->'limitPerPeriod') = 'object' then (select coalesce(sum(u.amount_minor), 0) from limit_use u
             where u.scope = 'mandate' and u.scope_id = m.id and u.state <> 'freed' and u.payment_id <> y.id
               and u.counted_on >= period_start(v.terms->'limitPerPeriod'->>'period', y.planned_on)
               and u.counted_on < period_end(v.terms->'limitPerPeriod'->>'period', y.planned_on)) else 0 end)
         from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = y.mandate_version where m.id = y.mandate_id),
       'instructions', (select coalesce(jsonb_agg(jsonb_build_object('at', utc_text(i.given_at), 'amountMinor', i.amount_minor) order by i.given_at), '[]')
         from instructions i where i.payment_id = y.id),
       'notices', (select coalesce(jsonb_agg(jsonb_build_object('state', n.state, 'channel', n.channel, 'createdAt', utc_text(n.created_at), 'acceptedAt', utc_text(n.accepted_at),
           'plannedOn', n.planned_on, 'amountMinor', n.amount_minor) order by n.created_at, n.id), '[]') from notices n where n.payment_id = y.id),
       'charges', (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'state', c.state, 'sentAt', utc_text(c.first_sent_at), 'decidedAt', utc_text(c.decided_at),
           'gateway', c.gateway, 'reason', c.reason, 'because', c.because, 'amountMinor', c.amount_minor) order by c.ordinal), '[]') from charges c where c.payment_id = y.id))
     from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id where y.id = p_payment $$;

create function why_bill(p_bill text, p_resident text) returns jsonb language sql stable as
  $$ select jsonb_build_object('state', b.state,
       'planPending', exists (select 1 from outbox o where o.subject_id = b.id and o.kind = 'plan-bill' and o.done_at is null),
       'claimedByAnother', claimed_by_another(b, p_resident),
       'paidByAnother', b.state = 'paid' and not exists (select 1 from payments y where y.bill_id = b.id and y.resident_id = p_resident and y.state = 'paid'),
       'givenBack', exists (select 1 from payments y where y.bill_id = b.id and y.state = 'paid') and money_kept(b.id) <= 0,
       'payment', (select jsonb_build_object('id', y.id, 'facts', why_payment(y.id)) from payments y where y.bill_id = b.id and y.resident_id = p_resident
         order by y.state <> 'closed' desc, y.created_at desc, y.id desc limit 1),
       'mandates', (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'state', m.state, 'pausedBy', m.paused_by, 'trigger', v.terms->'trigger'->>'kind',
           'skipped', exists (select 1 from skip_marks s where s.mandate_id = m.id and s.claim_key = b.identity_key and s.part = b.part),
           'overLimit', exists (select 1 from notifications n where n.resident_id = m.resident_id and n.event = 'over-limit-skipped' and n.subject_id = b.id))
           order by array_position('{active,paused,proposed,ended}', m.state), m.created_at desc), '[]')
         from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
        where m.resident_id = p_resident and m.biller_id = b.biller_id and (m.account = any (bill_references(b)) or exists (select 1 from mandate_runs x
          where x.mandate_id = m.id and x.bill_id = b.id))))
     from bills b where b.id = p_bill $$;

create function person.why_payment(p_payment text) returns jsonb language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return case when person.owns_payment(p_payment) then public.why_payment(p_payment) end;
end $$;
create function person.why_bill(p_bill text, p_resident text) returns jsonb language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return case when person.sees(p_bill) then public.why_bill(p_bill, p_resident) end;
end $$;
revoke execute on function person.why_payment(text), person.why_bill(text, text) from public;
grant execute on function person.why_payment(text), person.why_bill(text, text) to kvitok_person;
