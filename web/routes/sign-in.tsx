import { Hono } from "hono";
import * as oidc from "openid-client";
import { z } from "zod";
import { ApiProblem } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { goTo, show } from "../answers.tsx";
import { type Desk, engineOf, type WebContext, type WebEnv } from "../desk.ts";
import type { SignedIn } from "../identity-provider.ts";
import { DeparturePage } from "../pages/departure.tsx";
import { ProblemPage } from "../pages/problem.tsx";
import { ownPath } from "../own-path.ts";
import { dropSealed, keepSealed, readSealed } from "../sealed-cookies.ts";
import { dropSession, keepSession, newSessionId, sessionSeconds } from "../session.ts";

const pendingShape = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  /** The provider has been asked for the strength that operators need. */
  strong: z.boolean().default(false),
});

/** How long one may look at the identity provider's page. */
const pendingSeconds = 15 * 60;

/** A sign-in per window: each keeps its own secrets, found by the state that comes back. */
function pendingName(state: string) {
  return { purpose: "sign-in", id: state.replaceAll(/[^\w-]/g, "").slice(0, 12) } as const;
}

/** Sign-in by the code flow with PKCE, and sign-out here and at the provider. */
export function signInRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { identity, shelf, publicOrigin } = desk;
  app.get("/sign-in", async (c) => {
    const returnTo = ownPath(c.req.query("returnTo"), publicOrigin) ?? "/";
    return leaveFor(c, desk, { returnTo, strong: false });
  });
  app.get("/sign-in/callback", async (c) => {
    const name = pendingName(c.req.query("state") ?? "");
    const pending = pendingShape.safeParse(await readSealed(c, shelf, name));
    dropSealed(c, shelf, name);
    if (!pending.success) return c.get("visit").session === undefined ? showFailure(c) : goTo(c, "/");
    const { search } = new URL(c.req.url);
    const person = await finish(desk, new URL(`/sign-in/callback${search}`, publicOrigin), pending.data);
    if (person === undefined) return showFailure(c);
    const { returnTo, strong } = pending.data;
    const acrValues = desk.dependencies.operatorAcrValues ?? [];
    if (!isTooWeak(person, acrValues) && (await beginSession(c, desk, person))) return goTo(c, returnTo);
    desk.log.warn({ acr: person.acr, asked: strong }, "the sign-in of an operator was too weak");
    // Only now is it known that this is an operator. Asked once: a provider that cannot do more would be asked for ever.
    const canAskMore = !strong && acrValues.length > 0;
    return canAskMore ? leaveFor(c, desk, { returnTo, strong: true }) : showFailure(c, "weak");
  });
  app.post("/sign-out", async (c) => {
    // This browser forgets it in any case; copies of its cookie end with the row.
    dropSession(c, shelf);
    await desk.engine(c).signOut();
    const url = await identity.signOutUrl();
    const visit = { ...c.get("visit"), session: undefined, formToken: "" };
    return url === undefined
      ? goTo(c, "/")
      : show(c, <DeparturePage visit={visit} to="identity" url={url.href} />);
  });
  return app;
}

/** Sends the browser to the provider, and keeps what its answer is judged by. */
async function leaveFor(
  c: WebContext,
  { identity, shelf, dependencies }: Desk,
  want: { readonly returnTo: string; readonly strong: boolean },
): Promise<Response> {
  const acrValues = want.strong ? (dependencies.operatorAcrValues ?? []) : [];
  const { url, pending } = await identity.begin(c.get("visit").locale, acrValues);
  const value = { ...pending, ...want };
  await keepSealed(c, shelf, pendingName(pending.state), { value, lifetimeSeconds: pendingSeconds });
  return c.redirect(url.href, 302);
}

/** True when the ID token alone says so; where it names no roles, the engine finds out. */
function isTooWeak({ roles, acr }: SignedIn, wanted: readonly string[]): boolean {
  return roles.includes("operator") && wanted.length > 0 && (acr === undefined || !wanted.includes(acr));
}

/** The person, or undefined when the answer is not the one that was asked for: refused, replayed, too late. */
async function finish(
  { identity, log }: Desk,
  cameBackTo: URL,
  pending: z.infer<typeof pendingShape>,
): Promise<SignedIn | undefined> {
  try {
    return await identity.finish(cameBackTo, pending);
  } catch (cause) {
    const refused =
      cause instanceof oidc.AuthorizationResponseError ||
      cause instanceof oidc.ResponseBodyError ||
      cause instanceof oidc.ClientError;
    if (!refused) throw cause;
    log.warn({ code: cause.code }, "a sign-in was refused");
    return undefined;
  }
}

/**
 * The engine knows the session before the browser does; the one that this browser had before ends. False when the access token is an operator's and names
 * none of the strengths: the engine goes by it alone, and the ID token may tell less of the roles or more of the strength.
 */
async function beginSession(c: WebContext, desk: Desk, person: SignedIn): Promise<boolean> {
  const visit = c.get("visit");
  if (visit.session !== undefined) await desk.engine(c).signOut();
  const session = sessionOf(person, visit.locale);
  const seconds = Math.max(1, session.expiresAt - Math.floor(Date.now() / 1000));
  const engine = engineOf(desk.dependencies, c, { session, locale: visit.locale });
  try {
    const { id } = await engine.startSession({ token: session.id, seconds });
    // The row knows whose it is; the log does not.
    desk.log.info({ session: id, acr: person.acr }, "somebody signed in");
  } catch (cause) {
    if (!(cause instanceof ApiProblem) || cause.code !== "stronger-sign-in-needed") throw cause;
    return false;
  }
  await keepSession(c, desk.shelf, session);
  return true;
}

function sessionOf(person: SignedIn, locale: "ru" | "en") {
  const lifetime = Math.min(sessionSeconds, person.tokenSeconds ?? sessionSeconds);
  return {
    id: newSessionId(),
    sub: person.sub,
    name: person.name,
    locale: person.locale ?? locale,
    zone: person.zone,
    roles: [...person.roles],
    accessToken: person.accessToken,
    expiresAt: Math.floor(Date.now() / 1000) + lifetime,
  };
}

/** `weak`: an operator's, and not as strong as it must be. */
function showFailure(c: WebContext, kind: "sign-in" | "weak" = "sign-in"): Response {
  const visit = c.get("visit");
  const { locale } = visit;
  const page = (
    <ProblemPage
      visit={visit}
      title={say(locale, `page.problem.${kind}.title`)}
      text={say(locale, `page.problem.${kind}.text`)}
      again="/sign-in"
    />
  );
  return show(c, page, kind === "weak" ? 403 : 400);
}
