import { compacted, type Proof, proved, refused } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

/** Reads an OGRN, the number of a company (or of a record about it) in the state's register: 13 digits, the last one proved. */
export function parseOgrn(text: string): Proof<string> {
  return parseByRemainder(text, { length: 13, modulus: 11n });
}

/** Reads an OGRNIP, the number of a sole proprietor in the state's register: 15 digits, the last one proved. */
export function parseOgrnip(text: string): Proof<string> {
  return parseByRemainder(text, { length: 15, modulus: 13n });
}

/** The check digit is the last digit of the remainder of all others, read as one number. */
function parseByRemainder(
  text: string,
  rule: { readonly length: number; readonly modulus: bigint },
): Proof<string> {
  const number = compacted(text);
  const wrong = misfit(number, [digits(rule.length)]);
  if (wrong) return wrong;
  const remainder = BigInt(number.slice(0, -1)) % rule.modulus;
  return remainder % 10n === BigInt(number.slice(-1))
    ? proved(number)
    : refused(number, "check-digit", rule.length);
}
