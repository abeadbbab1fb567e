import type { Chance } from "../chance.ts";
import { chanceOf, type Subscription } from "./town-plan.ts";

/** What a source says of a bill. */
export type Word = {
  readonly bill: string;
  readonly version: number;
  readonly status: "issued" | "annulled" | "paid";
  readonly amountMinor: number;
  readonly dueOn: string;
  readonly issuedOn: string;
};

/** What somebody in the city does at an instant, whatever the engine is at. */
export type Deed = { readonly at: string; readonly of: Subscription } & (
  | { readonly do: "tell"; readonly word: Word }
  | { readonly do: "spend"; readonly minor: number }
  | { readonly do: "decline"; readonly reason: string; readonly times: number }
  | { readonly do: "pause"; readonly until: string | null }
  | { readonly do: "resume" | "skip" | "lower-limit" | "cancel" }
  | { readonly do: "pay"; readonly bill: string; readonly with: "saved-card" | "bank-page" }
);

/** The first day of the year that is lived through, by the city's calendar: all of it is decreed. */
const FIRST_DAY = "2026-01-01";
const DAY_MS = 86_400_000;
/** Billers and registries speak at five, people sit down at seven in the evening: no debit of the city falls between. Moscow's clock is the same all year. */
const EARLY = "T05:00:00+03:00";
const EVENING = "T19:00:00+03:00";
const DAYS_TO_PAY = 20;
const SPENDS_EVERY_DAYS = 4;

/** The civil day so many days after the first one. */
function dayOf(day: number): string {
  return new Date(Date.parse(FIRST_DAY) + day * DAY_MS).toISOString().slice(0, 10);
}

/** Five in the morning, and seven in the evening, of a day by its number. */
export const earlyOf = (day: number) => new Date(`${dayOf(day)}${EARLY}`).toISOString();
export const eveningOf = (day: number) => new Date(`${dayOf(day)}${EVENING}`).toISOString();
/** The midnight with which a day begins. */
export const midnightOf = (day: number) => new Date(`${dayOf(day)}T00:00:00+03:00`).toISOString();

/** The evening of a morning's day. */
const eveningOn = (early: string) => new Date(Date.parse(early) + 14 * 3_600_000).toISOString();

/** All that happens in the city by itself, in its order: a function of the seed alone. */
export function planYear(order: {
  readonly seed: number;
  readonly days: number;
  readonly town: readonly Subscription[];
}): readonly Deed[] {
  const { seed, days, town } = order;
  return town
    .flatMap((of) => [...billsOf(of, seed), ...spendingOf(of, seed), ...wishesOf(of, seed)])
    .filter(({ at }) => at >= midnightOf(0) && at < midnightOf(days))
    .toSorted((a, b) => compare(a.at, b.at) || compare(a.of.name, b.of.name));
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** Bills of twelve months and what their billers say of them later. */
function billsOf(of: Subscription, seed: number): readonly Deed[] {
  if (of.way === "fixed" || of.way === "top-up") return [];
  return Array.from({ length: 12 }, (_, month) => {
    const chance = chanceOf(seed, `${of.name}/${month}`);
    if (of.way === "found" && chance.percent(65)) return [];
    const first = Math.round((Date.UTC(2026, month, 1) - Date.parse(FIRST_DAY)) / DAY_MS);
    const day = first + (of.way === "found" ? chance.below(27) : chanceOf(seed, of.name).below(12));
    return storyOf(of, { month, day, chance });
  }).flat();
}

function storyOf(
  of: Subscription,
  { month, day, chance }: { readonly month: number; readonly day: number; readonly chance: Chance },
): readonly Deed[] {
  const period = `2026-${String(month + 1).padStart(2, "0")}`;
  const usual = Math.round((of.usualMinor * (85 + chance.below(31))) / 100);
  const word: Word = {
    bill: of.way === "found" ? `188100${of.account}${period.replace("-", "").slice(2)}` : period,
    version: 1,
    status: "issued",
    amountMinor: chance.percent(4) ? usual * 2 : usual,
    dueOn: dayOf(day + DAYS_TO_PAY),
    issuedOn: dayOf(day),
  };
  return [
    { at: earlyOf(day), of, do: "tell", word },
    ...declinesOf(of, day, chance),
    ...changesOf(of, { day, word, chance }),
    ...(of.way === "by-hand" ? paidByHand(of, { day, word, chance }) : []),
  ];
}

/** What the source says later: before the debit, or after it. */
function changesOf(
  of: Subscription,
  { day, word, chance }: { readonly day: number; readonly word: Word; readonly chance: Chance },
): readonly Deed[] {
  const roll = chance.below(100);
  const say = (after: number, change: Partial<Word>, version = 2): Deed => ({
    at: earlyOf(day + after),
    of,
    do: "tell",
    word: { ...word, version, ...change },
  });
  if (roll < 6) return [say(1, { amountMinor: word.amountMinor + 12_300 })];
  if (roll < 12) return [say(1, { amountMinor: word.amountMinor - 4_500 })];
  if (roll < 15) return [say(1, { status: "annulled" })];
  if (roll < 18) return [say(1, { status: "paid" })];
  if (roll < 20) return [say(1, { status: "annulled" }), say(4, { status: "issued" }, 3)];
  return [];
}

/** What the bank answers to the next charges of this card. */
function declinesOf(of: Subscription, day: number, chance: Chance): readonly Deed[] {
  const roll = chance.below(200);
  const say = (reason: string, times = 1): readonly Deed[] => [
    { at: earlyOf(day), of, do: "decline", reason, times },
  ];
  if (roll < 14) return say("insufficient_funds");
  if (roll < 18) return say("insufficient_funds", 4);
  if (roll < 24) return say("general_decline");
  if (roll < 28) return say("issuer_unavailable");
  if (roll < 38) return say("3d_secure_failed");
  if (roll < 39) return say("card_expired");
  return [];
}

function paidByHand(
  of: Subscription,
  { day, word, chance }: { readonly day: number; readonly word: Word; readonly chance: Chance },
): readonly Deed[] {
  if (chance.percent(25)) return [];
  const how = chance.pick(["saved-card", "bank-page"] as const);
  return [{ at: eveningOf(day + 2 + chance.below(14)), of, do: "pay", bill: word.bill, with: how }];
}

/** Rides and calls: what a prepaid balance loses, and is told. */
function spendingOf(of: Subscription, seed: number): readonly Deed[] {
  if (of.way !== "top-up") return [];
  const chance = chanceOf(seed, `${of.name}/spends`);
  const from = chance.below(SPENDS_EVERY_DAYS);
  return Array.from({ length: Math.ceil(365 / SPENDS_EVERY_DAYS) }, (_, turn) => {
    const day = from + turn * SPENDS_EVERY_DAYS;
    const declined = chance.percent(5) ? declinesOf(of, day, chance) : [];
    return [
      ...declined,
      { at: earlyOf(day), of, do: "spend" as const, minor: (40 + chance.below(100)) * 100 },
    ];
  }).flat();
}

/** What a payer wants of an autopay in the course of the year. */
function wishesOf(of: Subscription, seed: number): readonly Deed[] {
  if (of.way === "by-hand") return [];
  const chance = chanceOf(seed, `${of.name}/wishes`);
  const day = chance.below(330);
  const later = day + 10 + chance.below(40);
  const at = eveningOf(day);
  const roll = chance.below(100);
  if (roll < 20) return [{ at, of, do: "pause", until: eveningOf(later) }];
  if (roll < 35)
    return [
      { at, of, do: "pause", until: null },
      { at: eveningOf(later), of, do: "resume" },
    ];
  if (roll < 55) return [{ at, of, do: "lower-limit" }];
  if (roll < 60) return [{ at, of, do: "cancel" }];
  // on the evening of the day a bill arrives there is something to skip
  return roll < 80
    ? billsOf(of, seed)
        .filter((deed) => deed.do === "tell" && deed.word.version === 1)
        .slice(chance.below(12))
        .slice(0, 1)
        .map((deed) => ({ at: eveningOn(deed.at), of, do: "skip" as const }))
    : [];
}
