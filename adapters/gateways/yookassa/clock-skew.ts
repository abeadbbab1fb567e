import type { Answer } from "../exchange.ts";

/** Beyond this the two clocks no longer agree about a key's life (payment rules §1.8). */
export const LARGEST_SKEW_SECONDS = 60;

/** Our own instants around an exchange, in milliseconds since 1970. */
export type Around = { readonly beforeMs: number; readonly afterMs: number };

/**
 * By how many seconds the gateway's clock is ahead of ours (below zero: behind), as its `Date` header tells; 0 while its instant may lie inside
 * the exchange, and for an answer without a readable date. The header counts whole seconds.
 */
export function clockSkewSeconds({ date }: Answer, { beforeMs, afterMs }: Around): number {
  const earliestMs = Date.parse(date ?? "");
  if (Number.isNaN(earliestMs)) return 0;
  const latestMs = earliestMs + 999;
  if (earliestMs > afterMs) return (earliestMs - afterMs) / 1000;
  return latestMs < beforeMs ? (latestMs - beforeMs) / 1000 : 0;
}
