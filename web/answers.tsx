import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ApiProblem } from "../api/client.ts";
import type { FailureCode } from "../domain/failure.ts";
import { say } from "../words/say.ts";
import type { WebContext } from "./desk.ts";
import { ProblemPage } from "./pages/problem.tsx";

/** Answers a whole page. */
export function show(c: Context, page: { toString(): string }, status: ContentfulStatusCode = 200): Response {
  return c.html(`<!doctype html>${page.toString()}`, status);
}

/** Hands a file of the API on as it comes: its name, its type and its language, and no other header. */
export function handOn(c: Context, file: Response): Response {
  for (const name of ["content-type", "content-disposition", "content-language"]) {
    const value = file.headers.get(name);
    if (value !== null) c.header(name, value);
  }
  return c.newResponse(file.body, 200);
}

/** Every action ends here: the browser gets the next page with a GET, so that reloading it repeats nothing. */
export function goTo(c: Context, path: string): Response {
  return c.redirect(path, 303);
}

/** A page that does not exist, or not for this person: one cannot tell which. */
export function showNotFound(c: WebContext): Response {
  const visit = c.get("visit");
  const { locale } = visit;
  return show(
    c,
    <ProblemPage
      visit={visit}
      title={say(locale, "page.problem.not-found.title")}
      text={say(locale, "page.problem.not-found.text")}
    />,
    404,
  );
}

/** A form that was not taken: says that nothing was done. */
export function showStale(c: WebContext, status: 403 | 408 | 413): Response {
  const visit = c.get("visit");
  const { locale } = visit;
  const page = (
    <ProblemPage
      visit={visit}
      title={say(locale, "page.problem.stale.title")}
      text={say(locale, "page.problem.stale.text")}
      again="/"
    />
  );
  return show(c, page, status);
}

/** What the API refused, in its own words: they are already in the person's language. */
export function showRefusal(c: WebContext, problem: ApiProblem): Response {
  const visit = c.get("visit");
  const { locale } = visit;
  const status =
    problem.status >= 400 && problem.status <= 599 ? (problem.status as ContentfulStatusCode) : 502;
  const wait = problem.retryAfterSeconds;
  if (wait !== undefined) c.header("retry-after", String(wait));
  return show(
    c,
    <ProblemPage
      visit={visit}
      title={problem.title === "" ? say(locale, "page.problem.defect.title") : problem.title}
      text={problem.detail === "" ? say(locale, "page.problem.defect.text") : problem.detail}
      waitSeconds={wait}
      again={visit.here}
      requestId={problem.requestId}
    />,
    status,
  );
}

/**
 * True when an address of return carries what a gateway has put there (Stripe adds the intent's client secret): it goes out of the address bar, the history
 * and the next page's referrer before anything is shown. The language stays.
 */
export function carriesMore(c: WebContext): boolean {
  return Object.keys(c.req.query()).some((name) => name !== "lang");
}

/** True for an answer of the API with one of these codes. */
export function isRefusal(cause: unknown, ...codes: readonly FailureCode[]): cause is ApiProblem {
  return cause instanceof ApiProblem && codes.some((code) => code === cause.code);
}

/** True when the API found something wrong in what was entered. */
export function isWrongInput(cause: unknown): cause is ApiProblem {
  return cause instanceof ApiProblem && cause.status === 422;
}

/** What the API finds wrong with fields of a form, by the names that our form gives them. */
export function fieldProblems(
  problem: ApiProblem,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const entries = problem.errors.flatMap(({ field, detail }): [string, string][] => {
    const top = /^\/?(\w+)/.exec(field)?.[1] ?? "";
    const name = names[top];
    return name === undefined ? [] : [[name, detail]];
  });
  return Object.fromEntries(entries);
}
