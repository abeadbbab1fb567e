import type { Desk } from "./desk.ts";

/** One assumption about a source of bills, by name. Plain data, so that the very same case can be run against a source that is wrong on purpose. */
export type SourceCase = {
  readonly name: string;
  /** Throws when the assumption does not hold. */
  readonly run: (desk: Desk) => Promise<void>;
};

export type SourcePart = { readonly title: string; readonly cases: readonly SourceCase[] };
