import { declineOf, isListed, reasonOfEnd } from "../domain/decline.ts";
import {
  actionIn,
  isReason,
  type PayerAction,
  type Reason,
  REASONS,
  type Situation,
} from "../domain/declines/reason.ts";
import type { Need } from "../domain/payment.ts";
import type { Locale } from "./locale.ts";
import { say } from "./say.ts";

/** How a charge ended without money, as it is stored. */
export interface StoredEnd {
  readonly gateway: string;
  /** The gateway's code, the class of a refused request, `absent` or `by-hand`. */
  readonly code: string | null;
  /** Our reason, kept when the charge ended; null for charges of earlier versions. */
  readonly because?: string | null;
}

/** Our reason for a stored end; null when nothing declined anything: a payment's field once held our own remarks about waits, too. */
export function reasonOf({ gateway, code, because = null }: StoredEnd): Reason | null {
  if (because !== null && isReason(because)) return because;
  if (code === null) return null;
  if (code === "absent" || code === "by-hand") return reasonOfEnd({ how: code, code });
  if (code === "technical" || code === "ours") return reasonOfEnd({ how: "refused", code });
  return isListed(gateway, code) ? declineOf(gateway, code).reason : null;
}

/** Why a charge took no money and what its payer can do, for people. */
export interface ReasonWords {
  /** What happened, a sentence without its full stop. */
  readonly why: string;
  /** What to do, likewise. */
  readonly advice: string;
  readonly action: PayerAction;
}

/** Words for a reason. What must not warn a thief, and may be unfounded, is told in the words of any card that cannot be used. */
export function reasonWords(locale: Locale, reason: Reason, situation: Situation): ReasonWords {
  const action = actionIn(reason, situation);
  return { why: say(locale, `reason.why.${reason}`), advice: say(locale, `reason.action.${action}`), action };
}

/** True when a payer is asked for what the decline of their last charge asks for, and not for something that came later. */
export function explains(reason: Reason | null, need: Need): reason is Reason {
  return reason !== null && REASONS[reason].need === need;
}

/** What a payment that waits for its payer waits for. */
export function needWords(locale: Locale, need: Need): string {
  return say(locale, `need.${need}`);
}

/** The planned tries in one sentence without its full stop; `times` are written out already, the next one first. Undefined: none. */
export function planWords(locale: Locale, times: readonly string[]): string | undefined {
  const [first, ...rest] = times;
  if (first === undefined) return undefined;
  return rest.length === 0
    ? say(locale, "plan.again", { first })
    : say(locale, "plan.again-then", { first, rest: rest.join("; ") });
}
