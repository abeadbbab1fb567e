import type { BillReading } from "./bill.ts";
import type { SourceStatus } from "./source-bill.ts";

/** The newest word of one source about a bill. `dueMinor`: what it says is left, above zero where it is issued; below zero: overpaid. */
export type SourceWord = {
  readonly source: string;
  readonly version: number;
  readonly status: SourceStatus;
  readonly dueMinor: number;
};

/** Smaller knows better: a biller's own word, its files, registries of others. */
const RANKS: Readonly<Record<string, number>> = { push: 1, file: 2, "gis-gmp": 3 };
const OTHER_RANK = 4;

/**
 * How well a source knows a biller's bills. `primary`: the one that the biller's entry in the catalogue names. Whose words come first is decided by this, never by
 * who came first (payment rules §4.3).
 */
export function rankOf(source: string, primary?: string): number {
  return source === primary ? 0 : (RANKS[source] ?? OTHER_RANK);
}

/** The source whose words are the bill. Throws `RangeError` when nobody has said anything. */
export function firstOf(words: readonly SourceWord[], primary?: string): SourceWord {
  const [first] = words.toSorted(
    (a, b) => rankOf(a.source, primary) - rankOf(b.source, primary) || (a.source < b.source ? -1 : 1),
  );
  if (first === undefined) throw new RangeError("bill: no source has said anything");
  return first;
}

/**
 * What all sources say together: any of them may say that a bill is withdrawn or paid, which stops a payment and never starts one; what is due is the first one's
 * word alone.
 */
export function readingOf(words: readonly SourceWord[], primary?: string): BillReading {
  if (words.some(({ status }) => status === "annulled")) return { withdrawn: true, dueMinor: 0 };
  const paid = words.filter(({ status }) => status === "paid");
  if (paid.length > 0)
    return { withdrawn: false, dueMinor: Math.min(0, ...paid.map(({ dueMinor }) => dueMinor)) };
  return { withdrawn: false, dueMinor: firstOf(words, primary).dueMinor };
}

/** What the sums of a debt say of which something is paid: what its source says is left, its whole sum, the largest sum any version named, and what is kept. */
export type PartFacts = {
  readonly leftMinor: number;
  readonly fullMinor: number;
  readonly mostMinor: number;
  readonly keptMinor: number;
};

/**
 * What a further part of a debt may come to (payment rules §4.4): no more than its source says is left, no more than the whole less what is kept (a source that names
 * one sum names the whole), and all parts together never come to more than any version has named. Zero: nothing is left to pay.
 */
export function restMinor({ leftMinor, fullMinor, mostMinor, keptMinor }: PartFacts): number {
  if (keptMinor <= 0) return leftMinor;
  return Math.max(0, Math.min(leftMinor, fullMinor - keptMinor, mostMinor - keptMinor));
}
