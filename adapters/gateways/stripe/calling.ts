import { Stripe } from "stripe";
import { type Exchange, exchange, type Timeouts } from "../exchange.ts";

/** Pinned: what the shapes of this folder were written for. A newer SDK does not compile until somebody has read its changes. */
export const API_VERSION = "2026-10-28.endive";

/** A page of 100 intents with their charges has about 700 KB. */
const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024;

/** What may leave of the headers that the SDK writes; the others tell the vendor about our machine. */
const HEADERS = [
  "accept",
  "authorization",
  "content-type",
  "idempotency-key",
  "stripe-version",
  "user-agent",
] as const;

/** One request in the SDK's own words. */
export type Call = (sdk: Stripe) => Promise<unknown>;

export type Ask = (
  call: Call,
  options?: {
    /** Asked right before the first byte; absent: always. */
    readonly mayStillSend?: () => boolean;
    /** Stored bytes that are sent in place of what the SDK would write today. */
    readonly body?: Uint8Array;
  },
) => Promise<Exchange>;

/**
 * The SDK writes requests (addresses, form, version, credentials); what comes back is given as bytes. Answers are evidence: they are kept
 * as they came and read by the shapes of this folder, which hold at run time.
 */
export function caller(settings: {
  readonly base: URL;
  readonly secretKey: string;
  readonly timeouts: Timeouts;
}): Ask {
  return async (call, { mayStillSend = () => true, body } = {}) => {
    let ended: Exchange | undefined;
    const sdk = new Stripe(settings.secretKey, {
      apiVersion: API_VERSION,
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: {
        getClientName: () => "kvitok",
        async makeRequest(...[, , path, method, headers, text]) {
          ended = await exchange({
            method,
            url: new URL(path, settings.base),
            headers: allowed(headers),
            body: body ?? (method === "POST" ? new TextEncoder().encode(text) : null),
            timeouts: settings.timeouts,
            largestAnswerBytes: LARGEST_ANSWER_BYTES,
            mayStillSend,
          });
          return NOTHING_TO_SEE;
        },
      },
    });
    await call(sdk);
    if (ended === undefined) throw new Error("stripe: the SDK ended a call without a request");
    return ended;
  };
}

/**
 * What the SDK is told of every end. It repeats a request after a reset connection even with its retries switched off, so it never learns of
 * one; and its errors, which quote what the vendor wrote, never come to be.
 */
const NOTHING_TO_SEE = {
  getStatusCode: () => 200,
  getHeaders: () => ({}),
  getRawResponse: () => ({}),
  toStream: () => null,
  toJSON: async () => ({}),
};

function allowed(headers: object): Record<string, string> {
  const given = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const),
  );
  const kept: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = given.get(name);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
