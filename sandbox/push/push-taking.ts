import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type JWK, importJWK, jwtVerify } from "jose";
import type { PushFault, PushFaults } from "./push-faults.ts";
import type { PushMessage, PushStore, Subscription } from "./push-store.ts";
import { openMessage } from "./sealed-message.ts";

/** What the service answers; null: it hangs up without a word. */
export interface Taken {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly message?: PushMessage;
}

/** RFC 8030 §7.2: a service takes bodies of so many bytes at least; this one takes no more. */
const mostBytes = 4096;

/** Takes one message for a browser, as RFC 8030 and RFC 8292 say. Durable when it resolves. */
export async function takePush(
  service: { readonly store: PushStore; readonly faults: PushFaults; readonly origin: string },
  push: { readonly id: string; readonly headers: Headers; readonly body: Buffer },
): Promise<Taken | null> {
  const { store, faults } = service;
  const subscription = store.subscription(push.id);
  if (!subscription) return refusal(404, "no such subscription");
  const fault = faults.take(push.id);
  if (fault?.kind === "404" || fault?.kind === "410") await store.end(push.id);
  const refused = (await wrongWith(service, subscription, push)) ?? refusalOf(fault, store.isGone(push.id));
  const topic = push.headers.get("topic");
  const delivery = {
    at: store.clock.now(),
    subscription: push.id,
    topic,
    raw: push.body.toString("base64"),
  };
  if (refused) {
    await store.record({ ...delivery, status: refused.status, message: null });
    return refused;
  }
  const message = messageOf(store, subscription, push);
  if (fault?.kind === "drop") {
    const kept = fault.keep ? message : undefined;
    await store.record({ ...delivery, status: null, message: kept?.id ?? null }, kept);
    return null;
  }
  await store.record({ ...delivery, status: 201, message: message.id }, message);
  if (fault?.kind === "slow") await pause(fault.ms);
  return { status: 201, headers: { location: `/messages/${message.id}` }, text: "", message };
}

function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Taken {
  return { status, headers, text };
}

function refusalOf(fault: PushFault | undefined, isGone: boolean): Taken | undefined {
  if (isGone) return refusal(fault?.kind === "404" ? 404 : 410, "the subscription is gone");
  if (fault?.kind !== "413" && fault?.kind !== "429" && fault?.kind !== "500") return undefined;
  const { retryAfterSeconds } = fault;
  return refusal(
    Number(fault.kind),
    "armed refusal",
    retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
  );
}

type Push = Parameters<typeof takePush>[1];

async function wrongWith(
  { origin }: { readonly origin: string },
  subscription: Subscription,
  { headers, body }: Push,
): Promise<Taken | undefined> {
  if (!/^\d+$/.test(headers.get("ttl") ?? "")) return refusal(400, "the header TTL is missing");
  const topic = headers.get("topic");
  if (topic !== null && !/^[\w-]{1,32}$/.test(topic)) return refusal(400, "the header Topic is wrong");
  if (!["very-low", "low", "normal", "high"].includes(headers.get("urgency") ?? "normal"))
    return refusal(400, "the header Urgency is wrong");
  if (headers.get("content-encoding") !== "aes128gcm") return refusal(415, "only aes128gcm");
  if (body.length > mostBytes) return refusal(413, "too large");
  return (await isSigned(headers.get("authorization") ?? "", subscription, origin))
    ? undefined
    : refusal(403, "the sender is not the one who was subscribed for");
}

/** RFC 8292: a token for this very origin, living a day at most, signed with the key that the browser was given. */
async function isSigned(header: string, { applicationServerKey }: Subscription, origin: string) {
  const token = /\bt=([\w.-]+)/.exec(header)?.[1];
  const key = /\bk=([\w-]+)/.exec(header)?.[1];
  if (!header.startsWith("vapid ") || token === undefined || key === undefined) return false;
  if (applicationServerKey !== null && applicationServerKey !== key) return false;
  const point = Buffer.from(key, "base64url");
  const half = (from: number): string => point.subarray(from, from + 32).toString("base64url");
  const jwk: JWK = { kty: "EC", crv: "P-256", x: half(1), y: half(33) };
  try {
    const { payload } = await jwtVerify(token, await importJWK(jwk, "ES256"), {
      algorithms: ["ES256"],
      audience: origin,
      requiredClaims: ["exp", "sub"],
    });
    const livesSeconds = (payload.exp ?? Number.POSITIVE_INFINITY) - Date.now() / 1000;
    return livesSeconds <= 86_400 && /^(mailto:|https:)/.test(payload.sub ?? "");
  } catch {
    return false;
  }
}

function messageOf(store: PushStore, subscription: Subscription, { headers, body }: Push): PushMessage {
  return {
    id: randomUUID(),
    subscription: subscription.id,
    receivedAt: store.clock.now(),
    headers: {
      ttl: headers.get("ttl") ?? "",
      urgency: headers.get("urgency"),
      topic: headers.get("topic"),
    },
    payload: payloadOf(body, subscription),
  };
}

function payloadOf(body: Buffer, { keys }: Subscription): unknown {
  try {
    return JSON.parse(openMessage(body, keys)) as unknown;
  } catch {
    return null;
  }
}
