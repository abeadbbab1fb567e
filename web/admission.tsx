import { ApiProblem } from "../api/client.ts";
import { goTo, showNotFound, showStale } from "./answers.tsx";
import { type Desk, engineOf, type WebContext } from "./desk.ts";
import { readForm } from "./form-guard.ts";
import { takeNotice } from "./notice.ts";
import { previewsPath } from "./message-previews.ts";
import { linkPath, namedPath, unsubscribePath } from "./link-path.ts";
import { dropSession, readSession, type Session } from "./session.ts";
import { chooseLocale, hereOf, type Visit } from "./visit.ts";

/** Ids and words: no path of ours needs an escape, so none gets as far as an address or a header. */
const plainPath = /^(?:\/[\w.-]*)(?:\/[\w.-]+)*$/;
const publicPaths = new Set(["/", "/sign-in", "/sign-in/callback", "/terms", previewsPath]);
/** What works for whoever has not accepted the terms: reading and accepting them, seeing and ending sessions, taking the own data along, and leaving. */
const pathsBeforeTerms =
  /^\/(terms|sign-in|sign-in\/callback|sign-out|profile\/(sessions|export|erase)(\/.*)?)$/;

/** Learns who is there, and remembers it for the request. Throws when the engine cannot say whether the session is alive. */
export async function learnVisit(c: WebContext, desk: Desk): Promise<void> {
  const { shelf, dependencies } = desk;
  const cookie = await readSession(c, shelf);
  // A window that looks for news by itself keeps nobody signed in.
  const byItself = c.req.path.endsWith("/live");
  const isPage = c.req.method === "GET" && !byItself;
  const stranger: Visit = {
    locale: chooseLocale(c, cookie, shelf.secure),
    zone: "Europe/Moscow",
    session: undefined,
    terms: "none",
    here: hereOf(c),
    livemode: dependencies.livemode,
    temporalUiUrl: dependencies.temporalUiUrl,
    formToken: "",
    notice: isPage ? await takeNotice(c, shelf) : undefined,
  };
  // A page about a failure needs a visit, too.
  c.set("visit", stranger);
  const living = cookie && (await livingSession(c, desk, { cookie, stranger, byItself }));
  if (living) c.set("visit", living);
}

/** The visit of a session that is still alive; a cookie whose session has ended, here or on another device, is dropped. */
async function livingSession(
  c: WebContext,
  { dependencies, shelf }: Desk,
  of: { readonly cookie: Session; readonly stranger: Visit; readonly byItself: boolean },
): Promise<Visit | undefined> {
  const { cookie, stranger, byItself } = of;
  try {
    const engine = engineOf(dependencies, c, { session: cookie, locale: stranger.locale });
    const { name, locale, zone, terms } = await engine.getLivingSession(byItself ? { quiet: "true" } : {});
    const session = { ...cookie, name, locale, zone };
    return {
      ...stranger,
      locale: chooseLocale(c, session, shelf.secure),
      zone,
      session,
      terms,
      formToken: shelf.seals.formToken(session.id),
    };
  } catch (cause) {
    if (!(cause instanceof ApiProblem) || cause.status !== 401) throw cause;
    dropSession(c, shelf);
    return undefined;
  }
}

/** Lets a request through to its route, or answers it: sign in first, the terms first, or a form that is none of ours. */
export async function admit(c: WebContext, desk: Desk): Promise<Response | undefined> {
  if (!plainPath.test(c.req.path)) return showNotFound(c);
  const { session, here, terms } = c.get("visit");
  const isForm = c.req.method === "POST";
  // Its holder is allowed one thing, whoever they are; a page elsewhere cannot press the button for them.
  if (unsubscribePath.test(c.req.path)) return undefined;
  if (linkPath.test(c.req.path)) return isForm ? refuseForeign(c, desk) : undefined;
  const comeBack = encodeURIComponent(isForm ? "/" : here);
  if (session === undefined && (isForm || !publicPaths.has(c.req.path))) {
    return goTo(c, `/sign-in?returnTo=${comeBack}`);
  }
  if (session !== undefined && terms === "none" && !pathsBeforeTerms.test(c.req.path)) {
    return goTo(c, `/terms?returnTo=${comeBack}`);
  }
  if (!isForm) return undefined;
  const { seals } = desk.shelf;
  const form = await readForm(c, { publicOrigin: desk.publicOrigin, isFormToken: seals.isFormToken });
  if (typeof form !== "string") {
    c.set("form", form);
    return undefined;
  }
  desk.log.warn({ refusal: form, path: c.req.path }, "a form was not taken");
  return showStale(c, 403);
}

/** Refuses a form that another site's page sends. */
export function refuseForeign(c: WebContext, { publicOrigin, log }: Desk): Response | undefined {
  const origin = c.req.header("origin");
  if (origin === undefined || origin === publicOrigin) return undefined;
  log.warn({ refusal: "foreign-origin", path: namedPath(c.req.path) }, "a form was not taken");
  return showStale(c, 403);
}
