import type { Face } from "./face.ts";
import type {
  BalanceTransactionRecord,
  CustomerRecord,
  DisputeRecord,
  EventRecord,
  MandateRecord,
  RefundRecord,
  StripeRecord,
  Wire,
} from "./records.ts";
import { cardWire } from "./wire-card.ts";
import { chargeWire } from "./wire-charge.ts";
import { intentWire, setupWire } from "./wire-intents.ts";
import { sessionWire } from "./wire-session.ts";

/** A record as the API shows it. */
export function toWire(face: Face, record: StripeRecord): Wire {
  switch (record.object) {
    case "customer":
      return customerWire(record);
    case "payment_method":
      return cardWire(record);
    case "payment_intent":
      return intentWire(face, record);
    case "charge":
      return chargeWire(record);
    case "refund":
      return refundWire(face, record);
    case "balance_transaction":
      return balanceWire(record);
    case "dispute":
      return disputeWire(face, record);
    case "setup_intent":
      return setupWire(face, record);
    case "mandate":
      return mandateWire(record);
    case "checkout.session":
      return sessionWire(face, record);
    case "event":
      return eventWire(face, record);
  }
}

function customerWire(customer: CustomerRecord): Wire {
  if (customer.deleted) return { id: customer.id, object: "customer", deleted: true };
  return {
    id: customer.id,
    object: "customer",
    address: null,
    balance: 0,
    created: customer.created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: customer.description ?? null,
    discount: null,
    email: customer.email ?? null,
    invoice_prefix: customer.id.slice(-8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: customer.metadata,
    name: customer.name ?? null,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
}

function refundWire(face: Face, refund: RefundRecord): Wire {
  const charge = face.shelf.get("charge", refund.charge);
  return {
    id: refund.id,
    object: "refund",
    amount: refund.amount,
    balance_transaction: refund.balanceTransaction ?? null,
    charge: refund.charge,
    created: refund.created,
    currency: refund.currency,
    customer: charge.customer ?? null,
    customer_account: null,
    destination_details: { card: { reference_status: "pending", type: "refund" }, type: "card" },
    ...(refund.failureReason === undefined ? {} : { failure_reason: refund.failureReason }),
    metadata: refund.metadata,
    payment_intent: refund.intent,
    payment_method: charge.paymentMethod,
    reason: refund.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
  };
}

const twoDays = 2 * 86_400;

function balanceWire(entry: BalanceTransactionRecord): Wire {
  const fee = {
    amount: entry.fee,
    application: null,
    currency: entry.currency,
    description: "Stripe processing fees",
    type: "stripe_fee",
  };
  return {
    id: entry.id,
    object: "balance_transaction",
    amount: entry.amount,
    available_on: entry.created + twoDays,
    balance_type: "payments",
    created: entry.created,
    currency: entry.currency,
    description: entry.description ?? null,
    exchange_rate: null,
    fee: entry.fee,
    fee_details: entry.fee === 0 ? [] : [fee],
    net: entry.amount - entry.fee,
    reporting_category: entry.type === "adjustment" ? "dispute" : entry.type,
    source: entry.source,
    status: "pending",
    type: entry.type,
  };
}

const evidenceDays = 7 * 86_400;

function disputeWire(face: Face, dispute: DisputeRecord): Wire {
  return {
    id: dispute.id,
    object: "dispute",
    amount: dispute.amount,
    balance_transactions: dispute.balanceTransactions.map((id) =>
      balanceWire(face.shelf.get("balance_transaction", id)),
    ),
    charge: dispute.charge,
    created: dispute.created,
    currency: dispute.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: {
      due_by: dispute.created + evidenceDays,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: dispute.metadata,
    payment_intent: dispute.intent,
    payment_method_details: {
      card: { brand: "visa", case_type: "chargeback", network_reason_code: "10" },
      type: "card",
    },
    reason: dispute.reason,
    status: dispute.status,
  };
}

function mandateWire(mandate: MandateRecord): Wire {
  const { online } = mandate;
  return {
    id: mandate.id,
    object: "mandate",
    customer_acceptance: {
      accepted_at: mandate.acceptedAt,
      ...(online
        ? { online: { ip_address: online.ipAddress, user_agent: online.userAgent }, type: "online" }
        : { offline: {}, type: "offline" }),
    },
    livemode: false,
    multi_use: {},
    payment_method: mandate.paymentMethod,
    payment_method_details: { card: {}, type: "card" },
    status: mandate.status,
    type: "multi_use",
  };
}

/** The version of the API that events are made in. */
export const apiVersion = "2026-10-28.endive";

function eventWire(face: Face, event: EventRecord): Wire {
  return {
    id: event.id,
    object: "event",
    account: face.options.account,
    api_version: apiVersion,
    created: event.created,
    data: { object: toWire(face, event.data) },
    livemode: false,
    pending_webhooks: [...face.shelf.deliveries.values()].filter((one) => one.event === event.id).length,
    request: { id: event.requestId ?? null, idempotency_key: event.key ?? null },
    type: event.type,
  };
}
