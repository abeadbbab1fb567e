import { type Evolution, kept, lookUpMove, type Moves, moved, rejected } from "./moves.ts";

/** One request to a gateway (payment rules §2). */
export type ChargeState =
  | "sending"
  | "challenged"
  | "pending"
  | "held"
  | "unknown"
  | "charged"
  | "not-charged";

export const CHARGE_STATES = [
  "sending",
  "challenged",
  "pending",
  "held",
  "unknown",
  "charged",
  "not-charged",
] as const satisfies readonly ChargeState[];

/** C1: a charge exists from the commit of its gate on. */
export const CHARGE_BEGINS: ChargeState = "sending";

/** Charges that may still take money: each blocks its debt; a payment has at most one. */
export const UNDECIDED = [
  "sending",
  "challenged",
  "pending",
  "held",
  "unknown",
] as const satisfies readonly ChargeState[];

export type UndecidedChargeState = (typeof UNDECIDED)[number];

/** True while the charge may still take money. */
export function isUndecided(state: ChargeState): state is UndecidedChargeState {
  return UNDECIDED.some((undecided) => undecided === state);
}

/** How a charge ended without money. */
export type NotCharged = "declined" | "expired" | "voided" | "refused" | "absent" | "by-hand";

export const NOT_CHARGED = [
  "declined",
  "expired",
  "voided",
  "refused",
  "absent",
  "by-hand",
] as const satisfies readonly NotCharged[];

/**
 * What evidence can say about a charge. `payer-asked`: the object waits for the payer, the link is usable and `confirm_by` is ahead
 * (else it is `accepted`). `refused`: the transmission was refused without leaving an object, or provably never sent.
 */
export type ChargeEvent =
  | "money-taken"
  | "payer-asked"
  | "accepted"
  | "reserved"
  | "ended-without-money"
  | "refused"
  | "unanswered"
  | "absence-proved"
  | "decided-charged"
  | "decided-not-charged";

export const CHARGE_EVENTS = [
  "money-taken",
  "payer-asked",
  "accepted",
  "reserved",
  "ended-without-money",
  "refused",
  "unanswered",
  "absence-proved",
  "decided-charged",
  "decided-not-charged",
] as const satisfies readonly ChargeEvent[];

/** Payment rules §2.1: C2 money-taken, C3 payer-asked, C4 accepted, C5 reserved, C6 ended, C7 refused, C8 unanswered, C9 absence, C10–C12 by hand and late. */
export const CHARGE_MOVES = {
  sending: {
    "money-taken": "charged",
    "payer-asked": "challenged",
    accepted: "pending",
    reserved: "held",
    "ended-without-money": "not-charged",
    refused: "not-charged",
    unanswered: "unknown",
  },
  challenged: {
    "money-taken": "charged",
    accepted: "pending",
    reserved: "held",
    "ended-without-money": "not-charged",
  },
  pending: {
    "money-taken": "charged",
    "payer-asked": "challenged",
    reserved: "held",
    "ended-without-money": "not-charged",
    "decided-charged": "charged",
    "decided-not-charged": "not-charged",
  },
  held: {
    "money-taken": "charged",
    "ended-without-money": "not-charged",
    "decided-charged": "charged",
    "decided-not-charged": "not-charged",
  },
  unknown: {
    "money-taken": "charged",
    "payer-asked": "challenged",
    accepted: "pending",
    reserved: "held",
    "ended-without-money": "not-charged",
    "absence-proved": "not-charged",
    "decided-charged": "charged",
    "decided-not-charged": "not-charged",
  },
  charged: { "decided-not-charged": "not-charged" },
  "not-charged": { "money-taken": "charged" },
} as const satisfies Moves<ChargeState, ChargeEvent>;

/** Rank of what is known: evidence that speaks of a lower rank than the state moves nothing and is stored. */
export const CHARGE_RANK = {
  sending: 0,
  unknown: 1,
  challenged: 2,
  pending: 2,
  held: 3,
  "not-charged": 4,
  charged: 5,
} as const satisfies Record<ChargeState, number>;

/** What each event claims the charge to be. */
const CLAIMS = {
  "money-taken": "charged",
  "payer-asked": "challenged",
  accepted: "pending",
  reserved: "held",
  "ended-without-money": "not-charged",
  refused: "not-charged",
  unanswered: "unknown",
  "absence-proved": "not-charged",
  "decided-charged": "charged",
  "decided-not-charged": "not-charged",
} as const satisfies Record<ChargeEvent, ChargeState>;

/** What the move of a charge depends on beside its state. */
export type ChargeFacts = {
  readonly state: ChargeState;
  /** Transmissions so far, the one that the event speaks of included. */
  readonly transmissions: number;
  /** How many **earlier** transmissions ended without a usable answer. */
  readonly unanswered: number;
  /** The present state was set by two operators, not by evidence. */
  readonly byHand: boolean;
};

/**
 * Answers what evidence does to a charge; total over all states and events (payment rules §2.1). Whether the evidence itself is good
 * (amount, currency, ids, live or test; both scans; two operators and a document) is judged before this is asked.
 */
export function evolveCharge(charge: ChargeFacts, event: ChargeEvent): Evolution<ChargeState> {
  const { state } = charge;
  if (event === "refused") return afterRefusal(charge);
  const to = lookUpMove<ChargeState, ChargeEvent>(CHARGE_MOVES, state, event);
  if (to === undefined) return withoutMove(state, event);
  if (state === "charged" && !charge.byHand) {
    return rejected(state, "money proved by the gateway is not undone by hand: refund or dispute it");
  }
  const late =
    state === "not-charged" ? "money was taken by a charge that counted as not charged" : undefined;
  return moved(state, to, late);
}

/** A refusal speaks only of its own transmission (§8.1): it decides the charge only if nothing earlier may have arrived. */
function afterRefusal(charge: ChargeFacts): Evolution<ChargeState> {
  const { state } = charge;
  if (state !== "sending") return kept(state, "a refusal speaks only of its own transmission");
  if (charge.transmissions === 1 && charge.unanswered === 0) return moved(state, "not-charged");
  return moved(state, "unknown");
}

function withoutMove(state: ChargeState, event: ChargeEvent): Evolution<ChargeState> {
  const claimed = CLAIMS[event];
  if (claimed === state) return kept(state, `already ${state}`);
  if (state === "not-charged" && isUndecided(claimed) && claimed !== "unknown") {
    return kept(
      state,
      "a ghost: its object is unfinished",
      "an object turned up for a charge that counted as not charged",
    );
  }
  if (event === "decided-charged" && state === "not-charged") {
    return rejected(
      state,
      "money for a charge that ended without money needs evidence of the gateway, not a decision",
    );
  }
  if (CHARGE_RANK[claimed] < CHARGE_RANK[state]) {
    const contradicts = state === "charged" && claimed === "not-charged";
    return kept(
      state,
      `${event} ranks below ${state}`,
      contradicts ? "the gateway denies money that it had shown as taken" : undefined,
    );
  }
  if (event === "absence-proved")
    return rejected(state, `absence can be proved only of an unknown charge, not a ${state} one`);
  return rejected(state, `a ${state} charge is not decided by hand: the gateway is asked first`);
}
