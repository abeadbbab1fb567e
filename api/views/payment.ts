import type { PaymentRow } from "../../db/queries/payments.ts";
import type { Sealer } from "../../db/sealed.ts";
import type { Payment } from "../schemas/payments.ts";
import { isReason } from "../../domain/declines/reason.ts";
import { reasonOf } from "../../words/reasons.ts";
import { instant, instantOrNull } from "./in-flight.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { billerNameView, purposeView } from "./biller.ts";

/** A payment as its payer sees it. Without a sealer (for operators) the bank's address stays closed. */
export function paymentView(
  row: PaymentRow,
  { sealer, locale }: { readonly sealer: Sealer | null; readonly locale: ProblemLocale },
): Payment {
  const { method_id: methodId, notice } = row;
  return {
    id: row.id,
    bill: {
      id: row.bill_id,
      purpose: purposeView(row, locale),
      biller: billerNameView(row, locale),
    },
    amount: { amountMinor: row.amount_minor, currency: row.currency },
    state: row.state,
    need: row.need,
    usual:
      row.need !== "unusual-amount" || row.usual_minor === null
        ? null
        : { amountMinor: row.usual_minor, currency: row.currency },
    outcome: row.outcome,
    gateway: row.gateway,
    reason: row.reason,
    remark: row.remark,
    unprepared: row.unprepared !== null && isReason(row.unprepared) ? row.unprepared : null,
    plan: planOf(row),
    stopMark: row.stop_mark,
    route: row.route,
    channel: row.channel,
    mandateId: row.mandate_id,
    method: methodId === null ? null : { id: methodId, title: row.method_title },
    once: row.once,
    saving: row.saving && { ...row.saving, uses: [...row.saving.uses] },
    plannedOn: row.planned_on,
    notBefore: row.not_before,
    giveUpAt: row.give_up_at,
    nextLookAt: row.next_look_at,
    paidAt: row.paid_at,
    charges: row.charges.map((charge) => ({
      ...charge,
      because: reasonOf({ ...charge, code: charge.state === "not-charged" ? charge.reason : null }),
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
    autopayOffer: row.autopay_offer,
    livemode: row.livemode,
    createdAt: row.created_at,
  };
}

/** The tries ahead; the next one comes when its notice allows, which may be later than it was planned. */
function planOf({ state, plan, not_before: next }: PaymentRow): Payment["plan"] {
  const [first, ...rest] = plan ?? [];
  if (state !== "scheduled" || first === undefined) return [];
  const later = rest.map(({ at, kind }) => ({ at: instant(at), rule: kind }));
  return [{ at: next, rule: first.kind }, ...later.filter(({ at }) => at > next)];
}

function confirmationOf(row: PaymentRow, sealer: Sealer | null): Payment["confirmation"] {
  const { challenged_id: chargeId, confirmation, confirm_by: confirmBy } = row;
  if (sealer === null || chargeId === null || confirmation === null || confirmBy === null) return null;
  return { url: sealer.open(confirmation, chargeId).toString("utf8"), confirmBy };
}
