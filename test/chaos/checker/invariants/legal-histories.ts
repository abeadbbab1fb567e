import type { CaseFile } from "../case-file.ts";
import type { ChargeRow, EvidenceRow, PaymentRow } from "../row-shapes.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";
import { isLegalChargeMove, MANDATE_MOVES, UNDECIDED } from "../rules/charge-moves.ts";

/** I8: charges, payments and mandates moved only as the rules allow; what is final changed by a refund alone. */
export function legalHistories(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  for (const charge of file.rows.charges)
    judgeCharge(inquiry, charge, file.by.evidenceOf.get(charge.id) ?? []);
  for (const payment of file.rows.payments) judgePayment(file, inquiry, payment);
  const mandates = grouped(
    file.rows.audit.filter(({ action }) => action.startsWith("mandate.")),
    (row) => row.subject,
  );
  for (const [mandateId, actions] of mandates) judgeMandate(inquiry, mandateId, actions);
  return inquiry.outcome();
}

function judgeCharge(inquiry: Inquiry, charge: ChargeRow, evidence: readonly EvidenceRow[]): void {
  inquiry.look();
  let state = "sending";
  for (const { outcome, moved, source } of evidence) {
    if (!moved || outcome === state) continue;
    if (!isLegalChargeMove({ from: state, to: outcome, source })) {
      inquiry.find({
        about: charge.id,
        words: `evidence (${source}) moved it from ${state} to ${outcome}`,
        paymentId: charge.payment_id,
      });
    }
    state = outcome;
  }
  // silence, and a refusal that made no object, leave no evidence behind
  const isSilent = ["unknown", "not-charged", "sending"].includes(charge.state) && UNDECIDED.includes(state);
  if (charge.state !== state && !isSilent) {
    inquiry.find({
      about: charge.id,
      words: `it is ${charge.state}, and its evidence says ${state}`,
      paymentId: charge.payment_id,
    });
  }
}

function judgePayment(file: CaseFile, inquiry: Inquiry, payment: PaymentRow): void {
  const charges = file.chargesOf(payment.id);
  const undecided = charges.filter(({ state }) => UNDECIDED.includes(state)).length;
  const charged = charges.filter(({ state }) => state === "charged").length;
  const words = complaintOf({ payment, undecided, charged });
  inquiry.expect(words === undefined, { about: payment.id, words: words ?? "", paymentId: payment.id });
}

function complaintOf(now: {
  readonly payment: PaymentRow;
  readonly undecided: number;
  readonly charged: number;
}): string | undefined {
  const { payment, undecided, charged } = now;
  switch (payment.state) {
    case "charging":
      return undecided === 1 ? undefined : `it is charging with ${undecided} undecided charges`;
    case "paid":
    case "returning":
      return charged > 0 ? undefined : `it is ${payment.state} without a charge that took money`;
    case "closed":
      if (undecided > 0) return "it is closed while a charge may still take money";
      return charged > 0 && payment.outcome !== "returned"
        ? `it is closed (${payment.outcome}), and a charge took money`
        : undefined;
    default:
      if (undecided > 0) return `it is ${payment.state} while a charge may still take money`;
      return charged > 0 ? `it is ${payment.state} although a charge took money` : undefined;
  }
}

function judgeMandate(
  inquiry: Inquiry,
  mandateId: string,
  actions: readonly { readonly action: string }[],
): void {
  inquiry.look();
  let state = "active";
  for (const { action } of actions) {
    if (action === "mandate.create") continue;
    const next = MANDATE_MOVES[state]?.[action];
    if (next === undefined && isKnown(action)) {
      inquiry.find({ about: mandateId, words: `${action} came to a mandate that is ${state}` });
    }
    state = next ?? state;
  }
}

function isKnown(action: string): boolean {
  return Object.values(MANDATE_MOVES).some((moves) => action in moves);
}
