import { bankInstants } from "../bank-clock.ts";
import type { CaseFile } from "../case-file.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";

/** The bank's clock is told of a jump a moment after the engine's. */
const SLACK_MS = 1_500;

/** I14: no debit before its moment, by the gate's clock, which nobody sets wrong, and by the bank's, less the skew that the run itself made. */
export function dueMoments(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const captured = new Map(file.bank.captures.map((row) => [row.chargeId, row]));
  for (const charge of file.rows.charges) {
    const notice = file.by.notices.get(charge.notice_id ?? "");
    if (charge.initiated_by !== "mit" || notice === undefined) continue;
    inquiry.look();
    const gateMs = file.sentAtMs(charge);
    const paymentId = charge.payment_id;
    if (gateMs < notice.not_before) {
      inquiry.find({
        about: charge.id,
        words: `the gate let it out ${notice.not_before - gateMs} ms before its moment`,
        paymentId,
      });
    }
    const capture = captured.get(charge.id);
    if (capture === undefined || !file.clock.isKnown) continue;
    const takenMs = file.clock.cityMs(Math.max(...bankInstants(file, capture.realMs)));
    if (takenMs < notice.not_before - SLACK_MS) {
      inquiry.find({
        about: charge.id,
        words: `the bank took it ${notice.not_before - takenMs} ms before its moment`,
        paymentId,
      });
    }
  }
  return inquiry.outcome();
}
