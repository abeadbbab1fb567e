import { type Evolution, kept, lookUpMove, type Moves, moved, rejected } from "./moves.ts";

/** A saved way to pay (payment rules §7.1). A token counts only when the gateway says saved and active. */
export type MethodState = "binding" | "active" | "unusable" | "withdrawn";

export const METHOD_STATES = [
  "binding",
  "active",
  "unusable",
  "withdrawn",
] as const satisfies readonly MethodState[];

export const METHOD_BEGINS: MethodState = "binding";

/** `confirmed`: the gateway shows the method as saved and active. `declared-unusable`: expired, blocked, lost. `withdrawn`: also a binding that failed. */
export type MethodEvent = "confirmed" | "declared-unusable" | "withdrawn";

export const METHOD_EVENTS = [
  "confirmed",
  "declared-unusable",
  "withdrawn",
] as const satisfies readonly MethodEvent[];

export const METHOD_MOVES = {
  binding: { confirmed: "active", withdrawn: "withdrawn" },
  active: { "declared-unusable": "unusable", withdrawn: "withdrawn" },
  unusable: { confirmed: "active", withdrawn: "withdrawn" },
  withdrawn: {},
} as const satisfies Moves<MethodState, MethodEvent>;

/** Answers what an event does to a method; total over all states and events. A withdrawn method never comes back. */
export function evolveMethod(state: MethodState, event: MethodEvent): Evolution<MethodState> {
  const to = lookUpMove<MethodState, MethodEvent>(METHOD_MOVES, state, event);
  if (to !== undefined) return moved(state, to);
  if (event === "withdrawn") return kept(state, "already withdrawn");
  if (state === "withdrawn") return rejected(state, "withdrawn is final: the method must be bound anew");
  if (event === "confirmed") return kept(state, "already active");
  if (state === "unusable") return kept(state, "already unusable");
  return rejected(
    state,
    "a method that is still being bound cannot become unusable: the binding fails instead",
  );
}
