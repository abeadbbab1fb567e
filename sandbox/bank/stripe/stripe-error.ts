import type { Failure } from "./records.ts";

/** What an error object may say besides its type and message. */
export interface ErrorDetails {
  readonly code?: string;
  readonly param?: string;
  /** Further fields of the error object, as they go over the wire. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The operation had begun: the answer belongs to its idempotency key for good. */
  readonly kept?: boolean;
}

/** A refusal of the API in the vendor's form. */
export class StripeError extends Error {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly kept: boolean;
  readonly #details: ErrorDetails;

  constructor(status: number, type: string, message: string, details: ErrorDetails = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.headers = details.headers ?? {};
    this.kept = details.kept === true;
    this.#details = details;
  }

  /** The same refusal of something that had begun: its key keeps it. */
  asKept(): StripeError {
    return new StripeError(this.status, this.type, this.message, { ...this.#details, kept: true });
  }

  /** The body of the answer. */
  toWire(): Record<string, unknown> {
    const { code, param, more } = this.#details;
    return {
      error: {
        ...(code === undefined
          ? {}
          : { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}` }),
        message: this.message,
        ...(param === undefined ? {} : { param }),
        type: this.type,
        ...more,
      },
    };
  }
}

/** 400 for a request that is wrong in itself: nothing was executed, its idempotency key stays unused. */
export function invalidRequest(message: string, param?: string, code?: string): StripeError {
  return new StripeError(400, "invalid_request_error", message, { param, code });
}

/** 404 for an object that the account does not have (400 where a parameter names it, as the vendor does). */
export function missing(what: string, id: string, param: string, status: 400 | 404 = 404): StripeError {
  return new StripeError(status, "invalid_request_error", `No such ${what}: '${id}'`, {
    code: "resource_missing",
    param,
  });
}

/** 402: the card was declined. `subject` is the intent as it stands after the decline. */
export function cardError(failure: Failure, subject: Readonly<Record<string, unknown>>): StripeError {
  return new StripeError(402, failure.type, failure.message, {
    code: failure.code,
    kept: true,
    more: { ...failureDetails(failure), ...subject },
  });
}

/** The decline fields of an error object. */
export function failureDetails(failure: Failure): Record<string, unknown> {
  const { adviceCode, declineCode, networkAdviceCode, networkDeclineCode } = failure;
  return {
    ...(adviceCode === undefined ? {} : { advice_code: adviceCode }),
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
    ...(networkAdviceCode === undefined ? {} : { network_advice_code: networkAdviceCode }),
    ...(networkDeclineCode === undefined ? {} : { network_decline_code: networkDeclineCode }),
  };
}
