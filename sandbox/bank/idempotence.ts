import { invalidRequest } from "./api-error.ts";
import { type Bank, keyedHash } from "./bank.ts";
import type { ObjectRecord } from "./records.ts";

/** A key protects for 24 hours from the first request, by the bank's clock; later it starts a new operation. */
const keyLifeMs = 24 * 3_600_000;
/** At most 64 printable characters without spaces. */
const keyShape = /^[\x21-\x7e]{1,64}$/;
const header = "Idempotence-Key";

/** The key of a POST request; throws 400 when it is missing or malformed. */
export function requireKey(value: string | undefined): string {
  if (value === undefined || value === "") throw invalidRequest("Idempotence key is required", header);
  if (!keyShape.test(value)) throw invalidRequest("Idempotence key must have 1 to 64 characters", header);
  return value;
}

export interface KeyedRequest {
  readonly key: string;
  /** Method and path. */
  readonly scope: string;
  readonly body: unknown;
}

/**
 * Executes a request once for its key and answers the object as it is now. Nothing waits in here, so of two requests
 * with one key the second finds what the first has done. A refused request (it throws) leaves its key unused.
 */
export function once(bank: Bank, request: KeyedRequest, execute: () => ObjectRecord): ObjectRecord {
  const { book } = bank;
  const meaningHash = keyedHash(bank, canonical(request.body));
  const known = book.keys.get(request.key);
  if (known && book.now() < known.firstAtMs + keyLifeMs) {
    if (known.scope !== request.scope || known.meaningHash !== meaningHash) {
      throw invalidRequest("Idempotence key duplicated", header);
    }
    return current(bank, known.objectKind, known.objectId);
  }
  return book.transact(() => {
    const firstAtMs = book.now();
    const object = execute();
    book.record({
      kind: "key",
      record: {
        key: request.key,
        scope: request.scope,
        meaningHash,
        firstAtMs,
        objectKind: object.kind,
        objectId: object.id,
      },
    });
    return object;
  });
}

function current(bank: Bank, kind: ObjectRecord["kind"], id: string): ObjectRecord {
  const { payments, methods, refunds } = bank.book;
  const object = { payment: payments, payment_method: methods, refund: refunds }[kind].get(id);
  if (!object) throw new Error("an idempotence key without its object");
  return object;
}

/** JSON with sorted fields: two bodies of one meaning are one text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
