import type { CivilDate } from "../calendar.ts";
import type { Money } from "../money.ts";
import { type About, type Book, moment, write } from "./book.ts";
import type { InstantAnswer } from "./instants.ts";
import type { ForecastDependency, ForecastReason } from "./reasons.ts";

/** A debit whose notice is accepted, or will be. */
export type ComingDebit = {
  readonly at: string;
  readonly on: CivilDate;
  readonly reason: ForecastReason;
  readonly dueChanges: { readonly at: string; readonly toMinor: number } | null;
  readonly freshUntil: string | null;
  readonly certain: boolean;
};

const HOUR_MS = 3_600_000;

export function hoursAfter(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * HOUR_MS).toISOString();
}

/** What a debit of the engine's own names that comes at an instant: what is due an hour later, so that no discount ends under way. */
export function dueAtDebit(
  bill: {
    readonly dueMinor: number;
    readonly dueChanges: { readonly at: string; readonly toMinor: number } | null;
  },
  at: string,
): number {
  return bill.dueChanges !== null && hoursAfter(at, 1) >= bill.dueChanges.at
    ? bill.dueChanges.toMinor
    : bill.dueMinor;
}

/** What bounds the moment of a debit; `lastSafe` is that of the due day, a discount may end before it. */
type Bounds = { readonly lastSafe: string; readonly dueChanges: ComingDebit["dueChanges"] };

/** The last good moment of a bill, as `last_good_instant` has it: the due day and the discount are kept. */
export function lastGoodOf({ lastSafe, dueChanges }: Bounds): string {
  if (dueChanges === null) return lastSafe;
  const kept = hoursAfter(dueChanges.at, -1);
  return kept < lastSafe ? kept : lastSafe;
}

/** As a bill is at an instant: a discount that has ended bounds nothing any more. */
export function boundsAt({ lastSafe, dueChanges }: Bounds, at: string): Bounds {
  return { lastSafe, dueChanges: dueChanges !== null && dueChanges.at <= at ? null : dueChanges };
}

/** When a debit really comes whose notice, written at `at`, opens it at `notBefore`: at its share of the morning, unless that would cost its day or its discount. */
export function spreadOf(
  { at, notBefore, spreadTo }: Pick<InstantAnswer, "at" | "notBefore" | "spreadTo">,
  bill: Bounds,
): string {
  return spreadTo > lastGoodOf(boundsAt(bill, at)) ? notBefore : spreadTo;
}

/** Writes the debit, at the moment at which the gate lets it pass, with what it rests on. */
export function writeDebit(
  book: Book,
  debit: ComingDebit,
  about: About & { readonly amount: Money | null },
): void {
  const { mandate } = book;
  const { dueChanges, reason } = debit;
  if (mandate.held) {
    // nobody knows when the operators release it
    write(book, { kind: "debit", at: null, on: debit.on, reason: "on-hold", dependsOn: ["hold"] }, about);
    return;
  }
  // in the last hour of a discount the sum of afterwards is awaited
  const waits = dueChanges !== null && debit.at < dueChanges.at && hoursAfter(debit.at, 1) >= dueChanges.at;
  const at = waits ? dueChanges.at : debit.at;
  const on = waits ? moment(book, at).on : debit.on;
  if (about.amount !== null) book.paid.push({ at, amountMinor: about.amount.amountMinor });
  write(
    book,
    { kind: "debit", at, on, reason, dependsOn: dependenciesOf(book, { ...debit, at, on }, about) },
    about,
  );
}

function dependenciesOf(book: Book, debit: ComingDebit, { methodId }: About): readonly ForecastDependency[] {
  const card = book.mandate.methods.find(({ id }) => id === methodId);
  const expired = typeof card?.expires === "string" && debit.on.slice(0, 7) > card.expires;
  return [
    ...(debit.freshUntil !== null && debit.freshUntil < debit.at ? (["source-reading"] as const) : []),
    ...(expired ? (["card-expires"] as const) : []),
    ...(debit.certain ? [] : (["days-not-decreed"] as const)),
  ];
}
