-- The announcement that a dormant mandate ends carries a link to keep it (docs/decisions/0155, 0156): one press, no sign-in, the same terms.

alter table signed_links
  alter column payment_id drop not null, alter column amount_minor drop not null, alter column currency drop not null,
  alter column payee_hash drop not null, alter column method_id drop not null,
  drop constraint signed_links_action_check,
  add constraint signed_links_action_check check (action in ('skip', 'pay-now', 'renew')),
  -- what would be kept: this mandate, by these terms
  add column mandate_id text references mandates,
  add column mandate_version int,
  add constraint signed_links_are_about_one_thing check (case when action = 'renew'
    then num_nonnulls(mandate_id, mandate_version) = 2 and num_nonnulls(payment_id, notice_id, amount_minor, currency, payee_hash, method_id, made_payment_id) = 0
    else num_nonnulls(payment_id, amount_minor, currency, payee_hash, method_id) = 5 and num_nonnulls(mandate_id, mandate_version) = 0 end);
create index signed_links_by_mandate on signed_links (mandate_id) where mandate_id is not null;

select pg_temp.amend_function('issue_links', 'where s.erased_at is null and ((n.id', 'where w.action in (''skip'', ''pay-now'') and s.erased_at is null and ((n.id');
select pg_temp.amend_function('issue_links', '  return query select', '  insert into signed_links (token_hash, action, resident_id, notification_id, mandate_id, mandate_version, expires_at)
    select w."tokenHash", w.action, q.resident_id, q.id, m.id, m.version, d.expires_at
      from jsonb_to_recordset(p_links) as w("notificationId" text, action text, "tokenHash" text)
      join notifications q on q.id = w."notificationId" and q.event = ''mandate-expiring'' join residents s on s.id = q.resident_id
      join mandates m on m.id = q.subject_id and m.resident_id = q.resident_id join mandate_dormancy d on d.mandate_id = m.id
     where w.action = ''renew'' and s.erased_at is null and m.state <> ''ended'' and d.expires_at is not null
    on conflict do nothing;
  return query select');

-- What is true of a link that keeps a mandate. One whose mandate was kept, or has debited since, has done its work already.
create function renewal_state(l signed_links) returns text language plpgsql volatile as $$
declare
  m mandates;
  d mandate_dormancy;
begin
  if l.used_at is not null then return 'used'; end if;
  select * into m from mandates where id = l.mandate_id;
  if m.state = 'ended' then return 'ended'; end if;
  select * into d from mandate_dormancy where mandate_id = m.id;
  if d.expires_at is null then return 'kept'; end if;
  if m.version <> l.mandate_version then return 'terms-changed'; end if;
  return case when business_now() >= l.expires_at then 'expired' else 'open' end;
end $$;
select pg_temp.amend_function('link_state', '  if l.used_at is not null then return ''used''; end if;',
  '  if l.action = ''renew'' then return renewal_state(l); end if;
  if l.used_at is not null then return ''used''; end if;');
select pg_temp.amend_function('lock_link', '  if l.action = ''pay-now'' then', '  if l.action = ''renew'' then
    perform 1 from mandates where id = l.mandate_id for no key update;
    return link_state(l);
  end if;
  if l.action = ''pay-now'' then');

-- Behind lock_link: its owner keeps the mandate, by the terms that it has.
create function renew_by_link(p_hash text) returns void language plpgsql as $$
declare
  l signed_links;
begin
  update signed_links set used_at = business_now() where token_hash = p_hash and used_at is null and action = 'renew' returning * into strict l;
  if renew_mandate(l.mandate_id, l.resident_id) is not true then raise exception 'the mandate of an open link cannot be kept: %', l.mandate_id; end if;
  insert into audit (actor, action, subject, detail) values (l.resident_id, 'link.renew', l.mandate_id, jsonb_build_object('link', l.id, 'version', l.mandate_version));
end $$;
