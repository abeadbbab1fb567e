import type { ChargeRecord, Wire } from "./records.ts";
import { emptyAddress, usedCardWire } from "./wire-card.ts";

/** One attempt to take money. */
export function chargeWire(charge: ChargeRecord): Wire {
  const { failure } = charge;
  const failed = charge.status === "failed";
  return {
    id: charge.id,
    object: "charge",
    amount: charge.amount,
    amount_captured: charge.amountCaptured,
    amount_refunded: charge.amountRefunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: charge.balanceTransaction ?? null,
    billing_details: { address: emptyAddress, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: failed ? null : "SANDBOX",
    captured: charge.captured,
    created: charge.created,
    currency: charge.currency,
    customer: charge.customer ?? null,
    description: charge.description ?? null,
    disputed: charge.dispute !== undefined,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: charge.metadata,
    on_behalf_of: null,
    outcome: outcomeWire(charge),
    paid: charge.status === "succeeded",
    payment_intent: charge.intent,
    payment_method: charge.paymentMethod,
    payment_method_details: {
      card: {
        amount_authorized: failed ? null : charge.amount,
        ...(charge.captureBefore === undefined ? {} : { capture_before: charge.captureBefore }),
        ...usedCardWire(charge.card, charge.threeDSecure),
      },
      type: "card",
    },
    presentment_details: null,
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: charge.status === "succeeded" && charge.amountRefunded === charge.amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: charge.status,
    transfer_data: null,
    transfer_group: null,
  };
}

function outcomeWire({ failure, status }: ChargeRecord): Wire | null {
  if (status === "pending") return null;
  return {
    advice_code: failure?.adviceCode ?? null,
    network_advice_code: failure?.networkAdviceCode ?? null,
    network_decline_code: failure?.networkDeclineCode ?? null,
    network_status: failure ? "declined_by_network" : "approved_by_network",
    reason: failure?.declineCode ?? null,
    risk_level: "normal",
    risk_score: 10,
    seller_message: failure
      ? "The bank did not return any further details with this decline."
      : "Payment complete.",
    type: failure ? "issuer_declined" : "authorized",
  };
}
