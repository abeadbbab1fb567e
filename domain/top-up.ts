import { add, compare, type Money } from "./money.ts";
import type { OnBalance } from "./trigger.ts";

/** A reading older than this says nothing about today. */
export const READING_LIVES_HOURS = 24;
/** A biller's clock may be ahead of ours by so much. */
const CLOCK_TOLERANCE_MS = 60_000;
const MINUTE_MS = 60_000;

/** What is known when a balance has been read. Instants are ISO UTC. */
export type TopUpFacts = {
  readonly now: string;
  /** What the biller said, and of which instant. May be below zero. */
  readonly reading: { readonly balance: Money; readonly at: string };
  /** Reserved and spent by top-ups whose debit day is today in the payer's zone. */
  readonly today: Money;
  /** The latest cycle's payment; null before the first. */
  readonly last: LastTopUp | null;
};

export type LastTopUp =
  /** May still take money. */
  | { readonly state: "under-way" }
  /** Over, with money or without. */
  | {
      readonly state: "over";
      readonly endedAt: string;
      /** When the biller said that the money has come; `awaited`: not yet; `none`: it never says so, or no money was taken. */
      readonly biller: { readonly saidAt: string } | "awaited" | "none";
      /** Not before this, where it took no money: a declined or skipped top-up is not tried over and over on one day. */
      readonly again?: string | null;
    };

export type TopUpDecision =
  | { readonly do: "top-up"; readonly amount: Money }
  | {
      readonly do: "nothing";
      readonly why:
        | "enough"
        | "currency"
        | "reading-ahead-of-time"
        | "reading-too-old"
        | "under-way"
        | "biller-has-not-confirmed"
        | "reading-before-last-top-up"
        | "daily-cap";
    }
  | { readonly do: "nothing"; readonly why: "cool-down"; readonly until: string };

/**
 * Is the balance to be topped up now (payment rules §4.1)? A balance that lags behind would be topped up twice, so the reading must be younger than the
 * biller's word on the last top-up, or than its end where the biller gives none. Never less than the agreed sum: a cap that has no room for it means no
 * top-up today.
 */
export function decideTopUp(trigger: OnBalance, facts: TopUpFacts): TopUpDecision {
  const { reading, today, last } = facts;
  const { below, topUp, perDay } = trigger;
  if ([reading.balance, today].some(({ currency }) => currency !== below.currency))
    return nothing("currency");
  const age = Date.parse(facts.now) - Date.parse(reading.at);
  if (age < -CLOCK_TOLERANCE_MS) return nothing("reading-ahead-of-time");
  if (age > READING_LIVES_HOURS * 60 * MINUTE_MS) return nothing("reading-too-old");
  if (compare(reading.balance, below) >= 0) return nothing("enough");
  const held = last === null ? null : heldBackBy(last, trigger, facts);
  if (held !== null) return held;
  return compare(add(today, topUp), perDay) > 0 ? nothing("daily-cap") : { do: "top-up", amount: topUp };
}

function heldBackBy(last: LastTopUp, trigger: OnBalance, facts: TopUpFacts): TopUpDecision | null {
  if (last.state === "under-way") return nothing("under-way");
  if (last.biller === "awaited") return nothing("biller-has-not-confirmed");
  // our own end of it is held against the biller's clock, which may be ahead
  const spokenAt =
    last.biller === "none" ? Date.parse(last.endedAt) + CLOCK_TOLERANCE_MS : Date.parse(last.biller.saidAt);
  if (Date.parse(facts.reading.at) <= spokenAt) return nothing("reading-before-last-top-up");
  const cooled = Date.parse(last.endedAt) + trigger.coolDownMinutes * MINUTE_MS;
  const until = Math.max(cooled, Date.parse(last.again ?? last.endedAt));
  if (Date.parse(facts.now) < until)
    return { do: "nothing", why: "cool-down", until: new Date(until).toISOString() };
  return null;
}

function nothing(why: Exclude<Extract<TopUpDecision, { do: "nothing" }>["why"], "cool-down">): TopUpDecision {
  return { do: "nothing", why };
}
