import type { Chance } from "../chance.ts";
import { type Behaviour, DAY, EXECUTIONS, HOUR, TRANSPORTS } from "./bank-model.ts";

/** Where the worker dies inside a charge or a look-up: nowhere, between gate and socket, or between answer and evidence. */
const CRASHES = ["none", "none", "none", "none", "none", "after-gate", "after-answer"] as const;

/** One thing that happens. A list of them decides a whole run, so a failing list can be repeated and made shorter. */
export type Operation =
  /** The workflow does what the rows order; the bank behaves so, if it is asked. */
  | { readonly do: "work"; readonly bank: Behaviour; readonly crash: (typeof CRASHES)[number] }
  | { readonly do: "pass-time"; readonly minutes: number }
  /** The confirmation's hour, or the payer's deadline, goes by. */
  | { readonly do: "expiry"; readonly of: "confirmation" | "deadline" }
  /** Somebody says that something happened at the gateway; `of` picks one of all attempts there ever were, so it may be late or out of order. */
  | { readonly do: "webhook"; readonly of: number; readonly genuine: boolean; readonly times: number }
  | { readonly do: "return" }
  | { readonly do: "payer-at-bank"; readonly confirms: boolean }
  | { readonly do: "bank-settles"; readonly money: boolean }
  | { readonly do: "bank-overturns"; readonly of: number }
  | { readonly do: "stop"; readonly by: "cancel" | "skip" | "unlink" | "annul" }
  /** The payer meets the need of a payment that waits for them. */
  | { readonly do: "confirm" }
  /** Another person pays the same bill now. */
  | { readonly do: "pay-now" }
  /** The plan is made anew, if the debt is owed and free. */
  | { readonly do: "plan" };

/** Draws a sequence; the weights make the narrow places likely: unknown charges, stops under way, dead keys. */
export function drawOperations(chance: Chance): readonly Operation[] {
  const length = 4 + chance.below(26);
  return Array.from({ length }, () => drawOne(chance));
}

function drawOne(chance: Chance): Operation {
  const roll = chance.below(100);
  if (roll < 42) return { do: "work", bank: drawBehaviour(chance), crash: chance.pick(CRASHES) };
  if (roll < 58)
    return { do: "pass-time", minutes: chance.pick([1, 1, 5, 15, HOUR, 6 * HOUR, DAY, 3 * DAY]) };
  if (roll < 62) return { do: "expiry", of: chance.pick(["confirmation", "confirmation", "deadline"]) };
  if (roll < 72)
    return {
      do: "webhook",
      of: chance.below(8),
      genuine: chance.percent(80),
      times: chance.percent(30) ? 2 : 1,
    };
  if (roll < 76) return { do: "return" };
  if (roll < 81) return { do: "payer-at-bank", confirms: chance.percent(70) };
  if (roll < 85) return { do: "bank-settles", money: chance.percent(60) };
  if (roll < 86) return { do: "bank-overturns", of: chance.below(8) };
  if (roll < 92) return { do: "stop", by: chance.pick(["cancel", "skip", "unlink", "annul"]) };
  if (roll < 95) return { do: "confirm" };
  return roll < 98 ? { do: "pay-now" } : { do: "plan" };
}

function drawBehaviour(chance: Chance): Behaviour {
  const fine = chance.percent(45);
  return {
    transport: fine ? "ok" : chance.pick(TRANSPORTS),
    execution: chance.percent(40) ? "success" : chance.pick(EXECUTIONS),
  };
}

/** One line about an operation, for people who look for the reason of a violation. */
export function lineOf(operation: Operation): string {
  const { do: what, ...rest } = operation;
  return `${what} ${JSON.stringify(rest)}`;
}
