import type { Chance } from "../chance.ts";

/** What a source says of a bill, as the proof itself keeps it. Sums in minor units; days are those of the payee. */
export type Word = {
  readonly status: "issued" | "annulled" | "paid";
  /** What is left of the whole, the discount not taken off. */
  readonly leftMinor: number;
  readonly fullMinor: number;
  readonly discount: {
    readonly kind: "percent" | "amount" | "share";
    readonly value: number;
    readonly until: string;
  } | null;
  readonly dueOn: string;
  readonly purpose: string;
  readonly payee: "on-file" | "another";
};

/** Everything that a source may do to a bill. */
export const CHANGES = [
  "amount-up",
  "amount-down",
  "annulled",
  "paid-elsewhere",
  "due-date",
  "words",
  "payee",
  "discount-shorter",
  "discount-longer",
  "discount-gone",
  "discount-new",
  "back",
] as const;

export type ChangeName = (typeof CHANGES)[number];

const DAY_MS = 86_400_000;
/** Far behind every debit: lateness of the bill itself is no part of it. */
const DUE_AFTER_DAYS = 300;

const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The first word of a bill that arrives on a day: a fine at half price for twenty days, a percentage, a sum, a share, or no discount at all. */
export function firstWord(chance: Chance, today: string): Word {
  const fullMinor = 20_000 + chance.below(900_000);
  return {
    status: "issued",
    fullMinor,
    // a part may have been paid before
    leftMinor: chance.percent(2) ? Math.ceil(fullMinor * 0.9) : fullMinor,
    discount: chance.percent(80) ? someDiscount(chance, { fullMinor, today }) : null,
    dueOn: dayAfter(today, DUE_AFTER_DAYS + chance.below(30)),
    purpose: "Of the month",
    payee: "on-file",
  };
}

function someDiscount(
  chance: Chance,
  { fullMinor, today }: { readonly fullMinor: number; readonly today: string },
): NonNullable<Word["discount"]> {
  // a fine at half price: twenty days from its issue, some of them gone
  if (chance.percent(35)) return { kind: "percent", value: 50, until: dayAfter(today, 1 + chance.below(20)) };
  const until = dayAfter(today, chance.below(24));
  switch (chance.below(3)) {
    case 0:
      return { kind: "percent", value: (100 + chance.below(9_000)) / 100, until };
    case 1:
      return { kind: "amount", value: 1 + chance.below(fullMinor - 1), until };
    default:
      return { kind: "share", value: (1 + chance.below(9_998)) / 10_000, until };
  }
}

/** What the source says after a change; `first`: what it said first, where it may go back to. */
export function changed(
  chance: Chance,
  change: ChangeName,
  { now, first, today }: { readonly now: Word; readonly first: Word; readonly today: string },
): Word {
  const { discount } = now;
  switch (change) {
    case "amount-up":
      return whole(now, now.fullMinor + 1 + chance.below(90_000));
    case "amount-down":
      return whole(now, Math.max(now.fullMinor - 1 - chance.below(15_000), Math.ceil(now.fullMinor * 0.6)));
    case "annulled":
      return { ...now, status: "annulled" };
    case "paid-elsewhere":
      return { ...now, status: "paid" };
    case "due-date":
      return { ...now, dueOn: dayAfter(now.dueOn, chance.below(40) - 20) };
    case "words":
      return { ...now, purpose: `Of the month, word ${chance.below(1_000_000)}` };
    case "payee":
      return { ...now, payee: now.payee === "on-file" ? "another" : "on-file" };
    case "discount-shorter":
      return discount === null
        ? now
        : { ...now, discount: { ...discount, until: dayAfter(discount.until, -1 - chance.below(6)) } };
    case "discount-longer":
      return discount === null
        ? now
        : { ...now, discount: { ...discount, until: dayAfter(discount.until, 1 + chance.below(10)) } };
    case "discount-gone":
      return { ...now, discount: null };
    case "discount-new":
      return { ...now, discount: someDiscount(chance, { fullMinor: now.fullMinor, today }) };
    case "back":
      return { ...first, dueOn: now.dueOn };
  }
}

/** Another sum: a discount of a fixed sum has to leave something of it. */
function whole(now: Word, fullMinor: number): Word {
  const { discount } = now;
  const fits = discount?.kind !== "amount" || discount.value < fullMinor;
  return { ...now, fullMinor, leftMinor: fullMinor, discount: fits ? discount : null };
}
