import type { CaseFile } from "../case-file.ts";
import type { BillRow, PaymentRow } from "../row-shapes.ts";
import { grouped } from "../grouping.ts";
import { type Finding, Inquiry, type Outcome } from "../inquiry.ts";
import { APPROVING, type Excuse, NEEDS, NEVER_PAID, OUTCOMES } from "../rules/unpaid-reasons.ts";
import type { BillTruth, PayerTruth } from "../run-record.ts";
import { hadNothingLeft, isPayable, judgePaidShare, type Payable } from "./nothing-left.ts";

/** How long after its moment a payment may still be on its way when everything is quiet. */
const LATE_MS = 5 * 60_000;

type Judged = {
  readonly file: CaseFile;
  readonly truth: BillTruth;
  readonly payer: PayerTruth | undefined;
  readonly bill: BillRow;
  readonly payments: readonly PaymentRow[];
};

/** I2: what is owed and can be paid is paid exactly once; what is not paid has a reason on record that explains it. */
export function exactlyOnce(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const captured = new Set(
    file.bank.captures.filter((one) => !one.isReversed).map(({ chargeId }) => chargeId),
  );
  const bills = grouped(file.rows.bills, (row) => `${row.biller_id}/${row.account}`);
  const payers = new Map(file.record.payers.map((payer) => [`${payer.billerId}/${payer.account}`, payer]));
  const payable: Payable[] = [];
  for (const truth of file.record.bills) {
    inquiry.look();
    const address = `${truth.billerId}/${truth.account}`;
    const bill = bills
      .get(address)
      ?.find((row) => row.external_id === truth.number || row.period === truth.number);
    if (bill === undefined) {
      if (!wasRefused(file, truth)) {
        inquiry.find({
          about: truth.number,
          words: "the bill was pushed, nobody refused it, and it is not there",
        });
      }
      continue;
    }
    const own = file.by.paymentsOfBill.get(bill.id) ?? [];
    const times = own
      .flatMap((payment) => file.chargesOf(payment.id))
      .filter((charge) => captured.has(charge.id) && charge.state === "charged").length;
    const payer = payers.get(address);
    if (couldBePaid(file, truth, payer) && isPayable(own, hasStopped(file, payer?.mandateId ?? "")))
      payable.push({ isPaid: times > 0 });
    const finding = complaintOf({ file, truth, payer, bill, payments: own }, times);
    if (finding !== undefined)
      inquiry.find({ ...finding, ...(own[0] === undefined ? {} : { paymentId: own[0].id }) });
  }
  judgePaidShare(inquiry, payable);
  return inquiry.outcome();
}

function couldBePaid(file: CaseFile, { poison }: BillTruth, payer: PayerTruth | undefined): boolean {
  return (
    poison === undefined &&
    payer?.mandateId !== undefined &&
    file.by.mandates.has(payer.mandateId) &&
    APPROVING.includes(payer.cardKind)
  );
}

function complaintOf(judged: Judged, times: number): Finding | undefined {
  const { truth, payer, bill, payments, file } = judged;
  const about = `bill ${truth.number}`;
  if (times > 0 && NEVER_PAID.includes(truth.poison ?? "")) {
    return { about, words: `it must never be paid (${truth.poison}) and was` };
  }
  if (times > 0) return undefined;
  if (payer?.mandateId === undefined) return undefined;
  const [last] = payments.toSorted((a, b) => b.created_at - a.created_at);
  if (last === undefined) {
    if (bill.state !== "owed" || truth.poison !== undefined || hasStopped(file, payer.mandateId))
      return undefined;
    return {
      about,
      words: "it is owed, its mandate was active all through, and no payment was ever planned",
    };
  }
  const why = unexplained(judged, last);
  if (why === undefined) return undefined;
  const card = APPROVING.includes(payer.cardKind) ? "its card approves" : `its card: ${payer.cardKind}`;
  return { about, words: `it is owed and unpaid, and nothing explains it: ${why}; ${card}` };
}

/** Undefined where what is on record explains why the payment took no money. */
function unexplained(judged: Judged, payment: PaymentRow): string | undefined {
  const { file } = judged;
  if (payment.state === "paid") return `${payment.id} says paid, the bank took nothing`;
  if (payment.state === "scheduled") {
    const late = Math.max(payment.not_before, payment.next_look_at) + LATE_MS < file.rows.cityNowMs;
    return late ? `${payment.id} is scheduled and its moment is long over` : undefined;
  }
  if (payment.state === "charging" || payment.state === "returning") return undefined;
  const word = payment.state === "closed" ? payment.outcome : payment.need;
  const excuse = (payment.state === "closed" ? OUTCOMES : NEEDS)[word ?? ""];
  if (excuse === undefined)
    return `${payment.id} is ${payment.state}: ${word}, which is no reason of the list`;
  return holds(judged, payment, excuse)
    ? undefined
    : `${payment.id} says ${word}, and the fact behind it is missing`;
}

function holds({ file, bill, payments, payer }: Judged, payment: PaymentRow, excuse: Excuse): boolean {
  switch (excuse) {
    case "always":
      return true;
    case "failed-charge":
      return file.chargesOf(payment.id).some(({ state }) => state === "not-charged");
    case "stop":
      return wasStopped(file, payment);
    case "skip":
      return wasStopped(file, payment) || wasAsked(file, payment);
    case "bill-ended":
      return bill.state !== "owed" || bill.said !== "issued";
    case "limit":
      return isLimited(file, payment.mandate_id ?? "");
    case "other-payment":
      return payments.some(({ id }) => id !== payment.id);
    case "nothing-left":
      return hadNothingLeft(file, { payment, bill, cardKind: payer?.cardKind });
    case "later-moment":
      return payment.not_before > file.rows.cityNowMs;
  }
}

function hasStopped(file: CaseFile, mandateId: string): boolean {
  return file.turnsOf(mandateId).some(({ isActive }) => !isActive);
}

/** Its mandate was stopped, its payer skipped it, or its method was withdrawn. */
function wasStopped(file: CaseFile, payment: PaymentRow): boolean {
  return (
    hasStopped(file, payment.mandate_id ?? "") ||
    file.auditOf(payment.id).some(({ action }) => /skip/.test(action)) ||
    file.auditOf(payment.method_id ?? "").some(({ action }) => /withdraw|gone|expired/.test(action))
  );
}

/** Its payer was asked, did not answer until its window was over, and was told so (payment rules §7). */
function wasAsked(file: CaseFile, payment: PaymentRow): boolean {
  const told = file.rows.notifications.filter(({ payment_id: id }) => id === payment.id);
  return ["needs-confirmation", "question-unanswered"].every((event) =>
    told.some((row) => row.event === event),
  );
}

/** A version of its terms has a limit. */
function isLimited(file: CaseFile, mandateId: string): boolean {
  return (file.by.versionsOf.get(mandateId) ?? []).some(
    ({ terms }) => terms.limitPerPayment !== "unlimited" || terms.limitPerPeriod !== "unlimited",
  );
}

/** The API said no to it, for itself or for the whole call, or never heard of it. */
function wasRefused(file: CaseFile, truth: BillTruth): boolean {
  const calls = file.calls.about(truth.number).filter(({ op, request, client }) => {
    const said = JSON.stringify(request ?? null);
    if (op !== "push-bill" || !said.includes(JSON.stringify(truth.number))) return false;
    return (
      said.includes(JSON.stringify(truth.account)) && (client === undefined || client === truth.billerId)
    );
  });
  return calls
    .filter(({ phase }) => phase === "answered")
    .every(
      ({ status = 0, answer }) => status >= 400 || resultsOf(answer).every(({ billId }) => billId === null),
    );
}

function resultsOf(answer: unknown): readonly { readonly billId?: string | null }[] {
  return (
    (answer as { readonly results?: readonly { readonly billId?: string | null }[] } | undefined)
      ?.results ?? [{}]
  );
}
