import type { OperatorCharge as ChargeRow, ResolutionRow } from "../../db/queries/resolutions.ts";
import type { OperatorCharge, Resolution } from "../schemas/resolutions.ts";

/** A decision by hand as operators see it; the document itself is asked for separately. */
export function resolutionView(row: ResolutionRow): Resolution {
  const { amountMinor, currency, sha256, mediaType, sizeBytes, ...rest } = row;
  return {
    ...rest,
    amount: amountMinor === null ? null : { amountMinor, currency },
    document: { sha256, mediaType, sizeBytes },
  };
}

/** A charge as operators see it, with what was proposed about it. */
export function chargeView(row: ChargeRow, resolutions: readonly ResolutionRow[]): OperatorCharge {
  const { amountMinor, currency, triesWithoutMoney: _, ...rest } = row;
  return {
    ...rest,
    amount: { amountMinor, currency },
    resolutions: resolutions.filter(({ chargeId }) => chargeId === row.id).map(resolutionView),
  };
}
