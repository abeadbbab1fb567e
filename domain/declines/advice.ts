import type { DeclineTable, Listed } from "./reason.ts";

/** What a gateway passes on beside its own code; every part may be missing. */
export type Advice = {
  /** `advice_code` of Stripe. */
  readonly code?: string;
  /** Merchant advice code of Mastercard, two digits. */
  readonly networkAdviceCode?: string;
  /** The response code of the card network, two characters. */
  readonly networkDeclineCode?: string;
};

const forbidden = { reason: "bank-forbids-retry", bansCard: "all" } as const satisfies Listed;
const revoked = { reason: "permission-withdrawn", bansCard: "mit" } as const satisfies Listed;

/** Advice that forbids this card or this permission; nothing that a code says makes it milder. */
export const FORBIDDING_ADVICE = {
  codes: { do_not_try_again: forbidden, confirm_card_data: { reason: "card-data-wrong" } },
  /** Mastercard: 03 do not try again, 21 stop recurring payment. */
  networkAdvice: { "03": forbidden, "21": revoked },
  /** Visa category 1, "issuer will never approve"; schemes treat the same codes alike. */
  networkDeclines: {
    "04": forbidden,
    "07": forbidden,
    "12": forbidden,
    "14": forbidden,
    "15": forbidden,
    "41": forbidden,
    "43": forbidden,
    "46": forbidden,
    "57": forbidden,
    R0: revoked,
    R1: revoked,
    R3: revoked,
  },
} as const satisfies Readonly<Record<string, DeclineTable>>;

/** Mastercard's shortest waits, in minutes: 24…30 = 1 h, 24 h, 2, 4, 6, 8, 10 days. */
export const NETWORK_WAIT_MINUTES = {
  "24": 60,
  "25": 24 * 60,
  "26": 2 * 24 * 60,
  "27": 4 * 24 * 60,
  "28": 6 * 24 * 60,
  "29": 8 * 24 * 60,
  "30": 10 * 24 * 60,
} as const satisfies Readonly<Record<string, number>>;

/** The card may be tried again; when, the network or the class of the code says. */
export const ENCOURAGING_CODES = ["try_again_later"] as const;

/** Advice that forbids, if there is any. */
export function forbiddenBy(advice: Advice): Listed | undefined {
  return (
    listedIn(FORBIDDING_ADVICE.networkAdvice, advice.networkAdviceCode) ??
    listedIn(FORBIDDING_ADVICE.networkDeclines, advice.networkDeclineCode) ??
    listedIn(FORBIDDING_ADVICE.codes, advice.code)
  );
}

/** How long the card must be left alone; undefined where nobody said. */
export function shortestWaitMinutes({ networkAdviceCode: code }: Advice): number | undefined {
  const waits: Readonly<Record<string, number>> = NETWORK_WAIT_MINUTES;
  return code !== undefined && Object.hasOwn(waits, code) ? waits[code] : undefined;
}

/** True when the issuer or the network says that a later try may succeed. */
export function encourages(advice: Advice): boolean {
  const said = ENCOURAGING_CODES.some((code) => code === advice.code);
  return said || shortestWaitMinutes(advice) !== undefined;
}

/** Looks a code up without falling for names that every object has. */
export function listedIn(table: DeclineTable, code: string | undefined): Listed | undefined {
  return code !== undefined && Object.hasOwn(table, code) ? table[code] : undefined;
}
