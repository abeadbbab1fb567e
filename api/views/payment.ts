import type { PaymentRow } from "../../db/queries/payments.ts";
import type { Sealer } from "../../db/sealed.ts";
import type { Payment } from "../schemas/payments.ts";
import { instant, instantOrNull } from "./in-flight.ts";

/** A payment as its payer sees it. Without a sealer (for operators) the bank's address stays closed. */
export function paymentView(row: PaymentRow, sealer: Sealer | null): Payment {
  const { method_id: methodId, notice } = row;
  return {
    id: row.id,
    bill: {
      id: row.bill_id,
      purpose: row.purpose,
      biller: { id: row.biller_id, name: row.biller_name, category: row.category },
    },
    amount: { amountMinor: row.amount_minor, currency: row.currency },
    state: row.state,
    need: row.need,
    outcome: row.outcome,
    reason: row.reason,
    stopMark: row.stop_mark,
    route: row.route,
    channel: row.channel,
    mandateId: row.mandate_id,
    method: methodId === null ? null : { id: methodId, title: row.method_title },
    plannedOn: row.planned_on,
    notBefore: row.not_before,
    giveUpAt: row.give_up_at,
    nextLookAt: row.next_look_at,
    paidAt: row.paid_at,
    charges: row.charges.map((charge) => ({
      ...charge,
      sentAt: instant(charge.sentAt),
      confirmBy: instantOrNull(charge.confirmBy),
    })),
    confirmation: confirmationOf(row, sealer),
    notice: notice && {
      state: notice.state,
      acceptedAt: instantOrNull(notice.acceptedAt),
      notBefore: instant(notice.notBefore),
      notAfter: instant(notice.notAfter),
    },
    livemode: row.livemode,
    createdAt: row.created_at,
  };
}

function confirmationOf(row: PaymentRow, sealer: Sealer | null): Payment["confirmation"] {
  const { challenged_id: chargeId, confirmation, confirm_by: confirmBy } = row;
  if (sealer === null || chargeId === null || confirmation === null || confirmBy === null) return null;
  return { url: sealer.open(confirmation, chargeId).toString("utf8"), confirmBy };
}
