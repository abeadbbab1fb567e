import type { Payment } from "../../api/client.ts";

/** A charge that took the money. */
export function charge(over: Partial<Payment["charges"][number]> = {}): Payment["charges"][number] {
  return {
    id: "KV-7F3K-9Q2M-X4TP-1",
    state: "charged",
    gateway: "yookassa",
    kind: "bank_card",
    how: null,
    reason: null,
    because: null,
    sentAt: "2026-11-25T06:00:01.000Z",
    confirmBy: null,
    ...over,
  };
}
