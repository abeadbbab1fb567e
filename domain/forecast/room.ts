import { type CivilDate, periodOf } from "../calendar.ts";
import type { Terms } from "../terms.ts";
import type { LimitUse } from "./facts.ts";

type Use = {
  readonly on: CivilDate;
  readonly amountMinor: number;
  /** When it was taken, and when it is given back. */
  readonly since: string;
  readonly freedAt: string | null;
};

/** What a mandate's limit per period has left, debit by debit as the forecast goes on. */
export class Room {
  readonly #terms: Terms;
  readonly #uses: Map<string, Use>;

  constructor(terms: Terms, uses: readonly LimitUse[]) {
    this.#terms = terms;
    this.#uses = new Map(
      uses.map(({ paymentId, ...use }) => [paymentId, { ...use, since: "", freedAt: null }]),
    );
  }

  /** Reserved and spent in the civil period of a day, as it is at an instant; without one debit's own use. */
  used(day: CivilDate, at: string, without: string | null = null): number {
    if (this.#terms.limitPerPeriod === "unlimited") return 0;
    const { from, to } = periodOf(day, this.#terms.limitPerPeriod.period);
    let sum = 0;
    for (const [debit, { on, amountMinor, since, freedAt }] of this.#uses)
      if (debit !== without && on >= from && on <= to && since <= at && (freedAt === null || freedAt > at))
        sum += amountMinor;
    return sum;
  }

  reserve(debit: string, use: Omit<Use, "freedAt">): void {
    this.#uses.set(debit, { ...use, freedAt: null });
  }

  /** What ends without money gives its room back at that moment. */
  free(debit: string, at: string): void {
    const use = this.#uses.get(debit);
    if (use !== undefined) this.#uses.set(debit, { ...use, freedAt: at });
  }
}
