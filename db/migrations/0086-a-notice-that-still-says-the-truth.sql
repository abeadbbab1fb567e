-- A bill that was amended in something its notice does not name (docs/decisions/0161): what was announced stays announced, its clock runs on.

-- The living notice, accepted or still on its way, where it names the debit as the bill now asks for it: sum, currency, payee, part, the card that comes first today; not too old, of terms that no edit since
-- has widened. Null: there is something to tell.
create function standing_notice(p payments, b bills) returns notices language plpgsql volatile as $$
declare
  n notices;
  terms jsonb;
begin
  select * into n from notices where payment_id = p.id and state <> 'void';
  if not found or p.state <> 'scheduled' or p.part <> b.part or business_now() > n.not_after then return null; end if;
  select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.id = p.mandate_id;
  if debit_due_at(b, greatest(n.not_before, business_now())) <> n.amount_minor or b.currency <> n.currency or b.payee_hash <> n.payee_hash
     or n.planned_on <> p.planned_on or n.mandate_id <> p.mandate_id
     or n.method_id is distinct from (select t.id from jsonb_array_elements_text(terms->'methods') with ordinality q(id, place) join methods t on t.id = q.id
          where t.state = 'active' order by q.place limit 1)
     or exists (select 1 from mandate_versions v where v.mandate_id = n.mandate_id and v.version > n.mandate_version and not v.narrowing) then
    return null;
  end if;
  return n;
end $$;

-- The planner asks no question about lateness where that clock runs on.
select pg_temp.amend_function('plan_read', '''runsFrom'', (running_notice(y, b)).not_before', '''runsFrom'', coalesce((standing_notice(y, b)).not_before, (running_notice(y, b)).not_before)');

select pg_temp.amend_function('plan_write', 'declare
  b bills;
  y payments;
', 'declare
  b bills;
  y payments;
  stands text;
');
select pg_temp.amend_function('plan_write', '    -- amended while planned: same payment, new amount, new notice, new clock (§7.3)
', '    stands := (standing_notice(y, b)).id;
    -- amended while planned: same payment, new amount, new notice, new clock (§7.3); what still says the truth stays
');
select pg_temp.amend_function('plan_write', '      perform give_notice(y.id, ''notice-changed'', ''bill amended'');
', '      if stands is null then perform give_notice(y.id, ''notice-changed'', ''bill amended''); end if;
');
