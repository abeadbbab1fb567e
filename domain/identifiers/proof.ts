/** Every rule that an identifier, or a field of a payment QR, may break. Words for people stand in `words/catalogue/identifiers.*.ts`. */
export const FAULTS = [
  // How many characters, and which
  "length",
  "digit-needed",
  "letter-needed",
  "character",
  "first-characters",
  "zeros",
  "repeated",
  // What is computed
  "check-digit",
  "account-key",
  "bic-needed",
  // What the parts mean
  "date",
  "document-code",
  "country-code",
  "not-mobile",
  "not-landline",
  // A payment QR as a whole
  "qr-header",
  "qr-version",
  "qr-encoding",
  "qr-separator",
  // One field of a payment QR
  "field-missing",
  "field-out-of-order",
  "field-twice",
  "field-too-long",
  "field-length",
  "field-without-value",
  "bytes-broken",
  "other-encoding",
  "control-character",
  "not-in-encoding",
  "sum-in-kopecks",
  "sum-too-large",
] as const;

export type Fault = (typeof FAULTS)[number];

/**
 * Why a text is not an identifier of a kind. `read` is the text as it was read: without the blanks and dashes between groups, look-alike
 * letters and capitals settled; positions count in it, from 1. Nothing here says what the right digit would be: who is told that corrects
 * the check digit and keeps the mistake.
 */
export type Refused = {
  readonly ok: false;
  readonly why: Fault;
  readonly read: string;
  /** Where the offending character stands, if one can be named, and the character itself (several where they count as one part). */
  readonly at?: number;
  readonly character?: string;
  /** What numbers of characters there may be, where that is the complaint. */
  readonly expected?: readonly number[];
  /** How many characters stand where they cannot: 1 may be a slip of the finger, 9 are another kind of text. */
  readonly strangers?: number;
  /** The field of a payment QR that is meant. */
  readonly field?: string;
};

/** What reading an identifier answers: its normal form, or what is wrong. */
export type Proof<Value> = { readonly ok: true; readonly value: Value } | Refused;

/** True where a text has the form of its kind and one of its digits is wrong; false where it is misshapen. */
export function isMistyped({ why }: Refused): boolean {
  return why === "check-digit" || why === "account-key";
}

/** The identifier is proved. */
export function proved<Value>(value: Value): Proof<Value> {
  return { ok: true, value };
}

/** A rule is broken; by `size` characters from position `at` (from 1), where one can be named. */
export function refused(read: string, why: Fault, at?: number, size = 1): Refused {
  if (at === undefined) return { ok: false, why, read };
  const character = Array.from(read)
    .slice(at - 1, at - 1 + size)
    .join("");
  return { ok: false, why, read, at, character };
}

/** An identifier inside a longer one is wrong: the same complaint, with its place in the longer one. */
export function refusedInside(read: string, start: number, inner: Refused): Refused {
  const at = inner.at === undefined ? start + 1 : inner.at + start;
  return { ...inner, read, at };
}

/** Drops blanks and dashes of every kind, and characters that cannot be seen: people and paper put them between groups. */
export function compacted(text: string): string {
  return text.replace(/[\s\u00ad\u200b-\u200d\u2010-\u2015\u2060\u2212-]/g, "");
}

/** Σ digit × weight; weights repeat from the start when there are more digits. */
export function weighted(digits: readonly number[], weights: readonly number[]): number {
  return digits.reduce((sum, digit, index) => sum + digit * (weights[index % weights.length] ?? 0), 0);
}

/** The digits of a text that consists of digits only. */
export function digitsOf(text: string): number[] {
  return Array.from(text, Number);
}
