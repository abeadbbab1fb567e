import { subjectKeyIn } from "../domain/mandate.ts";
import { readReference } from "../db/queries/billers.ts";
import {
  checkReference,
  type Reference,
  type ReferenceProblem,
  type ReferenceValues,
  valuesOfAccount,
} from "../domain/catalogue/reference.ts";
import type { FailureCode } from "../domain/failure.ts";
import { referenceProblemWords } from "../words/reference.ts";
import type { ApiDependencies } from "./dependencies.ts";
import type { ApiContext } from "./environment.ts";
import { Refusal, refuseField } from "./problems.ts";

/** How a payer names themselves to a biller: the whole account, or the fields of its schema. */
export type PayerNumber = {
  readonly billerId: string;
  readonly account?: string | undefined;
  readonly reference?: ReferenceValues | undefined;
};

/**
 * Proves a payer's number by the schema of its biller and answers its normal form, as bills bear it. A number with a slip is some other payer's, and their
 * bills would be shown and paid.
 *
 * @throws Refusal `biller-unknown`, or `reference-wrong` with every wrong field and words for each
 */
export async function provedAccount(
  { db }: Pick<ApiDependencies, "db">,
  c: ApiContext,
  { billerId, account, reference: values }: PayerNumber,
): Promise<string> {
  const reference = await readReference(db, billerId);
  if (!reference) throw refuseField("billerId", "biller-unknown");
  // a number of the payer's own profile was proved when it was saved
  if (account !== undefined && subjectKeyIn(account) !== null) return account;
  const check = checkReference({ reference }, values ?? valuesOfAccount(reference, account ?? ""));
  if (check.ok) return check.account;
  const errors = check.problems.map((problem) => ({
    field: values === undefined ? "account" : `reference.${problem.field}`,
    code: codeOf(problem),
    detail: referenceProblemWords(c.get("locale"), reference, problem),
  }));
  throw new Refusal("reference-wrong", { errors });
}

function codeOf({ why, reason }: ReferenceProblem): FailureCode {
  if (why === "unknown") return "payload-invalid";
  return reason?.code === "check-digit" ? "check-digit-wrong" : "identifier-misshapen";
}

/** The schema as it is asked in one language. */
export function referenceView({ fields, period }: Reference, locale: "ru" | "en") {
  return {
    period,
    fields: fields.map(({ title, hint, identifier, pattern, optional, ...field }) => ({
      ...field,
      identifier: identifier ?? null,
      pattern: pattern ?? null,
      optional: optional === true,
      title: title[locale],
      hint: hint[locale],
    })),
  };
}
