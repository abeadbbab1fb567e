import type { Scan, Sighting } from "../port.ts";
import { disagreeing } from "./doubt.ts";
import { listWindow, type ReadPage, rowBytes, type Sought, type Window } from "./listing.ts";
import { paymentShape } from "./shapes.ts";
import { type Checks, checkedSighting } from "./sighting.ts";

const WEIGHT = { charged: 0, held: 1, challenged: 2, pending: 3, "not-charged": 4 } as const satisfies Record<
  Sighting["outcome"]["kind"],
  number
>;

/** Looks for a charge in the list of payments: the object whose metadata carries our charge id (payment rules §8.2). */
export function scan(window: Window, checks: Checks, readPage: ReadPage): Promise<Scan> {
  const sought: Sought<Sighting> = {
    isOurs: (listed) => listed.metadata?.charge_id === checks.expected.chargeId,
    readOurs(item) {
      const payment = paymentShape.safeParse(item);
      if (!payment.success) return disagreeing("our object in the list cannot be read");
      const checked = checkedSighting(payment.data, rowBytes(item), checks);
      if (checked.kind === "seen") return checked;
      return disagreeing(`our object in the list disagrees about ${checked.about}`, checked.objectId);
    },
    weight: (sighting) => WEIGHT[sighting.outcome.kind],
  };
  return listWindow(window, sought, readPage);
}
