import {
  judgeMethod,
  type MethodJudgement,
  type MethodKind,
  type MethodUse,
  type PayerKind,
  ruleOf,
} from "./capability-matrix.ts";
import type { Money } from "./money.ts";
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

/** A saved method as its fitness is judged; `uses` is what its owner agreed to when it was saved. */
export type SavedMethod = {
  readonly gateway: string;
  readonly kind: string;
  readonly wallet: string | null;
  readonly uses: readonly MethodUse[];
};

/** What a payee takes: its gateway, its section of the catalogue and the kinds on its list. */
export type Taker = {
  readonly gateway: string;
  readonly section: string;
  readonly allowedMethods: readonly string[];
};

/**
 * May a saved, active method pay this payee so? The same rules as `method_refusal` of the database, which the gate asks under its locks; `amount` is absent
 * where none is known yet.
 */
export function judgeSavedMethod(
  method: SavedMethod,
  asked: {
    readonly taker: Taker;
    readonly use: MethodUse;
    readonly payer?: PayerKind;
    readonly amount?: Money | undefined;
  },
): MethodJudgement {
  const { taker, use, payer = "resident", amount } = asked;
  if (method.gateway !== taker.gateway) return { allowed: false, why: ["method-at-another-gateway"] };
  if (!taker.allowedMethods.includes(method.kind)) return { allowed: false, why: ["method-not-allowed"] };
  if (!method.uses.includes(use)) return { allowed: false, why: ["use-not-consented"] };
  const { gateway, kind, wallet } = method;
  return judgeMethod({ gateway, kind, wallet, use, section: taker.section, payer, amount });
}

/**
 * May a payer who is present take this kind for one payment, without saving it? The same rules as `one_off_refusal` of the database. Where the gateway wants a
 * method saved first the answer is null: not the kind is wrong, it must be bound.
 */
export function judgeOneOff(
  kind: MethodKind,
  { taker, amount }: { readonly taker: Taker; readonly amount: Money },
): MethodJudgement | null {
  const { gateway, section, allowedMethods } = taker;
  if (!allowedMethods.includes(kind)) return { allowed: false, why: ["method-not-allowed"] };
  if (ruleOf(gateway, kind)?.withoutSaving === false) return null;
  return judgeMethod({ gateway, kind, use: "pay-now", section, payer: "resident", amount });
}
