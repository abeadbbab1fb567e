import type { UndecidedChargeState } from "./charge.ts";

/** Seconds between look-ups of a charge whose object is known; then daily, without end (payment rules §8.1). */
const LADDER = [5, 15, 60, 300, 900, 3_600, 21_600] as const;
const DAILY = 86_400;

/** Without an object id the replay comes at 5 s, 15 s, once a minute for ten minutes, then on the ladder (§8.2). */
const REPLAYS = [5, 15, ...Array.from({ length: 10 }, () => 60)] as const;

/** While the payer is at the bank nobody can hurry it; a notification or their return asks sooner. */
const CHALLENGE = [60, 120, 300, 900, 1_800] as const;

/**
 * Business seconds until the next look at an undecided charge.
 *
 * @param looks how many look-ups or replays there were
 */
export function secondsToNextLook(charge: {
  readonly state: UndecidedChargeState;
  readonly looks: number;
  readonly objectKnown: boolean;
}): number {
  if (charge.state === "challenged") return CHALLENGE[charge.looks] ?? 3_600;
  if (charge.state === "unknown" && !charge.objectKnown) {
    return REPLAYS[charge.looks] ?? LADDER[3 + Math.max(0, charge.looks - REPLAYS.length)] ?? DAILY;
  }
  return LADDER[charge.looks] ?? DAILY;
}
