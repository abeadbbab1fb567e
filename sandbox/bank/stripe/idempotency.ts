import { keyedHash } from "../bank.ts";
import type { Face } from "./face.ts";
import { type Group, canonical } from "./form.ts";
import type { StripeKey } from "./records.ts";
import { StripeError, invalidRequest } from "./stripe-error.ts";

/** A key protects for 24 hours from the first executed request, by the bank's clock; later it is forgotten. */
const keyLifeMs = 24 * 3_600_000;
const longestKey = 255;

export interface KeyedRequest {
  readonly key: string;
  /** Method and path. */
  readonly scope: string;
  readonly params: Group;
}

/** The key of a POST, or undefined when the client sent none; throws 400 when it is too long. */
export function readKey(header: string | undefined): string | undefined {
  if (header === undefined || header === "") return undefined;
  if (header.length > longestKey) {
    throw invalidRequest(`Idempotency keys can only be up to ${longestKey} characters.`);
  }
  return header;
}

/** The answer that a live key already has. Throws 400 `idempotency_error` when its request was another one. */
export function keptAnswer(face: Face, request: KeyedRequest): StripeKey | undefined {
  const known = face.shelf.keys.get(request.key);
  if (!known || face.bank.book.now() >= known.firstAtMs + keyLifeMs) return undefined;
  if (known.scope !== request.scope || known.meaningHash !== meaningHash(face, request)) {
    throw new StripeError(
      400,
      "idempotency_error",
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${request.key}' if you meant to execute a different request.`,
    );
  }
  return known;
}

/** Keeps the answer of an executed request: whatever comes under this key will get the same bytes. */
export function keepAnswer(
  face: Face,
  request: KeyedRequest,
  answer: Pick<StripeKey, "requestId" | "status" | "text">,
): void {
  const { key, scope } = request;
  const { book } = face.bank;
  const record = { key, scope, meaningHash: meaningHash(face, request), firstAtMs: book.now(), ...answer };
  book.record({ kind: "stripe", what: "key", record });
}

function meaningHash(face: Face, { params }: KeyedRequest): string {
  return keyedHash(face.bank, canonical(params));
}

/** Requests under way, by key: of two at once the second is refused. Memory only, because a restart ends them all. */
export class KeysInUse {
  readonly #keys = new Set<string>();

  /** Marks a key as in use until the function that it answers is called. Throws 409. */
  enter(key: string): () => void {
    if (this.#keys.has(key)) {
      throw new StripeError(
        409,
        "invalid_request_error",
        `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
        { code: "idempotency_key_in_use", headers: { "Stripe-Should-Retry": "true" } },
      );
    }
    this.#keys.add(key);
    return () => this.#keys.delete(key);
  }
}
