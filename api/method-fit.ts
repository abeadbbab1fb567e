import type { Gateway } from "../adapters/gateways/port.ts";
import {
  judgeMethod,
  METHOD_KINDS,
  type MethodKind,
  type MethodRefusal,
  type MethodUse,
  ruleOf,
} from "../domain/capability-matrix.ts";
import { judgeOneOff, judgeSavedMethod, type SavedMethod, type Taker } from "../domain/method.ts";
import type { Money } from "../domain/money.ts";
import { Refusal, refuseField } from "./problems.ts";

/** What a method is wanted for, at whom. */
export type WantedUse = {
  readonly taker: Taker;
  readonly use: MethodUse;
  readonly amount?: Money | undefined;
};

/** Every reason of the capability matrix against this use of a saved method; empty: it is taken. */
export function whyUnfit(method: SavedMethod, wanted: WantedUse): readonly MethodRefusal[] {
  const judged = judgeSavedMethod(method, wanted);
  return judged.allowed ? [] : judged.why;
}

/**
 * Refuses methods that may not be used so, each at its own field, with every reason against it.
 *
 * @throws Refusal whose code is the weightiest reason of the first such method
 */
export function mustFit(
  methods: readonly { readonly field: string; readonly method: SavedMethod }[],
  wanted: WantedUse,
): void {
  const fields = methods.flatMap(({ field, method }) =>
    whyUnfit(method, wanted).map((code) => ({ field, code })),
  );
  const [first] = fields;
  if (first) throw new Refusal(first.code, { fields });
}

/** One payment at a payee by what its payer takes for this once. */
export type Once = {
  readonly gateway: Pick<Gateway, "can">;
  readonly taker: Taker;
  readonly amount: Money;
};

/** Every reason against paying so once; empty: it is taken. Null: a method must be bound first. */
export function whyNotOnce(
  kind: MethodKind,
  { gateway, taker, amount }: Once,
): readonly MethodRefusal[] | null {
  const judged = judgeOneOff(kind, { taker, amount });
  if (judged === null) return null;
  if (!judged.allowed) return judged.why;
  return gateway.can.chargeWithoutSaving.includes(kind) ? [] : ["kind-not-at-gateway"];
}

/** The kinds that the payee's gateway takes for one payment, each with the reasons against it. */
export function judgedOnce(
  once: Once,
): readonly { readonly kind: MethodKind; readonly whyNot: readonly MethodRefusal[] }[] {
  return METHOD_KINDS.flatMap((kind) => {
    const known = ruleOf(once.taker.gateway, kind) && once.gateway.can.chargeWithoutSaving.includes(kind);
    const whyNot = known ? whyNotOnce(kind, once) : null;
    return whyNot === null ? [] : [{ kind, whyNot }];
  });
}

/** Can what is taken once be kept for later, by the matrix and by the gateway that is here? */
export function isSavable({ gateway, taker }: Pick<Once, "gateway" | "taker">, kind: MethodKind): boolean {
  const rule = ruleOf(taker.gateway, kind);
  return rule !== undefined && rule.saved !== "never" && (gateway.can.saveWithCharge ?? []).includes(kind);
}

/**
 * Refuses to save what the gateway does not keep, or for a use that the matrix does not allow it.
 *
 * @throws Refusal naming `save`
 */
export function mustBeSavable(
  {
    kind = "bank_card",
    uses,
  }: { readonly kind?: MethodKind | undefined; readonly uses: readonly MethodUse[] },
  once: Pick<Once, "gateway" | "taker">,
): void {
  if (!isSavable(once, kind)) throw refuseField("save", "not-saved-there");
  const { gateway, section } = once.taker;
  for (const use of uses) {
    const judged = judgeMethod({ gateway, kind, use, section, payer: "resident" });
    if (!judged.allowed) throw refuseField("save", judged.why[0]);
  }
}

/** True where the payer names a number for this kind: its owner is asked by SMS, there is no page. */
export function needsPhone(taker: Taker, kind: MethodKind): boolean {
  return ruleOf(taker.gateway, kind)?.confirmation === "external";
}

/**
 * Refuses a kind that the payee, its gateway or the matrix does not take for this payment, and a number that is missing or not asked for.
 *
 * @throws Refusal naming `kind`, `phone`, or `methodId` where a method must be bound first
 */
export function mustFitOnce(
  wish: { readonly kind?: MethodKind | undefined; readonly phone?: string | undefined },
  once: Once,
): void {
  const { kind = "bank_card", phone } = wish;
  const why = whyNotOnce(kind, once);
  if (why === null) throw refuseField(wish.kind === undefined ? "methodId" : "kind", "method-needed");
  const [first] = why;
  if (first !== undefined) {
    throw new Refusal(first, { fields: why.map((code) => ({ field: "kind", code })) });
  }
  if (needsPhone(once.taker, kind) !== (phone !== undefined)) {
    throw refuseField("phone", phone === undefined ? "phone-needed" : "phone-not-used");
  }
}
