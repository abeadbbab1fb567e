import { decideOnBill, type PlanFacts } from "../plan.ts";
import { type About, type Book, methodOf, write, writeQuestion } from "./book.ts";
import { type ComingDebit, spreadOf, writeDebit } from "./debit.ts";
import type { InstantAnswer } from "./instants.ts";
import type { ForecastReason } from "./reasons.ts";

/** A debt that the planner will look at. */
export type ToPlan = {
  readonly at: string;
  readonly clock: InstantAnswer;
  readonly bill: PlanFacts["bill"];
  /** Due at the moment of the debit. */
  readonly amountMinor: number;
  readonly lastSafe: string;
  readonly skipped: boolean;
  readonly billId: string | null;
  readonly period: string | null;
  /** Names its use of the limits. */
  readonly name: string;
  readonly reason: ForecastReason;
} & Pick<ComingDebit, "dueChanges" | "freshUntil" | "certain">;

/** What the planner will do about it, by the planner's own decision. */
export function writePlan(book: Book, order: ToPlan): void {
  const { at, clock, bill, billId, period } = order;
  const decision = decideOnBill(planFactsOf(book, order));
  const about = {
    billId,
    period,
    methodId: methodOf(book)?.id ?? null,
    amount: { amountMinor: order.amountMinor, currency: bill.currency },
  };
  if (decision.do === "tell") {
    write(book, { kind: "skipped", at, on: clock.on, reason: "over-limit" }, about);
  } else if (decision.do === "pay" && decision.need !== null) {
    const asked = { ...about, amount: { ...about.amount, amountMinor: decision.amountMinor } };
    writeQuestion(book, { at, need: decision.need, giveUpAt: decision.giveUpAt }, asked);
  } else if (decision.do === "pay") {
    book.room.reserve(order.name, { on: clock.plannedOn, amountMinor: order.amountMinor, since: at });
    writeAnnounced(book, { ...order, giveUpAt: decision.giveUpAt }, about);
  }
}

function writeAnnounced(book: Book, order: ToPlan & { readonly giveUpAt: string }, about: About): void {
  const { at, clock, reason, giveUpAt, name } = order;
  if (!book.mandate.reachable) {
    writeQuestion(book, { at, need: "no-channel", giveUpAt }, about);
    book.room.free(name, giveUpAt);
    return;
  }
  write(book, { kind: "notice", at, on: clock.on, reason }, about);
  writeDebit(book, { ...order, at: spreadOf(clock, order), on: clock.plannedOn }, about);
}

function planFactsOf(book: Book, order: ToPlan): PlanFacts {
  const { mandate, room } = book;
  const { clock, at, bill } = order;
  const planned = {
    id: mandate.id,
    residentId: mandate.residentId,
    version: mandate.version,
    terms: mandate.terms,
    skipped: order.skipped,
    methodId: methodOf(book)?.id ?? null,
    usedMinor: room.used(clock.plannedOn, at),
    plannedOn: clock.plannedOn,
    notBefore: clock.notBefore,
    notAfter: clock.notAfter,
    amountMinor: order.amountMinor,
    lastSafe: order.lastSafe,
  };
  return { now: at, bill, claim: null, payment: null, mandates: [planned], onlookers: [] };
}
