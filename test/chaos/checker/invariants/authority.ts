import type { CaseFile } from "../case-file.ts";
import { dayIn, periodOf } from "../city-days.ts";
import type { ChargeRow, NoticeRow, PaymentRow, TermsText } from "../row-shapes.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";

type Sent = {
  readonly file: CaseFile;
  readonly charge: ChargeRow;
  readonly payment: PaymentRow;
  /** When the gate let it out. */
  readonly atMs: number;
};

/** I3: every capture was allowed when it was sent: active mandate, limits, payee, currency, the bill's amount, a notice that was accepted early enough or the payer's own instruction. */
export function authority(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  for (const capture of file.bank.captures) {
    const charge = file.by.charges.get(capture.chargeId ?? "");
    const payment = file.by.payments.get(charge?.payment_id ?? "");
    // a capture that nobody knows is I1's
    if (charge === undefined || payment === undefined) continue;
    inquiry.look();
    const sent = { file, charge, payment, atMs: file.sentAtMs(charge) };
    const faults = [
      ...(capture.currency === charge.currency
        ? []
        : [`taken in ${capture.currency}, asked in ${charge.currency}`]),
      ...faultsOfDebt(sent, capture.amountMinor),
      ...(charge.initiated_by === "mit" ? faultsOfMandate(sent) : faultsOfInstruction(sent)),
    ];
    for (const words of faults) inquiry.find({ about: charge.id, words, paymentId: payment.id });
  }
  return inquiry.outcome();
}

function faultsOfDebt({ file, charge, payment }: Sent, takenMinor: number): string[] {
  const version = file.by.billVersionsOf
    .get(payment.bill_id)
    ?.find((row) => row.version === charge.bill_version);
  if (version === undefined) return [`version ${charge.bill_version} of its bill is not on record`];
  const bill = file.by.bills.get(payment.bill_id);
  const biller = file.by.billers.get(bill?.biller_id ?? "");
  const faults: string[] = [];
  const owed = [version.amount_minor, version.full_minor];
  // a further part asks for the rest alone
  if (payment.part === 1 && !owed.includes(takenMinor)) {
    faults.push(`${takenMinor} taken, the bill at its gate said ${version.amount_minor}`);
  }
  if (version.currency !== charge.currency)
    faults.push(`asked in ${charge.currency}, owed in ${version.currency}`);
  if (charge.payee_hash !== payment.payee_hash) faults.push("the payee is not the one that was planned");
  if (charge.initiated_by === "mit" && version.payee_account !== biller?.payee_account) {
    faults.push(`paid to account ${version.payee_account}, the biller's is ${biller?.payee_account}`);
  }
  return faults;
}

function faultsOfMandate(sent: Sent): string[] {
  const { file, charge, payment, atMs } = sent;
  const mandateId = payment.mandate_id ?? "";
  const terms = file.termsAt(mandateId, atMs);
  if (terms === undefined) return ["it was taken without the payer, and there is no mandate"];
  const faults: string[] = [];
  for (const pass of file.passesOf(charge.id)) {
    if (!file.isActiveAt(mandateId, pass.business_at)) {
      faults.push(`transmission ${pass.transmission} was let out while its mandate was stopped`);
    }
  }
  const mandate = file.by.mandates.get(mandateId);
  const bill = file.by.bills.get(payment.bill_id);
  if (mandate?.biller_id !== bill?.biller_id || mandate?.account !== bill?.account) {
    faults.push("its mandate speaks of another account");
  }
  if (charge.method_id === null || !terms.methods.includes(charge.method_id)) {
    faults.push("its mandate does not name the method");
  }
  return [...faults, ...faultsOfLimits(sent, terms), ...faultsOfNotice(sent, terms)];
}

function faultsOfLimits({ file, charge, payment, atMs }: Sent, terms: TermsText): string[] {
  const faults: string[] = [];
  const { limitPerPayment: one, limitPerPeriod: many } = terms;
  if (one !== "unlimited" && charge.amount_minor > one.amountMinor) {
    faults.push(`${charge.amount_minor} is above the limit of ${one.amountMinor} for one payment`);
  }
  if (many === "unlimited") return faults;
  const period = periodOf(dayIn(terms.zone, atMs), many.period);
  const used = (file.by.chargesOfMandate.get(payment.mandate_id ?? "") ?? []).filter((other) => {
    if (other.id === charge.id) return false;
    const otherMs = file.sentAtMs(other);
    if (otherMs > atMs || periodOf(dayIn(terms.zone, otherMs), many.period) !== period) return false;
    return other.state !== "not-charged" || (other.decided_at ?? 0) > atMs;
  });
  const sum = used.reduce((total, { amount_minor }) => total + amount_minor, charge.amount_minor);
  if (sum > many.amount.amountMinor) {
    faults.push(
      `with it ${sum} were let out in the ${period}, above ${many.amount.amountMinor} for a ${many.period}`,
    );
  }
  return faults;
}

function faultsOfNotice({ file, charge, payment, atMs }: Sent, terms: TermsText): string[] {
  const notice = file.by.notices.get(charge.notice_id ?? "");
  if (notice === undefined) return ["it was taken without the payer and without a notice"];
  const faults: string[] = [];
  if (notice.payment_id !== payment.id) faults.push("its notice speaks of another payment");
  if (notice.amount_minor !== charge.amount_minor) {
    faults.push(`the notice said ${notice.amount_minor}, ${charge.amount_minor} was asked`);
  }
  if (notice.payee_hash !== charge.payee_hash) faults.push("the notice named another payee");
  const named = [notice.method_id, ...notice.fallbacks];
  if (!named.includes(charge.method_id ?? "")) faults.push("the notice named another method");
  if (atMs >= notice.not_after) faults.push("it was let out after the window of its notice");
  return [...faults, ...faultsOfLead({ file, notice, atMs, terms })];
}

/** The mail server must have taken the notice over, and so early as its pack says. */
function faultsOfLead(lead: {
  readonly file: CaseFile;
  readonly notice: NoticeRow;
  readonly atMs: number;
  readonly terms: TermsText;
}): string[] {
  const { file, notice, atMs, terms } = lead;
  const clock = file.by.notices.get(notice.clock_of ?? "") ?? notice;
  const acceptedMs = clock.accepted_at ?? notice.accepted_at;
  if (acceptedMs === null || notice.accepted_at === null) return ["its notice was never accepted"];
  const faults: string[] = [];
  const { leadSeconds, earlierCalendarDay } = terms.noticePack;
  if (atMs < acceptedMs + leadSeconds * 1_000) {
    faults.push(
      `it was let out ${atMs - acceptedMs} ms after its notice was accepted, ${leadSeconds} s are promised`,
    );
  }
  if (earlierCalendarDay && dayIn(terms.zone, acceptedMs) >= dayIn(terms.zone, atMs)) {
    faults.push("its notice was accepted on the very day of the debit");
  }
  if (notice.accepted_at > atMs) faults.push("its notice was accepted after it was let out");
  if (notice.channel === "email" && !wasTakenOver(file, notice)) {
    faults.push("its notice counts as accepted, and the mail server never had it");
  }
  return faults;
}

/** The letter of the notice, or the one that carried it as a line, reached the mail server. */
function wasTakenOver(file: CaseFile, notice: NoticeRow): boolean {
  const row = file.by.noticeLetters.get(notice.id);
  const letter = row?.carried_by === null ? row : file.by.notifications.get(row?.carried_by ?? "");
  const mails = file.mailsOf.get(letter?.message_id ?? "") ?? [];
  return mails.some(({ outcome }) => outcome.startsWith("stored"));
}

function faultsOfInstruction({ file, charge, payment }: Sent): string[] {
  const instruction = file.by.instructions.get(charge.instruction_id ?? "");
  if (instruction === undefined) return ["it is said to be the payer's own, and there is no instruction"];
  const faults: string[] = [];
  if (instruction.payment_id !== payment.id) faults.push("the payer's instruction speaks of another payment");
  if (instruction.amount_minor !== charge.amount_minor) {
    faults.push(`the payer said ${instruction.amount_minor}, ${charge.amount_minor} was asked`);
  }
  if (instruction.payee_hash !== charge.payee_hash) faults.push("the payer named another payee");
  return faults;
}
