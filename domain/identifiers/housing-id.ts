import { toCyrillic } from "./look-alikes.ts";
import { compacted, type Proof, proved } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

/**
 * A number of the state's housing system (ГИС ЖКХ): the unified account of a payer (ЕЛС, `60АА000593`), of one service on it (`34СТ185329-01`),
 * or of one payment document (`34СТ185329-01-2352`). `text` has its dashes.
 */
export type HousingId = {
  readonly text: string;
  readonly names: "account" | "service" | "payment-document";
  /** The unified account that all three begin with. */
  readonly account: string;
};

const ACCOUNT = `ddcc${digits(6)}`;
const NAMES = { 10: "account", 12: "service", 16: "payment-document" } as const;
const SHAPES = [ACCOUNT, ACCOUNT + digits(2), ACCOUNT + digits(6)];

/** Reads a number of the housing system; dashes may be left out, its letters are Cyrillic. There is no check digit. */
export function parseHousingId(text: string): Proof<HousingId> {
  const read = toCyrillic(compacted(text).toUpperCase());
  const wrong = misfit(read, SHAPES);
  if (wrong) return wrong;
  const account = read.slice(0, 10);
  const parts = [account, read.slice(10, 12), read.slice(12)].filter((part) => part !== "");
  return proved({ text: parts.join("-"), names: NAMES[read.length as keyof typeof NAMES], account });
}
