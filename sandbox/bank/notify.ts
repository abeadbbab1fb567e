import type { Bank } from "./bank.ts";
import type { FaultOf } from "./fault-order.ts";
import { takeFault } from "./faults.ts";
import { newReference } from "./identifiers.ts";
import type { MethodRecord, NotificationRecord, PaymentRecord, RefundRecord } from "./records.ts";
import { toWire } from "./wire.ts";

/** Events end 24 h after they happened, by the bank's clock. */
const notificationLifeMs = 24 * 3_600_000;

/**
 * Puts an event in the queue of notifications, with the object as it is now. Nothing happens when the shop has named
 * no address, or when the shop cannot see the event yet (a held payment).
 */
export function notifyShop(
  bank: Bank,
  event: string,
  record: PaymentRecord | MethodRecord | RefundRecord,
): void {
  const { book } = bank;
  if (book.notifyUrl === "" || (record.kind === "payment" && record.held)) return;
  const payment = record.kind === "refund" ? book.payments.get(record.paymentId) : record;
  const metadata = payment?.metadata ?? {};
  const chargeId = metadata.charge_id;
  const fault = takeFault(book, "notification", {
    operation: "notification",
    event,
    metadata,
    ...(record.kind === "payment" ? { paymentId: record.id, amountMinor: record.amountMinor } : {}),
    ...(chargeId === undefined ? {} : { chargeId }),
  });
  book.record({
    kind: "notification",
    change: fault?.mode === "lost" ? "lost" : "queued",
    record: {
      id: newReference(),
      event,
      objectId: record.id,
      metadata,
      object: toWire(bank, record),
      attempts: 0,
      giveUpAtMs: book.now() + notificationLifeMs,
      ...(chargeId === undefined ? {} : { chargeId }),
      ...deliveryUnder(fault, book.now()),
    },
  });
}

function deliveryUnder(
  fault: FaultOf<"notification"> | undefined,
  nowMs: number,
): Pick<NotificationRecord, "state" | "copies" | "nextAttemptRealMs"> & Partial<NotificationRecord> {
  const soon = { state: "queued", copies: 1, nextAttemptRealMs: Date.now() } as const;
  if (!fault) return soon;
  switch (fault.mode) {
    case "duplicate":
      return { ...soon, copies: 2 };
    case "late":
      if (fault.clock === "real") return { ...soon, nextAttemptRealMs: Date.now() + fault.delayMs };
      // its day begins when it is let go: the delay is no part of the time in which it is tried
      return {
        ...soon,
        notBeforeMs: nowMs + fault.delayMs,
        giveUpAtMs: nowMs + fault.delayMs + notificationLifeMs,
      };
    case "lost":
      return { ...soon, state: "lost", copies: 0 };
  }
}
