import { LOOK_UPS } from "../../domain/allowance.ts";
import type { Database } from "../database.ts";
import { debtKey } from "../sealed.ts";
import { type OwnAllowance, takeTurn, type Turn } from "./rate-limits.ts";

/** Somebody is about to look something up by its number. */
export type LookUp = {
  readonly residentId: string;
  /** Where the request comes from, as far as one subscriber's network; null when nobody trustworthy says so. */
  readonly address: string | null;
  /** What is looked up, e.g. `account`: stands in the audit. */
  readonly what: string;
  /** The number by its keyed name (`subjectKey`, `debtKey`): audited, so that it can be found who asked for a number that is known. */
  readonly numberKey: string;
};

/**
 * Takes one look-up of a person and of the address they come from, and audits it. The audit holds keyed hashes: neither number nor address. Refusals in a row
 * are audited once. To be called before the look-up, outside of its transaction: also what finds nothing counts.
 */
export async function takeLookUp(db: Database, claimKey: Uint8Array, lookUp: LookUp): Promise<Turn> {
  const { residentId, address, what, numberKey } = lookUp;
  const person = debtKey(claimKey, ["look-up", "person", residentId]);
  const place = debtKey(claimKey, ["look-up", "address", address ?? "unknown"]);
  const allowances: readonly OwnAllowance[] = [
    { whose: person, allowance: LOOK_UPS.person },
    { whose: place, allowance: LOOK_UPS.address },
  ];
  const turn = await takeTurn(db, allowances);
  if (turn.taken || turn.isFirst) {
    await db
      .insertInto("audit")
      .values({
        actor: residentId,
        action: turn.taken ? "look-up" : "look-up.refused",
        subject: numberKey,
        detail: JSON.stringify({ what, address: place }),
      })
      .execute();
  }
  return turn;
}
