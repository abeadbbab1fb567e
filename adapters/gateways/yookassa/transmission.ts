import type { LookUp, NotSeen, Sighting, Transmission } from "../port.ts";
import { disagreeing, type Doubt } from "./doubt.ts";
import { errorShape, paymentShape, read, retryLaterShape } from "./shapes.ts";
import { type Checks, checkedSighting } from "./sighting.ts";
import type { Answer, Exchange } from "../exchange.ts";

/** Statuses that refuse a request without leaving an object behind (payment rules §8.2). */
const REFUSALS = [400, 401, 403, 404, 405, 410, 415];
const KEY_PARAMETER = "idempotence-key";

/** What the body of a 200 shows, or why it is no evidence. */
type Seen<Sighting> = { readonly kind: "seen"; readonly sighting: Sighting };
type Read<Sighting> = (answer: Answer) => Seen<Sighting> | Doubt;

/**
 * What the end of a `POST /payments`, `/payments/{id}/capture` or `/payments/{id}/cancel` means, judged as a first transmission: on a replay the
 * caller lets a refusal speak only of itself. Details name codes and fields, never values.
 */
export function transmissionOf(ended: Exchange, checks: Checks): Transmission {
  return postedOf(ended, (answer) => executed(answer, checks));
}

/** What the end of a `GET /payments/{id}` means. */
export function lookUpOf(ended: Exchange, checks: Checks): LookUp {
  return lookedUp(ended, (answer) => executed(answer, checks));
}

/** The meaning of every status that can end a POST (payment rules §8.2). */
export function postedOf<Sighting>(ended: Exchange, readBody: Read<Sighting>): Seen<Sighting> | NotSeen {
  if (ended.kind !== "answered") return ended;
  const { answer } = ended;
  if (answer.status === 200) return readBody(answer);
  if (answer.status === 202) return acceptedOnly(answer);
  if (answer.status === 429) return tooMany(answer);
  if (REFUSALS.includes(answer.status)) return refusal(answer);
  if (answer.status >= 500) return { kind: "unanswered", detail: `status ${answer.status}` };
  return disagreeing(`status ${answer.status}`);
}

/** The meaning of every status that can end the GET of one object. */
export function lookedUp<Sighting>(
  ended: Exchange,
  readBody: Read<Sighting>,
): Seen<Sighting> | { readonly kind: "missing"; readonly detail: string } | Doubt {
  if (ended.kind !== "answered") return { kind: "unanswered", detail: ended.detail };
  const { answer } = ended;
  if (answer.status === 404) return { kind: "missing", detail: "status 404" };
  if (answer.status !== 200) return { kind: "unanswered", detail: `status ${answer.status}` };
  return readBody(answer);
}

function executed(answer: Answer, checks: Checks): Seen<Sighting> | Doubt {
  const payment = read(paymentShape, answer.body);
  if (payment === null) return disagreeing("the answer cannot be read");
  const checked = checkedSighting(payment, answer.body, checks);
  if (checked.kind === "seen") return checked;
  return disagreeing(`the answer disagrees about ${checked.about}`, checked.objectId);
}

function acceptedOnly(answer: Answer): NotSeen {
  const retryAfterMs = read(retryLaterShape, answer.body)?.retry_after;
  return {
    kind: "unanswered",
    detail: "status 202",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** A 429 may come from a proxy that writes no JSON; whoever throttles has not executed. */
function tooMany(answer: Answer): NotSeen {
  const code = read(errorShape, answer.body)?.code ?? "too_many_requests";
  return { kind: "refused", class: "technical", status: 429, code, detail: "status 429", raw: answer.body };
}

function refusal(answer: Answer): NotSeen {
  const error = read(errorShape, answer.body);
  if (error === null) return disagreeing(`status ${answer.status} without the vendor's error`);
  if (answer.status === 400 && error.parameter?.toLowerCase() === KEY_PARAMETER) {
    return disagreeing("the key was used before, with another body");
  }
  const parameter = error.parameter === undefined ? {} : { parameter: error.parameter };
  return {
    kind: "refused",
    class: "ours",
    status: answer.status,
    code: error.code,
    ...parameter,
    detail: [`status ${answer.status}`, error.code, error.parameter]
      .filter((part) => part !== undefined)
      .join(" "),
    raw: answer.body,
  };
}
