import type { Gateway } from "../adapters/gateways/port.ts";
import type { Database } from "../db/database.ts";
import { type EvidenceAnswer, openCase, recordEvidence } from "../db/queries/charging.ts";
import { holdGateway } from "../db/queries/holds.ts";
import { inTransaction } from "../db/queries/transaction.ts";
import type { Sealer } from "../db/sealed.ts";
import { isUndecided, type NotCharged } from "../domain/charge.ts";
import { secondsToNextLook } from "../domain/ladder.ts";
import { afterNotCharged } from "../domain/retry-policy.ts";
import type { Seen } from "./evidence.ts";
import { keepSavedMethod } from "./saving.ts";

/** What the charge and look-up activities stand on. */
export type ChargingDependencies = {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly gateways: ReadonlyMap<string, Gateway>;
  /** Key of the names of debts and cards; never changes. */
  readonly claimKey: Uint8Array;
  readonly publicUrl: string;
};

/** What a charge led to, as far as the workflow needs to know; the rows hold the rest. */
export type ChargeResult = Pick<EvidenceAnswer, "payment" | "waitMs"> & { readonly charge: string | null };

/** Records what was seen of a charge, seals what must not lie open, and opens a case for every alarm. */
export async function storeSeen(
  dependencies: Pick<ChargingDependencies, "db" | "sealer" | "claimKey" | "gateways">,
  gateway: string,
  charge: {
    readonly id: string;
    readonly looks: number;
    readonly initiatedBy: "mit" | "cit";
    readonly triesWithoutMoney: number;
    /** The gateway's object is known although this answer does not name it. */
    readonly objectKnown?: boolean;
    /** The row that waits for what this charge saves; absent: nothing is saved with it, whatever its answer says. */
    readonly savesMethodId?: string | null;
  },
  seen: Seen,
): Promise<ChargeResult> {
  const { db, sealer } = dependencies;
  const { evidence } = seen;
  // before the payment may be charged again: after it no gate of this gateway passes
  if (seen.refusesUs !== undefined) await holdGateway(db, { gateway, why: seen.refusesUs });
  const plan = evidence.outcome === "not-charged" ? planAfter(gateway, charge, seen) : null;
  const record = {
    chargeId: charge.id,
    evidence,
    plan,
    nextLookSeconds: isUndecided(evidence.outcome)
      ? secondsToNextLook({
          state: evidence.outcome,
          looks: charge.looks,
          objectKnown: charge.objectKnown === true || evidence.objectId !== undefined,
          chargeId: charge.id,
        })
      : 0,
    ...(seen.raw === undefined ? {} : { raw: sealer.seal(seen.raw, charge.id) }),
    ...(seen.confirmationUrl === undefined
      ? {}
      : { confirmation: sealer.seal(seen.confirmationUrl, charge.id) }),
  };
  const { savesMethodId = null } = charge;
  const { saved } = seen;
  const answer =
    saved === undefined || savesMethodId === null
      ? await recordEvidence(db, record)
      : await inTransaction(db, async (transaction) => {
          const recorded = await recordEvidence(transaction, record);
          await keepSavedMethod(
            { ...dependencies, db: transaction },
            { gateway, methodId: savesMethodId, saved },
          );
          return recorded;
        });
  if (seen.alarm !== undefined) {
    await openCase(db, { kind: "gateway-alarm", subject: charge.id, detail: { alarm: seen.alarm } });
  }
  return { payment: answer.payment, charge: answer.charge, waitMs: answer.waitMs };
}

/** What follows an end without money. */
function planAfter(
  gateway: string,
  charge: { readonly initiatedBy: "mit" | "cit"; readonly triesWithoutMoney: number },
  { evidence, planHow, refusesUs, advice }: Seen,
) {
  return afterNotCharged({
    gateway,
    how: planHow ?? ((evidence.how ?? "declined") as NotCharged),
    reason: evidence.reason ?? "unlisted",
    initiatedBy: charge.initiatedBy,
    attempt: charge.triesWithoutMoney + 1,
    gatewayHeld: refusesUs !== undefined,
    ...(advice === undefined ? {} : { advice }),
  });
}

export function gatewayOf(gateways: ReadonlyMap<string, Gateway>, name: string): Gateway {
  const gateway = gateways.get(name);
  if (!gateway) throw new Error(`no adapter for the gateway ${JSON.stringify(name)}`);
  return gateway;
}
