import { timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { keyedHash } from "../bank.ts";
import type { FaultOf, FaultSubject } from "../fault-order.ts";
import { takeFault } from "../faults.ts";
import { type Reply, disturbed, errorReply, execute, unexecuted } from "./execution.ts";
import { type Face, newId } from "./face.ts";
import { type Group, inTodaysNames, readForm } from "./form.ts";
import { KeysInUse, readKey } from "./idempotency.ts";
import type { StripeRoute } from "./route.ts";
import { stripeRoutes } from "./routes.ts";
import { StripeError, invalidRequest } from "./stripe-error.ts";
import { subjectOf } from "./subject.ts";
import { apiVersion } from "./wire.ts";

type StripeContext = Context<{ Bindings: HttpBindings }>;

const largestBodyBytes = 256 * 1024;

/** The API v1, to be mounted under `/v1`. `committed` is told after every answer that may have changed something. */
export function stripeApi(face: Face, committed: () => void): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const inUse = new KeysInUse();
  for (const route of stripeRoutes) {
    app.on(route.method, route.path, (c) => serve(face, inUse, route, c, committed));
  }
  app.get("/account", (c) => refusable(c, () => accountReply(face, c)));
  app.all("*", (c) => refusable(c, () => unknownAddress(c)));
  return app;
}

/** A request as it arrived. */
interface Arrival {
  readonly bytes: Uint8Array;
  readonly requestId: string;
  readonly url: URL;
  readonly params: Group | undefined;
  readonly key: string | undefined;
  readonly subject: FaultSubject;
  /** Its number in the journal. */
  readonly entry: number;
}

async function serve(
  face: Face,
  inUse: KeysInUse,
  route: StripeRoute,
  c: StripeContext,
  committed: () => void,
): Promise<Response> {
  const arrival = await arrive(face, route, c);
  const faults: { transport?: FaultOf<"transport">; delay?: FaultOf<"delay"> } = {};
  let leave = (): void => undefined;
  let reply: Reply;
  try {
    const key = admit(face, route, c, arrival);
    if (key !== undefined) leave = inUse.enter(key);
    const { delay, transport } = Object.assign(faults, {
      delay: takeFault(face.bank.book, "delay", arrival.subject),
      transport: takeFault(face.bank.book, "transport", arrival.subject),
    });
    if (delay?.when === "before" && !(await pause(face, delay.ms))) return send(c, arrival, "dropped");
    reply = unexecuted(transport) ?? perform(face, route, c, { ...arrival, key }, transport);
  } catch (error) {
    if (!(error instanceof StripeError)) {
      leave();
      throw error;
    }
    reply = errorReply(error);
  }
  const shown = disturbed(reply, faults.transport);
  recordAnswer(face, arrival, reply, shown, faults);
  await face.bank.book.durable();
  committed();
  const open = faults.delay?.when !== "after" || (await pause(face, faults.delay.ms));
  leave();
  return send(c, arrival, open ? shown : "dropped");
}

function perform(
  face: Face,
  route: StripeRoute,
  c: StripeContext,
  { params, requestId, subject, url, key }: Arrival,
  transport: FaultOf<"transport"> | undefined,
): Reply {
  if (!params) throw invalidRequest("Invalid parameters");
  const { pathname: path } = url;
  const call = {
    id: c.req.param("id") ?? "",
    path,
    params: inTodaysNames(params, versionOf(c)),
    key,
    takeFault: () => takeFault(face.bank.book, "outcome", subject),
  };
  return execute(face, route, call, { requestId, transport });
}

async function arrive(face: Face, route: StripeRoute, c: StripeContext): Promise<Arrival> {
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  const url = new URL(c.req.url);
  const text = route.method === "POST" ? new TextDecoder().decode(bytes) : url.search.slice(1);
  const params = readForm(text);
  const header = route.method === "POST" ? c.req.header("Idempotency-Key")?.slice(0, 300) : undefined;
  const key = header === "" ? undefined : header;
  const subject = subjectOf(face, {
    operation: route.operation,
    id: c.req.param("id") ?? "",
    params: params ?? {},
    key,
  });
  const entry = face.bank.book.record({
    kind: "request",
    operation: route.operation,
    method: route.method,
    path: url.pathname + url.search,
    key,
    bodyHash: bytes.length === 0 ? undefined : keyedHash(face.bank, bytes),
    chargeId: subject.chargeId,
  });
  return { bytes, requestId: newId("req"), url, params, key, subject, entry };
}

/** The checks that come before any operation; throws the refusal, answers the idempotency key. */
function admit(
  face: Face,
  route: StripeRoute,
  c: StripeContext,
  { bytes, key }: Arrival,
): string | undefined {
  authenticate(face, c.req.header("Authorization"));
  if (route.method !== "POST") return undefined;
  const type = c.req.header("Content-Type") ?? "";
  if (bytes.length > 0 && !/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw invalidRequest(
      "Invalid request (check that your POST content type is application/x-www-form-urlencoded).",
    );
  }
  if (bytes.length > largestBodyBytes) {
    throw new StripeError(413, "invalid_request_error", "Request body is too large");
  }
  return readKey(key);
}

function authenticate(face: Face, header: string | undefined): void {
  const [scheme = "", credentials = ""] = (header ?? "").split(" ");
  const given =
    scheme.toLowerCase() === "basic"
      ? Buffer.from(credentials, "base64").toString("utf8").replace(/:.*$/s, "")
      : scheme.toLowerCase() === "bearer"
        ? credentials
        : "";
  const [a, b] = [Buffer.from(given), Buffer.from(face.options.secretKey)];
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  const message =
    given === ""
      ? "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."
      : "Invalid API Key provided.";
  throw new StripeError(401, "invalid_request_error", message, {
    headers: { "WWW-Authenticate": 'Basic realm="Stripe"' },
  });
}

function recordAnswer(
  face: Face,
  arrival: Arrival,
  reply: Reply,
  shown: Reply | "dropped",
  faults: { readonly transport?: FaultOf<"transport">; readonly delay?: FaultOf<"delay"> },
): void {
  const fired = [faults.delay, faults.transport].flatMap((fault) => fault?.kind ?? []);
  face.bank.book.record({
    kind: "answer",
    request: arrival.entry,
    status: shown === "dropped" ? 0 : shown.status,
    objectId: reply.objectId,
    faults: fired.length > 0 ? fired : undefined,
  });
}

/** Waits in real time; answers false when the bank shuts meanwhile. */
async function pause(face: Face, ms: number): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal: face.bank.closing });
    return true;
  } catch {
    // Nothing but the closing bank ends a pause early.
    return false;
  }
}

function send(c: StripeContext, { requestId, key }: Arrival, reply: Reply | "dropped"): Response {
  if (reply === "dropped") {
    c.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  return new Response(reply.text, {
    status: reply.status,
    headers: {
      "Content-Type": "application/json",
      "Cache-Control": "no-cache, no-store",
      "Request-Id": requestId,
      "Stripe-Version": versionOf(c),
      ...(key === undefined ? {} : { "Idempotency-Key": key }),
      ...reply.headers,
    },
  });
}

/** The version of the API that the client asks for, or the merchant's own. */
function versionOf(c: StripeContext): string {
  return c.req.header("Stripe-Version") ?? apiVersion;
}

/** Operations that no fault and no key concern. */
function refusable(c: StripeContext, answer: () => Reply): Response {
  let reply: Reply;
  try {
    reply = answer();
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    reply = errorReply(error);
  }
  return new Response(reply.text, {
    status: reply.status,
    headers: {
      "Content-Type": "application/json",
      "Request-Id": newId("req"),
      "Stripe-Version": versionOf(c),
      ...reply.headers,
    },
  });
}

function accountReply(face: Face, c: StripeContext): Reply {
  authenticate(face, c.req.header("Authorization"));
  const account = {
    id: face.options.account,
    object: "account",
    charges_enabled: true,
    country: "US",
    default_currency: "usd",
    details_submitted: true,
    metadata: {},
    payouts_enabled: true,
    type: "standard",
  };
  return { status: 200, text: `${JSON.stringify(account, null, 2)}\n`, headers: {} };
}

function unknownAddress(c: StripeContext): Reply {
  throw new StripeError(
    404,
    "invalid_request_error",
    `Unrecognized request URL (${c.req.method}: ${new URL(c.req.url).pathname}). Please see https://stripe.com/docs.`,
  );
}
