import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import type { CivilDate, CivilMoment, CivilTime } from "../../../domain/calendar.ts";
import type { NoticePack } from "../../../domain/notice-policy.ts";

/** What the database makes of a wall-clock moment in a zone. Instants are milliseconds. */
export type ZoneAnswer = {
  readonly at: number;
  /** What its clock on the wall shows at that instant, and a day before and after. */
  readonly wall: CivilMoment;
  readonly dayBefore: CivilMoment;
  readonly dayAfter: CivilMoment;
  /** What the clock of a run of that day says; the same where the moment is the opening of the pack's hours. */
  readonly runAt: number;
  /** Where the clock of the notice puts the debit of a run that is announced, and whose notice is accepted, when the run's clock says so. */
  readonly noticeDay: CivilDate;
  readonly noticeAt: number;
};

/** The civil clock of the engine. */
export type ZoneClock = {
  /** As it is asked when a run is planned. */
  readonly instantsOf: (question: {
    readonly zone: string;
    readonly pack: NoticePack;
    readonly moments: readonly CivilMoment[];
  }) => Promise<readonly ZoneAnswer[]>;
  /** What the walls of a zone show at instants. */
  readonly wallsAt: (zone: string, instants: readonly number[]) => Promise<readonly CivilMoment[]>;
};

type Row = {
  readonly at: number;
  readonly wall: string;
  readonly before: string;
  readonly after: string;
  readonly runAt: number;
  readonly noticeDay: CivilDate;
  readonly noticeAt: number;
};

/** Asks PostgreSQL, by the same expression and functions as the planning of runs and their notices. */
export function zoneClockOf(db: Database): ZoneClock {
  return {
    instantsOf: async ({ zone, pack, moments }) => {
      const { rows } = await sql<Row>`
        select (extract(epoch from q.at) * 1000)::float8 as at, (q.at at time zone ${zone})::text as wall,
          ((q.at - interval '24 hours') at time zone ${zone})::text as before,
          ((q.at + interval '24 hours') at time zone ${zone})::text as after,
          (extract(epoch from r.debit_at) * 1000)::float8 as "runAt", k.planned_on as "noticeDay", (extract(epoch from k.not_before) * 1000)::float8 as "noticeAt"
        from (select m.place, m.day, (m.day + m.clock) at time zone ${zone} as at
                from unnest(${moments.map(({ date }) => date)}::date[], ${moments.map(({ time }) => time)}::time[])
                  with ordinality m(day, clock, place)) q
        cross join lateral run_clock(${JSON.stringify(pack)}::jsonb, q.day, ${zone}) r
        cross join lateral notice_clock(${JSON.stringify(pack)}::jsonb, r.plan_at, ${zone}) k
        order by q.place`.execute(db);
      return rows.map((row) => ({
        at: row.at,
        wall: momentOf(row.wall),
        dayBefore: momentOf(row.before),
        dayAfter: momentOf(row.after),
        runAt: row.runAt,
        noticeDay: row.noticeDay,
        noticeAt: row.noticeAt,
      }));
    },
    wallsAt: async (zone, instants) => {
      const { rows } = await sql<{ wall: string }>`
        select (i.at at time zone ${zone})::text as wall
        from unnest(${instants.map((at) => new Date(at).toISOString())}::timestamptz[]) with ordinality i(at, place)
        order by i.place`.execute(db);
      return rows.map(({ wall }) => momentOf(wall));
    },
  };
}

function momentOf(text: string): CivilMoment {
  const [date = "", time = ""] = text.split(" ") as [CivilDate?, CivilTime?];
  return { date, time };
}
