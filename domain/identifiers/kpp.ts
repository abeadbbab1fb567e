import { toLatin } from "./look-alikes.ts";
import { compacted, type Proof, proved, refused } from "./proof.ts";
import { misfit } from "./shape.ts";

/** Its letters are Latin. */
export const KPP_SHAPE = "ddddllddd";

/** Reads a KPP, the number of a company's branch at its tax office: 9 characters, no check digit; 5 and 6 may be capital letters. */
export function parseKpp(text: string): Proof<string> {
  const kpp = toLatin(compacted(text).toUpperCase());
  const wrong = misfit(kpp, [KPP_SHAPE]);
  if (wrong) return wrong;
  return kpp.startsWith("00") ? refused(kpp, "first-characters", 1, 2) : proved(kpp);
}
