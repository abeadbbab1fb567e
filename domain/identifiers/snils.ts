import { compacted, digitsOf, type Proof, proved, refused, weighted } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

const WEIGHTS = [9, 8, 7, 6, 5, 4, 3, 2, 1];
/** Numbers up to here were given out before there were check digits. */
const LAST_UNPROVED = 1_001_998;

/** Reads a SNILS, a person's pension insurance number: 9 digits and two that prove them (not so for the earliest numbers). */
export function parseSnils(text: string): Proof<string> {
  const snils = compacted(text);
  const wrong = misfit(snils, [digits(11)]);
  if (wrong) return wrong;
  const number = Number(snils.slice(0, 9));
  if (number === 0) return refused(snils, "zeros", 1, 9);
  if (number <= LAST_UNPROVED) return proved(snils);
  // 100 and 101 are written 00, and 202 starts anew: that is this.
  const check = (weighted(digitsOf(snils.slice(0, 9)), WEIGHTS) % 101) % 100;
  return check === Number(snils.slice(9)) ? proved(snils) : refused(snils, "check-digit", 10, 2);
}
