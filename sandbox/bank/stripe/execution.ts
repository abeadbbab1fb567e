import type { FaultOf } from "../fault-order.ts";
import { checkExpansion, expanded, expandedList } from "./expansion.ts";
import { expireOverdueStripe } from "./expiry.ts";
import type { Face } from "./face.ts";
import { type KeyedRequest, keepAnswer, keptAnswer } from "./idempotency.ts";
import type { Wire } from "./records.ts";
import type { StripeCall, StripeRoute } from "./route.ts";
import { StripeError } from "./stripe-error.ts";

/** An answer as it goes out. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly objectId?: string;
}

/** How a request is to be executed. */
export interface Execution {
  readonly requestId: string;
  readonly transport: FaultOf<"transport"> | undefined;
}

/**
 * Executes a request once for its key. What ran is kept with its answer in one line of the journal: a 500 that an armed
 * fault puts in the answer's place is kept, too, and comes back for as long as the key lives. Nothing waits in here.
 */
export function execute(face: Face, route: StripeRoute, call: StripeCall, how: Execution): Reply {
  expireOverdueStripe(face);
  if (call.key === undefined) return face.bank.book.transact(() => run(face, route, call, how).reply);
  const request: KeyedRequest = { key: call.key, scope: `${route.method} ${call.path}`, params: call.params };
  const kept = keptAnswer(face, request);
  if (kept) {
    const headers = { "Idempotent-Replayed": "true", "Original-Request": kept.requestId };
    return { status: kept.status, text: kept.text, headers };
  }
  return face.bank.book.transact(() => {
    const { reply, executed } = run(face, route, call, how);
    const { status, text } = reply;
    if (executed) keepAnswer(face, request, { requestId: how.requestId, status, text });
    return reply;
  });
}

interface Run {
  readonly reply: Reply;
  /** The operation had begun. */
  readonly executed: boolean;
}

function run(face: Face, route: StripeRoute, call: StripeCall, { transport }: Execution): Run {
  try {
    const { expand = [] } = route.check(call.params);
    checkExpansion(route.gives, route.list, expand);
    if (transport?.kind === "error-500") return { reply: brokenReply(), executed: true };
    const wire = shown(face, route, route.answer(face, call), expand);
    const reply = transport?.kind === "commit-then-500" ? brokenReply() : jsonReply(wire);
    return {
      reply: { ...reply, objectId: typeof wire.id === "string" ? wire.id : undefined },
      executed: true,
    };
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const masked = error.kept && transport?.kind === "commit-then-500";
    return { reply: masked ? brokenReply() : errorReply(error), executed: error.kept };
  }
}

function shown(face: Face, { gives, list }: StripeRoute, answer: Wire, expand: readonly string[]): Wire {
  return list ? expandedList(face, gives, answer, expand) : expanded(face, gives, answer, expand);
}

function jsonReply(wire: Wire): Reply {
  return { status: 200, text: `${JSON.stringify(wire, null, 2)}\n`, headers: {} };
}

export function errorReply(error: StripeError): Reply {
  return {
    status: error.status,
    text: `${JSON.stringify(error.toWire(), null, 2)}\n`,
    headers: error.headers,
  };
}

function brokenReply(): Reply {
  return errorReply(
    new StripeError(500, "api_error", "An unknown error occurred. Our team has been alerted."),
  );
}

/** The answer of a fault that keeps the request from reaching its operation: no key remembers it. */
export function unexecuted(fault: FaultOf<"transport"> | undefined): Reply | undefined {
  switch (fault?.kind) {
    case "drop-before":
      return { status: 0, text: "", headers: {} };
    case "429":
      return errorReply(
        new StripeError(429, "invalid_request_error", "Request rate limit exceeded.", { code: "rate_limit" }),
      );
    case "status": {
      const type = fault.status >= 500 ? "api_error" : "invalid_request_error";
      const { code, parameter: param } = fault;
      return errorReply(new StripeError(fault.status, type, "Refused by an armed fault.", { code, param }));
    }
    default:
      return undefined;
  }
}

/** What leaves the bank in place of the true answer. */
export function disturbed(reply: Reply, fault: FaultOf<"transport"> | undefined): Reply | "dropped" {
  switch (fault?.kind) {
    case "drop-before":
    case "commit-then-drop":
      return "dropped";
    case "bad-json":
      return { ...reply, text: reply.text.slice(0, Math.floor(reply.text.length / 2)) };
    case "202":
      return { ...reply, status: 202, text: "{}\n" };
    default:
      return reply;
  }
}
