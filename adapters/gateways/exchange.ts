import net from "node:net";
import tls from "node:tls";
import { type buildConnector, Client } from "undici";

/** How long one exchange may take, in milliseconds. */
export type Timeouts = {
  /** Name resolution, connection and TLS together. */
  readonly connectMs: number;
  /** From the first byte sent to the last byte received; longer than the 30 s that YooKassa's server waits by itself. */
  readonly answerMs: number;
};

export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 5_000, answerMs: 40_000 };

export type Request = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly timeouts: Timeouts;
  /** No answer of the vendor's protocol is near this size. */
  readonly largestAnswerBytes: number;
  /** Asked once the connection stands, right before the first byte of the request; false: nothing is written. */
  readonly mayStillSend: () => boolean;
};

export type Answer = {
  readonly status: number;
  /** The server's own clock at the moment of the answer. */
  readonly date?: string;
  /** The server said that this is the stored first answer of a used key (`Idempotent-Replayed`); one that says no such thing shows nothing by it. */
  readonly replayed: boolean;
  readonly body: Uint8Array;
};

/** How an exchange ended. Only `never-sent` says that the gateway cannot have seen the request. */
export type Exchange =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "never-sent"; readonly detail: string }
  | { readonly kind: "unanswered"; readonly detail: string };

/**
 * Sends one request over a connection of its own, once. No idle connection is ever used again, so a request is not lost on one that the
 * server has just closed, and a second connection for the same request is refused: nobody can repeat it.
 */
export async function exchange(request: Request): Promise<Exchange> {
  const deadline = new AbortController();
  let handedOver = false;
  let answerTimer: NodeJS.Timeout | undefined;
  const connect = connectOnce(request, () => {
    handedOver = true;
    answerTimer = setTimeout(() => deadline.abort(new Failure("answer-timeout")), request.timeouts.answerMs);
  });
  // The deadline above is exact; the client's own timers are not below a second.
  const client = new Client(request.url.origin, {
    connect,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    return { kind: "answered", answer: await ask(client, request, deadline.signal) };
  } catch (error) {
    return { kind: handedOver ? "unanswered" : "never-sent", detail: nameOf(error) };
  } finally {
    clearTimeout(answerTimer);
    await client.destroy();
  }
}

async function ask(client: Client, request: Request, signal: AbortSignal): Promise<Answer> {
  const response = await client.request({
    method: request.method,
    path: request.url.pathname + request.url.search,
    headers: request.headers,
    body: request.body,
    signal,
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > request.largestAnswerBytes) throw new Failure("answer-too-large");
    chunks.push(chunk);
  }
  const { date } = response.headers;
  return {
    status: response.statusCode,
    replayed: response.headers["idempotent-replayed"] === "true",
    body: new Uint8Array(Buffer.concat(chunks)),
    ...(typeof date === "string" ? { date } : {}),
  };
}

/** Opens the connection and asks `mayStillSend` as the last thing before the client may write. */
function connectOnce(request: Request, handOver: () => void): buildConnector.connector {
  let used = false;
  return (_options, connected) => {
    if (used) {
      connected(new Failure("second-connection-refused"), null);
      return;
    }
    used = true;
    const socket = open(request.url);
    const end = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      connected(error, null);
    };
    const timer = setTimeout(() => end(new Failure("connect-timeout")), request.timeouts.connectMs);
    socket.once("error", end);
    socket.once(socket instanceof tls.TLSSocket ? "secureConnect" : "connect", () => {
      socket.off("error", end);
      clearTimeout(timer);
      if (!request.mayStillSend()) {
        end(new Failure("too-late-to-send"));
        return;
      }
      handOver();
      connected(null, socket);
    });
  };
}

function open(url: URL): net.Socket {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  if (!secure) return net.connect({ host, port, noDelay: true });
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  return tls.connect({ host, port, ALPNProtocols: ["http/1.1"], minVersion: "TLSv1.2", ...servername });
}

/** An end that we brought about ourselves. */
class Failure extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The code of an error, never its message: messages may carry addresses or parts of what was sent. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown-error";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name;
}
