import type { Need } from "../payment.ts";

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

/** Who can mend it. */
export type Fixer = "payer" | "bank" | "us";

/** What the payer is told to do; each has words and, where one helps, a link of our own page. */
export type PayerAction =
  | "top-up"
  | "raise-limit"
  | "wait"
  | "ask-bank"
  | "call-bank"
  | "confirm"
  | "identify"
  | "other-card"
  | "bind-again"
  | "do-not-pay"
  | "pay-again";

export const PAYER_ACTIONS = [
  "top-up",
  "raise-limit",
  "wait",
  "ask-bank",
  "call-bank",
  "confirm",
  "identify",
  "other-card",
  "bind-again",
  "do-not-pay",
  "pay-again",
] as const satisfies readonly PayerAction[];

/** What follows from a reason. */
export type ReasonFacts = {
  readonly class: DeclineClass;
  readonly fixer: Fixer;
  readonly action: PayerAction;
  /** What the payer is asked for once no further try is left, or at once where none is made. */
  readonly need: Need;
  /** The payer can mend it by confirming on the gateway's page: a second charge, with a key of its own. */
  readonly asksForPayer?: true;
  /** Told in words that fit any card that cannot be used, and followed by no other card of the payer without them. */
  readonly neutral?: true;
};

const otherCard = { fixer: "payer", action: "other-card", need: "new-method" } as const;
const waits = { fixer: "bank", action: "wait", need: "confirm-again" } as const;
const byUs = { fixer: "us", action: "wait", need: "confirm-again" } as const;

/**
 * Why a charge took no money, in our own words: one closed list for all gateways (P5). A gateway's code stays with the charge for operators;
 * people, plans and budgets know only these.
 */
export const REASONS = {
  "not-enough-money": { class: "funds", fixer: "payer", action: "top-up", need: "new-method" },
  "limit-reached": { class: "funds", fixer: "payer", action: "raise-limit", need: "new-method" },
  "bank-unavailable": { class: "technical", ...waits },
  "service-timeout": { class: "technical", ...waits },
  "not-sent": { class: "technical", ...byUs },
  "no-reason-given": { class: "soft", fixer: "bank", action: "ask-bank", need: "confirm-again" },
  "bank-asks-to-wait": { class: "soft", ...waits },
  "confirmation-needed": {
    class: "needs-payer",
    fixer: "payer",
    action: "confirm",
    need: "confirm-again",
    asksForPayer: true,
  },
  "confirmation-expired": {
    class: "needs-payer",
    fixer: "payer",
    action: "confirm",
    need: "confirm-again",
    asksForPayer: true,
  },
  "call-bank": { class: "needs-payer", fixer: "payer", action: "call-bank", need: "contact-bank" },
  "identification-needed": { class: "needs-payer", fixer: "payer", action: "identify", need: "new-method" },
  "way-not-granted": { class: "needs-payer", ...otherCard },
  "card-expired": { class: "method-dead", ...otherCard },
  "card-blocked": { class: "method-dead", ...otherCard },
  "card-closed": { class: "method-dead", ...otherCard },
  "card-not-accepted": { class: "method-dead", ...otherCard },
  "card-data-wrong": { class: "method-dead", fixer: "payer", action: "bind-again", need: "new-method" },
  "card-unusable": { class: "method-dead", ...otherCard, neutral: true },
  "permission-withdrawn": {
    class: "permission-gone",
    fixer: "payer",
    action: "bind-again",
    need: "new-method",
  },
  "bank-forbids-retry": { class: "never-again", ...otherCard },
  "already-there": { class: "already-there", fixer: "us", action: "do-not-pay", need: "confirm-again" },
  "our-fault": { class: "ours", ...byUs },
  "decided-by-hand": { class: "needs-payer", fixer: "payer", action: "confirm", need: "confirm-again" },
  unlisted: { class: "unlisted", fixer: "payer", action: "ask-bank", need: "confirm-again" },
} as const satisfies Readonly<Record<string, ReasonFacts>>;

export type Reason = keyof typeof REASONS;

export const REASON_NAMES = Object.keys(REASONS).filter(isReason);

/** True for a name of the closed list, not for a gateway's code. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
}

/** What one code of one gateway means. */
export type Listed = {
  readonly reason: Reason;
  /** First wait, in minutes, where the vendor names one that differs from the class. */
  readonly firstWaitMinutes?: number;
  /**
   * The network forbids this very card: `all` for every charge, `mit` for charges without the payer. It holds for every mandate and every
   * saved copy of the card.
   */
  readonly bansCard?: "mit" | "all";
};

export type DeclineTable = Readonly<Record<string, Listed>>;

/** In what situation people hear of a reason: a next try is planned, they are asked, or nothing follows by itself. */
export type Situation =
  | { readonly kind: "again" }
  | { readonly kind: "asked"; readonly need: Need }
  | { readonly kind: "over" };

const ACTION_OF_NEED = {
  "confirm-again": "confirm",
  "new-method": "other-card",
  "confirm-amount": "confirm",
  "bill-unconfirmed": "confirm",
  "over-limit": "confirm",
  "unusual-amount": "confirm",
  approval: "wait",
  "payee-changed": "wait",
  "late-bill": "confirm",
  "no-channel": "confirm",
  "contact-bank": "call-bank",
} as const satisfies Record<Need, PayerAction>;

/** What the payer can do now: the reason's own action, unless waiting or confirming would help nobody in this situation. */
export function actionIn(reason: Reason, situation: Situation): PayerAction {
  const { action }: ReasonFacts = REASONS[reason];
  if (action === "do-not-pay") return action;
  switch (situation.kind) {
    case "again":
      return action === "confirm" ? "wait" : action;
    case "asked":
      return action === "wait" ? ACTION_OF_NEED[situation.need] : action;
    case "over":
      return action === "wait" || action === "confirm" ? "pay-again" : action;
  }
}
