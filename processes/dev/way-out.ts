/**
 * A failure that a person can mend: the message says what is wrong in plain words, `waysOut` what can be done.
 * It is printed without a stack; every other error is a defect and keeps its stack.
 */
export class FailureWithWaysOut extends Error {
  readonly waysOut: readonly string[];

  constructor(message: string, waysOut: readonly string[], options?: ErrorOptions) {
    super(message, options);
    this.name = "FailureWithWaysOut";
    this.waysOut = waysOut;
  }

  /** The text for a terminal: the message, then one line for each way out. */
  forPeople(): string {
    return [this.message, ...this.waysOut.map((way) => `  → ${way}`)].join("\n");
  }
}
