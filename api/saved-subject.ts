import type { Subject } from "../db/sealed.ts";
import {
  type Candidate,
  identify,
  type IdentifierKind,
  readAs,
  reasonOf,
} from "../domain/identifiers/index.ts";
import { parsePayerId, subjectOf } from "../domain/identifiers/payer-id.ts";
import { isMistyped, type Refused } from "../domain/identifiers/proof.ts";
import { SAVEABLE_KINDS, type SaveableKind } from "../domain/saved-identifier.ts";
import { identifierReasonWords, kindWords } from "../words/identifiers.ts";
import type { Locale } from "../words/locale.ts";
import { say } from "../words/say.ts";
import { callerOfRequest } from "./authentication.ts";
import type { ApiContext } from "./environment.ts";
import { Refusal } from "./problems.ts";
import type { SaveIdentifier } from "./schemas/profile.ts";

/** A subject of a kind that may be saved, in its normal form. */
type SavedSubject = Subject & { readonly kind: SaveableKind };

/**
 * Reads what a resident wants to save: as the kind they named, or as the only kind that it can be. A payer's identifier is taken apart, so that "my certificate" and
 * the registry's payer are one subject.
 *
 * @throws Refusal `identifier-misshapen`, `check-digit-wrong`: with what is wrong and where; `identifier-ambiguous`: with the kinds it can be;
 *   `identifier-not-personal` for a payer that is a company
 */
export function subjectOfText({ text, kind }: SaveIdentifier, locale: Locale): SavedSubject {
  if (kind !== undefined) return readKind(kind, text, locale);
  const candidates = identify(text).filter((one) => isSaveable(one.kind));
  const fitting = candidates.flatMap((one) => (one.valid && isSaveable(one.kind) ? [one.kind] : []));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return readKind(only, text, locale);
  if (only !== undefined) throw refuseAmbiguous(fitting, locale);
  throw refuseUnlike(candidates, locale);
}

/** What the text nearly is, and why it is not. */
function refuseUnlike(candidates: readonly Candidate[], locale: Locale): Refusal {
  const code = "identifier-misshapen";
  const nearly = candidates.flatMap(({ kind, reason }) =>
    reason === null ? [] : [`${kindWords(locale, kind)}: ${identifierReasonWords(locale, reason)}.`],
  );
  if (nearly.length === 0) return new Refusal(code, { fields: [{ field: "text", code }] });
  return new Refusal(code, { errors: [{ field: "text", code, detail: nearly.join(" ") }] });
}

function readKind(kind: SaveableKind, text: string, locale: Locale): SavedSubject {
  const proof = readAs(kind, text);
  if (!proof.ok) throw refuseText(proof, locale);
  if (kind !== "payer-id") return { kind, value: proof.value };
  const payer = parsePayerId(text);
  if (!payer.ok) throw refuseText(payer, locale);
  const subject = subjectOf(payer.value);
  if (
    !isSaveable(subject.kind) ||
    payer.value.payer === "company" ||
    payer.value.payer === "foreign-company"
  ) {
    throw new Refusal("identifier-not-personal", {
      fields: [{ field: "text", code: "identifier-not-personal" }],
    });
  }
  return { kind: subject.kind, value: subject.value };
}

function isSaveable(kind: IdentifierKind | "organisation"): kind is SaveableKind {
  return SAVEABLE_KINDS.some((one) => one === kind);
}

/** What is wrong with a number in a field, in words: the rule, the place, the character. */
export function refuseText(refused: Refused, locale: Locale, field = "text"): Refusal {
  const code = isMistyped(refused) ? "check-digit-wrong" : "identifier-misshapen";
  const words = identifierReasonWords(locale, reasonOf(refused));
  return new Refusal(code, { errors: [{ field, code, detail: `${words}.` }] });
}

function refuseAmbiguous(kinds: readonly SaveableKind[], locale: Locale): Refusal {
  const code = "identifier-ambiguous";
  const names = kinds.map((kind) => kindWords(locale, kind)).join(" · ");
  const detail = say(locale, "page.identifiers.problem.ambiguous", { kinds: names });
  return new Refusal(code, { errors: [{ field: "kind", code, detail }] });
}

/** Does the identity provider say in this very token that the identifier is the caller's own? */
export function vouchedFor(c: ApiContext, { kind, value }: Subject): boolean {
  const { phone } = callerOfRequest(c);
  if (kind !== "mobile" || phone === null) return false;
  const proof = readAs("mobile", phone);
  return proof.ok && proof.value === value;
}
