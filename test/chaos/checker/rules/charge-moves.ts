/**
 * How a charge may move, written down from the payment rules (§2.1, §2.3) and from nothing else. A state is never followed by one of a lower rank, but where two operators take
 * back what they had decided by hand.
 */

/** States that may still take money. */
export const UNDECIDED: readonly string[] = ["sending", "challenged", "pending", "held", "unknown"];

/** From each state, what evidence may make of it. */
export const CHARGE_MOVES: Readonly<Record<string, readonly string[]>> = {
  sending: ["charged", "challenged", "pending", "held", "not-charged", "unknown"],
  unknown: ["charged", "challenged", "pending", "held", "not-charged"],
  // C3 names `pending`, C4 `challenged`
  challenged: ["charged", "pending", "held", "not-charged"],
  pending: ["charged", "challenged", "held", "not-charged"],
  held: ["charged", "not-charged"],
  "not-charged": ["charged"],
  charged: [],
};

/** A decision by hand that the gateway denies goes back (C12), and nothing else does. */
export function isLegalChargeMove(move: {
  readonly from: string;
  readonly to: string;
  readonly source: string;
}): boolean {
  const allowed = CHARGE_MOVES[move.from];
  if (allowed === undefined) return false;
  if (allowed.includes(move.to)) return true;
  return move.from === "charged" && move.to === "not-charged" && isByHand(move.source);
}

/** Two operators with a document, or what took their word back. */
export function isByHand(source: string): boolean {
  return /hand|document|operator|resolution/.test(source);
}

/** What a mandate's history may look like (§7.1), by the actions that the audit names. */
export const MANDATE_MOVES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  active: {
    "mandate.pause": "paused",
    "mandate.cancel": "ended",
    "mandate.edit": "active",
    "mandate.renew": "active",
  },
  // a pause may be prolonged
  paused: {
    "mandate.resume": "active",
    "mandate.pause": "paused",
    "mandate.cancel": "ended",
    "mandate.edit": "paused",
    "mandate.renew": "paused",
  },
  ended: {},
};
