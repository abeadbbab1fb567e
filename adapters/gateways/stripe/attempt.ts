import { idIn, type WireIntent } from "./shapes.ts";

/**
 * The name of the last attempt on an intent, compared to tell whether a confirm of ours has run. It is the latest charge's id; where the last
 * error made no charge of its own (3-D Secure failed before the card was asked), the error's code follows after a plus. `null`: none yet.
 */
export function attemptOf(intent: WireIntent): string | null {
  const charge = idIn(intent.latest_charge);
  const error = errorWithoutCharge(intent);
  if (error === null) return charge;
  return `${charge ?? ""}+${error}`;
}

/** True when the intent shows an attempt that is not `before`. An error that has merely been cleared since is none: any update clears it. */
export function hasRunSince(intent: WireIntent, before: string | null): boolean {
  const [chargeBefore = "", errorBefore = ""] = (before ?? "").split("+");
  const charge = idIn(intent.latest_charge);
  if (charge !== null && charge !== chargeBefore) return true;
  const error = errorWithoutCharge(intent);
  return error !== null && error !== errorBefore;
}

function errorWithoutCharge(intent: WireIntent): string | null {
  const error = intent.last_payment_error;
  if (error === null || error === undefined) return null;
  const charge = idIn(intent.latest_charge);
  return charge !== null && error.charge === charge ? null : (error.code ?? error.type);
}
