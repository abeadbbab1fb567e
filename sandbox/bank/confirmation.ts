import { newSecret } from "./identifiers.ts";
import type { Confirmation } from "./records.ts";
import type { WireConfirmation } from "./request-shapes.ts";

/** The payer has an hour, by the bank's clock. */
const confirmationMs = 3_600_000;

/** A fresh visit: its address and its form token are two unrelated secrets. */
export function startConfirmation(
  wire: WireConfirmation,
  step: Confirmation["step"],
  nowMs: number,
): Confirmation {
  return {
    returnUrl: wire.return_url,
    enforce: wire.enforce === true,
    session: newSecret(),
    formToken: newSecret(),
    step,
    wrongCodes: 0,
    expiresAtMs: nowMs + confirmationMs,
    ...(wire.locale === undefined ? {} : { locale: wire.locale }),
  };
}
