-- A method that is saved with the first charge that its payer confirms (payment rules §7.1, §7.2). Its row waits as a binding from the payer's consent on; the
-- evidence transaction that sees the gateway say "saved" makes it active, nothing else does.

alter table methods add constraint methods_of_their_owner unique (id, resident_id);
alter table instructions
  -- of the same person as the payment, whatever any code says
  add column saves_method_id text,
  add constraint instructions_save_their_own foreign key (saves_method_id, resident_id) references methods (id, resident_id),
  add constraint instructions_save_what_is_not_saved check (saves_method_id is null or (method_id is null and kind <> 'mobile_balance'));
create unique index instructions_by_saved_method on instructions (saves_method_id) where saves_method_id is not null;

-- The payer wants kept, for these uses, what they take for this payment. Answers the row that waits; null: the same wish was sent from another device, or what
-- they take is being charged already.
create function save_with_charge(p_payment text, p_kind text, p_uses text[]) returns text language plpgsql as $$
declare
  i instructions;
  m text;
begin
  select * into i from instructions x where x.payment_id = p_payment and x.method_id is null and x.kind = p_kind and x.saves_method_id is null
    and x.used_at is null and x.expires_at > business_now() order by x.given_at desc limit 1 for update;
  if not found then return null; end if;
  insert into methods (resident_id, gateway, state, kind, uses, livemode)
    select y.resident_id, y.gateway, 'binding', p_kind, p_uses, y.livemode from payments y where y.id = p_payment returning id into m;
  update instructions set saves_method_id = m where id = i.id;
  return m;
end $$;

-- What was to be saved with a charge ends with it, where nobody said "saved". Judged at the end of the transaction: the evidence that decides the charge is
-- what may say so.
create function end_saving_with_charge() returns trigger language plpgsql as $$
begin
  update methods set state = 'withdrawn', state_reason = 'not-saved', withdrawn_at = business_now(), version = version + 1
    where state = 'binding' and id = (select saves_method_id from instructions where id = new.instruction_id);
  return null;
end $$;
create constraint trigger decided_charge_ends_saving after update of state on charges deferrable initially deferred for each row
  when (new.state in ('charged', 'not-charged') and new.instruction_id is not null and old.state is distinct from new.state)
  execute function end_saving_with_charge();

-- The same where the payment is over without that charge.
create function end_saving_of_payment() returns trigger language plpgsql as $$
begin
  update methods m set state = 'withdrawn', state_reason = 'not-saved', withdrawn_at = business_now(), version = version + 1
    from instructions i where i.payment_id = new.id and i.saves_method_id = m.id and m.state = 'binding' and not exists (select 1 from charges c
      where c.instruction_id = i.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'));
  return null;
end $$;
create constraint trigger ended_payment_ends_saving after update of state on payments deferrable initially deferred for each row
  when (new.state in ('paid', 'returning', 'closed') and old.state is distinct from new.state)
  execute function end_saving_of_payment();
