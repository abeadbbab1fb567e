import { sql } from "kysely";
import type { Allowance } from "../../domain/allowance.ts";
import type { Database } from "../database.ts";

/** One allowance of somebody: `whose` is a keyed hash of 64 hex digits, never a name or an address. */
export type OwnAllowance = { readonly whose: string; readonly allowance: Allowance };

/** `taken`, or how long to wait; `isFirst` when it is the first refusal since the last turn. */
export type Turn =
  | { readonly taken: true }
  | { readonly taken: false; readonly retryAfterSeconds: number; readonly isFirst: boolean };

/**
 * Takes one turn of every allowance, or of none when one of them is used up. Commits by itself: a refusal that comes later gives no turn back. Of callers at the same
 * moment exactly as many get a turn as there are turns.
 */
export async function takeTurn(db: Database, own: readonly OwnAllowance[]): Promise<Turn> {
  const names = own.map(({ whose }) => whose);
  const bursts = own.map(({ allowance }) => allowance.burst);
  const every = own.map(({ allowance }) => allowance.everySeconds);
  const { rows } = await sql<{ turn: { wait: number; first: boolean } }>`
    select take_turn(${names}::text[], ${bursts}::int[], ${every}::double precision[]) as turn`.execute(db);
  const turn = rows[0]?.turn ?? { wait: 1, first: false };
  if (turn.wait <= 0) return { taken: true };
  return { taken: false, retryAfterSeconds: Math.ceil(turn.wait), isFirst: turn.first };
}
