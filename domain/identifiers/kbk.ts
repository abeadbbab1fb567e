import { compacted, type Proof, proved } from "./proof.ts";
import { misfit } from "./shape.ts";

/** Reads a KBK, the code of a budget's income: 20 letters and digits as issued, or `0` where a payment has none. There is no check digit. */
export function parseKbk(text: string): Proof<string> {
  const kbk = compacted(text);
  if (kbk === "0") return proved(kbk);
  return misfit(kbk, ["a".repeat(20)]) ?? proved(kbk);
}
