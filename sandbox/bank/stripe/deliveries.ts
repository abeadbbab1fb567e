import type { FaultOf } from "../fault-order.ts";
import { takeFault } from "../faults.ts";
import type { Face } from "./face.ts";
import { newId } from "./face.ts";
import type { EventRecord, Metadata, StripeDelivery } from "./records.ts";

/** Deliveries are tried for three days of the bank's clock. */
const deliveryLifeMs = 3 * 86_400_000;

/** What an armed fault may be tied to besides the event's type. */
export interface DeliverySubject {
  readonly metadata: Metadata;
  readonly paymentId?: string;
  readonly chargeId?: string;
}

/** Puts an event in the queue, or loses, delays or doubles it when a fault says so. Nothing happens without an address. */
export function queueDelivery(face: Face, event: EventRecord, subject: DeliverySubject): void {
  if (face.shelf.webhookUrl === "") return;
  const { book } = face.bank;
  const fault = takeFault(book, "notification", {
    operation: "notification",
    event: event.type,
    ...subject,
  });
  const record: StripeDelivery = {
    id: newId("whd"),
    event: event.id,
    attempts: 0,
    giveUpAtMs: book.now() + deliveryLifeMs + (fault?.mode === "late" ? fault.delayMs : 0),
    ...underFault(fault, book.now()),
  };
  book.record({ kind: "stripe", what: "delivery", change: record.state, record });
}

function underFault(
  fault: FaultOf<"notification"> | undefined,
  nowMs: number,
): Pick<StripeDelivery, "state" | "copies" | "nextAttemptRealMs" | "notBeforeMs"> {
  const soon = { state: "queued", copies: 1, nextAttemptRealMs: Date.now() } as const;
  switch (fault?.mode) {
    case "duplicate":
      return { ...soon, copies: 2 };
    case "late":
      return fault.clock === "bank"
        ? { ...soon, notBeforeMs: nowMs + fault.delayMs }
        : { ...soon, nextAttemptRealMs: Date.now() + fault.delayMs };
    case "lost":
      return { ...soon, state: "lost", copies: 0 };
    default:
      return soon;
  }
}
