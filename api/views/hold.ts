import type {
  HoldName,
  HoldRow,
  InFlightList,
  Released as ReleasedRow,
  ReleaseRow,
} from "../../db/queries/holds.ts";
import type { ProblemLocale } from "../problem-words.ts";
import type { Hold, PlacedHold, Release, Released } from "../schemas/operator.ts";
import { inFlightViews } from "./in-flight.ts";

/** A hold as operators see it. */
export function holdView(row: HoldRow): Hold {
  return {
    scope: row.scope,
    scopeId: idOf(row.scope_id),
    reason: row.reason,
    placedBy: row.placed_by,
    placedAt: row.placed_at,
  };
}

/** A hold as its placing answers it: since when, and what was under way. */
export function placedHoldView(row: HoldRow & InFlightList, locale: ProblemLocale): PlacedHold {
  return {
    ...holdView(row),
    stoppedAt: row.placed_at,
    inFlight: inFlightViews(row.inFlight, locale),
    inFlightTotal: row.inFlightTotal,
  };
}

export function releasedView({ scope, scopeId }: HoldName, { hold, rate }: ReleasedRow): Released {
  return { scope, scopeId: idOf(scopeId), rate, hold: hold === null ? null : holdView(hold) };
}

export function releaseView(row: ReleaseRow): Release {
  return {
    scope: row.scope,
    scopeId: idOf(row.scope_id),
    perMinute: row.per_minute,
    releasedBy: row.released_by,
    releasedAt: row.released_at,
    admitted: row.admitted,
    waiting: row.waiting,
    lastTurnAt: row.last_turn_at,
  };
}

function idOf(scopeId: string): string | null {
  return scopeId === "" ? null : scopeId;
}
