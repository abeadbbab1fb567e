import { type DeclineClass, declineOf } from "../domain/decline.ts";
import type { Need } from "../domain/payment.ts";
import type { Locale } from "./locale.ts";
import { isMessageKey, say } from "./say.ts";

/** Why a charge was declined and what can be done, for its payer. */
export interface ReasonWords {
  /** One sentence: what happened. */
  readonly why: string;
  /** One sentence: who can mend it and how. */
  readonly advice: string;
}

/**
 * Words for a gateway's decline code (`yookassa`, `insufficient_funds`). A code without a sentence of its own gets that of its class; suspicion of
 * fraud is never named, since it may be unfounded and may warn a thief.
 */
export function reasonWords(locale: Locale, gateway: string, code: string): ReasonWords {
  const decline = declineOf(gateway, code);
  const own = `reason.code.${code}`;
  const classOf: DeclineClass = decline.class;
  const why =
    decline.fraud !== true && isReasonKey(own) ? say(locale, own) : say(locale, `reason.class.${classOf}`);
  return { why, advice: say(locale, `reason.advice.${classOf}`) };
}

/** What a payment that waits for its payer waits for. */
export function needWords(locale: Locale, need: Need): string {
  return say(locale, `need.${need}`);
}

type ReasonKey = Extract<Parameters<typeof say>[1], `reason.code.${string}`>;

function isReasonKey(key: string): key is ReasonKey {
  return key.startsWith("reason.code.") && isMessageKey(key);
}
