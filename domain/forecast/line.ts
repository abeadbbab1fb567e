import type { CivilDate } from "../calendar.ts";
import type { Money } from "../money.ts";
import type { ForecastDependency, ForecastKind, ForecastReason } from "./reasons.ts";

/** One thing that will happen to a payer's money or be told of it. Instants are ISO UTC, days the payer's civil ones. */
export type ForecastLine = {
  readonly kind: ForecastKind;
  /** Null: nobody can know the moment. */
  readonly at: string | null;
  readonly on: CivilDate | null;
  readonly mandateId: string;
  /** The bill, where there is one already. */
  readonly billId: string | null;
  readonly paymentId: string | null;
  /** The period of the schedule, of a debit that a schedule makes. */
  readonly period: CivilDate | null;
  /** Null: known only when the bill comes. */
  readonly amount: Money | null;
  readonly methodId: string | null;
  readonly reason: ForecastReason;
  readonly dependsOn: readonly ForecastDependency[];
};

const KIND_ORDER = ["resumed", "notice", "debit", "question", "question-ends", "skipped", "expected"];

/** In order of time; what has no day comes last. */
export function inOrder(lines: readonly ForecastLine[]): readonly ForecastLine[] {
  return lines.toSorted((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

function keyOf({ on, at, kind, mandateId, billId }: ForecastLine): string {
  return [on ?? "9999-99-99", at ?? "9999", KIND_ORDER.indexOf(kind), mandateId, billId ?? ""].join(" ");
}
