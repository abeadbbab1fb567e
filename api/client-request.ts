import type { Problem } from "./schemas/problem.ts";

/** How to reach the API, and for whom. */
export type ClientOptions = {
  /** Where the API is, e.g. `https://pay.city.example`. */
  readonly baseUrl: string;
  /** The payer's access token; without it only health can be asked. */
  readonly token?: string;
  /** Any `fetch`: the page hands in one that never leaves its process. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** The secret of the page's session; believed only from the page in the API's own process. */
  readonly session?: string;
  /** The language of titles and details of problems. */
  readonly locale?: "ru" | "en";
  /** The way on which the payer came: `web` makes payments by hand "manual", everything else is "api". */
  readonly channel?: "web";
  /** Who sits in front of the page, and what stood in `X-Forwarded-For`: kept with consents. Believed only from the page in the API's own process. */
  readonly payer?: { readonly address?: string; readonly forwardedFor?: string; readonly userAgent?: string };
};

/** What an API answers that did not do it (RFC 9457). `detail` and the details of `errors` are for people. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: Problem["code"] | "unreadable-answer";
  readonly title: string;
  readonly detail: string;
  readonly errors: NonNullable<Problem["errors"]>;
  /** The caller's own payment that stands in the way. */
  readonly paymentId: string | undefined;
  /** From `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, problem: Partial<Problem>, retryAfter: string | null) {
    super(`${status} ${problem.code ?? "unreadable-answer"}: ${problem.title ?? ""}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = problem.code ?? "unreadable-answer";
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    this.errors = problem.errors ?? [];
    this.paymentId = problem.paymentId;
    this.requestId = problem.requestId;
    this.retryAfterSeconds = retryAfter === null ? undefined : Number(retryAfter);
  }
}

type Query = { readonly [name: string]: string | number | undefined };
type Sending = { readonly body?: object; readonly idempotencyKey?: string };

/** A file as the API hands it out. */
export type Download = { readonly bytes: Uint8Array; readonly mediaType: string };

/** What a question is about: JSON, or bytes as they are. */
export type Question = { readonly body: object } | { readonly bytes: Uint8Array; readonly mediaType: string };

/** Bytes whose number nobody has to know, with what stands in the address beside them. */
type Upload = {
  readonly content: ReadableStream<Uint8Array>;
  readonly mediaType: string;
  readonly query: Query;
};

/**
 * The ways to ask: `get` reads, `download` reads what is no JSON, `open` hands out an answer whose body has no size, `ask` puts a question that is too long or too private for an address and changes nothing,
 * `upload` sends bytes as they come, `send` is a command with an idempotency key.
 */
type Requester = {
  readonly download: (path: string) => Promise<Download>;
  /** An answer that may be long: its body is read as it comes. */
  readonly open: (path: string, query?: Query) => Promise<Response>;
  readonly get: <Answer>(path: string, query?: Query) => Promise<Answer>;
  readonly ask: <Answer>(path: string, question: Question) => Promise<Answer>;
  readonly upload: <Answer>(path: string, sent: Upload) => Promise<Answer>;
  readonly send: <Answer>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    sending: Sending,
  ) => Promise<Answer>;
};

/** Asks the API on behalf of one caller. */
export function createRequester(options: ClientOptions): Requester {
  const transmit = options.fetch ?? ((request: Request) => fetch(request));
  return {
    get: async <Answer>(path: string, query: Query = {}) => {
      const request = new Request(addressOf(options, path, query), { headers: headersOf(options) });
      return readAnswer<Answer>(await transmit(request));
    },
    open: async (path, query = {}) => {
      const request = new Request(addressOf(options, path, query), { headers: headersOf(options) });
      const response = await transmit(request);
      return response.ok ? response : readAnswer<never>(response);
    },
    download: async (path) => {
      const url = new URL(path, options.baseUrl);
      const response = await transmit(new Request(url, { headers: headersOf(options) }));
      if (!response.ok) return readAnswer<never>(response);
      const mediaType = response.headers.get("content-type") ?? "application/octet-stream";
      return { bytes: new Uint8Array(await response.arrayBuffer()), mediaType };
    },
    ask: async <Answer>(path: string, question: Question) => {
      const headers = headersOf(options);
      headers.set("content-type", "bytes" in question ? question.mediaType : "application/json");
      const body = "bytes" in question ? new Uint8Array(question.bytes) : JSON.stringify(question.body);
      const request = new Request(new URL(path, options.baseUrl), { method: "POST", headers, body });
      return readAnswer<Answer>(await transmit(request));
    },
    upload: async <Answer>(path: string, { content, mediaType, query }: Upload) => {
      const headers = headersOf(options);
      headers.set("content-type", mediaType);
      // `half`: the answer comes behind the whole body; without it a stream is no body of a request
      const sending = { method: "POST", headers, body: content, duplex: "half" } as const;
      return readAnswer<Answer>(await transmit(new Request(addressOf(options, path, query), sending)));
    },
    send: async <Answer>(method: string, path: string, sending: Sending) => {
      const headers = headersOf(options);
      headers.set("idempotency-key", sending.idempotencyKey ?? crypto.randomUUID());
      if (sending.body !== undefined) headers.set("content-type", "application/json");
      const body = sending.body === undefined ? {} : { body: JSON.stringify(sending.body) };
      const request = new Request(new URL(path, options.baseUrl), { method, headers, ...body });
      return readAnswer<Answer>(await transmit(request));
    },
  };
}

function addressOf({ baseUrl }: ClientOptions, path: string, query: Query): URL {
  const url = new URL(path, baseUrl);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function headersOf(options: ClientOptions): Headers {
  const headers = new Headers({ accept: "application/json, application/problem+json" });
  if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
  if (options.locale !== undefined) headers.set("accept-language", options.locale);
  if (options.channel !== undefined) headers.set("x-kvitok-channel", options.channel);
  if (options.session !== undefined) headers.set("x-kvitok-session", options.session);
  if (options.payer?.address !== undefined) headers.set("x-kvitok-payer-address", options.payer.address);
  if (options.payer?.forwardedFor !== undefined) headers.set("x-forwarded-for", options.payer.forwardedFor);
  if (options.payer?.userAgent !== undefined) headers.set("x-kvitok-payer-agent", options.payer.userAgent);
  return headers;
}

async function readAnswer<Answer>(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = parseObject(text);
  if (response.ok && body !== undefined) return body as Answer;
  // A proxy in between may answer with a page of its own: still a problem with a status.
  throw new ApiProblem(response.status, response.ok ? {} : (body ?? {}), response.headers.get("retry-after"));
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
