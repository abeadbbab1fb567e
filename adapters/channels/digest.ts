import { CURRENCIES, type Money, money } from "../../domain/money.ts";
import type { MessageEvent } from "../../words/message-events.ts";
import { readFacts } from "./facts.ts";
import type { DigestLine } from "./port.ts";

/** Messages about a bill that is still to be paid, by its payer or by autopay. */
const OWED: ReadonlySet<MessageEvent> = new Set([
  "notice",
  "notice-changed",
  "failed-retry",
  "bill-arrived",
  "bill-planned",
  "bill-changed",
  "discount-ending",
  "reminder",
  "overdue",
  "over-limit-skipped",
  "question-unanswered",
]);

/**
 * The facts of a digest, from what it gathers (the oldest first): `count` of its messages, `totals` to pay, one for each currency, and `bills`, the number of bills, where it is
 * about nothing else. A bill that several messages speak of is counted once, as the last of them tells it. Throws like {@link readFacts} for a line whose facts do not fit its event.
 */
export function digestFacts(lines: readonly DigestLine[]): {
  readonly count: number;
  readonly totals: readonly Money[];
  readonly bills: number | null;
} {
  const owed = new Map<string, Money>();
  for (const [index, line] of lines.entries()) {
    const { billId } = line.facts;
    const id = typeof billId === "string" ? billId : `line ${index}`;
    const { amount } = readFacts(line.event, line.facts);
    // what a later message says of the same bill holds: paid or withdrawn, it is owed no more
    owed.delete(id);
    if (OWED.has(line.event) && amount !== null) owed.set(id, amount);
  }
  const sums = CURRENCIES.map((currency) => {
    const amounts = [...owed.values()].filter((one) => one.currency === currency);
    return money(
      amounts.reduce((sum, one) => sum + one.amountMinor, 0),
      currency,
    );
  });
  const billsOnly = lines.every((line) => OWED.has(line.event));
  return {
    count: lines.length,
    totals: sums.filter((sum) => sum.amountMinor > 0),
    bills: billsOnly && owed.size > 0 ? owed.size : null,
  };
}
