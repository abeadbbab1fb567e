import type { Forecast, ForecastLine } from "../api/client.ts";
import { formatMoney } from "../words/format.ts";
import type { Locale } from "../words/locale.ts";

type Currency = NonNullable<ForecastLine["amount"]>["currency"];
/** Sums by currency, in minor units. */
export type Sums = ReadonlyMap<Currency, number>;

/** One month of the forecast: its lines by day, what is going to be charged and what usually comes beside it. */
export type ForecastMonth = {
  /** `2026-12` */
  readonly month: string;
  readonly days: readonly { readonly on: string; readonly lines: readonly ForecastLine[] }[];
  readonly certain: Sums;
  readonly usual: Sums;
};

/** The months of a forecast, and the lines whose day nobody knows. */
export function monthsOf({ lines }: Forecast): {
  readonly months: readonly ForecastMonth[];
  readonly whenever: readonly ForecastLine[];
} {
  const byMonth = grouped(lines, ({ on }) => on?.slice(0, 7));
  const months = [...byMonth].map(([month, of]) => ({
    month,
    days: [...grouped(of, ({ on }) => on)].map(([on, those]) => ({ on, lines: those })),
    certain: sumOf(of.filter(({ kind }) => kind === "debit")),
    usual: sumOf(of.filter(({ kind }) => kind === "expected")),
  }));
  return { months, whenever: lines.filter(({ on }) => on === null) };
}

/** Lines by their day or month, in the order in which these come; what has none is left out. */
function grouped(
  lines: readonly ForecastLine[],
  by: (line: ForecastLine) => string | null | undefined,
): ReadonlyMap<string, readonly ForecastLine[]> {
  const groups = new Map<string, ForecastLine[]>();
  for (const line of lines) {
    const key = by(line);
    if (typeof key === "string") groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return groups;
}

function sumOf(lines: readonly ForecastLine[]): Sums {
  const sums = new Map<Currency, number>();
  for (const { amount } of lines)
    if (amount !== null) sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + amount.amountMinor);
  return sums;
}

/** Sums as people read them, each currency by itself; empty where there is nothing. */
export function sumWords(locale: Locale, sums: Sums): string {
  return [...sums]
    .map(([currency, amountMinor]) => formatMoney(locale, { amountMinor, currency }))
    .join(" + ");
}

/** Of all currencies together: only for the length of a bar. */
export function lengthOf(sums: Sums): number {
  return [...sums.values()].reduce((whole, minor) => whole + minor, 0);
}
