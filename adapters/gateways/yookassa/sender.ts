import { clockSkewSeconds, LARGEST_SKEW_SECONDS } from "./clock-skew.ts";
import { DEFAULT_TIMEOUTS, exchange, type Exchange, type Request, type Timeouts } from "../exchange.ts";

/** A page of 100 payments has about 200 KB. */
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** How requests leave. */
export type SenderSettings = {
  /** Base address with the version, e.g. `https://api.yookassa.ru/v3`. */
  readonly url: string;
  readonly shopId: string;
  readonly secretKey: string;
  /** Real money: only then plain HTTP is refused. */
  readonly livemode: boolean;
  readonly timeouts?: Partial<Timeouts>;
  /**
   * Told when the gateway's clock differs from ours by more than 60 s (positive: it is ahead), at every answer that shows it. Must not throw: it
   * runs between a charge's answer and its evidence.
   */
  readonly onClockSkew?: (skewSeconds: number) => void;
  /** Our clock, in milliseconds since 1970; the machine's where absent. */
  readonly now?: () => number;
};

export type Post = { readonly key: string; readonly body: Uint8Array; readonly mayStillSend: () => boolean };

/** The two ways to ask, with credentials and time-outs bound in. */
export type Sender = {
  get(path: string, query?: URLSearchParams): Promise<Exchange>;
  post(path: string, post: Post): Promise<Exchange>;
};

/** Binds settings to the two ways to ask. Throws `RangeError` for settings that cannot work. */
export function createSender(settings: SenderSettings): Sender {
  const base = new URL(settings.url);
  if (settings.livemode && base.protocol !== "https:")
    throw new RangeError("yookassa: real money needs https");
  const credentials = Buffer.from(`${settings.shopId}:${settings.secretKey}`).toString("base64");
  const headers = { authorization: `Basic ${credentials}`, accept: "application/json" };
  const shared = {
    timeouts: { ...DEFAULT_TIMEOUTS, ...settings.timeouts },
    largestAnswerBytes: LARGEST_ANSWER_BYTES,
  };
  const ask = watchingClocks(settings);
  const at = (path: string, query?: URLSearchParams): URL => {
    const url = new URL(base.pathname.replace(/\/$/, "") + path, base);
    if (query !== undefined) url.search = query.toString();
    return url;
  };
  return {
    get(path, query) {
      return ask({
        ...shared,
        method: "GET",
        url: at(path, query),
        headers,
        body: null,
        mayStillSend: () => true,
      });
    },
    post(path, { key, body, mayStillSend }) {
      return ask({
        ...shared,
        method: "POST",
        url: at(path),
        headers: { ...headers, "content-type": "application/json", "idempotence-key": key },
        body,
        mayStillSend,
      });
    },
  };
}

function watchingClocks({
  onClockSkew,
  now = Date.now,
}: SenderSettings): (request: Request) => Promise<Exchange> {
  return async (request) => {
    const beforeMs = now();
    const ended = await exchange(request);
    if (ended.kind === "answered" && onClockSkew !== undefined) {
      const skew = clockSkewSeconds(ended.answer, { beforeMs, afterMs: now() });
      if (Math.abs(skew) > LARGEST_SKEW_SECONDS) onClockSkew(skew);
    }
    return ended;
  };
}
