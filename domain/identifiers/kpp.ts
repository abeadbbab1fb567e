import { compacted, misshapen, type Proof, proved } from "./proof.ts";

/** Reads a KPP, the number of a company's branch at its tax office: 9 characters, no check digit; 5 and 6 may be capital letters. */
export function parseKpp(text: string): Proof<string> {
  const kpp = compacted(text).toUpperCase();
  return /^([1-9]\d|\d[1-9])\d{2}[A-Z0-9]{2}\d{3}$/.test(kpp) ? proved(kpp) : misshapen();
}
