import type { CaseFile } from "../case-file.ts";
import type { ChargeRow } from "../row-shapes.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";
import { classOf, DECLINED_WITHOUT_PAYER, RETRIES, soonestMs } from "../rules/decline-classes.ts";

/** I11: after a decline so many tries without the payer as its class allows, no sooner than it allows; after a hard one none, with an expired card none ever. */
export function retryPolicy(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const alone = file.rows.charges.filter(({ initiated_by }) => initiated_by === "mit");
  for (const charges of grouped(alone, ({ payment_id }) => payment_id).values())
    judgeLadder(file, inquiry, charges);
  const cards = grouped(alone, ({ card_key, method_id, id }) => card_key ?? method_id ?? id);
  for (const [card, charges] of cards) judgeCard(file, inquiry, { card, charges });
  return inquiry.outcome();
}

const failed = (charge: ChargeRow) => charge.state === "not-charged";

function judgeLadder(file: CaseFile, inquiry: Inquiry, charges: readonly ChargeRow[]): void {
  const tries: Record<string, number> = {};
  for (const [index, charge] of charges.entries()) {
    if (!failed(charge)) continue;
    inquiry.look();
    const declineClass = classOf(charge);
    tries[declineClass] = (tries[declineClass] ?? 0) + 1;
    const next = charges[index + 1];
    if (next === undefined) continue;
    const words = complaintOf(file, { charge, next, triesOfClass: tries[declineClass] ?? 0 });
    if (words !== undefined) inquiry.find({ about: next.id, words, paymentId: charge.payment_id });
  }
}

function complaintOf(
  file: CaseFile,
  step: { readonly charge: ChargeRow; readonly next: ChargeRow; readonly triesOfClass: number },
): string | undefined {
  const { charge, next, triesOfClass } = step;
  const declineClass = classOf(charge);
  const { most } = RETRIES[declineClass];
  const why = `${charge.how}: ${charge.reason}`;
  const isOtherMethod = next.method_id !== charge.method_id;
  // another method that the mandate names may follow at once
  if (isOtherMethod && declineClass !== "none") return undefined;
  if (wasAsked(file, charge, next)) return undefined;
  if (most === 0) return `it followed ${why}, after which nothing is tried without the payer`;
  if (triesOfClass > most)
    return `it is try ${triesOfClass + 1} after ${why}, ${most} are allowed after the first`;
  const apartMs = file.sentAtMs(next) - (charge.decided_at ?? charge.first_sent_at);
  const soonest = soonestMs(charge);
  if (apartMs >= soonest) return undefined;
  return `it came ${Math.round(apartMs / 1_000)} s after ${why}, ${Math.round(soonest / 1_000)} s are the least`;
}

/** Somebody acted in between: confirmed, chose another card, raised the limit. */
function wasAsked(file: CaseFile, charge: ChargeRow, next: ChargeRow): boolean {
  const [from, until] = [charge.decided_at ?? charge.first_sent_at, file.sentAtMs(next)];
  const isAsked = file
    .auditOf(charge.payment_id)
    .some(({ action, at }) => at >= from && at <= until && /confirm|other-method/.test(action));
  return isAsked || isRenewed(file, charge, next);
}

/** The card itself was renewed or bound again in between: a word about one payment revives no dead card. */
function isRenewed(file: CaseFile, charge: ChargeRow, next: ChargeRow): boolean {
  const [from, until] = [charge.decided_at ?? charge.first_sent_at, file.sentAtMs(next)];
  return file
    .auditOf(charge.method_id ?? "")
    .some(({ action, at }) => at >= from && at <= until && /renewed|bound|joined/.test(action));
}

function judgeCard(
  file: CaseFile,
  inquiry: Inquiry,
  { card, charges }: { readonly card: string; readonly charges: readonly ChargeRow[] },
): void {
  const inOrder = charges.toSorted((a, b) => file.sentAtMs(a) - file.sentAtMs(b));
  for (const [index, charge] of inOrder.entries()) {
    const atMs = file.sentAtMs(charge);
    const before = inOrder
      .slice(0, index)
      .filter((one) => one.how === "declined" && (one.decided_at ?? 0) <= atMs);
    inquiry.look();
    const dead = before.find(
      (one) => one.method_id === charge.method_id && classOf(one) === "dead" && !isRenewed(file, one, charge),
    );
    const paymentId = charge.payment_id;
    if (dead !== undefined && dead.payment_id !== paymentId) {
      inquiry.find({
        about: charge.id,
        words: `its card was dead since ${dead.id} (${dead.reason})`,
        paymentId,
      });
    }
    for (const { most, withinMs } of DECLINED_WITHOUT_PAYER) {
      const recent = before.filter((one) => file.sentAtMs(one) > atMs - withinMs);
      if (recent.length >= most) {
        const hours = withinMs / 3_600_000;
        inquiry.find({
          about: charge.id,
          words: `card ${card} was declined ${recent.length} times in ${hours} h before it`,
          paymentId,
        });
      }
    }
  }
}
