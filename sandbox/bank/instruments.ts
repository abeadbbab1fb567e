import { cardRefundMs, kindOf, longestRefundMs, type MethodKind, rulesOf } from "./method-kinds.ts";
import type { Decline, Instrument } from "./records.ts";
import { accountOf, declineOfPhone } from "./test-accounts.ts";
import { declineOf } from "./test-cards.ts";

/** True when it is known who pays. */
export function isKnown({ card, account, phone }: Instrument): boolean {
  return (card ?? account ?? phone) !== undefined;
}

/** Why a charge of this instrument is declined at `nowMs` (bank time), or nothing when it goes through. */
export function declineOfInstrument(
  { card, account, phone }: Instrument,
  nowMs: number,
): Decline | undefined {
  if (card) return declineOf(card, nowMs);
  if (account !== undefined) return accountOf(account).declines;
  if (phone !== undefined) return declineOfPhone(phone);
  throw new Error("nobody pays");
}

/** True when the payer's bank or wallet keeps a permission for payments without them. */
export function canBeKept(method: Instrument & { readonly type?: MethodKind }): boolean {
  if (!rulesOf[kindOf(method)].savable) return false;
  return method.account === undefined || accountOf(method.account).cannotBind !== true;
}

/** How a refund so long after its payment ends: refused at once, declined by the card's network, or done. */
export function refundAfter(
  method: { readonly type?: MethodKind },
  ageMs: number,
): "possible" | "too-late" | "declined" {
  const kind = kindOf(method);
  if (ageMs > (rulesOf[kind].refundMs ?? longestRefundMs)) return "too-late";
  return kind === "bank_card" && ageMs > cardRefundMs ? "declined" : "possible";
}
