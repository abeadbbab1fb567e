import { toCyrillic } from "./look-alikes.ts";
import { compacted, type Proof, proved } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

const SHAPES = [`ddvv${digits(6)}`, digits(10)];

/**
 * Reads the number of a driving licence: the region, two digits or two of the letters that both alphabets share (kept in Cyrillic), and 6
 * digits. There is no check digit.
 */
export function parseDrivingLicence(text: string): Proof<string> {
  const licence = toCyrillic(compacted(text).toUpperCase());
  return misfit(licence, SHAPES) ?? proved(licence);
}
