import type { IdentifierKind, Reason } from "../domain/identifiers/index.ts";
import { FORMATTING_TAG, type Locale } from "./locale.ts";
import { isMessageKey, say } from "./say.ts";

/** What an identifier is called. */
export function kindWords(locale: Locale, kind: IdentifierKind): string {
  return say(locale, `identifier.kind.${kind}`);
}

/** What a field of a payment QR is called; fields that people rarely meet go by the standard's own key. */
export function fieldWords(locale: Locale, field: string): string {
  const key = `qr.field.${field}`;
  return isMessageKey(key) ? say(locale, key as "qr.field.Name") : field;
}

/** Why a text is not an identifier, in one sentence without its full stop; of a payment QR with the field before it. */
export function identifierReasonWords(locale: Locale, reason: Reason): string {
  const either = new Intl.ListFormat(FORMATTING_TAG[locale], { type: "disjunction" });
  const sentence = say(locale, `identifier.why.${reason.code}`, {
    at: reason.at ?? "",
    character: reason.character ?? "",
    count: reason.count,
    expected: either.format((reason.expected ?? []).map(String)),
  });
  return reason.field === null ? sentence : `${fieldWords(locale, reason.field)}: ${sentence}`;
}
