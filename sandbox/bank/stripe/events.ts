import { type Face, born, save } from "./face.ts";
import { queueDelivery } from "./deliveries.ts";
import type { Metadata, Told } from "./records.ts";

/**
 * Records that something happened, with the object as it is now, and queues the event for the merchant. `key` is the
 * idempotency key of the request that made it happen, where there was one.
 */
export function tell(face: Face, type: string, data: Told, key?: string): void {
  const event = save(face, "happened", { ...born(face, "evt"), object: "event", type, data, key });
  queueDelivery(face, event, subjectOf(face, data));
}

/** What armed faults may tie an event to. */
function subjectOf(
  face: Face,
  data: Told,
): { readonly metadata: Metadata; readonly paymentId?: string; readonly chargeId?: string } {
  const intentId = data.object === "payment_intent" ? data.id : "intent" in data ? data.intent : undefined;
  if (intentId === undefined) return { metadata: "metadata" in data ? data.metadata : {} };
  const intent = face.shelf.get("payment_intent", intentId);
  const charge =
    intent.latestCharge === undefined ? undefined : face.shelf.get("charge", intent.latestCharge);
  return { metadata: intent.metadata, paymentId: intentId, chargeId: intent.challenge?.key ?? charge?.key };
}
