import { type Kysely, sql } from "kysely";
import { forecast } from "../../domain/forecast/forecast.ts";
import type { ForecastFacts } from "../../domain/forecast/facts.ts";
import { type InstantAnswer, type InstantAsk, keyOfAsk } from "../../domain/forecast/instants.ts";
import type { ForecastLine } from "../../domain/forecast/line.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";

/** A forecast of one payer, and the span that it is of. */
export type PayerForecast = {
  readonly now: string;
  readonly until: string;
  readonly lines: readonly ForecastLine[];
  /** Whom each mandate pays, by the mandate's id. */
  readonly billers: ReadonlyMap<string, NamedBillerRow>;
  /** How each method is called, by its id. */
  readonly methods: ReadonlyMap<string, string | null>;
};

/** A schedule asks for a journey where a run was due before its moment: more than this is a fault of ours. */
const MOST_JOURNEYS = 40;

/** The next days of a payer; undefined: no such payer. Reads only, in one snapshot, and locks nothing; the instants are made by the functions that plan. */
export async function forecastOf(
  db: Database,
  request: { readonly residentId: string; readonly days: number },
): Promise<PayerForecast | undefined> {
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (snapshot) => {
      const facts = await readForecastFacts(snapshot, request);
      if (facts === null) return undefined;
      const known = new Map<string, InstantAnswer>();
      for (let journey = 0; journey < MOST_JOURNEYS; journey += 1) {
        const { asks, lines } = forecast(facts, known);
        if (lines !== undefined)
          return { now: facts.now, until: facts.until, lines, ...(await readNames(snapshot, facts)) };
        const answers = await readInstants(snapshot, { residentId: request.residentId, asks });
        for (const [key, answer] of answers) known.set(key, answer);
      }
      throw new Error(`the forecast of ${request.residentId} asks for ever`);
    });
}

async function readNames(
  db: Kysely<DB>,
  { mandates }: ForecastFacts,
): Promise<Pick<PayerForecast, "billers" | "methods">> {
  const billers = await sql<NamedBillerRow & { mandate_id: string }>`
    select m.id as mandate_id, ${namedBiller} from mandates m join billers r on r.id = m.biller_id
     where m.id = any (${mandates.map(({ id }) => id)}::text[])`.execute(db);
  const methods = await sql<{ id: string; title: string | null }>`
    select id, title from methods where id = any (${mandates.flatMap((mandate) => mandate.methods.map(({ id }) => id))}::text[])`.execute(
    db,
  );
  return {
    billers: new Map(billers.rows.map((row) => [row.mandate_id, row])),
    methods: new Map(methods.rows.map(({ id, title }) => [id, title])),
  };
}

/** What a forecast rests on; null: no such payer. */
export async function readForecastFacts(
  db: Kysely<DB>,
  request: { readonly residentId: string; readonly days: number },
): Promise<ForecastFacts | null> {
  const { rows } = await sql<{ facts: ForecastFacts | null }>`
    select forecast_read(${request.residentId}, ${request.days}::int) as facts`.execute(db);
  return rows[0]?.facts ?? null;
}

type Answered = InstantAnswer & { readonly ask: InstantAsk };

/** The instants that a forecast asks for, by their question. */
export async function readInstants(
  db: Kysely<DB>,
  request: { readonly residentId: string; readonly asks: readonly InstantAsk[] },
): Promise<readonly (readonly [string, InstantAnswer])[]> {
  const { rows } = await sql<{ answers: readonly Answered[] }>`
    select forecast_instants(${request.residentId}, ${JSON.stringify(request.asks)}::jsonb) as answers`.execute(
    db,
  );
  return (rows[0]?.answers ?? []).map(({ ask, ...answer }) => [keyOfAsk(ask), answer]);
}
