import { createClient } from "../../api/client.ts";
import { type DemoBoard, personOf } from "./board.ts";
import { decode } from "./html-forms.ts";
import { type BankPayment, isNoticeOf, linkIn, listMails, type Mail } from "./outside.ts";
import { allBankPayments, roubles, type StoryBill, type StoryEnd } from "./story.ts";

/** What was found out about one bill, from outside the engine. */
export interface BillVerdict extends StoryBill {
  /** Succeeded debits at the bank. */
  readonly debits: number;
  readonly debitedMinor: number;
  readonly notices: number;
  readonly paidMails: number;
  readonly receipt: boolean;
}

export interface Verdict {
  readonly bills: readonly BillVerdict[];
  readonly ledgerBalanced: boolean;
  /** Everything that is not as promised; empty when all is well. */
  readonly problems: readonly string[];
}

/** Judges the story by the bank's own list, the mailbox, the ledger's balance and the page. */
export async function judge(board: DemoBoard, end: StoryEnd): Promise<Verdict> {
  const operator = createClient({ baseUrl: board.api, token: personOf(board, "olga").token });
  const [payments, mails, balance] = await Promise.all([
    allBankPayments(board),
    listMails(board, end.email),
    operator.trialBalance(),
  ]);
  const ofStory = payments.filter(({ id, status }) => status === "succeeded" && !end.paidBefore.has(id));
  const bills: BillVerdict[] = [];
  for (const bill of end.bills) {
    const debits = ofStory.filter((payment) => isOf(payment, bill));
    bills.push({
      ...bill,
      debits: debits.length,
      debitedMinor: debits.reduce((sum, debit) => sum + debit.amountMinor, 0),
      notices: mails.filter((mail) => isNoticeOf(mail, bill.paymentId)).length,
      paidMails: countMails(mails, `/payments/${bill.paymentId}/receipt`),
      receipt: await showsReceipt(end, bill),
    });
  }
  const problems = bills.flatMap(problemsOf);
  if (!balance.balanced) problems.push("the ledger is not balanced");
  if (balance.accounts.length === 0) problems.push("the ledger is empty");
  return { bills, ledgerBalanced: balance.balanced, problems };
}

/** By what the engine wrote beside the money; a debit of the very amount counts, too, whatever is written there. */
function isOf(payment: BankPayment, bill: StoryBill): boolean {
  return payment.metadata["payment_id"] === bill.paymentId || payment.amountMinor === bill.amountMinor;
}

/** Different mails with a link to a path. A mail that came twice under one Message-ID counts twice: people see both. */
function countMails(mails: readonly Mail[], path: string): number {
  return mails.filter((mail) => linkIn(mail, path) !== undefined).length;
}

async function showsReceipt({ resident }: StoryEnd, bill: StoryBill): Promise<boolean> {
  const { html, status } = await resident.open(`/payments/${bill.paymentId}/receipt`);
  const digits = decode(html).replace(/[^\d,.]/g, " ");
  const [major = "", minor = ""] = roubles(bill.amountMinor).replace(" RUB", "").split(".");
  const spaced = major.replace(/\B(?=(\d{3})+$)/g, "[ ,]?");
  return (
    status === 200 &&
    html.includes(`data-receipt="${bill.paymentId}"`) &&
    new RegExp(`\\b${spaced}[,.]${minor}\\b`).test(digits)
  );
}

function problemsOf(bill: BillVerdict): string[] {
  const name = `bill ${bill.number} (${bill.billId})`;
  const problems: string[] = [];
  if (bill.debits !== 1)
    problems.push(`${name}: the bank shows ${bill.debits} succeeded debits instead of one`);
  if (bill.debitedMinor !== bill.amountMinor) {
    problems.push(
      `${name}: ${roubles(bill.debitedMinor)} were debited instead of ${roubles(bill.amountMinor)}`,
    );
  }
  if (bill.notices !== 1) problems.push(`${name}: ${bill.notices} notices instead of one`);
  if (bill.paidMails !== 1)
    problems.push(`${name}: ${bill.paidMails} mails about its payment instead of one`);
  if (!bill.receipt) problems.push(`${name}: its receipt page does not show the payment`);
  return problems;
}
