import type { Why } from "../../api/client.ts";

export function whyOf(over: Partial<Why> = {}): Why {
  return {
    reason: "waiting-for-day",
    words: "Уведомление принято, списание ждёт своего дня",
    paymentId: "KV-7F3K-9Q2M-X4TP",
    mandateId: "KV-7F3K-9Q2M-X4TM",
    steps: [
      {
        step: "rule",
        at: "2026-11-01T09:00:00.000Z",
        words: "Действовали условия автоплатежа, версия 1",
        amount: null,
        limit: null,
        plannedOn: null,
        mandateVersion: 1,
        channel: null,
        chargeId: null,
        reason: null,
      },
    ],
    ...over,
  };
}
