import type { HoldRow } from "../../db/queries/operator.ts";
import type { Hold } from "../schemas/operator.ts";

/** A hold as operators see it. */
export function holdView(row: HoldRow): Hold {
  return {
    scope: row.scope,
    scopeId: row.scope_id === "" ? null : row.scope_id,
    reason: row.reason,
    placedBy: row.placed_by,
    placedAt: row.placed_at,
  };
}
