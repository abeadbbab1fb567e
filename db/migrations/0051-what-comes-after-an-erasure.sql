-- What comes for somebody who has left (0046) is kept as proof, without the words that name them: a gateway may answer weeks later.

create function no_raw_about_the_erased() returns trigger language plpgsql as $$
declare
  paid text;
begin
  if tg_table_name = 'evidence' then
    select c.payment_id into paid from charges c where c.id = new.charge_id;
  else
    select f.payment_id into paid from refunds f where f.id = new.refund_id;
  end if;
  if exists (select 1 from payments y join residents r on r.id = y.resident_id where y.id = paid and r.erased_at is not null) then new.raw := null; end if;
  return new;
end $$;
create trigger evidence_forgets_the_erased before insert on evidence for each row when (new.raw is not null) execute function no_raw_about_the_erased();
create trigger refund_evidence_forgets_the_erased before insert on refund_evidence for each row
  when (new.raw is not null) execute function no_raw_about_the_erased();

-- A paper is its holder's alone, and says about them what it likes; who leaves takes the words along. Its number and sum stay: somebody else may hold the same paper, and pay it.
create function papers_lose_their_words() returns trigger language plpgsql as $$
begin
  if current_setting('kvitok.erases', true) = 'on' and not exists (select 1 from added_bills where bill_id = old.bill_id) then
    update bills set purpose = payee->>'name' where id = old.bill_id and source = 'paper';
  end if;
  return null;
end $$;
create trigger papers_lose_their_words after delete on added_bills for each row execute function papers_lose_their_words();
