/**
 * One table of legal moves: for each state, the events that are legal in it and the state they lead to. Tables are written
 * `as const satisfies Moves<State, Event>`, so the compiler knows every state and event, and diagrams are printed from them.
 */
export type Moves<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>;

/**
 * What an event did. `moved`: the new state is to be written (it may equal the old one where the table says so).
 * `kept`: nothing moves and nothing is wrong; the event is stored. `rejected`: the event is not legal here; `reason` says why.
 * `alarm` is set where an operator must look although the rule is clear.
 */
export type Evolution<State extends string> =
  | { readonly kind: "moved"; readonly from: State; readonly to: State; readonly alarm?: string }
  | { readonly kind: "kept"; readonly state: State; readonly reason: string; readonly alarm?: string }
  | { readonly kind: "rejected"; readonly state: State; readonly reason: string };

/** Where the table leads, or `undefined` when the pair is not legal. */
export function lookUpMove<State extends string, Event extends string>(
  moves: Moves<State, Event>,
  state: State,
  event: Event,
): State | undefined {
  return moves[state][event];
}

export function moved<State extends string>(from: State, to: State, alarm?: string): Evolution<State> {
  return alarm === undefined ? { kind: "moved", from, to } : { kind: "moved", from, to, alarm };
}

export function kept<State extends string>(state: State, reason: string, alarm?: string): Evolution<State> {
  return alarm === undefined ? { kind: "kept", state, reason } : { kind: "kept", state, reason, alarm };
}

export function rejected<State extends string>(state: State, reason: string): Evolution<State> {
  return { kind: "rejected", state, reason };
}
