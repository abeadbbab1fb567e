import type { JSX } from "hono/jsx/jsx-runtime";

export type Form = Readonly<Record<string, string>>;

/** Where the payer goes next. */
export interface Way {
  readonly goTo: string;
}

/** The end of a visit. */
export interface End {
  readonly page: JSX.Element;
  readonly goTo: string | undefined;
}

/** What the payer sees under one address of the bank, and what his answer leads to. */
export interface Visit {
  readonly formToken: string;
  /** The page as it is to be shown now. */
  show(): JSX.Element;
  /** What there is to see when nothing is left to do, and where a form that comes late leads; undefined while open. */
  over(): End | undefined;
  /** Takes the payer's answer: another address, or the page again with what is wrong. */
  submit(form: Form): Way | JSX.Element;
}
