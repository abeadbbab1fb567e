/**
 * How often one card may be tried (payment rules §9.2), as data. The gate counts in PostgreSQL by the table `card_caps`, which a test holds
 * equal to {@link CARD_CAPS}; this is the same judgement without a database.
 */
export type CardCap = {
  readonly name: string;
  /** Only cards of this network; absent: every card. */
  readonly network?: "visa" | "mastercard";
  /** Only charges of this kind count and are held back; absent: both. */
  readonly initiatedBy?: "mit" | "cit";
  /** Only charges of the very same amount count. */
  readonly sameAmount: boolean;
  readonly most: number;
  readonly withinHours: number;
  /** What a charge without the payer does when there is no room: it waits for its next date, or its payer is asked for another card. */
  readonly whenFull: "next-date" | "ask";
};

const DAY_HOURS = 24;
const MONTH_HOURS = 30 * DAY_HOURS;

/** Ours, far below the networks' own, then those: Visa 20 in 30 days, Mastercard 10 a day and 35 in 30 days. */
export const CARD_CAPS = [
  {
    name: "ours-mit-day",
    initiatedBy: "mit",
    sameAmount: false,
    most: 2,
    withinHours: DAY_HOURS,
    whenFull: "next-date",
  },
  {
    name: "ours-mit-30-days",
    initiatedBy: "mit",
    sameAmount: false,
    most: 8,
    withinHours: MONTH_HOURS,
    whenFull: "ask",
  },
  {
    name: "ours-cit-day",
    initiatedBy: "cit",
    sameAmount: false,
    most: 5,
    withinHours: DAY_HOURS,
    whenFull: "next-date",
  },
  {
    name: "visa-30-days",
    network: "visa",
    sameAmount: true,
    most: 20,
    withinHours: MONTH_HOURS,
    whenFull: "ask",
  },
  {
    name: "mastercard-day",
    network: "mastercard",
    sameAmount: false,
    most: 10,
    withinHours: DAY_HOURS,
    whenFull: "next-date",
  },
  {
    name: "mastercard-30-days",
    network: "mastercard",
    sameAmount: true,
    most: 35,
    withinHours: MONTH_HOURS,
    whenFull: "ask",
  },
] as const satisfies readonly CardCap[];

/** Caps of rails that have no adapter yet, kept for the one that comes first: tries of one debit, the first one included. */
export const RAIL_CAPS = {
  /** One debit and three more. */
  upi: { most: 4 },
  pix: { most: 3, withinDays: 7 },
  sepa: { most: 2 },
} as const satisfies Readonly<Record<string, { readonly most: number; readonly withinDays?: number }>>;

export type Rail = keyof typeof RAIL_CAPS;

/** A charge of the card as it counts against its budget: one that is undecided or ended without money, refused and absent ones left out. */
export type CountedTry = {
  readonly sentAtMs: number;
  readonly initiatedBy: "mit" | "cit";
  readonly amountMinor: number;
  readonly undecided: boolean;
};

export type BudgetAnswer =
  | { readonly room: true }
  /** `until`: when the window has room again, were everything under way to fail; null while it is full of charges that may still succeed. */
  | { readonly room: false; readonly cap: CardCap; readonly untilMs: number | null };

/** Is there room for one more charge of this card? Answers the first cap that leaves none. */
export function cardBudget(
  tries: readonly CountedTry[],
  next: {
    readonly atMs: number;
    readonly initiatedBy: "mit" | "cit";
    readonly amountMinor: number;
    readonly network: string;
  },
): BudgetAnswer {
  const caps: readonly CardCap[] = CARD_CAPS;
  for (const cap of caps) {
    if (cap.network !== undefined && cap.network !== next.network) continue;
    if (cap.initiatedBy !== undefined && cap.initiatedBy !== next.initiatedBy) continue;
    const windowMs = cap.withinHours * 3_600_000;
    const counted = tries.filter(
      (one) =>
        one.sentAtMs > next.atMs - windowMs &&
        (cap.initiatedBy === undefined || one.initiatedBy === cap.initiatedBy) &&
        (!cap.sameAmount || one.amountMinor === next.amountMinor),
    );
    if (counted.length < cap.most) continue;
    const decided = counted.filter((one) => !one.undecided).length;
    if (decided < cap.most) return { room: false, cap, untilMs: null };
    const newestFirst = counted.map((one) => one.sentAtMs).toSorted((a, b) => b - a);
    return { room: false, cap, untilMs: (newestFirst[cap.most - 1] ?? next.atMs) + windowMs };
  }
  return { room: true };
}

/** May a rail's debit be tried once more? `triesMs` are the tries of this debt so far. */
export function railAllows(rail: Rail, triesMs: readonly number[], atMs: number): boolean {
  const cap: { readonly most: number; readonly withinDays?: number } = RAIL_CAPS[rail];
  const { withinDays } = cap;
  const counted =
    withinDays === undefined
      ? triesMs
      : triesMs.filter((at) => at > atMs - withinDays * DAY_HOURS * 3_600_000);
  return counted.length < cap.most;
}
