/** Of so many accepted payments the usual sum is made (payment rules §7.4). */
const MOST_KNOWN = 6;
const LEAST_KNOWN = 3;
/** Above so many hundredths of the usual sum a bill is unusual. */
const UNUSUAL_PERCENT = 130;

/**
 * The usual sum of an account: the median of its last six accepted payments, in minor units, of two middle ones the lower half-sum. Null while fewer than three are known.
 *
 * @param recent accepted amounts, the newest first, in minor units of one currency
 */
export function usualAmount(recent: readonly number[]): number | null {
  const known = recent.slice(0, MOST_KNOWN).toSorted((a, b) => a - b);
  if (known.length < LEAST_KNOWN) return null;
  const middle = known.slice(Math.ceil(known.length / 2) - 1, Math.floor(known.length / 2) + 1);
  const [low = 0, high = low] = middle;
  return low + Math.floor((high - low) / 2);
}

/** Is this amount above 130 % of what is usual? Exact for every safe integer. */
export function isUnusual(amountMinor: number, usualMinor: number): boolean {
  return BigInt(amountMinor) * 100n > BigInt(usualMinor) * BigInt(UNUSUAL_PERCENT);
}
