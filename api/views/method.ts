import type { MethodRow } from "../../db/queries/methods.ts";
import type { Sealer } from "../../db/sealed.ts";
import type { Method } from "../schemas/methods.ts";

/** A method as its owner sees it; the token never leaves the engine. */
export function methodView(row: MethodRow, sealer: Sealer): Method {
  const waits = row.state === "binding" && row.confirmation !== null;
  return {
    id: row.id,
    state: row.state,
    reason: row.state_reason,
    kind: row.kind,
    title: row.title,
    brand: row.brand,
    last4: row.last4,
    expiryMonth: row.expiry_month,
    expiryYear: row.expiry_year,
    confirmationUrl:
      waits && row.confirmation ? sealer.open(row.confirmation, row.id).toString("utf8") : null,
    confirmBy: waits ? row.confirm_by : null,
    mandates: [...row.mandates],
    returnPath: row.return_path,
    livemode: row.livemode,
    createdAt: row.created_at,
  };
}
