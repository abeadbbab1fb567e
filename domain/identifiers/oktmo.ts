import { compacted, type Proof, proved, refused } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

/**
 * Reads an OKTMO, the code of a municipality: 8 or 11 digits, or `0` where a payment has none. The classifier's own control number does not travel in
 * payments, so no mistyped digit is noticed.
 */
export function parseOktmo(text: string): Proof<string> {
  const oktmo = compacted(text);
  if (oktmo === "0") return proved(oktmo);
  const wrong = misfit(oktmo, [digits(8), digits(11)]);
  if (wrong) return wrong;
  const isNowhere = oktmo.length === 8 && oktmo.startsWith("000");
  return isNowhere ? refused(oktmo, "first-characters", 1, 3) : proved(oktmo);
}
