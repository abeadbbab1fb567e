import { sql } from "kysely";
import type { Database } from "../database.ts";

export type CircuitState = "closed" | "open" | "half-open";

export type Circuit = {
  readonly gateway: string;
  readonly state: CircuitState;
  readonly failed: number;
  readonly answered: number;
  readonly openedAt: string | null;
  /** When the next probe may go out. */
  readonly probeAt: string | null;
};

/** Adds what a process has seen of a gateway to the rows; opens the circuit when it is time. Answers its state. */
export async function noteGateway(
  db: Database,
  note: {
    readonly gateway: string;
    readonly failed: number;
    readonly answered: number;
    readonly failures: number;
    readonly windowSeconds: number;
    readonly pauseSeconds: number;
  },
): Promise<CircuitState> {
  const { rows } = await sql<{ state: CircuitState }>`
    select note_gateway(${JSON.stringify(note)}::jsonb) as state`.execute(db);
  return rows[0]?.state ?? "closed";
}

/** Closes circuits whose probe was answered; answers how many are open still. */
export async function judgeProbes(db: Database): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select count(*) filter (where gateway_circuit(gateway) <> 'closed') as open from gateway_circuits where state = 'open'`.execute(
    db,
  );
  return rows[0]?.open ?? 0;
}

/** All circuits that ever counted a failure; changes nothing. */
export async function listCircuits(db: Database): Promise<readonly Circuit[]> {
  const { rows } = await sql<Circuit>`
    select gateway, case when state = 'open' and probe_at <= clock_timestamp() then 'half-open' else state end as state, failed, answered,
      opened_at as "openedAt", probe_at as "probeAt" from gateway_circuits order by gateway`.execute(db);
  return rows;
}
