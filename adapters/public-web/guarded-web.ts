import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { type AllowedHosts, isPublicAddress } from "./public-address.ts";

/** One request to a server whose address a stranger has chosen. */
export type WebRequest = {
  readonly url: string;
  readonly method: "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
};

/**
 * How it ended. `answered`: any status, redirects too, which nobody follows; `body` is at most as long as was allowed, `cut` says that there was more. `not-sent`: not a byte of the
 * request left. `unanswered`: it may have arrived.
 */
export type WebAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** Lower-case names; of one that came several times, the first. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly cut: boolean;
    }
  | { readonly kind: "not-sent"; readonly why: NotSent; readonly detail: string }
  | { readonly kind: "unanswered"; readonly why: "timeout" | "broken"; readonly detail: string };

/** `not-public`: the name leads, wholly or in part, to an address that is not the public internet's. */
export type NotSent = "not-an-address" | "not-public" | "no-such-name" | "no-connection" | "tls";

/** The only way to servers that strangers name. */
export type GuardedWeb = {
  readonly send: (request: WebRequest) => Promise<WebAnswer>;
  readonly close: () => Promise<void>;
};

/** Every address a name leads to; rejects when it leads nowhere. */
export type LookUp = (name: string) => Promise<readonly { readonly address: string }[]>;

export type GuardedWebOptions = {
  /** Reached without asking where it leads; nobody by default. */
  readonly allowed?: AllowedHosts;
  /** Name, connection and TLS together. Default 5 s. */
  readonly connectMs?: number;
  /** The whole exchange. Default 15 s. */
  readonly totalMs?: number;
  /** What of an answer's body is read; the rest is thrown away with the connection. Default 16 KiB. */
  readonly answerBytes?: number;
  /** Connections to one server. Default 4. */
  readonly connections?: number;
  readonly lookUp?: LookUp;
  /** Extra certificates, for tests. */
  readonly ca?: string;
};

class NotConnected extends Error {
  readonly why: NotSent;

  constructor(why: NotSent, detail: string) {
    super(detail);
    this.why = why;
  }
}

/**
 * Makes requests that cannot be led into our own house (SSRF). At every connection the name is looked up once, EVERY address it leads to must be public, and the socket goes to the very
 * address that was checked: a name that changes its mind between look and call gains nothing. Redirects are not followed, proxies of the environment not used, answers cut.
 */
export function guardedWeb(options: GuardedWebOptions = {}): GuardedWeb {
  const { connectMs = 5_000, totalMs = 15_000, answerBytes = 16_384, connections = 4 } = options;
  const agent = new Agent({
    connect: guardedConnector({ ...options, connectMs }),
    connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16_384,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 60_000,
  });
  return {
    send: (request) => send({ agent, totalMs, answerBytes }, request),
    close: () => agent.destroy(),
  };
}

/** The connector alone, for a client of undici's own. */
function guardedConnector(
  options: GuardedWebOptions & { readonly connectMs: number },
): buildConnector.connector {
  const { allowed = new Set<string>(), lookUp = systemLookUp, connectMs, ca } = options;
  return (target, connected) => {
    const hostname = target.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = target.port === "" ? (target.protocol === "https:" ? "443" : "80") : target.port;
    void addressesOf({ hostname, port, allowed, lookUp, connectMs }).then(
      (addresses) => {
        const dial = buildConnector({
          timeout: connectMs,
          ...(ca === undefined ? {} : { ca }),
          // the only names the socket can learn are those that were checked
          lookup: (_name, { all }, answer) => {
            const found = addresses.map((address) => ({ address, family: isIP(address) }));
            const [first] = found;
            if (all || !first) answer(null, found);
            else answer(null, first.address, first.family);
          },
        });
        dial(
          { ...target, hostname, ...(isIP(hostname) === 0 ? { servername: hostname } : {}) },
          (...result) => {
            if (result[0] !== null) connected(dialFailure(result[0]), null);
            else connected(null, result[1]);
          },
        );
      },
      (error: unknown) => connected(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

type Target = {
  readonly hostname: string;
  readonly port: string;
  readonly allowed: AllowedHosts;
  readonly lookUp: LookUp;
  readonly connectMs: number;
};

/** The addresses that may be connected to. Rejects with {@link NotConnected} where one of them is not public. */
async function addressesOf(target: Target): Promise<readonly string[]> {
  const { hostname, port, allowed } = target;
  const isAllowed = allowed.has(`${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`);
  const found = isIP(hostname) === 0 ? await namedAddresses(target) : [hostname];
  if (found.length === 0) throw new NotConnected("no-such-name", "no addresses");
  if (!isAllowed && !found.every(isPublicAddress))
    throw new NotConnected("not-public", "not a public address");
  return found;
}

async function namedAddresses({ hostname, lookUp, connectMs }: Target): Promise<readonly string[]> {
  const late = AbortSignal.timeout(connectMs);
  const tooLate = new Promise<never>((_, reject) => {
    late.addEventListener("abort", () =>
      reject(new NotConnected("no-such-name", "the look-up took too long")),
    );
  });
  try {
    return (await Promise.race([lookUp(hostname), tooLate])).map(({ address }) => address);
  } catch (error) {
    if (error instanceof NotConnected) throw error;
    throw new NotConnected("no-such-name", codeOf(error));
  }
}

const systemLookUp: LookUp = (name) => systemLookup(name, { all: true });

function dialFailure(error: Error): NotConnected {
  const code = codeOf(error);
  return new NotConnected(/CERT|TLS|SSL|SIGNATURE|ISSUER|VERIFY/.test(code) ? "tls" : "no-connection", code);
}

type Sender = { readonly agent: Agent; readonly totalMs: number; readonly answerBytes: number };

async function send({ agent, totalMs, answerBytes }: Sender, request: WebRequest): Promise<WebAnswer> {
  if (!URL.canParse(request.url)) return { kind: "not-sent", why: "not-an-address", detail: "" };
  const url = new URL(request.url);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return { kind: "not-sent", why: "not-an-address", detail: "protocol" };
  // Nothing that could end a header, and nothing that undici would stumble over in the middle of writing: its connection would be stuck.
  if (Object.values(request.headers).some((value) => !/^[\x20-\x7e]*$/.test(value)))
    return { kind: "not-sent", why: "not-an-address", detail: "header" };
  const signal = AbortSignal.timeout(totalMs);
  try {
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      // what comes packed could unpack to any size
      headers: { ...request.headers, "accept-encoding": "identity" },
      body: request.body,
      signal,
    });
    return await answerOf(response, answerBytes);
  } catch (error) {
    if (error instanceof NotConnected) return { kind: "not-sent", why: error.why, detail: error.message };
    return { kind: "unanswered", why: signal.aborted ? "timeout" : "broken", detail: codeOf(error) };
  }
}

/** The status is the answer: a body that breaks off, or is too long, changes nothing of it. */
async function answerOf(response: Dispatcher.ResponseData, longest: number): Promise<WebAnswer> {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name.toLowerCase(),
      (Array.isArray(value) ? value[0] : value) ?? "",
    ]),
  );
  const chunks: Uint8Array[] = [];
  let size = 0;
  let cut = false;
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= longest) continue;
      cut = true;
      break;
    }
  } catch {
    cut = true;
  }
  const body = Buffer.concat(chunks).subarray(0, longest).toString("utf8");
  return { kind: "answered", status: response.statusCode, headers, body, cut };
}

/** The code of an error, never its message: messages may carry addresses. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown-error";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name;
}
