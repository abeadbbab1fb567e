import type { Story } from "./story.ts";
import type { ChangeName, Word } from "./words.ts";

/** What happened to one bill, in the order of the commits. Instants are milliseconds of the city's clock. */
export type Entry =
  | {
      readonly what: "change";
      readonly order: number;
      readonly at: number;
      readonly change: ChangeName | "arrival";
      readonly word: Word;
      /** It met the gate: both were under way at the same time. */
      readonly met?: boolean;
    }
  | { readonly what: "debit"; readonly order: number; readonly at: number; readonly amountMinor: number };

/** A bill with all that happened to it, and how the engine left it. */
export type Told = {
  readonly story: Story;
  readonly seed: number;
  readonly entries: readonly Entry[];
  readonly left: {
    readonly bill: string;
    readonly payment: string | null;
    /** Why it was not debited, in the engine's own closed lists: what is asked of the payer, or how the payment ended. */
    readonly need: string | null;
    readonly outcome: string | null;
  };
};

/** One line for people. */
export function lineOf(entry: Entry): string {
  const at = new Date(entry.at).toISOString();
  if (entry.what === "debit") return `${at} debit of ${entry.amountMinor}`;
  const { status, leftMinor, fullMinor, discount, payee } = entry.word;
  const less =
    discount === null ? "no discount" : `${discount.kind} ${discount.value} until ${discount.until}`;
  return `${at} ${entry.change}: ${status}, ${leftMinor} of ${fullMinor}, ${less}, payee ${payee}`;
}
