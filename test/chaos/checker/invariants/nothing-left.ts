import type { CaseFile } from "../case-file.ts";
import type { Inquiry } from "../inquiry.ts";
import type { BillRow, PaymentRow, TermsText } from "../row-shapes.ts";
import { APPROVING, LEAST_PAID_SHARE, OUTCOMES } from "../rules/unpaid-reasons.ts";
import { accountOf } from "../row-indexes.ts";
import { wasLost } from "./owed-words.ts";

const DAY_MS = 86_400_000;
/** So many must be known before an amount can be unusual, and so much above them it is. */
const [KNOWN_BEFORE, UNUSUAL_SHARE] = [3, 1.3];
/** What is due sooner than its notice and a day allow came late (payment rules §7). */
const SPARE_DAYS_MS = DAY_MS;

/**
 * A payment that a card would have made was given up: a charge failed, a letter of its notice was lost, its mandate was stopped before, it was above a limit, or its bill came late. With other cards the payer's own bank is reason enough.
 */
export function hadNothingLeft(
  file: CaseFile,
  {
    payment,
    bill,
    cardKind,
  }: { readonly payment: PaymentRow; readonly bill: BillRow; readonly cardKind: string | undefined },
): boolean {
  if (cardKind === undefined || !APPROVING.includes(cardKind)) return true;
  const mandateId = payment.mandate_id ?? "";
  return (
    file.chargesOf(payment.id).some(({ state }) => state === "not-charged") ||
    file.toldOf(payment.id).some((row) => row.notice_id !== null && wasLost(file, row)) ||
    file.turnsOf(mandateId).some(({ isActive, atMs }) => !isActive && atMs <= payment.changed_at) ||
    (file.by.versionsOf.get(mandateId) ?? []).some(({ terms }) => isAbove(file, payment, terms)) ||
    isLate(file, payment, bill) ||
    isUnusual(file, bill)
  );
}

function isAbove(
  file: CaseFile,
  payment: PaymentRow,
  { limitPerPayment, limitPerPeriod }: TermsText,
): boolean {
  if (limitPerPayment !== "unlimited" && payment.amount_minor > limitPerPayment.amountMinor) return true;
  if (limitPerPeriod === "unlimited") return false;
  const charges = file.by.chargesOfMandate.get(payment.mandate_id ?? "") ?? [];
  const spent = charges.reduce((sum, { amount_minor: minor }) => sum + minor, 0);
  return spent + payment.amount_minor > limitPerPeriod.amount.amountMinor;
}

function isLate(file: CaseFile, payment: PaymentRow, bill: BillRow): boolean {
  const leadMs =
    (file.termsAt(payment.mandate_id ?? "", payment.created_at)?.noticePack.leadSeconds ?? 0) * 1_000;
  return Date.parse(bill.due_on) < payment.created_at + leadMs + SPARE_DAYS_MS;
}

/** Far above what was paid there before: its payer is asked (payment rules §7.4), and may say nothing. The smallest stands for the median, which is never below it. */
function isUnusual(file: CaseFile, bill: BillRow): boolean {
  const known = (file.by.billsOfAccount.get(accountOf(bill)) ?? []).filter(({ state }) => state === "paid");
  const least = Math.min(...known.map(({ amount_minor: minor }) => minor));
  return known.length >= KNOWN_BEFORE && bill.amount_minor > least * UNUSUAL_SHARE;
}

/** A bill that a card which approves could pay, and whether its money was taken. */
export type Payable = { readonly isPaid: boolean };

/** Whether a bill counts among those that are to be paid: nobody stopped, skipped or took it back, and it was planned or ought to have been. */
export function isPayable(payments: readonly PaymentRow[], isStopped: boolean): boolean {
  if (payments.length === 0) return !isStopped;
  return payments.every(
    ({ state, outcome }) =>
      state !== "closed" || ["always", "nothing-left"].includes(OUTCOMES[outcome ?? ""] ?? ""),
  );
}

/** Each reason may hold by itself and all of them together not: an engine that never pays. */
export function judgePaidShare(inquiry: Inquiry, payable: readonly Payable[]): void {
  if (payable.length === 0) return;
  const paid = payable.filter(({ isPaid }) => isPaid).length;
  inquiry.expect(paid >= payable.length * LEAST_PAID_SHARE, {
    about: "all bills",
    words: `${paid} of ${payable.length} bills were paid that a card which approves could pay: ${LEAST_PAID_SHARE * 100} % are the least`,
  });
}
