import { DAY, dayOf } from "./clock.ts";
import type { Seen, Verdict } from "./seen.ts";
import { type Timed, zoneOf } from "./story.ts";

type Sending = Seen["sendings"][number];

/** Written down anew from what a payer was promised; nothing here is read from the rules. */
export function judgeOnce(seen: Seen, verdict: Verdict): void {
  const kept = new Map<number, number>();
  for (const { bill, amountMinor, givenBackMinor, chargeId } of seen.captures) {
    if (amountMinor > givenBackMinor) kept.set(bill, (kept.get(bill) ?? 0) + 1);
    const known = seen.charges.find(({ id }) => id === chargeId)?.state === "charged";
    verdict.check(
      "I1",
      known,
      () => `bill ${bill}: the bank took money for ${chargeId}, the engine does not know it`,
    );
  }
  for (const [bill, count] of kept)
    verdict.check("I1", count <= 1, () => `bill ${bill}: ${count} captures are kept`);
}

export function judgeLedger(seen: Seen, verdict: Verdict): void {
  const books = new Map<string, { taken: number; back: number }>();
  const of = (payment: string) => {
    const found = books.get(payment) ?? { taken: 0, back: 0 };
    books.set(payment, found);
    return found;
  };
  for (const { kind, paymentId, gatewayMinor, balanced } of seen.entries) {
    verdict.check("I5", balanced, () => `${kind} of ${paymentId}: debits and credits differ`);
    if (kind === "L7") of(paymentId).back -= gatewayMinor;
    else of(paymentId).taken += gatewayMinor;
  }
  for (const { chargeId, amountMinor, givenBackMinor } of seen.captures) {
    const book = of(chargeId.split("-")[0] ?? "");
    book.taken -= amountMinor;
    book.back -= givenBackMinor;
  }
  for (const [payment, { taken, back }] of books) {
    verdict.check("I5", taken === 0, () => `${payment}: the ledger has ${taken} more taken than the bank`);
    verdict.check("I5", back === 0, () => `${payment}: the ledger has ${back} more given back than the bank`);
  }
}

/** What was sent without its payer stands on a permission of that very moment. */
export function judgeAuthority(seen: Seen, verdict: Verdict): void {
  for (const sending of seen.sendings) {
    judgeStops(seen, verdict, sending);
    if (sending.initiatedBy !== "mit" || sending.transmission > 1) continue;
    const { account, payer, amountMinor, bill, at, chargeId } = sending;
    const mandate = seen.operations.findLast(
      (one): one is Extract<Timed, { do: "mandate" }> =>
        one.do === "mandate" && one.account === account && one.payer === payer && one.at <= at,
    );
    verdict.check(
      "I3",
      mandate !== undefined,
      () => `${chargeId}: payer ${payer} has no mandate for account ${account}`,
    );
    if (mandate === undefined) continue;
    const limit = limitAt(seen, { account, payer, at }) ?? mandate.limitMinor;
    verdict.check(
      "I3",
      amountMinor <= limit,
      () => `${chargeId}: ${amountMinor} is above the limit of ${limit}`,
    );
    const due = dueAt(seen, bill, at);
    verdict.check("I3", amountMinor === due, () => `${chargeId}: ${amountMinor} is not what is due, ${due}`);
    if (mandate.monthMinor !== null) judgeMonth(seen, verdict, { sending, most: mandate.monthMinor });
  }
}

function limitAt(seen: Seen, of: { account: number; payer: number; at: number }): number | undefined {
  const edit = seen.operations.findLast(
    (one) => one.do === "edit" && one.account === of.account && one.payer === of.payer && one.at <= of.at,
  );
  return edit?.do === "edit" ? edit.limitMinor : undefined;
}

/** What the biller wants for a bill at a minute. */
export function dueAt(seen: Pick<Seen, "operations">, bill: number, at: number): number {
  let due = 0;
  let full = 0;
  for (const one of seen.operations) {
    if (!("at" in one) || one.at > at) continue;
    if (one.do === "bill" && one.bill === bill) {
      full = one.amountMinor;
      due = full;
    }
    if (one.do === "amend" && one.bill === bill && full > 0) due = Math.round((full * one.percent) / 100);
  }
  return due;
}

function judgeMonth(
  seen: Seen,
  verdict: Verdict,
  { sending, most }: { sending: Sending; most: number },
): void {
  const { payer, account, at, chargeId } = sending;
  const month = dayOf(at, zoneOf(payer)).slice(0, 7);
  let spent = sending.amountMinor;
  const counted = new Set([sending.bill]);
  for (const other of seen.sendings) {
    if (
      other === sending ||
      other.transmission > 1 ||
      other.initiatedBy !== "mit" ||
      other.payer !== payer ||
      other.account !== account
    )
      continue;
    if (other.at > at || dayOf(other.at, zoneOf(payer)).slice(0, 7) !== month) continue;
    const isPaid = seen.captures.some(
      (one) => one.chargeId === other.chargeId && one.at <= at && one.givenBackMinor < one.amountMinor,
    );
    if (!isPaid || wasThoughtUnpaid(seen, other.chargeId, at) || counted.has(other.bill)) continue;
    counted.add(other.bill);
    spent += other.amountMinor;
  }
  // a clock that stands off may count the minutes round midnight into the other month
  const nearEnd = dayOf(at - 10, zoneOf(payer)).slice(0, 7) !== dayOf(at + 10, zoneOf(payer)).slice(0, 7);
  verdict.check("I3", nearEnd || spent <= most, () => `${chargeId}: ${spent} in ${month} is above ${most}`);
}

/** The bank had said no, and its later yes had not been heard when the other was sent: nobody could count it. */
function wasThoughtUnpaid({ audit }: Seen, chargeId: string, at: number): boolean {
  return audit.some(
    (one) =>
      one.machine === "charge" &&
      one.id === chargeId &&
      one.from === "not-charged" &&
      one.to === "charged" &&
      one.at > at,
  );
}

function judgeStops(seen: Seen, verdict: Verdict, sending: Sending): void {
  const { payer, account, bill, card, at, chargeId } = sending;
  const pair = `${payer}/${account}`;
  const last = seen.acknowledged.findLast(
    (one) => one.at <= at && one.of === `bill/${bill}` && (one.what === "annul" || one.what === "owed"),
  );
  verdict.check("I4", last?.what !== "annul", () => `${chargeId} was sent after its bill was withdrawn`);
  if (sending.initiatedBy !== "mit") return;
  const standing = seen.acknowledged.findLast((one) => one.at <= at && one.of === pair);
  const gone =
    (standing !== undefined && standing.what !== "resume") ||
    seen.acknowledged.some(
      (one) =>
        one.at <= at &&
        ((one.what === "skip" && one.of === `${pair}/${bill}`) || (one.what === "unlink" && one.of === card)),
    );
  verdict.check("I4", !gone, () => `${chargeId} was sent after a stop`);
}

const SAME_DAY = 10;

/** The day after its notice at the earliest, twelve hours after it, by day; a clock may stand off by some minutes. */
export function judgeMoments(seen: Seen, verdict: Verdict): void {
  for (const { initiatedBy, transmission, noticeKey, payer, at, chargeId } of seen.sendings) {
    if (initiatedBy !== "mit" || transmission > 1) continue;
    const zone = zoneOf(payer);
    const payment = chargeId.split("-")[0] ?? "";
    const told = seen.deliveries.filter(
      (one) => one.at <= at && one.key.split("/")[1] === payment && /^(notice|failed-retry)/.test(one.key),
    );
    const key = `/${noticeKey ?? "none"}`;
    // a letter that came back after the debit had counted as delivered until then
    const named =
      told.some((one) => one.key.endsWith(key)) ||
      seen.troubles.some((trouble) => trouble.how === "bounces" && trouble.key.endsWith(key));
    verdict.check(
      "I14",
      named,
      () => `${chargeId}: the notice ${noticeKey ?? "(none)"} had not reached its payer`,
    );
    const soonEnough = told.some(
      (one) =>
        at >= one.at + DAY / 2 - SAME_DAY && dayOf(at + SAME_DAY, zone) > dayOf(one.at - SAME_DAY, zone),
    );
    verdict.check("I14", soonEnough, () => `${chargeId}: sent too soon after its notice`);
    const minute = (((at + zone) % DAY) + DAY) % DAY;
    verdict.check(
      "I14",
      minute >= 8 * 60 - SAME_DAY && minute < 22 * 60 + SAME_DAY,
      () => `${chargeId}: sent at night`,
    );
  }
}
