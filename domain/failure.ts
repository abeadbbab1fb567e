import { FINDING_FAULTS } from "./finding-faults.ts";
import { FILE_FAULTS, LINE_FAULTS } from "./registry-faults.ts";

/**
 * Every expected failure, as one closed list. A failure here is an answer, not a defect: the API turns it into a problem with words for
 * people, activities decide by it whether to try again; both are tables that do not compile until a new code is decided.
 */
export const FAILURE_CODES = [
  // Who asks
  "unauthenticated",
  "stronger-sign-in-needed",
  "forbidden",
  "terms-not-accepted",
  "not-found",
  // How it was asked
  "verb-not-allowed",
  "content-type-wrong",
  "body-too-large",
  "body-not-json",
  "body-too-slow",
  "payload-invalid",
  "idempotency-key-missing",
  "idempotency-key-invalid",
  "idempotency-key-in-flight",
  "idempotency-key-reused",
  "signature-invalid",
  "rate-limited",
  "look-up-limit",
  "test-message-limit",
  // What it was about
  "resident-not-found",
  "biller-not-found",
  "biller-unknown",
  "bill-not-found",
  "mandate-not-found",
  "method-not-found",
  "payment-not-found",
  "charge-not-found",
  "resolution-not-found",
  "case-not-found",
  "session-not-found",
  "push-device-not-found",
  "identifier-not-found",
  "registry-file-not-found",
  "template-not-found",
  "link-not-found",
  "webhook-not-found",
  "delivery-not-found",
  // What was in it
  "amount-invalid",
  "currency-not-supported",
  "date-invalid",
  "card-number-in-text",
  "zone-unknown",
  "time-invalid",
  "quiet-hours-empty",
  "category-unknown",
  "event-unknown",
  "channel-away",
  "locale-not-supported",
  "return-url-not-allowed",
  "identifier-misshapen",
  "check-digit-wrong",
  "identifier-ambiguous",
  "identifier-not-personal",
  "address-invalid",
  "push-address-invalid",
  "address-code-wrong",
  "qr-not-payment",
  "picture-unreadable",
  "picture-too-large",
  "picture-without-qr",
  "picture-too-slow",
  "reference-wrong",
  "bill-nameless",
  "full-amount-below-amount",
  "identifier-not-saved",
  "webhook-url-invalid",
  "webhook-url-not-https",
  "webhook-url-not-public",
  "sum-not-taken",
  ...FINDING_FAULTS,
  ...LINE_FAULTS,
  ...FILE_FAULTS,
  // What stands against it
  "webhook-disabled",
  "bill-not-owed",
  "bill-being-paid",
  "first-not-final",
  "bill-changed",
  "bill-version-conflict",
  "too-many-unfinished",
  "method-not-active",
  "method-not-allowed",
  "method-needed",
  "method-at-another-gateway",
  "gateway-unknown",
  "kind-not-at-gateway",
  "kind-not-bindable",
  "kind-with-method",
  "phone-needed",
  "phone-not-used",
  "wallet-not-taken",
  "confirmed-each-time",
  "not-saved-there",
  "use-not-consented",
  "not-in-batch",
  "not-in-section",
  "not-for-organisations",
  "currency-not-taken",
  "amount-below-least",
  "amount-above-most",
  "mandate-overlap",
  "mandate-not-active",
  "mandate-ended",
  "mandate-version-conflict",
  "consent-missing",
  "consent-not-found",
  "consent-not-signed",
  "notice-pack-refused",
  "balance-not-told",
  "limit-exceeded",
  "payment-not-open",
  "payment-waits-for-nobody",
  "not-paid-yet",
  "move-not-allowed",
  "binding-failed",
  "held",
  "charge-not-undecided",
  "two-operators-needed",
  "resolution-conflict",
  "accounts-full",
  "identifiers-full",
  "push-off",
  "templates-full",
  "paid-just-now",
  "nothing-due",
  "terms-changed",
  // What is out of order
  "gateway-unavailable",
  "gateway-refused",
  "temporarily-unavailable",
  "internal",
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

export function isFailureCode(text: string): text is FailureCode {
  return FAILURE_CODES.some((code) => code === text);
}

/**
 * An expected failure as a value. `field` names the input that was wrong as callers wrote it (`amount.amountMinor`, `methods[0]`); `detail` is for operators
 * and logs, never for people, and holds no personal data.
 */
export type Failure = { readonly code: FailureCode; readonly detail: string; readonly field?: string };

/** Carries an expected failure through code that can only throw (a database transaction that must roll back). */
export class ExpectedFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.code}: ${failure.detail}`);
    this.name = "ExpectedFailure";
    this.failure = failure;
  }
}
