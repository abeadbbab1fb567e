import type { LookUp, ObjectRequest, Transmission } from "../port.ts";
import { commonEnd, refusal } from "./answers.ts";
import type { Ask } from "./calling.ts";
import { EXPAND, isKey } from "./charge-request.ts";
import type { Exchange } from "../exchange.ts";
import type { Checks } from "./sighting.ts";
import { lookUpOf, transmissionOf } from "./transmission.ts";

/** Takes a reservation in full. */
export function capture(ask: Ask): (request: ObjectRequest) => Promise<Transmission> {
  return (request) =>
    end(ask, request, (idempotencyKey) =>
      ask((sdk) => sdk.paymentIntents.capture(request.objectId, { expand: EXPAND }, { idempotencyKey }), {
        mayStillSend: request.mayStillSend,
      }),
    );
}

/** Closes an intent, so that nothing more is charged by it: the proof of absence, the stop, and the end of a challenge (payment rules §8.3). */
export function cancel(ask: Ask): (request: ObjectRequest) => Promise<Transmission> {
  return (request) =>
    end(ask, request, (idempotencyKey) =>
      ask((sdk) => sdk.paymentIntents.cancel(request.objectId, { expand: EXPAND }, { idempotencyKey }), {
        mayStillSend: request.mayStillSend,
      }),
    );
}

async function end(
  ask: Ask,
  request: ObjectRequest,
  send: (key: string) => Promise<Exchange>,
): Promise<Transmission> {
  const { key, objectId } = request;
  if (!isKey(key)) return { kind: "never-sent", detail: "the key cannot be an idempotency key" };
  const { attemptBefore = request.expected.attemptBefore ?? null } = request;
  const checks: Checks = { expected: { ...request.expected, attemptBefore }, objectId };
  const ended = await send(key);
  if (ended.kind !== "answered" || ended.answer.status === 200) return transmissionOf(ended, checks);
  const common = commonEnd(ended.answer);
  if (common !== null) return common;
  // Refused because the intent stands elsewhere, or is not there: what it shows now is the answer.
  const refused = refusal(ended.answer, "ours");
  if (refused.status === 401 || refused.status === 403) return refused;
  const look = await ask((sdk) => sdk.paymentIntents.retrieve(objectId, { expand: EXPAND }));
  return seenInstead(lookUpOf(look, checks), refused);
}

function seenInstead(look: LookUp, refused: Transmission): Transmission {
  if (look.kind === "seen") return look;
  return look.kind === "unanswered" ? look : refused;
}
