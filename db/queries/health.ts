import { sql } from "kysely";
import type { Database } from "../database.ts";

/** How the engine's work stands, as one reading of the rows. Ages of charges and cases are business time, the others real time. */
export type EngineHealth = {
  /** Commands accepted and not yet carried to Temporal. */
  readonly commands: { readonly waiting: number; readonly oldestSeconds: number };
  /** Charges that may still take money, by gateway and state. */
  readonly undecided: readonly {
    readonly gateway: string;
    readonly state: string;
    readonly count: number;
    readonly oldestSeconds: number;
  }[];
  /** The oldest unknown charge; null when there is none. */
  readonly oldestUnknownSeconds: number | null;
  /** The oldest unknown charge whose payer was present. */
  readonly oldestUnknownOfPayerSeconds: number | null;
  readonly openCases: { readonly count: number; readonly oldestSeconds: number | null };
  readonly alarms: { readonly undelivered: number; readonly oldestSeconds: number | null };
  readonly circuits: readonly {
    readonly gateway: string;
    readonly state: string;
    readonly openedAt: string | null;
  }[];
  /** Notifications turned away since yesterday. */
  readonly notificationsRefused: readonly {
    readonly gateway: string;
    readonly kind: string;
    readonly times: number;
  }[];
};

/** Commands that are accepted and not yet carried to Temporal. */
export async function readWaitingCommands(
  db: Database,
): Promise<{ readonly commands: number; readonly oldestSeconds: number }> {
  const { rows } = await sql<{ commands: number; oldestSeconds: number }>`
    select count(*) as commands,
           round(coalesce(extract(epoch from clock_timestamp() - min(not_before)), 0)::numeric, 1)::float8 as "oldestSeconds"
      from outbox where done_at is null and not_before <= clock_timestamp()`.execute(db);
  return rows[0] ?? { commands: 0, oldestSeconds: 0 };
}

/** One statement: everything of one moment. */
export async function readHealth(db: Database): Promise<EngineHealth> {
  const { rows } = await sql<EngineHealth>`
    with unknowns as (select c.gateway, c.state, c.initiated_by, greatest(0, extract(epoch from business_now() - c.first_sent_at)) as age
        from charges c where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')),
      open_cases as (select count(*) as n, max(greatest(0, extract(epoch from business_now() - opened_at))) as age from cases where closed_at is null),
      late as (select count(*) as n, max(extract(epoch from clock_timestamp() - a.raised_at)) as age
        from alarms a left join alarm_mails m on m.id = a.mail_id where m.id is null or m.state = 'due')
    select
      (select jsonb_build_object('waiting', count(*),
          'oldestSeconds', coalesce(floor(extract(epoch from clock_timestamp() - min(not_before))), 0))
        from outbox where done_at is null and not_before <= clock_timestamp()) as commands,
      coalesce((select jsonb_agg(jsonb_build_object('gateway', g.gateway, 'state', g.state, 'count', g.n, 'oldestSeconds', g.age)
          order by g.gateway, g.state)
        from (select gateway, state, count(*) as n, floor(max(age)) as age from unknowns group by gateway, state) g), '[]') as undecided,
      (select floor(max(age))::bigint from unknowns where state = 'unknown') as "oldestUnknownSeconds",
      (select floor(max(age))::bigint from unknowns where state = 'unknown' and initiated_by = 'cit') as "oldestUnknownOfPayerSeconds",
      (select jsonb_build_object('count', n, 'oldestSeconds', floor(age)) from open_cases) as "openCases",
      (select jsonb_build_object('undelivered', n, 'oldestSeconds', floor(age)) from late) as alarms,
      coalesce((select jsonb_agg(jsonb_build_object('gateway', gateway, 'openedAt', to_char(opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'state', case when state = 'open' and probe_at <= clock_timestamp() then 'half-open' else state end) order by gateway)
        from gateway_circuits), '[]') as circuits,
      coalesce((select jsonb_agg(jsonb_build_object('gateway', r.gateway, 'kind', r.kind, 'times', r.times) order by r.gateway, r.kind)
        from (select gateway, kind, sum(times) as times from notification_refusals
               where on_day >= (clock_timestamp() at time zone 'UTC')::date - 1 group by gateway, kind) r), '[]') as "notificationsRefused"`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error("the database answered no row where one was certain");
  return row;
}
