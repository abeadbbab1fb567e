import { z } from "zod";
import { type FailureCode, isFailureCode } from "../domain/failure.ts";
import { writtenPath } from "../domain/field-path.ts";
import type { ProblemLocale } from "./problem-words.ts";
import { detailOf, type FieldError, Refusal } from "./problems.ts";

const inWords = { ru: z.locales.ru().localeError, en: z.locales.en().localeError };

type Issue = z.core.$ZodIssue;
type Found = { readonly path: readonly PropertyKey[]; readonly issue: Issue };

/** Turns what zod found wrong with an input into a refusal that names each field. */
export function refuseInvalid(error: z.core.$ZodError, input: unknown, locale: ProblemLocale): Refusal {
  const errors = fieldErrors(error, input, locale);
  const [first] = errors;
  const one = first !== undefined && errors.every(({ code }) => code === first.code);
  return new Refusal(one ? first.code : "payload-invalid", { errors });
}

/** Names every wrong field: its path as the caller wrote it (`limitPerPayment.amountMinor`, `methods[0]`), a code and a sentence. */
export function fieldErrors(error: z.core.$ZodError, input: unknown, locale: ProblemLocale): FieldError[] {
  return error.issues.flatMap((issue) => found(issue, [])).map((one) => fieldError(one, input, locale));
}

/** Looks into unions and unknown keys for the field that a person would point at. */
function found(issue: Issue, prefix: readonly PropertyKey[]): Found[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key], issue }));
  if (issue.code === "invalid_union") {
    // The alternative that was meant is the one whose complaints lie inside it, not at its own shape.
    const meant = issue.errors.find((issues) => issues.every((inner) => inner.path.length > 0));
    if (meant !== undefined) return meant.flatMap((inner) => found(inner, path));
  }
  return [{ path, issue }];
}

function fieldError({ path, issue }: Found, input: unknown, locale: ProblemLocale): FieldError {
  const code = codeOf(path, issue);
  const words = code === "payload-invalid" ? sentenceOf(issue, valueAt(input, path), locale) : undefined;
  return { field: writtenPath(path), code, detail: words ?? detailOf(code, locale) };
}

function codeOf(path: readonly PropertyKey[], issue: Issue): FailureCode {
  const named: unknown = issue.code === "custom" ? issue.params?.["code"] : undefined;
  if (typeof named === "string" && isFailureCode(named)) return named;
  if (issue.code === "unrecognized_keys") return "payload-invalid";
  if (path.at(-1) === "amountMinor") return "amount-invalid";
  if (path.at(-1) === "currency") return "currency-not-supported";
  return "payload-invalid";
}

function sentenceOf(issue: Issue, input: unknown, locale: ProblemLocale): string | undefined {
  const words = inWords[locale]({ ...issue, input } as z.core.$ZodRawIssue);
  return typeof words === "string" ? words : (words?.message ?? undefined);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
