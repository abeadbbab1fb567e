import { toCyrillic } from "./look-alikes.ts";
import { compacted, type Proof, proved } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

const SHAPES = [`ddcc${digits(6)}`, digits(10)];

/** Reads the number of a vehicle's registration certificate (СТС): a series of 4, its letters Cyrillic, and 6 digits. There is no check digit. */
export function parseSts(text: string): Proof<string> {
  const sts = toCyrillic(compacted(text).toUpperCase());
  return misfit(sts, SHAPES) ?? proved(sts);
}
