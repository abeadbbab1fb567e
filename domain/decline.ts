import type { Need } from "./payment.ts";

/** What a decline means for the next try (payment rules §9.1). */
export type DeclineClass =
  | "funds"
  | "technical"
  | "soft"
  | "needs-payer"
  | "method-dead"
  | "permission-gone"
  | "never-again"
  | "already-there"
  | "ours"
  | "unlisted";

export const DECLINE_CLASSES = [
  "funds",
  "technical",
  "soft",
  "needs-payer",
  "method-dead",
  "permission-gone",
  "never-again",
  "already-there",
  "ours",
  "unlisted",
] as const satisfies readonly DeclineClass[];

/** What we know about one code of one gateway. */
export type Decline = {
  readonly class: DeclineClass;
  /** The payer can mend it by confirming on the gateway's page: a second charge, new key, with redirect confirmation. */
  readonly asksForPayer: boolean;
  /** What the payer is asked for once no further try is left (or at once, where none is made). */
  readonly need: Need;
  /** First wait, in minutes, where the vendor names one that differs from the class. */
  readonly firstWaitMinutes?: number;
  /** Neutral words for people, and no fallback to another method. */
  readonly fraud?: boolean;
};

const funds: Decline = { class: "funds", asksForPayer: false, need: "new-method" };
const technical: Decline = { class: "technical", asksForPayer: false, need: "confirm-again" };
const soft: Decline = { class: "soft", asksForPayer: false, need: "confirm-again" };
const confirmation: Decline = { class: "needs-payer", asksForPayer: true, need: "confirm-again" };
const bank: Decline = { class: "needs-payer", asksForPayer: false, need: "contact-bank" };
const otherMethod: Decline = { class: "needs-payer", asksForPayer: false, need: "new-method" };
const dead: Decline = { class: "method-dead", asksForPayer: false, need: "new-method" };
const fraud: Decline = { class: "method-dead", asksForPayer: false, need: "new-method", fraud: true };
const permission: Decline = { class: "permission-gone", asksForPayer: false, need: "new-method" };
const ours: Decline = { class: "ours", asksForPayer: false, need: "confirm-again" };
const unlisted: Decline = { class: "unlisted", asksForPayer: false, need: "confirm-again" };

/** `cancellation_details.reason` of YooKassa v3 payments (protocol facts §1.7), every one that the vendor names. */
export const YOOKASSA_DECLINES = {
  "3d_secure_failed": confirmation,
  call_issuer: bank,
  canceled_by_merchant: ours,
  card_expired: dead,
  country_forbidden: dead,
  deal_expired: ours,
  expired_on_capture: ours,
  expired_on_confirmation: confirmation,
  fraud_suspected: fraud,
  general_decline: soft,
  identification_required: otherMethod,
  insufficient_funds: funds,
  internal_timeout: { ...technical, firstWaitMinutes: 1 },
  invalid_card_number: dead,
  invalid_csc: dead,
  issuer_unavailable: technical,
  loan_application_expired: otherMethod,
  loan_declined: otherMethod,
  loan_declined_by_payer: otherMethod,
  payment_method_limit_exceeded: funds,
  payment_method_restricted: dead,
  permission_revoked: permission,
  rejected_by_timeout: otherMethod,
  unsupported_mobile_operator: dead,
} as const satisfies Readonly<Record<string, Decline>>;

const DECLINES: Readonly<Record<string, Readonly<Record<string, Decline>>>> = { yookassa: YOOKASSA_DECLINES };

/**
 * Looks a code up. A code that is not in the list is `unlisted`: never retried, the payer is asked, and the caller raises an alarm so that
 * the list is extended; vendors add codes without notice.
 */
export function declineOf(gateway: string, reason: string): Decline {
  const codes = DECLINES[gateway];
  if (codes === undefined || !Object.hasOwn(codes, reason)) return unlisted;
  return codes[reason] ?? unlisted;
}
