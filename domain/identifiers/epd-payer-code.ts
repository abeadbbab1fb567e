import { compacted, type Proof, proved } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

/**
 * Reads the payer code of Moscow's unified payment document (ЕПД): ten digits. No check rule is published: whether the code exists, its
 * source says.
 */
export function parseEpdPayerCode(text: string): Proof<string> {
  const code = compacted(text);
  return misfit(code, [digits(10)]) ?? proved(code);
}
