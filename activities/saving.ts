import type { Gateway, SeenMethod } from "../adapters/gateways/port.ts";
import { cardKey } from "../db/card-key.ts";
import { gatewayKey } from "../db/gateway-key.ts";
import type { Database } from "../db/database.ts";
import { activateMethod, boundMethod, readSaving } from "../db/queries/binding-ends.ts";
import type { Sealer } from "../db/sealed.ts";

/**
 * Keeps what a gateway says it has saved with a charge, in the transaction of the evidence that shows it: the row that its payer's consent made becomes active.
 * Once: the same evidence again finds no row that waits. What is not of the kind that was agreed to is not kept; nor is anything for another person than the
 * row's owner, who is the payer (the instruction's foreign key).
 */
export async function keepSavedMethod(
  {
    db,
    sealer,
    claimKey,
    gateways,
  }: {
    readonly db: Database;
    readonly sealer: Sealer;
    readonly claimKey: Uint8Array;
    readonly gateways: ReadonlyMap<string, Gateway>;
  },
  {
    gateway,
    methodId,
    saved,
  }: { readonly gateway: string; readonly methodId: string; readonly saved: SeenMethod },
): Promise<void> {
  const waiting = await readSaving(db, methodId);
  if (waiting?.gateway !== gateway || waiting.kind !== saved.kind) return;
  const name = gateways.get(gateway)?.methodIdOf(saved.token) ?? null;
  await activateMethod(db, {
    ...boundMethod(saved, (id) => sealer.seal(saved.token, id)),
    methodId,
    objectId: null,
    gatewayKey: name === null ? null : gatewayKey(claimKey, gateway, name),
    cardKey: cardKey(claimKey, { residentId: waiting.resident_id, gateway, method: saved }),
  });
}
