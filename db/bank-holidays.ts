import { type Kysely, sql } from "kysely";
import { BANK_HOLIDAYS } from "../domain/notice-packs/bank-holidays.ts";
import type { DB } from "./generated/database.ts";

/** Makes the database's bank holidays those of `domain/notice-packs/bank-holidays.ts`; repeating it changes nothing. */
export async function fillBankHolidays(db: Kysely<DB>): Promise<void> {
  const calendars = Object.entries(BANK_HOLIDAYS).map(([calendar, { decreedTo, spare }]) => ({
    calendar,
    decreed_to: decreedTo,
    spare,
  }));
  const days = Object.entries(BANK_HOLIDAYS).flatMap(([calendar, { days }]) =>
    days.map((day) => ({ calendar, day })),
  );
  await db.transaction().execute(async (transaction) => {
    // two migrators at once would each find a row of the other's
    await sql`select pg_advisory_xact_lock(hashtextextended('bank-holidays', 0))`.execute(transaction);
    await sql`insert into holiday_calendars select * from jsonb_populate_recordset(null::holiday_calendars, ${JSON.stringify(calendars)}::jsonb)
      on conflict (calendar) do update set decreed_to = excluded.decreed_to, spare = excluded.spare`.execute(
      transaction,
    );
    const given = sql`jsonb_populate_recordset(null::bank_holidays, ${JSON.stringify(days)}::jsonb)`;
    await sql`delete from bank_holidays where (calendar, day) not in (select calendar, day from ${given})`.execute(
      transaction,
    );
    await sql`insert into bank_holidays select * from ${given} on conflict do nothing`.execute(transaction);
  });
}
