import { compacted, digitsOf, misshapen, mistyped, type Proof, proved, weighted } from "./proof.ts";

/** A taxpayer's number: 10 digits for a company, 12 for a person or sole proprietor. */
export type Inn = { readonly digits: string; readonly holder: "company" | "person" };

const COMPANY = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const PERSON_FIRST = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const PERSON_SECOND = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/** Reads an INN and proves its check digits. */
export function parseInn(text: string): Proof<Inn> {
  const digits = compacted(text);
  if (!/^(?!00)(\d{10}|\d{12})$/.test(digits)) return misshapen();
  if (digits.length === 10) {
    return isDigit(digits, COMPANY) ? proved({ digits, holder: "company" }) : mistyped(10);
  }
  if (!isDigit(digits, PERSON_FIRST)) return mistyped(11);
  return isDigit(digits, PERSON_SECOND) ? proved({ digits, holder: "person" }) : mistyped(12);
}

function isDigit(text: string, weights: readonly number[]): boolean {
  const body = digitsOf(text.slice(0, weights.length));
  return (weighted(body, weights) % 11) % 10 === Number(text.charAt(weights.length));
}
