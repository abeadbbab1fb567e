import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { pino } from "pino";
import { ApiProblem } from "../api/client.ts";
import { say } from "../words/say.ts";
import { goTo, show, showNotFound, showRefusal } from "./answers.tsx";
import type { WebDependencies } from "./dependencies.ts";
import { type Desk, engineFor, type WebContext, type WebEnv } from "./desk.ts";
import { largestFormBytes, readForm } from "./form-guard.ts";
import { IdentityUnreachable, makeIdentityProvider } from "./identity-provider.ts";
import { takeNotice } from "./notice.ts";
import { ProblemPage } from "./pages/problem.tsx";
import { billRoutes } from "./routes/bills.tsx";
import { mandateSetupRoutes } from "./routes/mandate-setup.tsx";
import { mandateRoutes } from "./routes/mandates.tsx";
import { methodRoutes } from "./routes/methods.tsx";
import { paymentRoutes } from "./routes/payments.tsx";
import { signInRoutes } from "./routes/sign-in.tsx";
import { makeSeals } from "./sealed-values.ts";
import { securityHeaders } from "./security-headers.ts";
import { dropSession, readSession } from "./session.ts";
import { staticRoutes } from "./static-files.ts";
import { chooseLocale, hereOf } from "./visit.ts";

export type { WebDependencies } from "./dependencies.ts";

/** Paths that belong to the API of the same origin. */
const apiPath = /^\/(?:v1|health|openapi\.json)(?:\/|$)/;
/** Ids and words: no path of ours needs an escape, so none gets as far as an address or a header. */
const plainPath = /^(?:\/[\w.-]*)(?:\/[\w.-]+)*$/;
const publicPaths = new Set(["/", "/sign-in", "/sign-in/callback"]);

/**
 * The resident page, to be mounted at `/` behind the API's own routes: `app.route("/", createWeb(…))`. It leaves the API's paths alone and answers
 * every other one. All it knows it learns through the API, in the name of the person who is signed in.
 */
export function createWeb(dependencies: WebDependencies): Hono {
  const site = makeSite(makeDesk(dependencies));
  const app = new Hono();
  app.all("*", (c, next) => (apiPath.test(c.req.path) ? next() : site.fetch(c.req.raw, c.env)));
  return app;
}

function makeDesk(dependencies: WebDependencies): Desk {
  const publicUrl = new URL(dependencies.publicUrl);
  return {
    dependencies,
    publicOrigin: publicUrl.origin,
    shelf: { seals: makeSeals(dependencies.sessionKey), secure: publicUrl.protocol === "https:" },
    identity: makeIdentityProvider(dependencies),
    log: dependencies.log ?? pino({ name: "web" }),
    engine: engineFor(dependencies),
  };
}

function makeSite(desk: Desk): Hono<WebEnv> {
  const site = new Hono<WebEnv>();
  site.use(securityHeaders(desk.shelf.secure));
  site.route("/", staticRoutes());
  site.use(async (c, next) => leadToPublicHost(c, desk) ?? next());
  site.use(async (c, next) => {
    c.set("visit", await visitOf(c, desk));
    await next();
  });
  site.use(bodyLimit({ maxSize: largestFormBytes, onError: (c) => showStale(c, 413) }));
  site.use(async (c, next) => (await admit(c, desk)) ?? next());
  site.route("/", signInRoutes(desk));
  site.route("/", billRoutes(desk));
  site.route("/", methodRoutes(desk));
  site.route("/", mandateSetupRoutes(desk));
  site.route("/", mandateRoutes(desk));
  site.route("/", paymentRoutes(desk));
  site.notFound((c) => showNotFound(c));
  site.onError((cause, c) => showFailure(c, desk, cause));
  return site;
}

/** Cookies belong to one host: who comes by another name of this machine is led to the public one. */
function leadToPublicHost(c: WebContext, { publicOrigin }: Desk): Response | undefined {
  const [asked, own] = [new URL(c.req.url), new URL(publicOrigin)];
  const isLoopback = (host: string): boolean => ["localhost", "127.0.0.1", "[::1]"].includes(host);
  if (asked.host === own.host || !isLoopback(asked.hostname) || !isLoopback(own.hostname)) return undefined;
  if (asked.port !== own.port || c.req.method !== "GET") return undefined;
  own.pathname = asked.pathname;
  own.search = asked.search;
  return c.redirect(own.href, 307);
}

async function visitOf(c: WebContext, { shelf, dependencies }: Desk): Promise<WebEnv["Variables"]["visit"]> {
  const session = await readSession(c, shelf);
  const isPage = c.req.method === "GET" && !c.req.path.endsWith("/live");
  return {
    locale: chooseLocale(c, session, shelf.secure),
    zone: session?.zone ?? "Europe/Moscow",
    session,
    here: hereOf(c),
    livemode: dependencies.livemode,
    temporalUiUrl: dependencies.temporalUiUrl,
    formToken: session === undefined ? "" : shelf.seals.formToken(session.id),
    notice: isPage ? await takeNotice(c, shelf) : undefined,
  };
}

/** Lets a request through to its route, or answers it: sign in first, or a form that is none of ours. */
async function admit(c: WebContext, desk: Desk): Promise<Response | undefined> {
  if (!plainPath.test(c.req.path)) return showNotFound(c);
  const { session, here } = c.get("visit");
  const isForm = c.req.method === "POST";
  if (session === undefined && (isForm || !publicPaths.has(c.req.path))) {
    return goTo(c, `/sign-in?returnTo=${encodeURIComponent(isForm ? "/" : here)}`);
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

/** A form that was not taken: says that nothing was done. */
function showStale(c: WebContext, status: 403 | 413): Response {
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

function showFailure(c: WebContext, { shelf, log }: Desk, cause: Error): Response {
  const visit = c.get("visit");
  if (cause instanceof ApiProblem && cause.status === 401) {
    dropSession(c, shelf);
    return goTo(c, `/sign-in?returnTo=${encodeURIComponent(c.req.method === "GET" ? visit.here : "/")}`);
  }
  if (cause instanceof ApiProblem && cause.status === 404) return showNotFound(c);
  if (cause instanceof ApiProblem) {
    if (cause.status >= 500) log.error({ code: cause.code, requestId: cause.requestId }, "the API failed");
    return showRefusal(c, cause);
  }
  const isIdentity = cause instanceof IdentityUnreachable;
  log.error({ err: cause, path: c.req.path }, isIdentity ? "the identity provider is away" : "a page failed");
  const kind = isIdentity ? "identity" : "defect";
  const page = (
    <ProblemPage
      visit={visit}
      title={say(visit.locale, `page.problem.${kind}.title`)}
      text={say(visit.locale, `page.problem.${kind}.text`)}
      again={c.req.method === "GET" ? visit.here : "/"}
    />
  );
  return show(c, page, isIdentity ? 503 : 500);
}
