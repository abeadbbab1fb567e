import { type CivilDate, isCivilDate } from "../calendar.ts";
import { compacted, type Proof, proved, refused } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

/** The unique number of a payment: who gave it out, and the day that stands in it, which must be the payment's own (error 55). */
export type Uip = {
  readonly text: string;
  readonly issuedBy: "bank" | "treasury" | "participant";
  readonly date: CivilDate;
};

/** By its first character. `dateAt`: where the eight digits DDMMYYYY begin, from 0. */
const LAYOUTS = {
  1: { issuedBy: "bank", shape: `1${digits(31)}`, dateAt: 16 },
  2: { issuedBy: "treasury", shape: `2${digits(4)}${"0".repeat(11)}${digits(16)}`, dateAt: 16 },
  3: { issuedBy: "participant", shape: `3hhhhhh${digits(25)}`, dateAt: 7 },
} as const;
const SHAPES = Object.values(LAYOUTS).map(({ shape }) => shape);

/**
 * Reads a UIP of the layout in force (since 2014; the earlier one had six digits of date): 32 characters without a check digit. Proved is that
 * its day exists.
 */
export function parseUip(text: string): Proof<Uip> {
  const uip = compacted(text);
  const wrong = misfit(uip, SHAPES);
  if (wrong) return wrong;
  const { issuedBy, dateAt } = LAYOUTS[uip.charAt(0) as unknown as keyof typeof LAYOUTS];
  const written = uip.slice(dateAt, dateAt + 8);
  const date = `${written.slice(4)}-${written.slice(2, 4)}-${written.slice(0, 2)}`;
  return isCivilDate(date)
    ? proved({ text: uip, issuedBy, date })
    : refused(uip, "date", dateAt + 1, written.length);
}
