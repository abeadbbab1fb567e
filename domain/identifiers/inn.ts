import { compacted, digitsOf, type Proof, proved, refused, weighted } from "./proof.ts";
import { digits as shapeOf, misfit } from "./shape.ts";

/** A taxpayer's number: 10 digits for a company, 12 for a person or sole proprietor. */
export type Inn = { readonly digits: string; readonly holder: "company" | "person" };

const SHAPES = [shapeOf(10), shapeOf(12)];
const COMPANY = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const PERSON_FIRST = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const PERSON_SECOND = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/** Reads an INN and proves its check digits. */
export function parseInn(text: string): Proof<Inn> {
  const digits = compacted(text);
  const wrong = misfit(digits, SHAPES);
  if (wrong) return wrong;
  if (digits.startsWith("00")) return refused(digits, "first-characters", 1, 2);
  if (digits.length === 10) {
    return isDigit(digits, COMPANY)
      ? proved({ digits, holder: "company" })
      : refused(digits, "check-digit", 10);
  }
  if (!isDigit(digits, PERSON_FIRST)) return refused(digits, "check-digit", 11);
  return isDigit(digits, PERSON_SECOND)
    ? proved({ digits, holder: "person" })
    : refused(digits, "check-digit", 12);
}

function isDigit(text: string, weights: readonly number[]): boolean {
  const body = digitsOf(text.slice(0, weights.length));
  return (weighted(body, weights) % 11) % 10 === Number(text.charAt(weights.length));
}
