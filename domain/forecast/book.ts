import { addDays, type CivilDate } from "../calendar.ts";
import type { Money } from "../money.ts";
import type { Tables } from "../scheduled-run.ts";
import type { ForecastFacts, ForecastMandate, ForecastMethod } from "./facts.ts";
import type { InstantAnswer, Instants } from "./instants.ts";
import type { ForecastLine } from "./line.ts";
import type { ForecastDependency } from "./reasons.ts";
import { Room } from "./room.ts";

const DAY_MS = 86_400_000;

/** The forecast of one mandate while it is written. */
export type Book = {
  readonly now: string;
  readonly until: string;
  readonly mandate: ForecastMandate;
  readonly instants: Instants;
  /** Where working days come from. */
  readonly tables: Tables;
  readonly room: Room;
  /** Bills that the gate gives back to the planner, and when. */
  readonly released: Map<string, string>;
  /** Debits so far, as they come: of what is paid the usual sum is made. */
  readonly paid: { readonly at: string; readonly amountMinor: number }[];
  readonly lines: ForecastLine[];
};

export function openBook(
  { now, until }: Pick<ForecastFacts, "now" | "until">,
  mandate: ForecastMandate,
  { instants, tables }: Pick<Book, "instants" | "tables">,
): Book {
  const { terms, uses } = mandate;
  return {
    now,
    until,
    mandate,
    instants,
    tables,
    room: new Room(terms, uses),
    released: new Map(),
    paid: [],
    lines: [],
  };
}

/** What a moment is for the payer, and when a debit may come whose notice is accepted then. */
export function moment({ instants, mandate }: Book, at: string): InstantAnswer {
  return instants.of({ mandate: mandate.id, version: mandate.version, at, day: null });
}

/** The forecast ends so many days after the payer's today. */
export function lastDay({ mandate, now, until }: Book): CivilDate {
  const days = Math.round((Date.parse(until) - Date.parse(now)) / DAY_MS);
  return addDays(mandate.today, days);
}

/** What a line is about; nothing of it is known where it is left out. */
export type About = {
  readonly billId?: string | null;
  readonly paymentId?: string | null;
  readonly period?: string | null;
  readonly amount: Money | null;
  readonly methodId?: string | null;
};

type Said = Pick<ForecastLine, "kind" | "at" | "on" | "reason"> & {
  readonly dependsOn?: readonly ForecastDependency[];
};

/** Writes a line, unless it lies behind the end of the forecast. */
export function write({ mandate, lines, until }: Book, said: Said, about: About): void {
  if (said.at !== null && said.at > until) return;
  const { billId = null, paymentId = null, period = null, methodId = null, amount } = about;
  const rest = { mandateId: mandate.id, billId, paymentId, period, amount, methodId };
  lines.push({ dependsOn: [], ...said, ...rest });
}

/** The end of a question that is open. */
export function writeEnd(
  book: Book,
  { need, giveUpAt }: { readonly need: ForecastLine["reason"]; readonly giveUpAt: string },
  about: About,
): void {
  if (giveUpAt > book.until) return;
  write(book, { kind: "question-ends", at: giveUpAt, on: moment(book, giveUpAt).on, reason: need }, about);
}

/** The method that a plan takes: the first usable one of the terms. */
export function methodOf({ mandate }: Book): ForecastMethod | null {
  return mandate.methods.find(({ active }) => active) ?? null;
}

/** When every pause is over; null: never by itself. */
export function resumesAt({ mandate, now }: Book): string | null {
  if (mandate.state !== "paused" || methodOf({ mandate } as Book) === null) return null;
  let last = now;
  for (const { until } of mandate.pauses) {
    if (until === null) return null;
    if (until > last) last = until;
  }
  return last;
}

/** Does the mandate work at that moment? */
export function isActive(book: Book, at: string): boolean {
  if (book.mandate.state === "active") return true;
  const resumed = resumesAt(book);
  return resumed !== null && resumed <= at;
}
