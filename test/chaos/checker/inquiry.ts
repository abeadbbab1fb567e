/** One thing that is not as it must be. */
export type Finding = {
  /** What it is about: a payment, a charge, a mail, a file. */
  readonly about: string;
  readonly words: string;
  /** Whose timeline explains it. */
  readonly paymentId?: string;
};

/**
 * What came of looking: how many things were really looked at, and what was found. `not-built`: there is nothing of the kind in the product; `not-tried`: the run had none, so
 * nothing is proved.
 */
export type Outcome = {
  readonly checked: number;
  readonly findings: readonly Finding[];
  readonly state: "tried" | "not-tried" | "not-built";
  readonly note?: string;
};

/** Counts what is looked at and keeps what is wrong with it. */
export class Inquiry {
  #checked = 0;
  readonly #findings: Finding[] = [];

  /** One thing looked at. */
  look(): void {
    this.#checked += 1;
  }

  /** One thing looked at, and what is wrong with it unless it holds. */
  expect(holds: boolean, finding: Finding): void {
    this.look();
    if (!holds) this.find(finding);
  }

  find(finding: Finding): void {
    this.#findings.push(finding);
  }

  outcome(note?: string): Outcome {
    const isTried = this.#checked > 0 || this.#findings.length > 0;
    return {
      checked: this.#checked,
      findings: this.#findings,
      state: isTried ? "tried" : "not-tried",
      ...(note === undefined ? {} : { note }),
    };
  }
}
