import { buildConnector, Client, type Dispatcher } from "undici";
import type { Unreachable } from "../port.ts";
import type { Exchange, Transport } from "./transport.ts";
import { XML_LIMITS } from "./xml.ts";

/** How long each phase of one exchange may take, in milliseconds. */
export type PhaseTimeouts = {
  /** Name resolution, connection and TLS together. */
  readonly connectMs: number;
  /** From the request's last byte to the answer's first. */
  readonly firstByteMs: number;
  /** From the answer's first byte to its last. */
  readonly restMs: number;
};

export const PHASE_TIMEOUTS: PhaseTimeouts = { connectMs: 5_000, firstByteMs: 30_000, restMs: 30_000 };

export type HttpTransportSettings = {
  readonly url: string;
  /** Real charges: only then plain HTTP is refused. */
  readonly livemode: boolean;
  readonly timeouts?: Partial<PhaseTimeouts>;
};

type Phase = "connect" | "first-byte" | "rest";

/** An end that we brought about ourselves. */
class Ended extends Error {
  readonly why: Unreachable;

  constructor(why: Unreachable) {
    super(why);
    this.why = why;
  }
}

/**
 * Posts each document by plain HTTP and takes the answer's body as the document: no envelope, no signature. It is what the sandbox city speaks, and what stands between
 * this adapter and a gateway of the operator's own that signs. Every exchange has a connection of its own, so none is lost on one that the server has just closed.
 *
 * @throws RangeError for an address that cannot be used
 */
export function httpTransport(settings: HttpTransportSettings): Transport {
  const url = new URL(settings.url);
  if (url.protocol !== "https:" && (settings.livemode || url.protocol !== "http:")) {
    throw new RangeError("gis-gmp: real charges need https");
  }
  const timeouts: PhaseTimeouts = { ...PHASE_TIMEOUTS, ...settings.timeouts };
  return { exchange: (document, signal) => exchange({ url, timeouts, document, signal }) };
}

type Request = {
  readonly url: URL;
  readonly timeouts: PhaseTimeouts;
  readonly document: Uint8Array;
  readonly signal: AbortSignal;
};

async function exchange(request: Request): Promise<Exchange> {
  if (request.signal.aborted) return { kind: "unreachable", why: "cancelled", detail: "cancelled" };
  const watch = watchPhases(request);
  const client = new Client(request.url.origin, {
    connect: watch.connect,
    pipelining: 1,
    // The watch is exact; the client's own timers are not below a second.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const response = await client.request({
      method: "POST",
      path: request.url.pathname + request.url.search,
      headers: {
        "content-type": "application/xml; charset=utf-8",
        accept: "application/xml",
        // What comes packed could unpack to any size.
        "accept-encoding": "identity",
      },
      body: request.document,
      signal: watch.signal,
    });
    watch.enter("rest");
    return await read(response);
  } catch (error) {
    return watch.ending(error);
  } finally {
    watch.end();
    await client.destroy();
  }
}

async function read(response: Dispatcher.ResponseData): Promise<Exchange> {
  const { statusCode } = response;
  const detail = `http-${statusCode}`;
  if (statusCode === 401 || statusCode === 403) return { kind: "refused", why: "rights", detail };
  if (statusCode === 429 || statusCode === 503) return { kind: "unreachable", why: "busy", detail };
  if (statusCode >= 500) return { kind: "unreachable", why: "fault", detail };
  if (statusCode >= 400) return { kind: "refused", why: "our-defect", detail };
  if (statusCode !== 200) return { kind: "unreachable", why: "garbled", detail };
  if (response.headers["content-encoding"] !== undefined) {
    return { kind: "unreachable", why: "garbled", detail: "packed" };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > XML_LIMITS.bytes) throw new Ended("too-large");
    chunks.push(chunk);
  }
  return { kind: "answered", document: new Uint8Array(Buffer.concat(chunks)) };
}

/** Ends an exchange whose phase takes too long, and remembers in which phase it ended. */
function watchPhases({ timeouts, signal }: Request) {
  const ending = new AbortController();
  let phase: Phase = "connect";
  let timer: NodeJS.Timeout | undefined;
  const cancel = (): void => ending.abort(new Ended("cancelled"));
  const limitOf = { connect: timeouts.connectMs, "first-byte": timeouts.firstByteMs, rest: timeouts.restMs };
  const enter = (next: Phase): void => {
    phase = next;
    clearTimeout(timer);
    timer = setTimeout(() => ending.abort(new Ended(next)), limitOf[next]);
  };
  enter("connect");
  signal.addEventListener("abort", cancel, { once: true });
  const dial = buildConnector({ timeout: timeouts.connectMs + 1_000 });
  return {
    signal: ending.signal,
    enter,
    connect: ((options, connected) => {
      dial(options, (...result) => {
        if (result[0] === null) enter("first-byte");
        connected(...result);
      });
    }) satisfies buildConnector.connector,
    end: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
    },
    ending: (error: unknown): Exchange => {
      const ours: unknown = ending.signal.aborted ? ending.signal.reason : error;
      if (ours instanceof Ended) return { kind: "unreachable", why: ours.why, detail: `ended-${ours.why}` };
      return { kind: "unreachable", why: phase, detail: codeOf(error) };
    },
  };
}

/** The code of an error, never its message: messages may carry addresses. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown-error";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name;
}
