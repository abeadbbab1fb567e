import { type Evolution, kept, lookUpMove, type Moves, moved, rejected } from "./moves.ts";

export * from "./terms.ts";

/** The payer's standing permission to pay (payment rules §7.1). */
export type MandateState = "proposed" | "active" | "paused" | "ended";

export const MANDATE_STATES = [
  "proposed",
  "active",
  "paused",
  "ended",
] as const satisfies readonly MandateState[];

export const MANDATE_BEGINS: MandateState = "proposed";

/** Who paused a mandate. Pauses are kept by author: each holds until the same author ends it. */
export type PausedBy = "payer" | "system" | "operator";

/** `method-lost`: the last usable method is gone or the permission was revoked at the bank. `revoked`: ended by an operator on a written request. */
export type MandateEvent =
  | "consented"
  | "consent-lapsed"
  | "paused"
  | "method-lost"
  | "resumed"
  | "edited"
  | "cancelled"
  | "revoked"
  | "expired";

export const MANDATE_EVENTS = [
  "consented",
  "consent-lapsed",
  "paused",
  "method-lost",
  "resumed",
  "edited",
  "cancelled",
  "revoked",
  "expired",
] as const satisfies readonly MandateEvent[];

export const MANDATE_MOVES = {
  proposed: { consented: "active", "consent-lapsed": "ended" },
  active: {
    paused: "paused",
    "method-lost": "paused",
    edited: "active",
    cancelled: "ended",
    revoked: "ended",
    expired: "ended",
  },
  paused: {
    paused: "paused",
    "method-lost": "paused",
    resumed: "active",
    edited: "paused",
    cancelled: "ended",
    revoked: "ended",
    expired: "ended",
  },
  ended: {},
} as const satisfies Moves<MandateState, MandateEvent>;

/** What the move of a mandate depends on beside its state. */
export type MandateFacts = {
  readonly state: MandateState;
  /** Whose pauses hold; absent unless paused. */
  readonly pauses?: readonly PausedBy[];
  /** Who asks for the move. */
  readonly by: PausedBy;
  /** At least one method of the terms is active and consented for this mandate. */
  readonly methodUsable: boolean;
  /** Consent is complete: text version, time, device and identity are stored. For `consented`, for widening edits, and to end a pause of the system. */
  readonly consentComplete: boolean;
  /** For `edited`: the new terms only narrow the old ones, see `isNarrowing`. */
  readonly narrowing: boolean;
};

/** Answers what an event does to a mandate; total over all states and events. */
export function evolveMandate(mandate: MandateFacts, event: MandateEvent): Evolution<MandateState> {
  const { state } = mandate;
  const to = lookUpMove<MandateState, MandateEvent>(MANDATE_MOVES, state, event);
  if (to === undefined) return rejected(state, whyNoMove(state, event));
  const obstacle = whyGuarded(mandate, event);
  if (obstacle !== null) return rejected(state, obstacle);
  if (event === "resumed" && (mandate.pauses?.length ?? 0) > 1) {
    return kept(state, "another author's pause holds");
  }
  return moved(state, to);
}

function whyGuarded(mandate: MandateFacts, event: MandateEvent): string | null {
  switch (event) {
    case "consented":
      if (!mandate.consentComplete) return "the consent is not complete";
      return mandate.methodUsable ? null : "no method of the terms is active";
    case "resumed":
      return whyNotResumed(mandate);
    case "edited":
      if (mandate.narrowing || mandate.consentComplete) return null;
      return "wider terms need a fresh consent; until then the old version rules";
    case "paused":
    case "cancelled":
      return mandate.by === "system" ? "only the payer or an operator may do this" : null;
    case "revoked":
      return mandate.by === "operator" ? null : "only an operator may revoke, on a written request";
    case "consent-lapsed":
    case "method-lost":
    case "expired":
      return null;
  }
}

function whyNotResumed(mandate: MandateFacts): string | null {
  const pauses = mandate.pauses ?? ["payer"];
  if (!mandate.methodUsable) return "no method of the terms is active";
  if (!pauses.includes(mandate.by))
    return `paused by the ${pauses.join(" and the ")}: only they may resume it`;
  if (mandate.by === "system" && !mandate.consentComplete) {
    return "a pause of the system ends only by a new method with consent";
  }
  return null;
}

function whyNoMove(state: MandateState, event: MandateEvent): string {
  if (state === "ended") return "ended is final: a new mandate needs a new consent";
  if (event === "consented") return "the consent was given already: an edit changes terms";
  if (event === "consent-lapsed") return "the consent was given already";
  if (event === "paused" || event === "method-lost") return "not active yet: nothing to pause";
  if (event === "resumed") return `a mandate that is ${state} is not paused`;
  return "not active yet: without consent it ends by itself";
}

/** How a mandate names somebody whom bills are about, in the place of an account: the keyed hash of an identifier that its owner has saved. */
export const SUBJECT_REFERENCE = /^subject\/[0-9a-f]{64}$/;

/** The subject's key in such a reference; null for an account. */
export function subjectKeyIn(account: string): string | null {
  return SUBJECT_REFERENCE.test(account) ? account.slice("subject/".length) : null;
}
