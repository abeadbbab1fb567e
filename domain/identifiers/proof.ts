/**
 * What reading an identifier answers: its normal form, or what is wrong. `format`: not of this kind at all; `check-digit`: one of the
 * digits was mistyped. `at` is the position of the offending character, from 1, where one can be named.
 */
export type Proof<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: "format" | "check-digit"; readonly at?: number };

/** The identifier is proved. */
export function proved<Value>(value: Value): Proof<Value> {
  return { ok: true, value };
}

/** The text is not of this kind. */
export function misshapen(at?: number): { readonly ok: false; readonly why: "format"; readonly at?: number } {
  return at === undefined ? { ok: false, why: "format" } : { ok: false, why: "format", at };
}

/** The check digit at a position (from 1) does not fit the others. */
export function mistyped(at: number): {
  readonly ok: false;
  readonly why: "check-digit";
  readonly at: number;
} {
  return { ok: false, why: "check-digit", at };
}

/** Drops blanks and dashes of every kind, which people and paper put between groups. */
export function compacted(text: string): string {
  return text.replace(/[\s\u00a0\u2010-\u2015-]/g, "");
}

/** Σ digit × weight; weights repeat from the start when there are more digits. */
export function weighted(digits: readonly number[], weights: readonly number[]): number {
  return digits.reduce((sum, digit, index) => sum + digit * (weights[index % weights.length] ?? 0), 0);
}

/** The digits of a text that consists of digits only. */
export function digitsOf(text: string): number[] {
  return Array.from(text, Number);
}
