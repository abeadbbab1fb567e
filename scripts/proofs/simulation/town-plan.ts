import type { Trigger } from "../../../domain/trigger.ts";
import { Chance } from "../chance.ts";

/** A biller of the city's catalogue, as far as a year in the city needs it. */
export type BillerFacts = {
  readonly id: string;
  readonly category: string;
  readonly source: string;
  readonly takesOwnSums: boolean;
  readonly tellsBalances: boolean;
};

/** How a household pays a biller; `found`: what a registry has on its owner, `by-hand`: without an autopay. */
export type Way = "on-bill" | "when-due" | "fixed" | "top-up" | "found" | "by-hand";

/** A household's account at a biller, with the card that pays it. */
export type Subscription = {
  /** Unique, and the same for the same seed: `R01/housing`. */
  readonly name: string;
  readonly household: string;
  readonly zone: string;
  readonly biller: BillerFacts;
  readonly account: string;
  readonly way: Way;
  /** What it costs in a usual month, minor units. */
  readonly usualMinor: number;
  readonly trigger: Trigger;
  readonly overLimit: "ask" | "skip";
  readonly lateBill: "ask" | "pay";
  /** Minor units; null: without a limit. */
  readonly limitMinor: number | null;
};

const ZONES = ["Europe/Moscow", "Europe/Moscow", "Asia/Yekaterinburg"] as const;
/** Each household has at least so many accounts. */
const LEAST_ACCOUNTS = 9;
const RULES = ["same", "next", "previous"] as const;
const WAYS_OF_BILLS = ["on-bill", "when-due", "on-bill", "by-hand"] as const;

/** What belongs to one name of one seed: the order in which names are asked for does not matter. */
export function chanceOf(seed: number, name: string): Chance {
  let mixed = seed >>> 0;
  for (const letter of name) mixed = Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return new Chance(mixed);
}

/** Households and their accounts: together they have every category that was given, one biller each. Pure. */
export function planTown(order: {
  readonly seed: number;
  readonly households: number;
  readonly billers: readonly BillerFacts[];
}): readonly Subscription[] {
  const { seed, households, billers } = order;
  const categories = [...new Set(billers.map(({ category }) => category))];
  const each = Math.min(
    categories.length,
    Math.max(LEAST_ACCOUNTS, Math.ceil(categories.length / households)),
  );
  return Array.from({ length: households }, (_, place) =>
    Array.from({ length: each }, (_, index) => {
      const number = (place * each + index) % categories.length;
      const category = categories[number] ?? "";
      const ours = billers.filter((biller) => biller.category === category);
      const biller = ours[place % ours.length];
      if (biller === undefined) throw new Error(`no biller in ${category}`);
      return subscribe({ seed, place, number, biller });
    }),
  ).flat();
}

function subscribe(of: {
  readonly seed: number;
  readonly place: number;
  readonly number: number;
  readonly biller: BillerFacts;
}): Subscription {
  const { seed, place, number, biller } = of;
  const household = `R${String(place + 1).padStart(2, "0")}`;
  const name = `${household}/${biller.category}`;
  const chance = chanceOf(seed, name);
  const usualMinor = (3 + chance.below(60)) * 10_000;
  const way = wayOf(biller, place + number);
  return {
    name,
    household,
    zone: ZONES[place % ZONES.length] ?? ZONES[0],
    biller,
    account: `77${String(place + 1).padStart(3, "0")}${String(number + 1).padStart(3, "0")}${10 + chance.below(90)}`,
    way,
    usualMinor,
    trigger: triggerOf(way, chance),
    overLimit: chance.pick(["ask", "skip"] as const),
    lateBill: chance.pick(["ask", "pay"] as const),
    limitMinor: chance.percent(30) ? Math.round(usualMinor * 1.2) : null,
  };
}

function wayOf(biller: BillerFacts, turn: number): Way {
  if (biller.tellsBalances) return "top-up";
  if (biller.takesOwnSums) return "fixed";
  if (biller.source === "gis-gmp") return "found";
  return WAYS_OF_BILLS[turn % WAYS_OF_BILLS.length] ?? "on-bill";
}

const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" }) as const;

function triggerOf(way: Way, chance: Chance): Trigger {
  const nonWorkingDay = { rule: chance.pick(RULES), country: "RU" } as const;
  const monthly = { kind: "monthly", day: 1 + chance.below(31) } as const;
  switch (way) {
    case "top-up":
      return {
        kind: "on-balance",
        below: rub(20_000),
        topUp: rub(50_000),
        perDay: rub(100_000),
        coolDownMinutes: 60,
      };
    case "fixed": {
      const weekly = { kind: "weekly", weekday: chance.pick([1, 2, 3, 4, 5, 6, 7] as const) } as const;
      const schedule = chance.percent(50) ? monthly : weekly;
      return { kind: "on-schedule", schedule, pays: rub((1 + chance.below(20)) * 5_000), nonWorkingDay };
    }
    case "when-due":
      return { kind: "on-schedule", schedule: monthly, pays: "due", nonWorkingDay };
    default:
      return { kind: "on-bill" };
  }
}
