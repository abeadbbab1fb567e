import type { Answer } from "../exchange.ts";
import { errorShape, read, type WireError } from "./shapes.ts";

/** The vendor's own error, and the objects that it may carry. */
export type VendorError = WireError & {
  readonly payment_intent?: unknown;
  readonly setup_intent?: unknown;
};

/** The error in an answer; `null` where a proxy or something else wrote it. */
export function errorIn(answer: Answer): VendorError | null {
  return read(errorShape, answer.body)?.error ?? null;
}

/** An end that proves nothing and that nobody expected. */
export type Alarm = {
  readonly kind: "unanswered";
  readonly detail: string;
  readonly alarm: string;
  /** Where the answer shows an object that is ours in all but its sum. */
  readonly objectId?: string;
};

export function unexpected(detail: string, objectId?: string): Alarm {
  const named = objectId === undefined ? {} : { objectId };
  return { kind: "unanswered", detail, alarm: `stripe: ${detail}`, ...named };
}

/** A definite refusal of one request. Details name codes and fields, never values. */
export function refusal(
  answer: Answer,
  about: "ours" | "technical",
): {
  readonly kind: "refused";
  readonly class: "ours" | "technical";
  readonly status: number;
  readonly code: string;
  readonly parameter?: string;
  readonly detail: string;
  readonly raw: Uint8Array;
} {
  const error = errorIn(answer);
  const code = error?.code ?? error?.type ?? `status_${answer.status}`;
  const parameter = error?.param ?? undefined;
  return {
    kind: "refused",
    class: about,
    status: answer.status,
    code,
    ...(parameter === undefined ? {} : { parameter }),
    detail: [`status ${answer.status}`, code, parameter].filter((part) => part !== undefined).join(" "),
    raw: answer.body,
  };
}

/** The key was used before with other parameters: a defect of ours, never a word about the charge. */
export function isKeyMismatch(answer: Answer): boolean {
  return answer.status === 400 && errorIn(answer)?.type === "idempotency_error";
}

/** The very request under this key is being executed at this moment, so its end is not known yet. */
export function isTwinRunning(answer: Answer): boolean {
  return answer.status === 409 && errorIn(answer)?.code === "idempotency_key_in_use";
}

/**
 * What every POST shares: `null` where the answer needs judging by its own kind (200, 402, other 4xx with the vendor's error).
 * 409 and 429 did not run and are not remembered (payment rules §8.3).
 */
export function commonEnd(answer: Answer): Alarm | ReturnType<typeof refusal> | Unanswered | null {
  const { status } = answer;
  if (status >= 500) return { kind: "unanswered", detail: `status ${status}` };
  if (isKeyMismatch(answer)) return unexpected("the key was used before, with other parameters");
  if (isTwinRunning(answer)) return { kind: "unanswered", detail: "the same request is being executed" };
  // A throttle may stand before the API and write no JSON; whoever throttles has not executed.
  if (status === 409 || status === 429) return refusal(answer, "technical");
  if (status === 200) return null;
  if (status < 400) return unexpected(`status ${status}`);
  return errorIn(answer) === null ? unexpected(`status ${status} without the vendor's error`) : null;
}

type Unanswered = { readonly kind: "unanswered"; readonly detail: string };
