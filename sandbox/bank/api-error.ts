import { newReference } from "./identifiers.ts";

/** A refusal of the API in the vendor's form. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly parameter: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    description: string,
    more: { readonly parameter?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(description);
    this.status = status;
    this.code = code;
    this.parameter = more.parameter;
    this.headers = more.headers ?? {};
  }

  /** The body of the answer. */
  toWire(): Record<string, unknown> {
    return {
      type: "error",
      id: newReference(),
      code: this.code,
      description: this.message,
      ...(this.parameter === undefined ? {} : { parameter: this.parameter }),
    };
  }
}

/** 400 `invalid_request`; `parameter` names the field, with dots. */
export function invalidRequest(description: string, parameter?: string): ApiError {
  return new ApiError(400, "invalid_request", description, parameter === undefined ? {} : { parameter });
}

/** 404 `not_found` for an object that the shop does not have. */
export function notFound(what: string): ApiError {
  return new ApiError(404, "not_found", `${what} doesn't exist or access denied`);
}
