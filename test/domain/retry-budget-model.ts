import { addDays, type CivilDate, dateOfDayNumber, secondOfDay } from "../../domain/calendar.ts";
import { cardBudget, type CountedTry } from "../../domain/card-budget.ts";
import type { Advice } from "../../domain/declines/advice.ts";
import { nextPayday } from "../../domain/paydays.ts";
import type { NotCharged } from "../../domain/payment.ts";
import {
  type AfterNotCharged,
  afterNotCharged,
  type RetryRule,
  retryMoment,
} from "../../domain/retry-policy.ts";
import { answerOf, type BankAnswer, randomFrom } from "./retry-budget-bank.ts";
import { brokenCaps, type Sent } from "./retry-budget-oracle.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 40;

type Card = {
  readonly network: string;
  banned: "no" | "mit" | "all";
  readonly tries: (CountedTry & { readonly id: number })[];
};
/** A saved copy of a card: two may stand for the same one. */
type Method = { readonly card: number; usable: boolean };
type Payment = {
  readonly id: number;
  readonly byMandate: boolean;
  readonly amountMinor: number;
  readonly lastSafeMs: number;
  readonly patience: number;
  method: number;
  attempts: number;
  firstFailedMs: number | null;
  asked: number;
  state: "open" | "asked" | "checked" | "over";
};
type Event = { readonly atMs: number; readonly do: () => void };

/** What a run did and every rule that it broke; `broken` names seed and sequence of each. */
export type Simulation = {
  readonly sequences: number;
  readonly sent: number;
  readonly heldBack: number;
  readonly broken: readonly string[];
};

/**
 * Drives `count` random sequences of debits, declines, advice, lost answers and insisting payers over shared cards through
 * {@link afterNotCharged} and {@link cardBudget}, and judges what was sent by rules of its own (`retry-budget-oracle.ts`). Pure; the same seed
 * does the same.
 */
export function simulateRetryBudgets({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number;
}): Simulation {
  let sent = 0;
  let heldBack = 0;
  const broken: string[] = [];
  for (let sequence = 0; sequence < count; sequence += 1) {
    const world = new World(randomFrom(seed * 1_000_003 + sequence));
    world.run();
    sent += world.sent.length;
    heldBack += world.heldBack;
    broken.push(...brokenCaps(world.sent).map((what) => `seed ${seed}, sequence ${sequence}: ${what}`));
  }
  return { sequences: count, sent, heldBack, broken };
}

/** Some cards, their saved copies, and debits that want them, for forty days. Instants are UTC milliseconds from day 0. */
class World {
  readonly sent: Sent[] = [];
  heldBack = 0;
  readonly #random: () => number;
  readonly #cards: Card[];
  readonly #methods: Method[];
  readonly #payments: Payment[];
  #queue: Event[] = [];
  #nowMs = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.#cards = this.#some(1, 2, () => ({
      network: this.#pick(["visa", "mastercard", "mir"]),
      banned: "no",
      tries: [],
    }));
    this.#methods = this.#some(1, 4, () => ({ card: this.#below(this.#cards.length), usable: true }));
    this.#payments = this.#some(2, 9, (id) => ({
      id,
      byMandate: random() < 0.75,
      amountMinor: this.#pick([10_000, 10_000, 10_000, 25_050]),
      lastSafeMs: (5 + this.#below(DAYS)) * DAY + 22 * HOUR,
      patience: random() < 0.2 ? 60 : this.#below(4),
      method: this.#below(this.#methods.length),
      attempts: 0,
      firstFailedMs: null,
      asked: 0,
      state: "open",
    }));
  }

  run(): void {
    for (const payment of this.#payments)
      this.#at(this.#below(10) * DAY + (8 + this.#below(14)) * HOUR, () => this.#try(payment));
    for (let event = this.#next(); event !== undefined; event = this.#next()) {
      this.#nowMs = event.atMs;
      event.do();
    }
  }

  /** A debit of a mandate, or the payer pressing the button: what the gate would be asked. */
  #try(payment: Payment): void {
    const method = this.#methods[payment.method];
    const card = method && this.#cards[method.card];
    if (card === undefined || payment.state === "over" || payment.state === "checked") return;
    const initiatedBy = payment.byMandate && payment.state === "open" ? "mit" : "cit";
    if (method?.usable !== true || isForbidden(card, initiatedBy)) return this.#ask(payment);
    const request = {
      atMs: this.#nowMs,
      initiatedBy,
      amountMinor: payment.amountMinor,
      network: card.network,
    } as const;
    const answer = cardBudget(card.tries, request);
    if (answer.room) return this.#send(payment, { card, cardIndex: method.card, initiatedBy });
    this.heldBack += 1;
    if (answer.untilMs === null) return this.#at(this.#nowMs + 2 * HOUR, () => this.#try(payment));
    const asks =
      answer.cap.whenFull === "ask" || initiatedBy === "cit" || answer.untilMs > payment.lastSafeMs;
    return asks ? this.#ask(payment) : this.#at(answer.untilMs, () => this.#try(payment));
  }

  #send(
    payment: Payment,
    by: { readonly card: Card; readonly cardIndex: number; readonly initiatedBy: "mit" | "cit" },
  ): void {
    const { card, cardIndex, initiatedBy } = by;
    const id = this.sent.length;
    const atMs = this.#nowMs;
    const one: Sent = {
      card: cardIndex,
      network: card.network,
      atMs,
      initiatedBy,
      amountMinor: payment.amountMinor,
      payment: payment.id,
      method: payment.method,
      end: null,
    };
    this.sent.push(one);
    card.tries.push({ id, sentAtMs: atMs, initiatedBy, amountMinor: payment.amountMinor, undecided: true });
    payment.attempts += 1;
    const answer = answerOf(this.#random);
    // most answers come at once, some after days
    const delayMs = this.#random() < 0.15 ? this.#below(72) * HOUR : 0;
    this.#at(atMs + delayMs, () => this.#settle(payment, { one, id, card, answer }));
  }

  #settle(
    payment: Payment,
    end: { readonly one: Sent; readonly id: number; readonly card: Card; readonly answer: BankAnswer },
  ): void {
    const { one, id, card, answer } = end;
    one.end = { atMs: this.#nowMs, ...answer };
    const place = card.tries.findIndex((tried) => tried.id === id);
    const counted = card.tries[place];
    const back = answer.how === "charged" || answer.how === "refused" || answer.how === "absent";
    if (back || counted === undefined) card.tries.splice(place, 1);
    else card.tries[place] = { ...counted, undecided: false };
    if (answer.how === "charged") {
      payment.state = "over";
      return;
    }
    payment.firstFailedMs ??= this.#nowMs;
    this.#follow(payment, card, this.#judge(payment, one, answer.how, answer));
  }

  #judge(
    payment: Payment,
    one: Sent,
    how: NotCharged,
    answer: { readonly reason: string; readonly advice: Advice },
  ): AfterNotCharged {
    const { reason, advice } = answer;
    return afterNotCharged({
      gateway: "stripe",
      how,
      reason,
      advice,
      initiatedBy: one.initiatedBy,
      attempt: payment.attempts,
    });
  }

  #follow(payment: Payment, card: Card, after: AfterNotCharged): void {
    switch (after.next) {
      case "again": {
        const at = this.#nextTry(payment, after);
        if (at !== undefined) return this.#at(at, () => this.#try(payment));
        return after.fallbackAllowed === true ? this.#fallBack(payment) : this.#ask(payment);
      }
      case "method-dead": {
        const method = this.#methods[payment.method];
        if (method) method.usable = false;
        ban(card, after.bansCard);
        return after.fallbackAllowed ? this.#fallBack(payment) : this.#ask(payment);
      }
      case "payer":
        return after.fallbackAllowed === true ? this.#fallBack(payment) : this.#ask(payment);
      case "look-up-first":
        ban(card, after.bansCard);
        payment.state = "checked";
        return;
      case "gave-up":
        payment.state = "over";
    }
  }

  /** The first lawful date of the rules that are left, as `retry_plan` in the database finds it. */
  #nextTry(payment: Payment, after: Extract<AfterNotCharged, { next: "again" }>): number | undefined {
    for (const rule of [after.rule, ...(after.later ?? [])]) {
      const at = this.#momentOf(payment, rule);
      if (at === undefined) continue;
      const lawful = withinHours(Math.max(at, this.#nowMs + (after.shortestWaitMinutes ?? 0) * 60_000));
      if (lawful <= payment.lastSafeMs) return lawful;
    }
    return undefined;
  }

  #momentOf(payment: Payment, rule: RetryRule): number | undefined {
    const today = dateOf(this.#nowMs);
    const moment = retryMoment(rule, {
      today,
      firstFailedOn: dateOf(payment.firstFailedMs ?? this.#nowMs),
      lastSafeDay: dateOf(payment.lastSafeMs),
      nextPayday: nextPayday(today) ?? addDays(today, 31),
    });
    if (moment === null) return undefined;
    return "waitMinutes" in moment
      ? this.#nowMs + moment.waitMinutes * 60_000
      : instantOf(moment.date, moment.time);
  }

  #fallBack(payment: Payment): void {
    const card = this.#methods[payment.method]?.card;
    const tried = new Set(this.sent.filter((one) => one.payment === payment.id).map((one) => one.method));
    const other = this.#methods.findIndex(
      (method, index) =>
        !tried.has(index) &&
        method.usable &&
        method.card !== card &&
        this.#cards[method.card]?.banned === "no",
    );
    if (other === -1) return this.#ask(payment);
    payment.method = other;
    return this.#at(this.#nowMs, () => this.#try(payment));
  }

  /** The payer is asked; they may insist, with this card or another one, again and again. */
  #ask(payment: Payment): void {
    payment.state = "asked";
    payment.asked += 1;
    if (payment.asked > payment.patience) {
      payment.state = "over";
      return;
    }
    if (this.#random() < 0.3) payment.method = this.#below(this.#methods.length);
    this.#at(this.#nowMs + (1 + this.#below(5 * 60)) * 60_000, () => this.#try(payment));
  }

  #at(atMs: number, action: () => void): void {
    if (atMs <= DAYS * DAY) this.#queue.push({ atMs, do: action });
  }

  #next(): Event | undefined {
    let first = 0;
    for (let place = 1; place < this.#queue.length; place += 1) {
      if ((this.#queue[place]?.atMs ?? 0) < (this.#queue[first]?.atMs ?? 0)) first = place;
    }
    return this.#queue.splice(first, 1)[0];
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)] as Item;
  }

  #some<Item>(least: number, most: number, make: (index: number) => Item): Item[] {
    return Array.from({ length: least + this.#below(most - least + 1) }, (_, index) => make(index));
  }
}

function isForbidden({ banned }: Card, initiatedBy: "mit" | "cit"): boolean {
  return banned === "all" || banned === initiatedBy;
}

function ban(card: Card, bans: "mit" | "all" | undefined): void {
  if (bans === "all" || (bans === "mit" && card.banned === "no")) card.banned = bans;
}

function dateOf(ms: number): CivilDate {
  return dateOfDayNumber(Math.floor(ms / DAY));
}

function instantOf(date: CivilDate, time: string): number {
  return Date.parse(`${date}T00:00:00Z`) + secondOfDay(time) * 1_000;
}

/** Debits come between 08:00 and 22:00. */
function withinHours(ms: number): number {
  const ofDay = ms % DAY;
  if (ofDay < 8 * HOUR) return ms - ofDay + 8 * HOUR;
  return ofDay < 22 * HOUR ? ms : ms - ofDay + DAY + 8 * HOUR;
}
