/**
 * Why a debt that a mandate covers may stand unpaid: the closed list (payment rules §3, §4, §7). Whatever is not here explains nothing. `needs` names the fact that must stand beside the
 * word, so that a word alone is no excuse.
 */
export type Excuse =
  | "always"
  | "failed-charge"
  | "stop"
  | "skip"
  | "bill-ended"
  | "limit"
  | "later-moment"
  | "nothing-left"
  | "other-payment";

/** By the need of a payment that waits for a person. */
export const NEEDS: Readonly<Record<string, Excuse>> = {
  "confirm-again": "failed-charge",
  "new-method": "failed-charge",
  "contact-bank": "failed-charge",
  "over-limit": "limit",
  "late-bill": "always",
  "no-channel": "nothing-left",
  "unusual-amount": "always",
  "confirm-amount": "always",
  "bill-unconfirmed": "always",
  approval: "always",
  "payee-changed": "always",
};

/** By the outcome of a payment that is closed. */
export const OUTCOMES: Readonly<Record<string, Excuse>> = {
  stopped: "stop",
  skipped: "skip",
  "gave-up": "nothing-left",
  "taken-over": "other-payment",
  duplicate: "bill-ended",
  annulled: "bill-ended",
  "paid-elsewhere": "bill-ended",
  returned: "always",
};

/** Poisoned bills that nobody must pay. */
export const NEVER_PAID: readonly string[] = ["zero", "negative", "currency", "cancelled-mandate"];

/** Cards of which every bill is paid within the ladder, without the payer. */
export const APPROVING: readonly string[] = ["approves", "soft-then-approves"];

/** Of the bills that such cards could pay, and that nobody stopped or took back, at least so many are paid, however hard a run is: three quarters are where a fault comes every other second. */
export const LEAST_PAID_SHARE = 0.3;
