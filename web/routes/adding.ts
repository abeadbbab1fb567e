import { ApiProblem, type AddBills } from "../../api/client.ts";
import { FINDING_FAULTS } from "../../domain/finding-faults.ts";
import { fieldProblems, goTo } from "../answers.tsx";
import type { Desk, WebContext } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import type { FieldProblems } from "../parts/forms.tsx";

/** Adds bills and opens the first one, from where it can be paid. */
export async function addAndOpen(
  c: WebContext,
  { engine, shelf }: Desk,
  how: { readonly wish: AddBills; readonly refused: (problem: ApiProblem) => Response | Promise<Response> },
): Promise<Response> {
  try {
    const { bills } = await engine(c).addBills(how.wish, { idempotencyKey: c.get("form").onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "bill-added" });
    return goTo(c, bills[0] === undefined ? "/" : `/bills/${bills[0].id}`);
  } catch (cause) {
    if (!isAnswerable(cause)) throw cause;
    return how.refused(cause);
  }
}

/** What belongs beside the form: wrong input, and why nothing was found. */
export function isAnswerable(cause: unknown): cause is ApiProblem {
  if (!(cause instanceof ApiProblem)) return false;
  return cause.status === 422 || FINDING_FAULTS.some((fault) => fault === cause.code);
}

/** What the API says, by the fields of our form; what is about no field stands at the main one. */
export function problemsOf(
  problem: ApiProblem,
  names: Readonly<Record<string, string>>,
  main: string,
): FieldProblems {
  const found = fieldProblems(problem, names);
  return Object.keys(found).length === 0 ? { [main]: problem.detail } : found;
}
