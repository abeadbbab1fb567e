import { createRoute } from "@hono/zod-openapi";
import {
  endSession,
  endSessions,
  findSession,
  listSessions,
  startSession,
} from "../../db/queries/sessions.ts";
import { SERVICE_TERMS } from "../../words/service-terms.ts";
import { countUse } from "../../db/queries/widget-uses.ts";
import { callerOfRequest } from "../authentication.ts";
import { type Api, type ApiContext, payerAgent } from "../environment.ts";
import { findAtSignIn } from "../keep-finding.ts";
import { Refusal } from "../problems.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import {
  endedSessionsSchema,
  type LivingSession,
  livingSessionQuery,
  livingSessionSchema,
  sessionSchema,
  startedSessionSchema,
  startSessionSchema,
} from "../schemas/people.ts";
import { bearer, body, commandHeaders, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const common = { tags: ["people"], security: bearer };
const ended = { 200: json(endedSessionsSchema, "How many ended"), default: problem };

const start = createRoute({
  ...common,
  method: "post",
  path: "/v1/me/sessions",
  summary: "The page's own: somebody has signed in",
  request: { headers: commandHeaders, body: body(startSessionSchema) },
  responses: { 201: json(startedSessionSchema, "The session"), default: problem },
});

const living = createRoute({
  ...common,
  method: "get",
  path: "/v1/me/session",
  summary:
    "The page's own: is this browser still signed in; it has been seen by that, unless the page asks by itself (`quiet`)",
  request: { query: livingSessionQuery },
  responses: { 200: json(livingSessionSchema, "Yes, and who it is"), default: problem },
});

const signOut = createRoute({
  ...common,
  method: "delete",
  path: "/v1/me/session",
  summary: "The page's own: this browser signs out, and every copy of its cookie with it",
  responses: ended,
});

const list = createRoute({
  ...common,
  method: "get",
  path: "/v1/me/sessions",
  summary: "Where I am signed in on the page",
  responses: { 200: json(pageOf(sessionSchema), "Living sessions, the newest first"), default: problem },
});

const endOne = createRoute({
  ...common,
  method: "delete",
  path: "/v1/me/sessions/{id}",
  summary: "Sign out there",
  request: { params: idParameter, headers: commandHeaders },
  responses: ended,
});

const endAll = createRoute({
  ...common,
  method: "delete",
  path: "/v1/me/sessions",
  summary: "Sign out everywhere",
  request: { headers: commandHeaders },
  responses: ended,
});

/** Sessions of the page: begun and asked about by the page alone, listed and ended by their resident on any road. */
export function addSessionRoutes(api: Api, tools: RouteTools): void {
  const { db, personOf, rowOf, addCommand, sessionIdleSeconds: idleSeconds } = tools;
  addCommand(api, start, async (c) => {
    mustBePage(c);
    const { token, seconds } = c.req.valid("json");
    const residentId = await personOf(c);
    const id = await startSession(db, { residentId, token, device: payerAgent(c), seconds });
    await countUse(tools.engine, tools.claimKey, { residentId, widget: null });
    await findAtSignIn(tools, residentId);
    return c.json({ id }, 201);
  });
  api.openapi(living, async (c) => {
    const byItself = c.req.valid("query").quiet === "true";
    const session = await mustLive(tools, c, byItself);
    const { sessionId: id, name, locale, zone, termsVersion } = session;
    return c.json({ id, name, locale, zone, terms: acceptedOf(termsVersion) }, 200);
  });
  api.openapi(signOut, async (c) => {
    const { residentId, sessionId } = await mustLive(tools, c);
    return c.json({ ended: Number(await endSession(db, { residentId, sessionId })) }, 200);
  });
  api.openapi(list, async (c) => {
    const row = await rowOf(c);
    const rows = row && (await listSessions(db, { residentId: row.id, token: sessionToken(c), idleSeconds }));
    return c.json({ items: [...(rows ?? [])], nextCursor: null }, 200);
  });
  addCommand(api, endOne, async (c) => {
    const sessionId = idFrom(c.req.valid("param"), "session-not-found");
    const row = await rowOf(c);
    if (!row || !(await endSession(db, { residentId: row.id, sessionId }))) {
      throw new Refusal("session-not-found");
    }
    return c.json({ ended: 1 }, 200);
  });
  addCommand(api, endAll, async (c) => {
    const row = await rowOf(c);
    return c.json({ ended: row ? await endSessions(db, row.id) : 0 }, 200);
  });
}

function acceptedOf(version: string | null): LivingSession["terms"] {
  if (version === SERVICE_TERMS.version) return "current";
  return version === null ? "none" : "older";
}

/** The cookie never leaves the page, so nobody else has a session to speak of. */
function mustBePage(c: ApiContext): void {
  if (c.env.page !== true) throw new Refusal("forbidden");
}

function sessionToken(c: ApiContext): string | null {
  return (c.env.page === true && c.req.header("x-kvitok-session")) || null;
}

async function mustLive(
  { db, sessionIdleSeconds: idleSeconds }: RouteTools,
  c: ApiContext,
  byItself = false,
) {
  mustBePage(c);
  const { issuer, subject } = callerOfRequest(c);
  const token = sessionToken(c);
  const asked = { issuer, subject, idleSeconds, byItself };
  const session = token === null ? undefined : await findSession(db, { ...asked, token });
  if (session === undefined) throw new Refusal("unauthenticated");
  return session;
}
