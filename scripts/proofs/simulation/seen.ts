import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";

/** From so many days on something of everything must have happened. */
const WHOLE_DAYS = 300;

/** How often the year held what it is about; a whole year without one of them would prove nothing about it. */
export async function readSeen({ db }: Pick<WholeWorld, "db">) {
  const { rows } = await sql<Record<string, number>>`
    select (select count(*) from charges where state = 'not-charged')::int as declined,
      (select count(*) from charges where confirm_by is not null)::int as challenged,
      (select count(*) from refunds where state = 'done')::int as refunded,
      (select count(*) from top_ups where credited_at is not null)::int as "toppedUp",
      (select count(*) from mandate_runs where state = 'run')::int as runs,
      (select count(*) from mandate_runs where state = 'run' and nominal <> debit_on)::int as "runsMovedBesideDaysOff",
      (select count(*) from payments y join mandate_versions v on v.mandate_id = y.mandate_id and v.version = y.mandate_version
        where y.state = 'paid' and v.terms->'trigger'->>'pays' = 'due')::int as "paidWhenDue",
      (select count(*) from payments where state = 'paid' and mandate_id is null)::int as "paidByHand",
      (select count(*) from bills where version > 1)::int as changed,
      (select count(*) from mandate_runs where why = 'paused')::int
        + (select count(*) from payments where outcome = 'stopped')::int as "leftOutByAPause"`.execute(db);
  return rows[0] ?? {};
}

/** What must not be zero after so many days. */
export function mustBeSeen(
  seen: Readonly<Record<string, number>>,
  days: number,
): Readonly<Record<string, number>> {
  return days < WHOLE_DAYS ? {} : seen;
}
