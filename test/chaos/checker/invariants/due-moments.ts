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
    const takenMs = latestTakenMs(file, capture.realMs);
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

/** The library that lies looks once a second how much it is to lie. */
const LIE_LASTS_MS = 2_000;

/** When it was in the city at the latest: the bank's clock may have been behind by what the run's faults F15 say, while they lasted. */
function latestTakenMs(file: CaseFile, writtenMs: number): number {
  const lies = file.record.faults.filter(({ code, target }) => code === "F15" && target === "bank");
  const instants = lies
    .filter(({ phase }) => phase === "begin")
    .flatMap(({ id, at, detail }) => {
      const { skewMs = 0, thenMs = 0 } = (detail ?? {}) as Readonly<Record<string, number>>;
      const end = lies.find((one) => one.id === id && one.phase === "end")?.at ?? "9999-12-31";
      return [skewMs, thenMs]
        .map((lieMs) => writtenMs - lieMs)
        .filter((trueMs) => trueMs >= Date.parse(at) && trueMs <= Date.parse(end) + LIE_LASTS_MS);
    });
  return file.clock.cityMs(Math.max(writtenMs, ...instants));
}
