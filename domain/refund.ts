import { type Evolution, kept, lookUpMove, type Moves, moved, rejected } from "./moves.ts";

/** Money on its way back to the payer (payment rules §10). */
export type RefundState = "requested" | "withdrawn" | "sending" | "unknown" | "pending" | "done" | "refused";

export const REFUND_STATES = [
  "requested",
  "withdrawn",
  "sending",
  "unknown",
  "pending",
  "done",
  "refused",
] as const satisfies readonly RefundState[];

/** R1: whoever decides it writes it so; nothing was sent yet. */
export const REFUND_BEGINS: RefundState = "requested";

/** `paid-by-other-road`: two operators proved that the payer has the money although the gateway refused (R8). */
export type RefundEvent =
  | "gate-passed"
  | "withdrawn"
  | "accepted"
  | "returned"
  | "refused"
  | "unanswered"
  | "credentials-refused"
  | "proved-absent"
  | "paid-by-other-road";

export const REFUND_EVENTS = [
  "gate-passed",
  "withdrawn",
  "accepted",
  "returned",
  "refused",
  "unanswered",
  "credentials-refused",
  "proved-absent",
  "paid-by-other-road",
] as const satisfies readonly RefundEvent[];

export const REFUND_MOVES = {
  requested: { "gate-passed": "sending", withdrawn: "withdrawn" },
  withdrawn: {},
  // our own key was not taken (401, 403): nothing ran, the gateway is held, the money is owed still (decision 0053)
  sending: {
    accepted: "pending",
    returned: "done",
    refused: "refused",
    unanswered: "unknown",
    "credentials-refused": "requested",
  },
  // a replay passes the gate again; only proved absence gives the next try a key of its own
  unknown: {
    "gate-passed": "sending",
    accepted: "pending",
    returned: "done",
    refused: "refused",
    "proved-absent": "requested",
  },
  pending: { returned: "done", refused: "refused" },
  // R7: the gateway's later word that the money did not arrive
  done: { refused: "refused" },
  refused: { "paid-by-other-road": "done" },
} as const satisfies Moves<RefundState, RefundEvent>;

/** Answers what an event does to a refund; total over all states and events. */
export function evolveRefund(state: RefundState, event: RefundEvent): Evolution<RefundState> {
  const to = lookUpMove<RefundState, RefundEvent>(REFUND_MOVES, state, event);
  if (to !== undefined) return moved(state, to);
  if (state === "withdrawn") return rejected(state, "withdrawn is final: decide a new refund");
  if (event === "gate-passed") return rejected(state, `a refund that is ${state} is not sent`);
  if (event === "withdrawn") return rejected(state, "it was sent: nobody can take it back");
  if (event === "proved-absent") return rejected(state, "only an unknown refund can be proved absent");
  if (event === "credentials-refused") return rejected(state, "nothing of it is under way");
  if (event === "paid-by-other-road") return rejected(state, "only a refused refund is paid by another road");
  if (event === "unanswered" || event === "accepted") return kept(state, `it is already ${state}`);
  return state === "requested"
    ? rejected(state, "nothing was sent yet")
    : kept(state, `it is already ${state}`);
}
