import type { InFlightRow } from "../../db/queries/withdrawals.ts";
import type { BillStopRow } from "../../db/queries/bills.ts";
import type { BillStop } from "../schemas/bill-push.ts";
import type { InFlight } from "../schemas/stops.ts";

/** Instants that come out of a JSON column are in PostgreSQL's form: ours end in `Z`. */
export function instant(text: string): string {
  return new Date(text).toISOString();
}

/** The same for instants that may be missing. */
export function instantOrNull(text: string | null): string | null {
  return text === null ? null : instant(text);
}

/** A charge that was under way when a stop was committed. */
export function inFlightView(row: InFlightRow): InFlight {
  return { ...row, sentAt: instant(row.sentAt), next: instantOrNull(row.next) };
}

/** What a biller is told of it: the charge and its sum, and nothing of how its payer pays. */
export function billStopView({ stoppedAt, inFlight, inFlightTotal }: BillStopRow): BillStop {
  return {
    stoppedAt: instant(stoppedAt),
    inFlight: inFlight.map((row) => ({ ...inFlightView(row), method: null })),
    inFlightTotal,
  };
}
