import { incomeMinor, toWireAmount } from "./amounts.ts";
import type { Bank } from "./bank.ts";
import type {
  Card,
  Confirmation,
  Decline,
  MethodRecord,
  ObjectRecord,
  PaymentRecord,
  PaymentStatus,
  RefundRecord,
} from "./records.ts";

type Wire = Record<string, unknown>;

/** The status that the shop sees: a held payment is executed, yet looks undecided. */
export function shownStatus(payment: PaymentRecord): PaymentStatus {
  return payment.held ? "pending" : payment.status;
}

/** A record as the API shows it now. */
export function toWire(bank: Bank, record: ObjectRecord): Wire {
  switch (record.kind) {
    case "payment":
      return paymentToWire(bank, record);
    case "payment_method":
      return methodToWire(bank, record);
    case "refund":
      return refundToWire(record);
  }
}

function paymentToWire(bank: Bank, payment: PaymentRecord): Wire {
  const status = shownStatus(payment);
  const shown = status === payment.status;
  const succeeded = status === "succeeded";
  return compact({
    id: payment.id,
    status,
    paid: succeeded || status === "waiting_for_capture",
    amount: toWireAmount(payment.amountMinor),
    income_amount: succeeded ? toWireAmount(incomeMinor(payment.amountMinor)) : undefined,
    created_at: iso(payment.createdAtMs),
    captured_at: shown ? iso(payment.capturedAtMs) : undefined,
    expires_at: status === "waiting_for_capture" ? iso(payment.holdUntilMs) : undefined,
    description: payment.description,
    metadata: payment.metadata,
    payment_method: {
      type: "bank_card",
      id: payment.method.id,
      saved: payment.method.saved,
      status: payment.method.saved ? "active" : "inactive",
      ...cardToWire(payment.method.card),
    },
    confirmation:
      status === "pending" && !payment.held ? confirmationToWire(bank, payment.confirmation) : undefined,
    refundable: succeeded && payment.refundedMinor < payment.amountMinor,
    refunded_amount: succeeded ? toWireAmount(payment.refundedMinor) : undefined,
    recipient: { account_id: bank.shopId, gateway_id: payment.gatewayId },
    authorization_details:
      shown && payment.authorization ? authorizationToWire(payment.authorization) : undefined,
    cancellation_details: shown ? cancellationToWire(payment.cancellation) : undefined,
    merchant_customer_id: payment.customerId,
    receipt_registration: payment.receipt === undefined ? undefined : succeeded ? "succeeded" : "pending",
    test: true,
  });
}

function methodToWire(bank: Bank, method: MethodRecord): Wire {
  return compact({
    type: "bank_card",
    id: method.id,
    saved: method.status === "active",
    status: method.status,
    holder: { account_id: bank.shopId, gateway_id: method.gatewayId },
    ...cardToWire(method.card),
    confirmation: method.status === "pending" ? confirmationToWire(bank, method.confirmation) : undefined,
    metadata: method.metadata,
  });
}

function refundToWire(refund: RefundRecord): Wire {
  return compact({
    id: refund.id,
    payment_id: refund.paymentId,
    status: refund.status,
    amount: toWireAmount(refund.amountMinor),
    created_at: iso(refund.createdAtMs),
    description: refund.description,
    cancellation_details: cancellationToWire(refund.cancellation),
    metadata: Object.keys(refund.metadata).length > 0 ? refund.metadata : undefined,
  });
}

function cardToWire(card: Card | undefined): Wire {
  if (!card) return {};
  return {
    title: `Bank card *${card.last4}`,
    card: {
      first6: card.first6,
      last4: card.last4,
      expiry_year: card.expiryYear,
      expiry_month: card.expiryMonth,
      card_type: card.cardType,
      issuer_country: "RU",
    },
  };
}

function confirmationToWire(bank: Bank, confirmation: Confirmation | undefined): Wire | undefined {
  if (!confirmation) return undefined;
  return compact({
    type: "redirect",
    confirmation_url: `${bank.origin()}/checkout/${confirmation.session}`,
    return_url: confirmation.returnUrl,
    enforce: confirmation.enforce,
  });
}

function authorizationToWire(authorization: NonNullable<PaymentRecord["authorization"]>): Wire {
  return {
    rrn: authorization.rrn,
    auth_code: authorization.authCode,
    three_d_secure: { applied: authorization.threeDSecure },
  };
}

function cancellationToWire(cancellation: Decline | undefined): Wire | undefined {
  return cancellation && { party: cancellation.party, reason: cancellation.reason };
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function compact(wire: Wire): Wire {
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined));
}
