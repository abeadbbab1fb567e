import { newSecret } from "./identifiers.ts";
import { type MethodKind, kindOf } from "./method-kinds.ts";
import { isEnforced } from "./order-checks.ts";
import type { Confirmation, Instrument } from "./records.ts";
import type { WireConfirmation } from "./request-shapes.ts";

/** The payer has an hour, by the bank's clock. */
const confirmationMs = 3_600_000;

/** A fresh visit: its address and its form token are two unrelated secrets. */
export function startConfirmation(
  wire: WireConfirmation,
  method: Instrument & { readonly type?: MethodKind },
  nowMs: number,
): Confirmation {
  return {
    type: wire.type,
    returnUrl: wire.type === "external" ? "" : (wire.return_url ?? ""),
    enforce: isEnforced(wire),
    session: newSecret(),
    formToken: newSecret(),
    step: firstStep(method),
    wrongCodes: 0,
    expiresAtMs: nowMs + confirmationMs,
    ...(wire.locale === undefined ? {} : { locale: wire.locale }),
  };
}

function firstStep(method: Instrument & { readonly type?: MethodKind }): Confirmation["step"] {
  const kind = kindOf(method);
  if (kind === "mobile_balance") return "message";
  if (kind !== "bank_card") return "account";
  return method.card ? "challenge" : "card";
}
