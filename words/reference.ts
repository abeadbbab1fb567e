import type { Reference, ReferenceField, ReferenceProblem } from "../domain/catalogue/reference.ts";
import { identifierReasonWords } from "./identifiers.ts";
import type { Locale } from "./locale.ts";
import { say } from "./say.ts";

/** What is wrong with one field of a payer's number, in one sentence that names the field and the way out. */
export function referenceProblemWords(
  locale: Locale,
  reference: Reference,
  problem: ReferenceProblem,
): string {
  const field = reference.fields.find(({ key }) => key === problem.field);
  if (problem.why === "unknown") return say(locale, "reference.unknown");
  return field === undefined ? say(locale, "reference.period") : fieldProblemWords(locale, field, problem);
}

function fieldProblemWords(locale: Locale, field: ReferenceField, { why, reason }: ReferenceProblem): string {
  const title = field.title[locale];
  const { example } = field;
  if (why === "missing") return say(locale, "reference.missing", { title });
  if (why === "too-long") return say(locale, "reference.too-long", { title });
  if (reason === null) return say(locale, "reference.wrong", { title, example });
  const broken = identifierReasonWords(locale, reason);
  // Where a digit is mistyped the number is written as it should be: an example would only look like the right one.
  if (reason.code === "check-digit") return say(locale, "reference.mistyped", { title, why: broken });
  return say(locale, "reference.wrong-at", { title, why: broken, example });
}
