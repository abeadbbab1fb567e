import { civilOf } from "../../../test/db/support/zone-time.ts";

const DAY_MS = 86_400_000;
/** No summer time of any zone is shorter. */
const STEP_DAYS = 7;

/** A stretch of time, in milliseconds. */
export type Span = { readonly from: number; readonly to: number };

/** Zones of the runtime's database whose clocks are turned within the span. */
export function zonesWithTurns(span: Span): readonly string[] {
  return Intl.supportedValuesOf("timeZone").filter((zone) => {
    const first = offsetOf(zone, span.from);
    for (let at = span.from; at <= span.to; at += STEP_DAYS * DAY_MS) {
      if (offsetOf(zone, at) !== first) return true;
    }
    return false;
  });
}

/** How far a zone's clock is ahead of UTC at an instant. */
export function offsetOf(zone: string, at: number): number {
  const { date, time } = civilOf(at, zone);
  return Date.parse(`${date}T${time}Z`) - at;
}
