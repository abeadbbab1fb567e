import type { Ask } from "./calling.ts";

/** Beyond this the two clocks no longer agree about a key's life (payment rules §1.8). */
const LARGEST_SKEW_SECONDS = 60;

export type ClockWatch = {
  /**
   * Told when the gateway's clock differs from ours by more than 60 s (positive: it is ahead), at every answer that shows it. Must not throw: it
   * runs between a charge's answer and its evidence.
   */
  readonly onClockSkew?: (skewSeconds: number) => void;
  /** Our clock, in milliseconds since 1970; the machine's where absent. */
  readonly now?: () => number;
};

/** Compares the `Date` of each answer with our own instants around its exchange. */
export function watchingClocks(ask: Ask, { onClockSkew, now = Date.now }: ClockWatch): Ask {
  if (onClockSkew === undefined) return ask;
  return async (call, options) => {
    const beforeMs = now();
    const ended = await ask(call, options);
    const skew = ended.kind === "answered" ? skewSeconds(ended.answer.date, beforeMs, now()) : 0;
    if (Math.abs(skew) > LARGEST_SKEW_SECONDS) onClockSkew(skew);
    return ended;
  };
}

/** 0 while the header's instant, which counts whole seconds, may lie inside the exchange, and where there is no readable one. */
function skewSeconds(date: string | undefined, beforeMs: number, afterMs: number): number {
  const earliestMs = Date.parse(date ?? "");
  if (Number.isNaN(earliestMs)) return 0;
  const latestMs = earliestMs + 999;
  if (earliestMs > afterMs) return (earliestMs - afterMs) / 1000;
  return latestMs < beforeMs ? (latestMs - beforeMs) / 1000 : 0;
}
