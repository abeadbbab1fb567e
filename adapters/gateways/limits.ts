/**
 * How much we ask of a gateway at most, as data. YooKassa publishes no numbers (it answers 429), so ours are low; Stripe's live mode takes 100 reads and
 * 100 writes a second for an account, and its test mode 25 (protocol facts §1, §2).
 */
export type GatewayLimits = {
  /** Exchanges under way at once in one worker: each may wait its whole answer time. */
  readonly atOnce: number;
  /** Tasks a second over all workers; the same number in every worker, for the last one that asks sets it. */
  readonly perSecond: number;
  readonly circuit: CircuitLimits;
};

/** When a gateway counts as down: `failures` without a usable answer within `windowSeconds`, and at least half of all. */
export type CircuitLimits = {
  readonly failures: number;
  readonly windowSeconds: number;
  /** The first pause before a probe; doubled each time it opens again soon, at most ten minutes. */
  readonly pauseSeconds: number;
};

const usual: GatewayLimits = {
  atOnce: 50,
  perSecond: 20,
  circuit: { failures: 5, windowSeconds: 60, pauseSeconds: 20 },
};

const LIMITS: Readonly<Record<string, GatewayLimits>> = {
  yookassa: usual,
  stripe: { ...usual, perSecond: 50 },
};

/** The limits of a gateway; the usual ones for one that has none of its own. */
export function gatewayLimits(name: string): GatewayLimits {
  return LIMITS[name] ?? usual;
}
