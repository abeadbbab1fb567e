import { DECLINE_CLASSES, type DeclineClass, declineOf } from "../domain/decline.ts";
import { type Need, NEEDS } from "../domain/payment.ts";
import type { Locale } from "./locale.ts";
import { isMessageKey, say } from "./say.ts";

/** Why a charge was declined and what can be done, for its payer. */
export interface ReasonWords {
  /** One sentence: what happened. */
  readonly why: string;
  /** One sentence: who can mend it and how. */
  readonly advice: string;
}

/** The reason of a charge that is proved never to have reached the gateway. */
const ABSENT = "absent";

/**
 * Words for why a charge took no money: a gateway's decline code (`yookassa`, `insufficient_funds`), the class of a refused request, or `absent`.
 * A code without a sentence of its own gets that of its class; suspicion of fraud is never named, since it may be unfounded and may warn a thief.
 */
export function reasonWords(locale: Locale, gateway: string, code: string): ReasonWords {
  const decline = declineOf(gateway, code);
  const own = `reason.code.${code}`;
  const classOf: DeclineClass = code === ABSENT ? "technical" : isDeclineClass(code) ? code : decline.class;
  const why =
    decline.fraud !== true && isReasonKey(own) ? say(locale, own) : say(locale, `reason.class.${classOf}`);
  return { why, advice: say(locale, `reason.advice.${classOf}`) };
}

/** Our remarks that look like a gateway's code: one word. */
const OWN_REMARKS = new Set<string>([...NEEDS, "stopped", "skipped", "deadline", "ghost", "echo"]);

/**
 * True when a payment's stored reason tells how a charge ended. The same field also holds our own remarks about waits and stops
 * ("card budget of the day"): of these a bank must never be said to have declined.
 */
export function isChargeReason(reason: string): boolean {
  return reason === ABSENT || isDeclineClass(reason) || (/^\w+$/.test(reason) && !OWN_REMARKS.has(reason));
}

function isDeclineClass(text: string): text is DeclineClass {
  return DECLINE_CLASSES.some((one) => one === text);
}

/** What a payment that waits for its payer waits for. */
export function needWords(locale: Locale, need: Need): string {
  return say(locale, `need.${need}`);
}

type ReasonKey = Extract<Parameters<typeof say>[1], `reason.code.${string}`>;

function isReasonKey(key: string): key is ReasonKey {
  return key.startsWith("reason.code.") && isMessageKey(key);
}
