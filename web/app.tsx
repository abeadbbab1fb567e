import { Hono } from "hono";
import { pino } from "pino";
import { ApiProblem } from "../api/client.ts";
import { say } from "../words/say.ts";
import { admit, learnVisit } from "./admission.tsx";
import { goTo, show, showNotFound, showRefusal, showStale } from "./answers.tsx";
import type { WebDependencies } from "./dependencies.ts";
import { type Desk, engineFor, type WebContext, type WebEnv } from "./desk.ts";
import { refuseBody } from "./form-guard.ts";
import { IdentityUnreachable, makeIdentityProvider } from "./identity-provider.ts";
import { namedPath } from "./link-path.ts";
import { ProblemPage } from "./pages/problem.tsx";
import { addBillRoutes } from "./routes/add-bill.tsx";
import { accountRoutes } from "./routes/accounts.tsx";
import { archiveRoutes } from "./routes/archive.tsx";
import { billRoutes } from "./routes/bills.tsx";
import { linkRoutes } from "./routes/link.tsx";
import { forecastRoutes } from "./routes/forecast.tsx";
import { mandateSetupRoutes } from "./routes/mandate-setup.tsx";
import { mandateRoutes } from "./routes/mandates.tsx";
import { methodRoutes } from "./routes/methods.tsx";
import { messagePreviewRoutes, previewedMails } from "./routes/message-previews.tsx";
import { paymentRoutes } from "./routes/payments.tsx";
import { dataRoutes } from "./routes/profile-data.tsx";
import { identifierRoutes } from "./routes/profile-identifiers.tsx";
import { notificationRoutes } from "./routes/profile-notifications.tsx";
import { mailRoutes } from "./routes/profile-mail.tsx";
import { pushRoutes } from "./routes/profile-push.tsx";
import { profileRoutes } from "./routes/profile.tsx";
import { signInRoutes } from "./routes/sign-in.tsx";
import { templateRoutes } from "./routes/templates.tsx";
import { unsubscribeRoutes } from "./routes/unsubscribe.tsx";
import { makeSeals } from "./sealed-values.ts";
import { securityHeaders } from "./security-headers.ts";
import { dropSession } from "./session.ts";
import { staticRoutes } from "./static-files.ts";

export type { WebDependencies } from "./dependencies.ts";

/** Paths that belong to the API of the same origin. */
const apiPath = /^\/(?:v1|health|openapi\.json)(?:\/|$)/;

/**
 * The resident page, to be mounted at `/` behind the API's own routes: `app.route("/", createWeb(…))`. It leaves the API's paths alone and answers
 * every other one. All it knows it learns through the API, in the name of the person who is signed in.
 */
export function createWeb(dependencies: WebDependencies): Hono {
  const site = makeSite(makeDesk(dependencies));
  const app = new Hono();
  if (dependencies.messagePreviews !== undefined)
    app.route("/", previewedMails(dependencies.messagePreviews));
  app.all("*", (c, next) => (apiPath.test(c.req.path) ? next() : site.fetch(c.req.raw, c.env)));
  return app;
}

/** Every page and form that {@link createWeb} serves, as `GET /bills/:id`. */
export function pageLines(dependencies: WebDependencies): readonly string[] {
  const routes = makeSite(makeDesk(dependencies)).routes.filter(({ method }) => method !== "ALL");
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))];
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
    await learnVisit(c, desk);
    await next();
  });
  site.use(async (c, next) => {
    const refusal = await refuseBody(c);
    return refusal === undefined ? next() : showStale(c, refusal === "large" ? 413 : 408);
  });
  site.use(async (c, next) => (await admit(c, desk)) ?? next());
  site.route("/", signInRoutes(desk));
  site.route("/", forecastRoutes(desk));
  site.route("/", profileRoutes(desk));
  site.route("/", dataRoutes(desk));
  site.route("/", mailRoutes(desk));
  site.route("/", pushRoutes(desk));
  site.route("/", notificationRoutes(desk));
  site.route("/", identifierRoutes(desk));
  site.route("/", addBillRoutes(desk));
  site.route("/", billRoutes(desk));
  site.route("/", accountRoutes(desk));
  site.route("/", methodRoutes(desk));
  site.route("/", mandateSetupRoutes(desk));
  site.route("/", mandateRoutes(desk));
  site.route("/", paymentRoutes(desk));
  site.route("/", linkRoutes(desk));
  site.route("/", unsubscribeRoutes(desk));
  site.route("/", archiveRoutes(desk));
  site.route("/", templateRoutes(desk));
  site.route("/", messagePreviewRoutes(desk));
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
  log.error(
    { err: cause, path: namedPath(c.req.path) },
    isIdentity ? "the identity provider is away" : "a page failed",
  );
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
