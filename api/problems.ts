import { ExpectedFailure, type FailureCode } from "../domain/failure.ts";
import { FINDING_PROBLEM_STATUS } from "./finding-problem-words.ts";
import { PROBLEM_WORDS, type ProblemLocale } from "./problem-words.ts";
import { REGISTRY_PROBLEM_STATUS } from "./registry-problems.ts";
import type { Problem } from "./schemas/problem.ts";

type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503;

/** Every expected failure and its HTTP status: a new code does not compile until it is decided here. */
export const PROBLEM_STATUS = {
  ...FINDING_PROBLEM_STATUS,
  ...REGISTRY_PROBLEM_STATUS,
  unauthenticated: 401,
  "stronger-sign-in-needed": 401,
  forbidden: 403,
  "terms-not-accepted": 403,
  "not-found": 404,
  "verb-not-allowed": 405,
  "content-type-wrong": 415,
  "body-too-large": 413,
  "body-not-json": 400,
  "payload-invalid": 422,
  "idempotency-key-missing": 400,
  "idempotency-key-invalid": 400,
  "idempotency-key-in-flight": 409,
  "idempotency-key-reused": 422,
  "signature-invalid": 401,
  "rate-limited": 429,
  "look-up-limit": 429,
  "test-message-limit": 429,
  "resident-not-found": 404,
  "biller-not-found": 404,
  "biller-unknown": 422,
  "bill-not-found": 404,
  "mandate-not-found": 404,
  "method-not-found": 404,
  "payment-not-found": 404,
  "charge-not-found": 404,
  "resolution-not-found": 404,
  "case-not-found": 404,
  "session-not-found": 404,
  "push-device-not-found": 404,
  "identifier-not-found": 404,
  "template-not-found": 404,
  "link-not-found": 404,
  "webhook-not-found": 404,
  "delivery-not-found": 404,
  "webhook-url-invalid": 422,
  "webhook-url-not-https": 422,
  "webhook-url-not-public": 422,
  "webhook-disabled": 409,
  "amount-invalid": 422,
  "currency-not-supported": 422,
  "date-invalid": 422,
  "card-number-in-text": 422,
  "zone-unknown": 422,
  "time-invalid": 422,
  "quiet-hours-empty": 422,
  "category-unknown": 422,
  "event-unknown": 422,
  "channel-away": 422,
  "locale-not-supported": 422,
  "return-url-not-allowed": 422,
  "identifier-misshapen": 422,
  "check-digit-wrong": 422,
  "identifier-ambiguous": 422,
  "identifier-not-personal": 422,
  "address-invalid": 422,
  "push-address-invalid": 422,
  "address-code-wrong": 422,
  "qr-not-payment": 422,
  "picture-unreadable": 422,
  "picture-too-large": 422,
  "picture-without-qr": 422,
  "picture-too-slow": 422,
  "reference-wrong": 422,
  "bill-nameless": 422,
  "full-amount-below-amount": 422,
  "identifier-not-saved": 422,
  "sum-not-taken": 422,
  "balance-not-told": 422,
  "bill-not-owed": 409,
  "bill-being-paid": 409,
  "first-not-final": 409,
  "bill-changed": 409,
  "bill-version-conflict": 409,
  "too-many-unfinished": 409,
  "method-not-active": 422,
  "method-not-allowed": 422,
  "method-needed": 422,
  "method-at-another-gateway": 422,
  "gateway-unknown": 422,
  "kind-not-at-gateway": 422,
  "kind-not-bindable": 422,
  "kind-with-method": 422,
  "phone-needed": 422,
  "phone-not-used": 422,
  "wallet-not-taken": 422,
  "confirmed-each-time": 422,
  "not-saved-there": 422,
  "use-not-consented": 422,
  "not-in-batch": 422,
  "not-in-section": 422,
  "not-for-organisations": 422,
  "currency-not-taken": 422,
  "amount-below-least": 422,
  "amount-above-most": 422,
  "mandate-overlap": 409,
  "mandate-not-active": 409,
  "mandate-ended": 409,
  "mandate-version-conflict": 409,
  "consent-missing": 422,
  "consent-not-found": 404,
  "consent-not-signed": 404,
  "notice-pack-refused": 422,
  "limit-exceeded": 422,
  "payment-not-open": 409,
  "payment-waits-for-nobody": 409,
  "not-paid-yet": 409,
  "move-not-allowed": 409,
  "binding-failed": 409,
  held: 409,
  "charge-not-undecided": 409,
  "two-operators-needed": 409,
  "resolution-conflict": 409,
  "accounts-full": 409,
  "identifiers-full": 409,
  "push-off": 409,
  "templates-full": 409,
  "paid-just-now": 409,
  "nothing-due": 409,
  "terms-changed": 409,
  "gateway-unavailable": 503,
  "gateway-refused": 502,
  "temporarily-unavailable": 503,
  internal: 500,
} as const satisfies Record<FailureCode, ProblemStatus>;

/** One wrong field: its path as the caller wrote it, and what is wrong with it. */
export type FieldError = NonNullable<Problem["errors"]>[number];

/** What may stand beside the code. */
export type ProblemExtras = {
  /** Paths of wrong fields: words are found for them. */
  readonly fields?: readonly { readonly field: string; readonly code: FailureCode }[];
  /** Wrong fields with words of their own. */
  readonly errors?: readonly FieldError[];
  readonly paymentId?: string;
  /** The instant at which what stands in the way will be final, where it is known. */
  readonly finalAt?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A failure on its way to becoming an answer. */
export class Refusal extends Error {
  readonly code: FailureCode;
  readonly extras: ProblemExtras;

  constructor(code: FailureCode, extras: ProblemExtras = {}, cause?: unknown) {
    super(code, { cause });
    this.name = "Refusal";
    this.code = code;
    this.extras = extras;
  }
}

/** Refuses a request because of one field of its body. */
export function refuseField(field: string, code: FailureCode): Refusal {
  return new Refusal(code, { fields: [{ field, code }] });
}

/** The words of a code for a person. */
export function detailOf(code: FailureCode, locale: ProblemLocale): string {
  return PROBLEM_WORDS[code][locale][1];
}

/** Makes the answer of a refusal: RFC 9457 with words in the language of the request. */
export function problemResponse(
  refusal: Refusal,
  request: { readonly locale: ProblemLocale; readonly requestId: string },
): Response {
  const { code, extras } = refusal;
  const [title, detail] = PROBLEM_WORDS[code][request.locale];
  const errors: FieldError[] = [
    ...(extras.errors ?? []),
    ...(extras.fields ?? []).map((wrong) => ({ ...wrong, detail: detailOf(wrong.code, request.locale) })),
  ];
  const problem: Problem = {
    type: `urn:kvitok:problem:${code}`,
    title,
    status: PROBLEM_STATUS[code],
    code,
    detail,
    requestId: request.requestId,
    ...(errors.length === 0 ? {} : { errors }),
    ...(extras.paymentId === undefined ? {} : { paymentId: extras.paymentId }),
    ...(extras.finalAt === undefined ? {} : { finalAt: extras.finalAt }),
  };
  return Response.json(problem, {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "content-language": request.locale,
      ...standardHeaders(code),
      ...extras.headers,
    },
  });
}

function standardHeaders(code: FailureCode): Record<string, string> {
  if (code === "unauthenticated") return { "www-authenticate": "Bearer" };
  if (PROBLEM_STATUS[code] === 503 || code === "idempotency-key-in-flight") return { "retry-after": "1" };
  return {};
}

/**
 * Reads any error that left a handler: expected failures become their problem, a database or gateway that is away becomes
 * `temporarily-unavailable`, everything else is a defect.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof ExpectedFailure) {
    const { code, field } = error.failure;
    return field === undefined ? new Refusal(code) : refuseField(field, code);
  }
  return new Refusal(isOutage(error) ? "temporarily-unavailable" : "internal");
}

/** SQLSTATE classes of a server that is away, going down, full, or that ended one of two deadlocked transactions. */
const OUTAGES = /^(08...|53...|57P0[1-3]|40001|40P01|55P03|57014)$/;
const BROKEN_CONNECTIONS = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;
const POOL_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return OUTAGES.test(code) || BROKEN_CONNECTIONS.test(code) || POOL_MESSAGES.test(error.message);
}
