import type { UndecidedChargeState } from "./charge.ts";

/** Seconds between look-ups of a charge whose object is known; then daily, without end (payment rules §8.1). */
const LADDER = [5, 15, 60, 300, 900, 3_600, 21_600] as const;
const DAILY = 86_400;
/** Daily looks are moved by up to this share, so that a city's open charges are not all looked up at one moment. */
const DAILY_JITTER = 0.1;

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
  /** The same charge is always moved by the same share. */
  readonly chargeId?: string;
}): number {
  return rung(charge) ?? Math.round(DAILY * (1 + DAILY_JITTER * shareOf(charge.chargeId ?? "")));
}

function rung(charge: {
  readonly state: UndecidedChargeState;
  readonly looks: number;
  readonly objectKnown: boolean;
}): number | undefined {
  if (charge.state === "challenged") return CHALLENGE[charge.looks] ?? 3_600;
  if (charge.state === "unknown" && !charge.objectKnown) {
    return REPLAYS[charge.looks] ?? LADDER[3 + Math.max(0, charge.looks - REPLAYS.length)];
  }
  return LADDER[charge.looks];
}

/** A number from −1 to 1 out of a text, spread evenly (FNV-1a); 0 for the empty one. */
function shareOf(text: string): number {
  if (text === "") return 0;
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return (hash / 0xffffffff) * 2 - 1;
}
