import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";

/** What must hold between any two steps, whatever happened: each answers the rows that break it. */
const invariants: Readonly<Record<string, ReturnType<typeof sql<{ row: string }>>>> = {
  "an open payment holds its claim": sql`select y.id as row from payments y where y.state in ('scheduled', 'needs-payer', 'charging')
    and not exists (select 1 from claims c where c.payment_id = y.id and c.state = 'held')`,
  "a held claim belongs to a payment that is not over": sql`select c.payment_id as row from claims c
    join payments y on y.id = c.payment_id where c.state = 'held' and y.state not in ('scheduled', 'needs-payer', 'charging', 'returning')`,
  "a spent claim is that of a paid payment, and the other way round": sql`select y.id as row from payments y
    left join claims c on c.payment_id = y.id where (y.state = 'paid') is distinct from (c.state is not distinct from 'spent')`,
  "charging means one undecided charge": sql`select y.id as row from payments y where (y.state = 'charging') is distinct from
    exists (select 1 from charges c where c.payment_id = y.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'))`,
  "money seen is money booked, once": sql`select c.id as row from charges c left join ledger_transactions t
    on t.evidence_object = c.id and t.kind in ('L1', 'L5', 'L13') group by c.id, c.state
    having count(t.id) filter (where t.kind <> 'L13') - count(t.id) filter (where t.kind = 'L13') <> case when c.state = 'charged' then 1 else 0 end`,
  "a debt is kept paid by one charge": sql`select y.bill_id as row from payments y join ledger_transactions t on t.payment_id = y.id
    where t.kind = 'L1' and t.corrections = (select count(*) from ledger_transactions x where x.kind = 'L13'
      and x.evidence_object = t.evidence_object) group by y.bill_id, y.part having count(*) > 1`,
  "money that is not kept is owed back in full": sql`select t.evidence_object as row from ledger_transactions t
    where t.kind = 'L5' and not exists (select 1 from refunds r join charges c on c.id = r.charge_id
      where r.charge_id = t.evidence_object and r.amount_minor = c.charged_minor)`,
  "a paid bill has a spent claim, and the other way round": sql`select b.id as row from bills b where b.state <> 'merged' and (b.state = 'paid')
    is distinct from exists (select 1 from claims c where c.claim_key = b.identity_key and c.part = b.part and c.state = 'spent')`,
  "an alias leads to a bill, and nothing is open on it": sql`select b.id as row from bills b where b.state = 'merged' and (living_bill(b.id) is null
    or exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'needs-payer', 'charging')))`,
  "a debt that was paid under two names is a case": sql`select b.id as row from bills b join claims c on c.claim_key = b.identity_key and c.state = 'spent'
    where b.state = 'merged' and not exists (select 1 from cases k where k.kind = 'paid-twice' and k.subject = c.payment_id)`,
  "what is kept of a debt never comes to more than any version has named": sql`select b.id as row from bills b where money_kept(b.id) > most_named(b)`,
  "a discount that ends has its instant": sql`select b.id as row from bills b join billers r on r.id = b.biller_id
    where b.discount_ends_at is distinct from discount_end(b.discount, r.zone)`,
  "a payment that is over leaves nothing reserved": sql`select l.payment_id as row from limit_use l join payments y on y.id = l.payment_id
    where (y.state = 'closed' and l.state <> 'freed') or (y.state = 'paid' and l.state <> 'spent')`,
  "no debit of a payment that is over stays announced": sql`select n.id as row from notices n join payments y on y.id = n.payment_id
    where n.state <> 'void' and y.state = 'closed'`,
  "every charge equals what permitted it": sql`select c.id as row from charges c left join notices n on n.id = c.notice_id
    left join instructions i on i.id = c.instruction_id where c.amount_minor <> coalesce(n.amount_minor, i.amount_minor)
      or c.payment_id <> coalesce(n.payment_id, i.payment_id)`,
  "every transmission has its gate row": sql`select c.id as row from charges c where c.transmissions <>
    (select count(*) from gate_passes g where g.charge_id = c.id and g.kind = 'charge')`,
  "the ledger balances": sql`select t.id::text as row from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
    group by t.id having sum(e.debit_minor) <> sum(e.credit_minor)`,
  "a refund is owed for every kopeck of refunds-due": sql`select 'sum' as row where
    (select coalesce(sum(credit_minor - debit_minor), 0) from ledger_entries where account = 'refunds-due')
    <> (select coalesce(sum(r.amount_minor), 0) from refunds r where r.state not in ('done', 'withdrawn')
      and not exists (select 1 from refunds a where a.again_of = r.id))`,
};

/** Names every invariant that does not hold, with the rows that break it. */
export async function brokenInvariants(db: Database): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, query] of Object.entries(invariants)) {
    const { rows } = await query.execute(db);
    if (rows.length > 0) found.push(`${name}: ${rows.map(({ row }) => row).join(", ")}`);
  }
  return found;
}
