import type { Journals, Story } from "./told-run.ts";

/** One thing that is made wrong in a run that was right, and what the checker must say of it. */
export type Breakage = {
  readonly id: string;
  readonly name: string;
  readonly words: RegExp;
  /** Statements by which the rows are made wrong. */
  readonly sql?: (story: Story) => readonly string[];
  readonly journals?: (journals: Journals, story: Story) => void;
};
