import { contentHash } from "../db/content-hash.ts";
import { placeBill } from "../db/queries/arrivals.ts";
import { findPayees, type PayeeMatch } from "../db/queries/billers.ts";
import type { ReceivedBill } from "../db/queries/bills.ts";
import { addDays } from "../domain/calendar.ts";
import { checkReference, valuesOfAccount } from "../domain/catalogue/reference.ts";
import { reasonOf } from "../domain/identifiers/index.ts";
import { type PaymentQr, parsePaymentQr, type QrProblem } from "../domain/identifiers/payment-qr.ts";
import { judgeQrContent } from "../domain/identifiers/qr-content.ts";
import type { QrField } from "../domain/identifiers/qr-fields.ts";
import { writtenMonth } from "../domain/written-month.ts";
import { identifierReasonWords } from "../words/identifiers.ts";
import type { Locale } from "../words/locale.ts";
import type { ApiDependencies } from "./dependencies.ts";
import type { ApiContext } from "./environment.ts";
import { Refusal, refuseField } from "./problems.ts";
import { provedAccount } from "./reference.ts";
import type { AddBillByPaper } from "./schemas/finding.ts";

/** A mistake in one of these is a mistake about money; elsewhere papers are careless, and nobody pays by it. */
const MONEY_FIELDS: readonly string[] = ["PersonalAcc", "BIC", "CorrespAcc", "PayeeINN", "KPP", "Sum", "UIN"];
/** Where papers write by what the payee knows its payer, the usual place first. */
const ACCOUNT_FIELDS = [
  "PersAcc",
  "PersonalAccount",
  "Contract",
  "PayerIdNum",
  "Phone",
] as const satisfies QrField[];
/** A paper names no day: it may be paid for so long, and nobody reminds of it earlier. */
const DAYS_TO_PAY = 30;

/**
 * Reads the code of a paper bill.
 *
 * @throws Refusal `qr-not-payment`, or `qr-unsound` with every field about money that is wrong
 */
export function readPaper(base64: string, locale: Locale): PaymentQr {
  const read = parsePaymentQr(Buffer.from(base64, "base64"));
  if (!read.ok) {
    const detail = identifierReasonWords(locale, reasonOf(read));
    throw new Refusal("qr-not-payment", { errors: [{ field: "qr", code: "qr-not-payment", detail }] });
  }
  const qr = read.value;
  const wrong = [...qr.problems, ...judgeQrContent(qr).problems].filter(isAboutMoney);
  if (wrong.length === 0) return qr;
  const errors = wrong.map((problem) => ({
    field: `qr.${problem.field}`,
    code: "qr-unsound" as const,
    detail: `${identifierReasonWords(locale, reasonOf(problem))}.`,
  }));
  throw new Refusal("qr-unsound", { errors });
}

function isAboutMoney({ field, why }: QrProblem): boolean {
  return why === "bytes-broken" || why === "other-encoding" || MONEY_FIELDS.includes(field);
}

/**
 * Makes the bill that a paper tells of: the biller whose requisites it bears, the payer's number as that biller knows it, the month, the sum.
 *
 * @throws Refusal `payee-unknown`, `payee-differs`, or what has to be entered: `account-needed`, `period-needed`, `amount-needed`
 */
export async function paperBill(
  tools: Pick<ApiDependencies, "db" | "claimKey">,
  c: ApiContext,
  { qr, wish, today }: { readonly qr: PaymentQr; readonly wish: AddBillByPaper; readonly today: string },
): Promise<ReceivedBill> {
  const biller = await payeeOf(tools, qr);
  const account = await accountOf(tools, c, { biller, qr, entered: wish.account });
  const period =
    biller.reference.period === "none" ? null : (wish.period ?? writtenMonth(qr.fields.PaymPeriod));
  if (period === null && biller.reference.period === "month") throw refuseField("period", "period-needed");
  const totalMinor = qr.amountMinor ?? wish.amount?.amountMinor;
  if (totalMinor === undefined) throw refuseField("amount", "amount-needed");
  const purpose = qr.fields.Purpose ?? biller.payee.name;
  const placed = placeBill(
    {
      source: "paper",
      biller: { id: biller.id, payeeInn: biller.payee.inn, category: null },
      uin: null,
      account,
      period,
      // without a month an account names no bill: the paper itself does
      kind: period === null ? `paper-${nameOfPaper(qr, totalMinor)}` : "charge",
      externalId: null,
      status: "issued",
      version: 1,
      issuedOn: null,
      dueOn: addDays(today, DAYS_TO_PAY),
      totalMinor,
      dueMinor: totalMinor,
      currency: "RUB",
      discount: null,
      purpose,
      payee: { ...emptyPayee, ...biller.payee },
      subjects: [],
      acknowledgement: null,
      payments: [],
    },
    { id: biller.id, discountRule: null },
    { claimKey: tools.claimKey, delivery: "paper" },
  );
  if (!placed.ok) throw new Refusal("bill-unusable");
  // papers of one bill differ in everything but their sum: the day on which they are read, a line of advertising
  return { ...placed.bill, contentHash: contentHash({ paper: totalMinor }) };
}

const emptyPayee = { kpp: null, correspondentAccount: null, kbk: null, oktmo: null };

function nameOfPaper({ fields }: PaymentQr, totalMinor: number): string {
  const { Purpose, DocNo, DocDate, QuittId, QuittDate, PaymPeriod, InstNum } = fields;
  return contentHash([totalMinor, Purpose, DocNo, DocDate, QuittId, QuittDate, PaymPeriod, InstNum]).slice(
    0,
    16,
  );
}

/** The biller with exactly these requisites: what a paper says of them is believed by nobody. */
async function payeeOf({ db }: Pick<ApiDependencies, "db">, { fields }: PaymentQr): Promise<PayeeMatch> {
  const { PersonalAcc: account = "", BIC: bic = "", PayeeINN: inn = null } = fields;
  const matches = await findPayees(db, { account, bic, inn });
  const exact = matches.filter((match) => match.exact);
  const [only] = exact;
  if (only !== undefined && exact.length === 1) return only;
  throw new Refusal(exact.length === 0 && matches.length > 0 ? "payee-differs" : "payee-unknown");
}

/** The payer's number: as it was entered, else the first of the code that the biller's own rules take. */
async function accountOf(
  tools: Pick<ApiDependencies, "db">,
  c: ApiContext,
  parts: { readonly biller: PayeeMatch; readonly qr: PaymentQr; readonly entered: string | undefined },
): Promise<string> {
  const { biller, qr, entered } = parts;
  if (entered !== undefined) return provedAccount(tools, c, { billerId: biller.id, account: entered });
  const { reference } = biller;
  for (const field of ACCOUNT_FIELDS) {
    const check = checkReference({ reference }, valuesOfAccount(reference, qr.fields[field] ?? ""));
    if (check.ok) return check.account;
  }
  throw refuseField("account", "account-needed");
}
