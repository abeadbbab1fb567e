import type { Chance } from "../../chance.ts";
import { DAY, HOUR } from "./clock.ts";

/** What becomes of a request and its answer. After `lost`, `throttled` and `refused` nothing was executed; `late` arrives hours after its sender gave up. */
export const TRANSPORTS = ["answer-lost", "error-after", "lost", "late", "throttled", "refused"] as const;
export type Transport = (typeof TRANSPORTS)[number] | "fine";

/** What the issuer and the payer at its page do with a request that is executed. */
export type Execution =
  | { readonly kind: "takes" }
  | { readonly kind: "declines"; readonly reason: string; readonly overturnedAfter?: number }
  | {
      readonly kind: "asks";
      readonly payer: "passes" | "fails" | "abandons" | "is-late";
      readonly after: number;
    }
  | { readonly kind: "waits"; readonly minutes: number; readonly money: boolean };

/** Where the worker dies while a request is made; `evidence`: what was learned is stored, and its activity runs again. */
export const CRASHES = ["gate", "answer", "evidence"] as const;
export type Crash = (typeof CRASHES)[number];

export const POSTINGS = ["bounces", "refused", "not-now", "silence-delivered", "silence-lost"] as const;
export type Posting = (typeof POSTINGS)[number] | "accepted";

/** A fault lies in wait for the request that it names; without one everything is well. */
export type Fault =
  | {
      readonly do: "bank";
      readonly bill: number;
      readonly request: number;
      readonly transport: Transport;
      readonly execution: Execution;
      readonly staleMinutes: number;
    }
  | { readonly do: "crash"; readonly bill: number; readonly request: number; readonly where: Crash }
  /** The bank's news of a charge: so often, so late; not at all. */
  | {
      readonly do: "news";
      readonly bill: number;
      readonly nth: number;
      readonly times: number;
      readonly delayMinutes: number;
    }
  | { readonly do: "mail"; readonly bill: number; readonly nth: number; readonly how: Posting }
  | {
      readonly do: "giving-back";
      readonly bill: number;
      readonly request: number;
      readonly transport: Transport;
    };

const SOFT = [
  "insufficient_funds",
  "insufficient_funds",
  "general_decline",
  "issuer_unavailable",
  "payment_method_limit_exceeded",
] as const;
const HARD = [
  "card_expired",
  "fraud_suspected",
  "permission_revoked",
  "payment_method_restricted",
  "invalid_card_number",
  "a_code_of_next_year",
] as const;

/** What goes wrong round one bill. Two of five bills meet nothing at all. */
export function drawFaults(chance: Chance, bill: number): readonly Fault[] {
  const faults: Fault[] = [];
  if (chance.percent(40)) return faults;
  for (let request = 1; request <= 4; request += 1) {
    if (chance.percent(request === 1 ? 75 : 45))
      faults.push({
        do: "bank",
        bill,
        request,
        transport: chance.percent(50) ? "fine" : chance.pick(TRANSPORTS),
        execution: chance.percent(40) ? { kind: "takes" } : drawExecution(chance),
        staleMinutes: chance.percent(20) ? chance.pick([1, 10, 2 * HOUR, 6 * HOUR]) : 0,
      });
    if (chance.percent(14)) faults.push({ do: "crash", bill, request, where: chance.pick(CRASHES) });
  }
  for (let nth = 1; nth <= 2; nth += 1) {
    if (chance.percent(35))
      faults.push({
        do: "news",
        bill,
        nth,
        times: chance.below(4),
        delayMinutes: chance.pick([0, 1, 10, 3 * HOUR, 5 * DAY]),
      });
  }
  for (let nth = 1; nth <= 3; nth += 1) {
    if (chance.percent(9)) faults.push({ do: "mail", bill, nth, how: chance.pick(POSTINGS) });
  }
  if (chance.percent(30))
    faults.push({ do: "giving-back", bill, request: 1, transport: chance.pick(TRANSPORTS) });
  return faults;
}

function drawExecution(chance: Chance): Execution {
  const roll = chance.below(100);
  if (roll < 34) return { kind: "declines", reason: chance.pick(SOFT) };
  if (roll < 42)
    return {
      kind: "declines",
      reason: chance.pick(SOFT),
      overturnedAfter: chance.pick([HOUR, 2 * DAY, 9 * DAY]),
    };
  if (roll < 56) return { kind: "declines", reason: chance.pick(HARD) };
  if (roll < 80)
    return {
      kind: "asks",
      payer: chance.pick(["passes", "passes", "fails", "abandons", "is-late"]),
      after: 1 + chance.below(59),
    };
  return {
    kind: "waits",
    minutes: chance.pick([3, 2 * HOUR, DAY, 3 * DAY, 6 * DAY]),
    money: chance.percent(65),
  };
}

/** Finds the fault that lies in wait for a request. */
export class Faults {
  readonly #byPlace = new Map<string, Fault>();

  constructor(faults: readonly Fault[]) {
    for (const fault of faults)
      this.#byPlace.set(`${fault.do}/${fault.bill}/${"nth" in fault ? fault.nth : fault.request}`, fault);
  }

  bank(bill: number, request: number): Extract<Fault, { do: "bank" }> | undefined {
    const found = this.#byPlace.get(`bank/${bill}/${request}`);
    return found?.do === "bank" ? found : undefined;
  }

  crash(bill: number, request: number): Crash | null {
    const found = this.#byPlace.get(`crash/${bill}/${request}`);
    return found?.do === "crash" ? found.where : null;
  }

  news(bill: number, nth: number): Extract<Fault, { do: "news" }> | undefined {
    const found = this.#byPlace.get(`news/${bill}/${nth}`);
    return found?.do === "news" ? found : undefined;
  }

  mail(bill: number, nth: number): Posting {
    const found = this.#byPlace.get(`mail/${bill}/${nth}`);
    return found?.do === "mail" ? found.how : "accepted";
  }

  givingBack(bill: number, request: number): Transport {
    const found = this.#byPlace.get(`giving-back/${bill}/${request}`);
    return found?.do === "giving-back" ? found.transport : "fine";
  }
}
