import type { DeclineTable } from "./reason.ts";

/** `cancellation_details.reason` of YooKassa v3 payments, every one that the vendor names (protocol facts §1.7). */
export const YOOKASSA_DECLINES = {
  "3d_secure_failed": { reason: "confirmation-needed" },
  call_issuer: { reason: "call-bank" },
  canceled_by_merchant: { reason: "our-fault" },
  card_expired: { reason: "card-expired" },
  country_forbidden: { reason: "card-not-accepted" },
  deal_expired: { reason: "our-fault" },
  expired_on_capture: { reason: "our-fault" },
  expired_on_confirmation: { reason: "confirmation-expired" },
  fraud_suspected: { reason: "card-unusable" },
  general_decline: { reason: "no-reason-given" },
  identification_required: { reason: "identification-needed" },
  insufficient_funds: { reason: "not-enough-money" },
  // the vendor says: repeat it, with a new key
  internal_timeout: { reason: "service-timeout", firstWaitMinutes: 1 },
  invalid_card_number: { reason: "card-data-wrong" },
  invalid_csc: { reason: "card-data-wrong" },
  issuer_unavailable: { reason: "bank-unavailable" },
  loan_application_expired: { reason: "way-not-granted" },
  loan_declined: { reason: "way-not-granted" },
  loan_declined_by_payer: { reason: "way-not-granted" },
  payment_method_limit_exceeded: { reason: "limit-reached" },
  payment_method_restricted: { reason: "card-blocked" },
  permission_revoked: { reason: "permission-withdrawn" },
  rejected_by_timeout: { reason: "way-not-granted" },
  unsupported_mobile_operator: { reason: "card-not-accepted" },
} as const satisfies DeclineTable;
