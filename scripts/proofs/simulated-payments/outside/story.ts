import { Chance } from "../../chance.ts";
import { DAY, HOUR } from "./clock.ts";
import { drawFaults, type Fault } from "./faults.ts";

/** How a gateway keeps its promises: YooKassa's keys of a day, or Stripe's intents. */
export type Shape = "keys" | "intent";

type Deed =
  /** A payer's consent to pay the bills of an account by their card. */
  | {
      readonly do: "mandate";
      readonly payer: number;
      readonly account: number;
      readonly limitMinor: number;
      readonly monthMinor: number | null;
      readonly overLimit: "ask" | "skip";
      readonly lateBill: "ask" | "pay";
    }
  | { readonly do: "edit"; readonly payer: number; readonly account: number; readonly limitMinor: number }
  | {
      readonly do: "pause" | "resume" | "cancel";
      readonly payer: number;
      readonly account: number;
      readonly bellLost: boolean;
    }
  | {
      readonly do: "bill";
      readonly bill: number;
      readonly account: number;
      readonly amountMinor: number;
      readonly dueDays: number;
      readonly twice: boolean;
    }
  | { readonly do: "amend"; readonly bill: number; readonly percent: number }
  | { readonly do: "annul" | "reinstate"; readonly bill: number }
  | { readonly do: "paid-elsewhere"; readonly bill: number; readonly proved: boolean }
  | { readonly do: "skip"; readonly bill: number; readonly bellLost: boolean }
  | { readonly do: "card-expires" | "new-card" | "unlink"; readonly payer: number }
  /** The payer meets whatever their payment of this bill waits for. */
  | { readonly do: "answer"; readonly bill: number }
  | { readonly do: "pay-now"; readonly bill: number; readonly payer: number }
  | { readonly do: "refund"; readonly bill: number }
  | {
      readonly do: "wish";
      readonly payer: number;
      readonly topic: "payments" | "debits" | "bills";
      readonly choice: "on" | "off";
    }
  /** The engine's clock is set: so many minutes beside the truth from now on. */
  | { readonly do: "clock"; readonly skewMinutes: number }
  /** A notification that nobody of the gateway has sent. */
  | { readonly do: "forge"; readonly bill: number; readonly how: "unsigned" | "old" | "another-merchant" };

/** One thing that happens at a minute, or one thing that goes wrong when its request comes. A list of them is a whole run. */
export type Operation = ({ readonly at: number } & Deed) | Fault;

/** The deeds, without the faults. */
export type Timed = Extract<Operation, { readonly at: number }>;

const LAST_BILL = 45 * DAY;
/** Every consent is given on the first day, every deed is over by this one. */
export const STORY_DAYS = 70;
const ZONES = [0, 180, 420, 600] as const;

/** A payer's clock stands so many minutes before UTC. */
export function zoneOf(payer: number): number {
  return ZONES[payer % ZONES.length] ?? 0;
}

/** Neighbouring accounts are at gateways of different shapes. */
export function shapeOf(account: number): Shape {
  return account % 2 === 0 ? "keys" : "intent";
}

/** Draws a story: a few payers with shared debts, a month and a half of bills, what people do meanwhile, and what goes wrong. */
export function drawStory(seed: number): readonly Operation[] {
  const chance = new Chance(seed);
  const payers = 2 + chance.below(3);
  const accounts = 3 + chance.below(3);
  const bills = 9 + chance.below(10);
  const deeds: Timed[] = [];
  for (let account = 0; account < accounts; account += 1) {
    const owners = chance.percent(35) ? [account % payers, (account + 1) % payers] : [account % payers];
    for (const payer of owners) deeds.push(drawMandate(chance, payer, account));
  }
  const faults: Operation[] = [];
  for (let bill = 0; bill < bills; bill += 1) {
    const at = Math.floor((LAST_BILL * bill) / bills) + chance.below(DAY);
    const dueDays = chance.percent(12) ? chance.below(2) : 3 + chance.below(22);
    const amountMinor = chance.percent(2) ? 5_000_000 : 10_000 + chance.below(900_000);
    deeds.push({
      at,
      do: "bill",
      bill,
      account: chance.below(accounts),
      amountMinor,
      dueDays,
      twice: chance.percent(15),
    });
    deeds.push(...drawAboutBill(chance, { bill, at, payers }));
    faults.push(...drawFaults(chance, bill));
  }
  for (let noise = 2 + chance.below(7); noise > 0; noise -= 1)
    deeds.push(drawNoise(chance, { payers, accounts }));
  return [...deeds.toSorted((a, b) => a.at - b.at), ...faults];
}

function drawMandate(chance: Chance, payer: number, account: number): Timed {
  return {
    at: chance.below(12 * HOUR),
    do: "mandate",
    payer,
    account,
    limitMinor: chance.pick([600_000, 1_000_000, 1_000_000, 2_000_000]),
    monthMinor: chance.percent(25) ? 1_500_000 : null,
    overLimit: chance.percent(70) ? "ask" : "skip",
    lateBill: chance.percent(50) ? "ask" : "pay",
  };
}

function drawAboutBill(
  chance: Chance,
  about: { bill: number; at: number; payers: number },
): readonly Timed[] {
  const { bill, payers } = about;
  const deeds: Timed[] = [];
  // the hours round a debit: the next morning, and the retries of the days after
  const later = (): number =>
    about.at + (chance.percent(60) ? chance.below(2 * DAY) : chance.below(12 * DAY));
  if (chance.percent(9))
    deeds.push({ at: later(), do: "amend", bill, percent: chance.pick([50, 80, 95, 105, 140]) });
  if (chance.percent(6)) deeds.push({ at: later(), do: "annul", bill });
  if (chance.percent(2)) deeds.push({ at: later() + DAY, do: "reinstate", bill });
  if (chance.percent(5)) deeds.push({ at: later(), do: "paid-elsewhere", bill, proved: chance.percent(50) });
  if (chance.percent(6)) deeds.push({ at: later(), do: "skip", bill, bellLost: chance.percent(40) });
  if (chance.percent(45)) deeds.push({ at: later(), do: "answer", bill });
  if (chance.percent(10)) deeds.push({ at: later(), do: "answer", bill });
  if (chance.percent(12)) deeds.push({ at: later(), do: "pay-now", bill, payer: chance.below(payers) });
  if (chance.percent(8)) deeds.push({ at: later() + 5 * DAY, do: "refund", bill });
  if (chance.percent(6))
    deeds.push({ at: later(), do: "forge", bill, how: chance.pick(["unsigned", "old", "another-merchant"]) });
  return deeds;
}

function drawNoise(chance: Chance, { payers, accounts }: { payers: number; accounts: number }): Timed {
  const at = DAY + chance.below(LAST_BILL);
  const account = chance.below(accounts);
  const payer = chance.percent(80) ? account % payers : chance.below(payers);
  const roll = chance.below(100);
  if (roll < 25)
    return {
      at,
      do: "edit",
      payer,
      account,
      limitMinor: chance.pick([100_000, 400_000, 600_000, 2_000_000]),
    };
  if (roll < 35) return { at, do: "pause", payer, account, bellLost: chance.percent(40) };
  if (roll < 50) return { at, do: "resume", payer, account, bellLost: false };
  if (roll < 58) return { at, do: "cancel", payer, account, bellLost: chance.percent(40) };
  if (roll < 66) return { at, do: "card-expires", payer };
  if (roll < 78) return { at, do: "new-card", payer };
  if (roll < 82) return { at, do: "unlink", payer };
  if (roll < 92)
    return {
      at,
      do: "wish",
      payer,
      topic: chance.pick(["payments", "debits", "bills"]),
      choice: chance.percent(70) ? "off" : "on",
    };
  return { at, do: "clock", skewMinutes: chance.pick([-5, -2, 0, 3, 5]) };
}

/** One line about an operation, for people who look for the reason of a violation. */
export function lineOf(operation: Operation): string {
  const { do: what, ...rest } = operation;
  if (!("at" in rest)) return `${" ".repeat(13)}fault ${what} ${JSON.stringify(rest)}`;
  const { at, ...about } = rest;
  const when = `day ${Math.floor(at / DAY)} ${String(Math.floor((at % DAY) / HOUR)).padStart(2, "0")}:${String(at % HOUR).padStart(2, "0")}`;
  return `${when.padEnd(13)}${what} ${JSON.stringify(about)}`;
}
