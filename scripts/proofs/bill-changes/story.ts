import type { NoticePackName } from "../../../domain/notice-policy.ts";
import type { Chance } from "../chance.ts";
import { CHANGES, type ChangeName, firstWord, type Word } from "./words.ts";

/** Where the change that meets the debit itself is committed. */
export const AT_THE_GATE = ["before", "after", "free", "under-way"] as const;

export type AtTheGate = (typeof AT_THE_GATE)[number];

/** One bill with everything that its source will do to it. Instants are milliseconds, on whole minutes. */
export type Story = {
  readonly pack: NoticePackName;
  /** The payer's. */
  readonly zone: string;
  /** The payee's: its discounts end there at midnight. */
  readonly billerZone: string;
  readonly billerId: string;
  readonly lateBill: "ask" | "pay";
  /** From the notice to its acceptance. */
  readonly relayMinutes: number;
  readonly arrivesAt: number;
  readonly first: Word;
  readonly changes: readonly { readonly change: ChangeName; readonly at: number }[];
  readonly atTheGate: { readonly change: ChangeName; readonly position: AtTheGate } | null;
  readonly answersAfterMinutes: number;
};

export const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** Packs with a zone of their market, and how many days their notice takes about. */
const MARKETS: readonly (readonly [pack: NoticePackName, zone: string, days: number, percent: number])[] = [
  ["RU", "Europe/Moscow", 1, 22],
  ["RU", "Asia/Kamchatka", 1, 10],
  ["RU", "Europe/Kaliningrad", 1, 8],
  ["demo", "Europe/Moscow", 0, 8],
  ["IN", "Asia/Kolkata", 1, 12],
  ["BR", "America/Sao_Paulo", 2, 12],
  ["US", "America/New_York", 10, 10],
  ["UK", "Europe/London", 14, 8],
  ["EU", "Europe/Berlin", 14, 10],
];

export const BILLER_ZONES = [
  "Europe/Moscow",
  "Asia/Vladivostok",
  "Europe/Kaliningrad",
  "Europe/Berlin",
] as const;

/** Around each of them clocks are changed in some of the zones. */
const BEGINS = ["2026-10-14T00:00:00Z", "2027-03-08T00:00:00Z"] as const;

/** The beginning of a run. */
export function beginOf(chance: Chance): number {
  return Date.parse(chance.pick(BEGINS));
}

/** Draws one bill; the instants of arrival and of changes are taken from `minutes`. */
export function drawStory(chance: Chance, minutes: readonly number[]): Story {
  const [pack, zone, days] = market(chance);
  const arrivesAt = minutes[chance.below(Math.floor(minutes.length / 2))] ?? 0;
  const billerZone = chance.pick(BILLER_ZONES);
  const relayMinutes = chance.pick(pack === "demo" ? [1, 2] : [4, 11, 37]);
  const span = Math.ceil(Math.max(days * 1.3 * DAY_MINUTES, relayMinutes + 4));
  const changes = Array.from({ length: chance.pick([0, 0, 1, 1, 1, 2, 2, 3]) }, () => ({
    change: chance.pick(CHANGES),
    at: near(minutes, arrivesAt + (1 + chance.below(span)) * MINUTE_MS, days > 0),
  })).toSorted((a, b) => a.at - b.at);
  return {
    pack,
    zone,
    billerZone,
    billerId: `biller-${BILLER_ZONES.indexOf(billerZone)}`,
    lateBill: chance.percent(50) ? "ask" : "pay",
    relayMinutes,
    arrivesAt,
    first: firstWord(chance, new Date(arrivesAt).toISOString().slice(0, 10)),
    changes: changes.filter(({ at }) => at > arrivesAt),
    atTheGate: chance.percent(45)
      ? { change: chance.pick(CHANGES), position: chance.pick(AT_THE_GATE) }
      : null,
    answersAfterMinutes: chance.pick([1, 1, 1, 1, 30, 240]),
  };
}

function market(chance: Chance): (typeof MARKETS)[number] {
  let share = chance.below(100);
  const found = MARKETS.find(([, , , percent]) => (share -= percent) < 0);
  return found ?? chance.pick(MARKETS);
}

/** Bills share the minutes at which something happens, so that they change side by side; where all is over in minutes each has its own. */
function near(minutes: readonly number[], at: number, shared: boolean): number {
  if (!shared) return at;
  let [low, high] = [0, minutes.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((minutes[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return minutes[low] ?? at;
}

/** So many random minutes of a run, in order. */
export function drawMinutes(
  chance: Chance,
  from: number,
  { days, count }: { readonly days: number; readonly count: number },
): readonly number[] {
  const all = new Set(
    Array.from({ length: count }, () => from + chance.below(days * DAY_MINUTES) * MINUTE_MS),
  );
  return [...all].toSorted((a, b) => a - b);
}
