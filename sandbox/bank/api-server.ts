import { timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { type Answer, disturbed, unexecuted } from "./api-answer.ts";
import { ApiError, invalidRequest } from "./api-error.ts";
import { type ApiCall, type ApiRoute, apiRoutes } from "./api-routes.ts";
import { type Bank, keyedHash } from "./bank.ts";
import { expireOverdue } from "./expiry.ts";
import type { FaultOf, FaultSubject } from "./fault-order.ts";
import { subjectOf } from "./fault-subject.ts";
import { takeFault } from "./faults.ts";
import { requireKey } from "./idempotence.ts";

export type BankContext = Context<{ Bindings: HttpBindings }>;

const largestBodyBytes = 256 * 1024;

/** The API v3, to be mounted under `/v3`. `committed` is told after every answer that changed something may have. */
export function apiServer(bank: Bank, committed: () => void): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const route of apiRoutes) {
    app.on(route.method, route.path, (c) => serveRoute(bank, route, c, committed));
  }
  for (const path of new Set(apiRoutes.map((route) => route.path))) {
    const allow = apiRoutes.filter((route) => route.path === path).map((route) => route.method);
    app.all(path, () => refuse(methodNotAllowed(allow)));
  }
  app.all("*", () => refuse(new ApiError(404, "not_found", "There is nothing at this address")));
  return app;
}

function methodNotAllowed(allow: readonly string[]): ApiError {
  return new ApiError(405, "invalid_request", "Method is not allowed", {
    headers: { Allow: allow.join(", ") },
  });
}

function refuse(error: ApiError): Response {
  return new Response(JSON.stringify(error.toWire()), {
    status: error.status,
    headers: { "Content-Type": "application/json", ...error.headers },
  });
}

async function serveRoute(
  bank: Bank,
  route: ApiRoute,
  c: BankContext,
  committed: () => void,
): Promise<Response> {
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  const body = readJson(bytes);
  const id = c.req.param("id");
  const subject = subjectOf(bank, {
    operation: route.operation,
    body: body.value,
    ...(id === undefined ? {} : { id }),
  });
  const request = recordRequest(bank, route, c, bytes, subject);
  const fired: string[] = [];
  let transport: FaultOf<"transport"> | undefined;
  let answer: Answer;
  let waitAfterMs = 0;
  try {
    const call = admit(bank, route, c, { bytes, body, subject });
    const delay = takeFault(bank.book, "delay", subject);
    transport = takeFault(bank.book, "transport", subject);
    fired.push(...[delay, transport].flatMap((fault) => fault?.kind ?? []));
    if (delay?.when === "before" && !(await pause(bank, delay.ms))) return send(c, "dropped");
    if (delay?.when === "after") waitAfterMs = delay.ms;
    answer = unexecuted(transport) ?? { status: 200, body: execute(bank, route, call) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    answer = { status: error.status, body: error.toWire(), headers: error.headers };
  }
  const shown = disturbed(answer, transport);
  bank.book.record({
    kind: "answer",
    request,
    status: shown === "dropped" ? 0 : shown.status,
    ...idOf(answer),
    ...(fired.length > 0 ? { faults: fired } : {}),
  });
  await bank.book.durable();
  committed();
  const open = waitAfterMs === 0 || (await pause(bank, waitAfterMs));
  return send(c, open ? shown : "dropped");
}

/** Waits in real time; answers false when the bank shuts meanwhile. */
async function pause(bank: Bank, ms: number): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal: bank.closing });
    return true;
  } catch {
    // Nothing but the closing bank ends a pause early.
    return false;
  }
}

function execute(bank: Bank, route: ApiRoute, call: ApiCall): unknown {
  expireOverdue(bank);
  return bank.book.transact(() => route.answer(bank, call));
}

function recordRequest(
  bank: Bank,
  route: ApiRoute,
  c: BankContext,
  bytes: Uint8Array,
  subject: FaultSubject,
): number {
  const url = new URL(c.req.url);
  const key = c.req.header("Idempotence-Key");
  return bank.book.record({
    kind: "request",
    operation: route.operation,
    method: route.method,
    path: url.pathname + url.search,
    ...(key === undefined ? {} : { key: key.slice(0, 64) }),
    ...(bytes.length === 0 ? {} : { bodyHash: keyedHash(bank, bytes) }),
    ...(subject.chargeId === undefined ? {} : { chargeId: subject.chargeId }),
  });
}

interface Received {
  readonly bytes: Uint8Array;
  readonly body: { readonly valid: boolean; readonly value: unknown };
  readonly subject: FaultSubject;
}

/** The checks that come before any operation; throws the refusal. */
function admit(bank: Bank, route: ApiRoute, c: BankContext, received: Received): ApiCall {
  authenticate(bank, c.req.header("Authorization"));
  let key = "";
  if (route.method === "POST") {
    const type = c.req.header("Content-Type") ?? "";
    if (!/^application\/json\s*(;|$)/i.test(type)) {
      throw new ApiError(415, "invalid_request", "Content-Type must be application/json");
    }
    if (received.bytes.length > largestBodyBytes) {
      throw new ApiError(413, "invalid_request", "Request body is too large");
    }
    key = requireKey(c.req.header("Idempotence-Key"));
    if (!received.body.valid) throw invalidRequest("Request body is not JSON");
  }
  return {
    key,
    scope: `${route.method} ${new URL(c.req.url).pathname}`,
    id: c.req.param("id") ?? "",
    body: received.body.value,
    query: c.req.query(),
    subject: received.subject,
  };
}

function authenticate(bank: Bank, header: string | undefined): void {
  const expected = Buffer.from(`${bank.shopId}:${bank.secretKey}`);
  const [scheme = "", encoded = ""] = (header ?? "").split(" ");
  const given = Buffer.from(encoded, "base64");
  const good =
    scheme.toLowerCase() === "basic" && given.length === expected.length && timingSafeEqual(given, expected);
  if (!good) throw new ApiError(401, "invalid_credentials", "Authentication by given credentials failed");
}

/** An empty body is an empty object: clients send none to capture everything or to cancel. */
function readJson(bytes: Uint8Array): Received["body"] {
  if (bytes.length === 0) return { valid: true, value: {} };
  try {
    return { valid: true, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    // Not an error of ours: the refusal is made after authentication, from `valid`.
    return { valid: false, value: undefined };
  }
}

function idOf(answer: Answer): { readonly objectId?: string } {
  const { body } = answer;
  const named = answer.status === 200 && body !== null && typeof body === "object" && "id" in body;
  return named && typeof body.id === "string" ? { objectId: body.id } : {};
}

function send(c: BankContext, answer: Answer | "dropped"): Response {
  if (answer === "dropped") {
    c.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
  return new Response(text, {
    status: answer.status,
    headers: { "Content-Type": "application/json", ...answer.headers },
  });
}
