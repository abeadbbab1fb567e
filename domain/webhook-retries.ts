/** Seconds from one try to the next, before jitter: the schedule that Standard Webhooks 1.0.0 proposes. Ten tries over a little more than three days. */
export const WEBHOOK_RETRY_SECONDS = [
  0,
  5,
  5 * 60,
  30 * 60,
  2 * 3_600,
  5 * 3_600,
  10 * 3_600,
  14 * 3_600,
  20 * 3_600,
  24 * 3_600,
] as const;

/** So often a delivery is tried before it is a dead letter. */
export const MOST_WEBHOOK_ATTEMPTS = WEBHOOK_RETRY_SECONDS.length;

/** Nobody waits longer for a receiver, whatever it asks for. */
const LONGEST_PAUSE_SECONDS = 24 * 3_600;
/** A wait is up to so much longer than planned: a thousand deliveries that failed together do not come back together. */
const JITTER = 0.1;

/** How the receiver answered, as far as it matters here; `status` is absent where nothing came back. */
export type WebhookAnswer = { readonly status?: number; readonly retryAfterSeconds?: number | undefined };

/** What follows from a try. */
export type WebhookEnd =
  | { readonly end: "delivered" | "dead" | "gone" }
  | { readonly end: "later"; readonly seconds: number };

/**
 * Judges a try: any 2xx is delivered, 410 means that the endpoint wants nothing any more, everything else (redirects, too) is tried again by the schedule, later
 * where the receiver asks for more time (429, 502, 503, 504 with Retry-After), and never sooner.
 */
export function judgeWebhook(
  answer: WebhookAnswer,
  tried: { readonly attempt: number; readonly key: string },
): WebhookEnd {
  const { status } = answer;
  if (status !== undefined && status >= 200 && status < 300) return { end: "delivered" };
  if (status === 410) return { end: "gone" };
  const planned = WEBHOOK_RETRY_SECONDS[tried.attempt];
  if (planned === undefined) return { end: "dead" };
  const asked = status !== undefined && SLOW_DOWN.includes(status) ? (answer.retryAfterSeconds ?? 0) : 0;
  const jittered = planned * (1 + JITTER * shareOf(`${tried.key}/${tried.attempt}`));
  return { end: "later", seconds: Math.max(jittered, Math.min(asked, LONGEST_PAUSE_SECONDS)) };
}

const SLOW_DOWN: readonly number[] = [429, 502, 503, 504];

/** A share of one that is always the same for the same text (FNV-1a): repeating a computation changes no date. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash / 0x1_0000_0000;
}
