import type { Locale } from "./locale.ts";
import { isMessageKey, type MessageKey, say } from "./say.ts";

/** A kind of method or a wallet as people call it; the name itself where we have no word for it. */
export function methodKindWords(locale: Locale, kind: string): string {
  const key = `method.kind.${kind}`;
  return isKindKey(key) ? say(locale, key) : kind;
}

function isKindKey(key: string): key is Extract<MessageKey, `method.kind.${string}`> {
  return isMessageKey(key);
}
