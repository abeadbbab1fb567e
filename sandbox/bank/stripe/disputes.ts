import { bookBalance } from "./balance.ts";
import { tell } from "./events.ts";
import { type Face, born, save } from "./face.ts";
import type { ChargeRecord, DisputeRecord } from "./records.ts";
import { invalidRequest } from "./stripe-error.ts";

/** What the vendor takes for a dispute, whoever wins it. */
const disputeFee = 2_000;

/** The payer asks his bank for the money back: the merchant loses it until the dispute is won. */
export function openDispute(
  face: Face,
  charge: ChargeRecord,
  order: { readonly reason: string; readonly amount?: number },
): DisputeRecord {
  if (!charge.captured || charge.dispute !== undefined) {
    throw invalidRequest("Only a captured charge without a dispute can be disputed.");
  }
  const amount = order.amount ?? charge.amount - charge.amountRefunded;
  const base = born(face, "du");
  const dispute = save(face, "opened", {
    ...base,
    object: "dispute",
    charge: charge.id,
    intent: charge.intent,
    amount,
    currency: charge.currency,
    reason: order.reason,
    status: "needs_response",
    balanceTransactions: [],
    metadata: {},
  } satisfies DisputeRecord);
  save(face, "disputed", { ...charge, dispute: dispute.id });
  tell(face, "charge.dispute.created", dispute);
  return withdrawFunds(face, dispute);
}

function withdrawFunds(face: Face, dispute: DisputeRecord): DisputeRecord {
  const entry = bookBalance(face, {
    type: "adjustment",
    amount: -dispute.amount,
    fee: disputeFee,
    currency: dispute.currency,
    source: dispute.id,
    description: `Chargeback withdrawal for ${dispute.charge}`,
  });
  const withdrawn = save(face, "funds withdrawn", { ...dispute, balanceTransactions: [entry.id] });
  tell(face, "charge.dispute.funds_withdrawn", withdrawn);
  return withdrawn;
}

/** The network decides. Won: the money comes back, without the fee. */
export function settleDispute(face: Face, dispute: DisputeRecord, status: "won" | "lost"): DisputeRecord {
  if (dispute.status === "won" || dispute.status === "lost") {
    throw invalidRequest("The dispute is decided already.");
  }
  const closed = save(face, status, { ...dispute, status });
  tell(face, "charge.dispute.closed", closed);
  if (status === "lost") return closed;
  const entry = bookBalance(face, {
    type: "adjustment",
    amount: dispute.amount,
    fee: 0,
    currency: dispute.currency,
    source: dispute.id,
    description: `Chargeback reversal for ${dispute.charge}`,
  });
  const balanceTransactions = [...closed.balanceTransactions, entry.id];
  const reinstated = save(face, "funds reinstated", { ...closed, balanceTransactions });
  tell(face, "charge.dispute.funds_reinstated", reinstated);
  return reinstated;
}
