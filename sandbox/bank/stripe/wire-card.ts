import type { CardRecord, PaymentMethodRecord, Wire } from "./records.ts";

const checks = {
  address_line1_check: null,
  address_postal_code_check: null,
  cvc_check: "pass",
} as const;

/** A saved or fresh payment method. */
export function cardWire(method: PaymentMethodRecord): Wire {
  const { card } = method;
  return {
    id: method.id,
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: { address: emptyAddress, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks,
      country: "US",
      display_brand: card.brand,
      exp_month: card.expMonth,
      exp_year: card.expYear,
      fingerprint: card.fingerprint,
      funding: "credit",
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: walletWire(card),
    },
    created: method.created,
    customer: method.customer ?? null,
    customer_account: null,
    livemode: false,
    metadata: method.metadata,
    type: "card",
  };
}

/** The wallet that a card came in, or null. */
export function walletWire(card: CardRecord): Wire | null {
  if (card.wallet === undefined) return null;
  return { [card.wallet]: {}, dynamic_last4: card.last4, type: card.wallet };
}

/** How a charge shows the card it went to. */
export function usedCardWire(card: CardRecord, threeDSecure: boolean, mandate?: string): Wire {
  return {
    authorization_code: "123456",
    brand: card.brand,
    checks,
    country: "US",
    exp_month: card.expMonth,
    exp_year: card.expYear,
    extended_authorization: { status: "disabled" },
    fingerprint: card.fingerprint,
    funding: "credit",
    incremental_authorization: { status: "unavailable" },
    installments: null,
    last4: card.last4,
    mandate: mandate ?? null,
    multicapture: { status: "unavailable" },
    network: card.brand,
    network_token: { used: false },
    regulated_status: "unregulated",
    three_d_secure: threeDSecure
      ? {
          authentication_flow: "challenge",
          electronic_commerce_indicator: "05",
          exemption_indicator: null,
          result: "authenticated",
          result_reason: null,
          version: "2.2.0",
        }
      : null,
    wallet: walletWire(card),
  };
}

export const emptyAddress = {
  city: null,
  country: null,
  line1: null,
  line2: null,
  postal_code: null,
  state: null,
} as const;
