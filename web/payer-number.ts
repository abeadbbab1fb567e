import type { BillerDetails } from "../api/client.ts";
import { checkReference, type Reference, valuesOfAccount } from "../domain/catalogue/reference.ts";
import { referenceProblemWords } from "../words/reference.ts";
import type { SentForm } from "./form-guard.ts";
import type { FieldProblems } from "./parts/forms.tsx";
import type { Visit } from "./visit.ts";

/** What a payer has typed into the fields of a biller, by key. */
export type NumberForm = Readonly<Record<string, string>>;

const longestField = 200;

/** The name of a field of the biller in our forms. */
export function fieldName(key: string): string {
  return `ref-${key}`;
}

/** Reads the fields of a biller from a form as they were typed. */
export function readNumberForm({ reference }: BillerDetails, sent: SentForm): NumberForm {
  return Object.fromEntries(
    reference.fields.map(({ key }) => [key, sent.text(fieldName(key)).slice(0, longestField)]),
  );
}

/** An account taken apart into the fields of its biller, to be shown again. */
export function numberFormOf(biller: BillerDetails, account: string): NumberForm {
  const values = valuesOfAccount(referenceOf(biller), account);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value ?? ""]));
}

/** The payer's number as bills bear it, or what is wrong with each field: the same judgement that the API makes. */
export function judgeNumber(
  { locale }: Visit,
  biller: BillerDetails,
  form: NumberForm,
): { readonly account: string } | { readonly problems: FieldProblems } {
  const reference = referenceOf(biller);
  const check = checkReference({ reference }, form);
  if (check.ok) return { account: check.account };
  const problems = check.problems.map((problem): [string, string] => [
    fieldName(problem.field),
    referenceProblemWords(locale, reference, problem),
  ]);
  return { problems: Object.fromEntries(problems) };
}

/** The schema as the domain knows it; the API has said it in one language, so both are that one. */
function referenceOf({ reference }: BillerDetails): Reference {
  return {
    period: reference.period,
    fields: reference.fields.map(({ title, hint, identifier, pattern, ...field }) => ({
      ...field,
      identifier: identifier ?? undefined,
      pattern: pattern ?? undefined,
      title: { ru: title, en: title },
      hint: { ru: hint, en: hint },
    })),
  };
}
