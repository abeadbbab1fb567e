import type { LookUp, Transmission } from "../port.ts";
import { errorShape, paymentShape, read, retryLaterShape } from "./shapes.ts";
import { type Checks, checkedSighting } from "./sighting.ts";
import type { Answer, Exchange } from "./transport.ts";

/** Statuses that refuse a request without leaving an object behind (payment rules §8.2). */
const REFUSALS = [400, 401, 403, 404, 405, 410, 415];
const KEY_PARAMETER = "idempotence-key";

/**
 * What the end of a `POST /payments` means, judged as a first transmission: on a replay the caller lets a refusal speak only of itself.
 * Details name codes and fields, never values.
 */
export function transmissionOf(ended: Exchange, checks: Checks): Transmission {
  if (ended.kind !== "answered") return ended;
  const { answer } = ended;
  if (answer.status === 200) return executed(answer, checks);
  if (answer.status === 202) return acceptedOnly(answer);
  if (answer.status === 429) return tooMany(answer);
  if (REFUSALS.includes(answer.status)) return refusal(answer);
  if (answer.status >= 500) return { kind: "unanswered", detail: `status ${answer.status}` };
  return unexpected(`status ${answer.status}`);
}

function executed(answer: Answer, checks: Checks): Transmission {
  const payment = read(paymentShape, answer.body);
  if (payment === null) return unexpected("the answer cannot be read");
  const checked = checkedSighting(payment, answer.body, checks);
  return checked.kind === "seen" ? checked : unexpected(`the answer disagrees about ${checked.about}`);
}

function acceptedOnly(answer: Answer): Transmission {
  const retryAfterMs = read(retryLaterShape, answer.body)?.retry_after;
  return {
    kind: "unanswered",
    detail: "status 202",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** A 429 may come from a proxy that writes no JSON; whoever throttles has not executed. */
function tooMany(answer: Answer): Transmission {
  const code = read(errorShape, answer.body)?.code ?? "too_many_requests";
  return { kind: "refused", class: "technical", status: 429, code, detail: "status 429", raw: answer.body };
}

function refusal(answer: Answer): Transmission {
  const error = read(errorShape, answer.body);
  if (error === null) return unexpected(`status ${answer.status} without the vendor's error`);
  if (answer.status === 400 && error.parameter?.toLowerCase() === KEY_PARAMETER) {
    return unexpected("the key was used before, with another body");
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

/** What the end of a `GET /payments/{id}` means. */
export function lookUpOf(ended: Exchange, checks: Checks): LookUp {
  if (ended.kind !== "answered") return { kind: "unanswered", detail: ended.detail };
  const { answer } = ended;
  if (answer.status === 404) return { kind: "missing", detail: "status 404" };
  if (answer.status !== 200) return { kind: "unanswered", detail: `status ${answer.status}` };
  const seen = executed(answer, checks);
  return seen.kind === "seen" ? seen : unexpected(seen.detail);
}

function unexpected(detail: string): {
  readonly kind: "unanswered";
  readonly detail: string;
  readonly alarm: string;
} {
  return { kind: "unanswered", detail, alarm: `yookassa: ${detail}` };
}
