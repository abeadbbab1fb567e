import type { InFlightRow } from "../../db/queries/withdrawals.ts";
import type { BillStopRow } from "../../db/queries/bills.ts";
import type { BillStop } from "../schemas/bill-push.ts";
import { billerTitle } from "../../words/biller-names.ts";
import type { ProblemLocale } from "../problem-words.ts";
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
function inFlightView({ payeeEn, ...row }: InFlightRow, locale: ProblemLocale): InFlight {
  const payee = billerTitle(locale, { name: row.payee, nameEn: payeeEn });
  return { ...row, payee, sentAt: instant(row.sentAt), next: instantOrNull(row.next) };
}

/** The same for all that was under way, in the order of the rows. */
export function inFlightViews(rows: readonly InFlightRow[], locale: ProblemLocale): InFlight[] {
  return rows.map((row) => inFlightView(row, locale));
}

/** What a biller is told of it: the charge and its sum, by the name that it registered, and nothing of how its payer pays. */
export function billStopView({ stoppedAt, inFlight, inFlightTotal }: BillStopRow): BillStop {
  return {
    stoppedAt: instant(stoppedAt),
    inFlight: inFlightViews(inFlight, "ru").map((charge) => ({ ...charge, method: null })),
    inFlightTotal,
  };
}
