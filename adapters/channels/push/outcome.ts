import type { WebAnswer } from "../../public-web/guarded-web.ts";
import type { ChannelDelivery } from "../port.ts";

const LONGEST_WAIT_SECONDS = 86_400;

/** What a push service's answer means (RFC 8030 §5, protocol reference §8.1). `too-large`: it may take a smaller one. */
export function outcomeOf(answer: WebAnswer, now: Date): ChannelDelivery | "too-large" {
  if (answer.kind === "unanswered") return { outcome: "unknown", providerAnswer: said(answer) };
  if (answer.kind === "not-sent") {
    // where a name leads into our own house nothing is ever sent
    const outcome = answer.why === "not-public" || answer.why === "not-an-address" ? "refused" : "later";
    return { outcome, providerAnswer: said(answer) };
  }
  const providerAnswer = `http-${answer.status}`;
  if (answer.status === 413) return "too-large";
  if (answer.status >= 200 && answer.status < 300) return { outcome: "accepted", providerAnswer };
  if (answer.status === 404 || answer.status === 410)
    return { outcome: "refused", providerAnswer, gone: true };
  if (isForLater(answer.status)) {
    const againSeconds = secondsOf(answer.headers["retry-after"], now);
    return { outcome: "later", providerAnswer, ...(againSeconds === undefined ? {} : { againSeconds }) };
  }
  return { outcome: "refused", providerAnswer };
}

/** 401 and 403 speak of our own keys, not of the browser: nothing has come back. */
function isForLater(status: number): boolean {
  return status >= 500 || [401, 403, 408, 425, 429].includes(status);
}

function said({ why, detail }: { readonly why: string; readonly detail: string }): string {
  return detail === "" ? why : `${why}: ${detail}`;
}

/** Retry-After in seconds: a number of them, or a date. */
function secondsOf(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const isNumber = /^\d{1,9}$/.test(header.trim());
  // what is no HTTP date some engines read as one
  if (!isNumber && !/^[A-Z][a-z]{2}, .+ GMT$/.test(header)) return undefined;
  const seconds = isNumber ? Number(header) : Math.ceil((Date.parse(header) - now.getTime()) / 1_000);
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(LONGEST_WAIT_SECONDS, Math.max(1, seconds));
}
