import { type Evolution, kept, lookUpMove, type Moves, moved, rejected } from "./moves.ts";

/** What is to be paid, found and never invented (payment rules §4.3). */
export type BillState = "owed" | "paid" | "paid-elsewhere" | "annulled" | "merged";

export const BILL_STATES = [
  "owed",
  "paid",
  "paid-elsewhere",
  "annulled",
  "merged",
] as const satisfies readonly BillState[];

export const BILL_BEGINS: BillState = "owed";

/**
 * What can happen to a bill. `nothing-due`: the source says nothing is due and it is not our own payment that it shows.
 * `echo`: the same while a charge of ours is undecided and no foreign payment is proved. `overpaid`: due below zero with a foreign payment.
 */
export type BillEvent =
  | "amended"
  | "annulled"
  | "reinstated"
  | "nothing-due"
  | "echo"
  | "payment-accepted"
  | "overpaid"
  | "more-due"
  | "merged";

export const BILL_EVENTS = [
  "amended",
  "annulled",
  "reinstated",
  "nothing-due",
  "echo",
  "payment-accepted",
  "overpaid",
  "more-due",
  "merged",
] as const satisfies readonly BillEvent[];

/** Payment rules §4.3, B1–B9. */
export const BILL_MOVES = {
  owed: {
    amended: "owed",
    annulled: "annulled",
    "nothing-due": "paid-elsewhere",
    echo: "owed",
    "payment-accepted": "paid",
    merged: "merged",
  },
  paid: { annulled: "paid", overpaid: "paid", "more-due": "owed", merged: "merged" },
  "paid-elsewhere": {
    annulled: "annulled",
    reinstated: "owed",
    "payment-accepted": "paid",
    merged: "merged",
  },
  annulled: {
    reinstated: "owed",
    "nothing-due": "paid-elsewhere",
    "payment-accepted": "paid",
    merged: "merged",
  },
  merged: {},
} as const satisfies Moves<BillState, BillEvent>;

/** What must follow a move, in the same transaction. */
export type BillConsequence =
  | "recheck-payments"
  | "stop-payments"
  | "plan-anew"
  | "mark-echo"
  | "end-reminders"
  | "propose-refund"
  | "open-next-part"
  | "merge-claims";

const CONSEQUENCES = {
  amended: "recheck-payments",
  annulled: "stop-payments",
  reinstated: "plan-anew",
  "nothing-due": "stop-payments",
  echo: "mark-echo",
  "payment-accepted": "end-reminders",
  overpaid: "propose-refund",
  "more-due": "open-next-part",
  merged: "merge-claims",
} as const satisfies Record<BillEvent, BillConsequence>;

/** Events that speak of the source's version: an older or equal version moves nothing, however late it arrives. */
const VERSIONED: readonly BillEvent[] = ["amended", "annulled", "reinstated"];

/** What the move of a bill depends on beside its state. */
export type BillFacts = {
  readonly state: BillState;
  /** The event's version is newer than the stored one by the source's own order. */
  readonly newer: boolean;
  /** Some payment of this debt has an undecided charge. */
  readonly undecidedCharge: boolean;
  /** A payment that is not ours is proved: a foreign reference, a date before our first sending, or a negative balance. */
  readonly foreignProof: boolean;
  /** For `more-due`: newer than the acknowledgement, or the biller's `settleDays` after the payment are over. */
  readonly settled: boolean;
};

export type BillEvolution = Evolution<BillState> & { readonly follows?: BillConsequence };

/** Answers what an event does to a bill and what must follow it; total over all states and events. */
export function evolveBill(bill: BillFacts, event: BillEvent): BillEvolution {
  const { state } = bill;
  const to = lookUpMove<BillState, BillEvent>(BILL_MOVES, state, event);
  if (to === undefined) return withoutMove(state, event);
  if (VERSIONED.includes(event) && state !== "paid" && !bill.newer) {
    return kept(state, "not newer than the stored version by the source's own order");
  }
  if (event === "nothing-due" && mayBeOurEcho(bill)) {
    return rejected(state, "a charge of ours is undecided: the source may be showing our own payment");
  }
  if (event === "echo" && !mayBeOurEcho(bill)) {
    return rejected(state, "nothing of ours is under way, or a foreign payment is proved: this is no echo");
  }
  if (event === "overpaid" && !bill.foreignProof) return rejected(state, "no foreign payment is proved");
  if (event === "more-due" && !bill.settled)
    return kept(state, "the source may not have seen our payment yet");
  const follows = state === "paid" && event === "annulled" ? "propose-refund" : CONSEQUENCES[event];
  return { ...moved(state, to), follows };
}

function mayBeOurEcho({ state, undecidedCharge, foreignProof }: BillFacts): boolean {
  return state === "owed" && undecidedCharge && !foreignProof;
}

/** What one reading of a source says about a bill. `dueMinor` may be negative: overpaid. */
export type BillReading = { readonly withdrawn: boolean; readonly dueMinor: number };

/** Names the event that a reading means for a bill in its present state; `null` when it only confirms what is known. */
export function billEventOf(bill: BillFacts, reading: BillReading): BillEvent | null {
  const { state } = bill;
  if (state === "merged") return null;
  if (reading.withdrawn) return state === "annulled" ? null : "annulled";
  if (reading.dueMinor > 0) {
    if (state === "owed") return "amended";
    return state === "paid" ? "more-due" : "reinstated";
  }
  if (state === "owed") return mayBeOurEcho(bill) ? "echo" : "nothing-due";
  if (state === "annulled") return "nothing-due";
  if (state === "paid" && reading.dueMinor < 0 && bill.foreignProof) return "overpaid";
  return null;
}

function withoutMove(state: BillState, event: BillEvent): Evolution<BillState> {
  if (state === "merged")
    return rejected(state, "this bill is an alias: the event belongs to the bill it was merged into");
  if (event === "payment-accepted") return kept(state, "already paid");
  if ((event === "nothing-due" || event === "echo") && state !== "owed") {
    return kept(state, `nothing is owed on a bill that is ${state}`);
  }
  if (event === "annulled") return kept(state, "already annulled");
  if (event === "amended" && state === "paid")
    return rejected(state, "a paid bill is not amended: more due opens a new part");
  if (event === "amended") return rejected(state, `a bill that is ${state} comes back by being reinstated`);
  if (event === "reinstated") return rejected(state, `a bill that is ${state} was not withdrawn`);
  return rejected(state, `${event} has no meaning while a bill is ${state}`);
}
