import type { Tables } from "../scheduled-run.ts";
import { workingDaysOf } from "../working-days/countries.ts";
import { writeBills } from "./bills.ts";
import { type Book, moment, openBook, resumesAt, write } from "./book.ts";
import { writeBalance, writeDueRuns, writeExpectedBills } from "./expected.ts";
import type { ForecastFacts } from "./facts.ts";
import { type InstantAnswer, type InstantAsk, InstantMissing, Instants } from "./instants.ts";
import { type ForecastLine, inOrder } from "./line.ts";
import { writePayments } from "./payments.ts";
import { writeRuns } from "./runs.ts";

/** A forecast, or the instants that it still has to be told. */
export type Forecast =
  | { readonly lines: readonly ForecastLine[]; readonly asks?: undefined }
  | { readonly asks: readonly InstantAsk[]; readonly lines?: undefined };

/**
 * What will happen if nothing new comes: notices, debits, questions, what is left out, in order of time. Pure: the decisions are those of the planner and of the gate, the instants those of
 * the database, which is asked (`asks`) until none is missing.
 */
export function forecast(
  facts: ForecastFacts,
  known: ReadonlyMap<string, InstantAnswer>,
  tables: Tables = workingDaysOf,
): Forecast {
  const instants = new Instants(known);
  const lines: ForecastLine[] = [];
  let whole = true;
  for (const mandate of facts.mandates) {
    const book = openBook(facts, mandate, { instants, tables });
    // a mandate that lacks an instant does not keep the others from asking for theirs
    if (writeMandate(book)) lines.push(...book.lines);
    else whole = false;
  }
  return whole ? { lines: inOrder(lines) } : { asks: instants.missing };
}

/** False where an instant is missing. */
function writeMandate(book: Book): boolean {
  try {
    writeStanding(book);
    writeBills(book);
    writeTrigger(book);
    return true;
  } catch (cause) {
    if (cause instanceof InstantMissing) return false;
    throw cause;
  }
}

/** What is planned already, and the end of a pause. */
function writeStanding(book: Book): void {
  const resumed = resumesAt(book);
  if (resumed !== null && resumed <= book.until)
    write(
      book,
      { kind: "resumed", at: resumed, on: moment(book, resumed).on, reason: "pause-over" },
      { amount: null },
    );
  writePayments(book);
}

function writeTrigger(book: Book): void {
  const { trigger } = book.mandate.terms;
  if (trigger.kind === "on-balance") return writeBalance(book);
  if (trigger.kind === "on-bill") return writeExpectedBills(book);
  if (trigger.pays === "due") return writeDueRuns(book, trigger);
  writeRuns(book, { ...trigger, pays: trigger.pays });
}
