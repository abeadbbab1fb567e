import { type Asked, askSources, type SourceReport } from "../adapters/bill-sources/asking.ts";
import { findBillerOf, readingOf, receiveSourceBill } from "../db/queries/arrivals.ts";
import { findNamedBills, seenByUin } from "../db/queries/bills.ts";
import { readBillerNames } from "../db/queries/billers.ts";
import type { CodedBillRow } from "../db/queries/payer-codes.ts";
import { debtKey } from "../db/sealed.ts";
import { dueMinorOn } from "../domain/discount.ts";
import type { SourceBill, SubjectIdentifier } from "../domain/source-bill.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { billerTitle } from "../words/biller-names.ts";
import type { ProblemLocale } from "./problem-words.ts";
import { Refusal } from "./problems.ts";
import type { FoundBill, SourceAnswerView } from "./schemas/finding.ts";
import { billerNameView } from "./views/biller.ts";

/** Somebody waits in front of a page: a source that needs longer counts as silent. */
const WITHIN_MS = 8_000;

type Tools = Pick<ApiDependencies, "db" | "engine" | "claimKey" | "billSources">;

/** Asks every source by a number that is kept nowhere: it lives in this request and in the answer's memory. */
export function lookAround(
  { billSources }: Tools,
  identifiers: readonly SubjectIdentifier[],
): Promise<readonly Asked[]> {
  return askSources(billSources.values(), { identifiers, scope: "owed", withinMs: WITHIN_MS });
}

/** Bills of answers as a person is shown them, one by one in the order of their days. Nothing of them is stored. */
export async function foundBills(
  { db, engine, claimKey }: Tools,
  asked: readonly Asked[],
  {
    residentId,
    today,
    locale,
  }: { readonly residentId: string; readonly today: string; readonly locale: ProblemLocale },
): Promise<readonly FoundBill[]> {
  const bills = asked.flatMap((one) => one.bills);
  const keyOf = ({ uin }: SourceBill) => (uin === null ? "" : debtKey(claimKey, ["uin", uin]));
  const seen = await seenByUin(db, { residentId, uinKeys: bills.map(keyOf) });
  const billers = await Promise.all(bills.map((bill) => findBillerOf(engine, bill)));
  const names = await readBillerNames(
    engine,
    billers.flatMap((biller) => biller?.id ?? []),
  );
  const found = bills.map((bill, at) => {
    const billerId = billers[at]?.id ?? null;
    const named = billerId === null ? undefined : names.get(billerId);
    const billerTitleHere = named === undefined ? null : billerTitle(locale, named);
    return foundBill(bill, {
      billId: seen.get(keyOf(bill)) ?? null,
      biller: { billerId, billerTitle: billerTitleHere },
      today,
    });
  });
  return found.toSorted((a, b) => ((a.dueOn ?? "") < (b.dueOn ?? "") ? -1 : 1));
}

function foundBill(
  bill: SourceBill,
  known: {
    readonly billId: string | null;
    readonly biller: Pick<FoundBill, "billerId" | "billerTitle">;
    readonly today: string;
  },
): FoundBill {
  const { source, uin, issuedOn, dueOn, purpose, payee, totalMinor, currency, discount } = bill;
  const leftMinor = bill.dueMinor ?? totalMinor;
  const amountMinor = dueMinorOn({ totalMinor, leftMinor, currency, discount }, known.today);
  const ended = bill.status === "issued" ? (leftMinor > 0 ? "owed" : "paid") : bill.status;
  return {
    source,
    uin,
    billId: known.billId,
    ...known.biller,
    period: null,
    kind: null,
    state: ended,
    amount: { amountMinor: Math.max(amountMinor, 0), currency },
    fullAmount: { amountMinor: totalMinor, currency },
    discountUntil: discount !== null && amountMinor < leftMinor ? discount.until : null,
    issuedOn,
    dueOn,
    purpose,
    payee: { name: payee.name, inn: payee.inn },
  };
}

/** A bill that its biller has told, to whoever named its payer's code. */
export function codedBill(row: CodedBillRow, locale: ProblemLocale): FoundBill {
  const { currency } = row;
  return {
    source: "biller",
    uin: row.uin,
    billId: row.seen ? row.id : null,
    billerId: row.biller_id,
    billerTitle: billerNameView(row, locale).title,
    period: row.period,
    kind: row.kind,
    state: "owed",
    amount: { amountMinor: row.due_minor, currency },
    fullAmount: { amountMinor: row.full_minor, currency },
    discountUntil: row.discount_until,
    issuedOn: row.issued_on,
    dueOn: row.due_on,
    purpose: row.purpose,
    payee: { name: row.payee.name, inn: row.payee.inn },
  };
}

/** A report as people and programs are told it, without the codes of our operators. */
export function answerView({ source, outcome, asOf, missing, unreadable }: SourceReport): SourceAnswerView {
  return { source, outcome, asOf, missing: [...new Set(missing.map(({ why }) => why))], unreadable };
}

/**
 * Fetches the bill of a UIN from every source, stores what they say, and answers its row.
 *
 * @throws Refusal `bill-not-at-sources` when all have answered and none has it, `sources-silent` when one that may have it was silent, `payee-unknown` and
 *   `bill-unusable` when it was found and cannot be kept
 */
export async function fetchByUin(
  tools: Tools,
  uin: string,
): Promise<{ readonly billIds: readonly string[]; readonly reports: readonly SourceReport[] }> {
  // what a source says becomes everybody's bill, whoever asked for it
  const { engine: db, claimKey, billSources } = tools;
  const identifiers = [{ kind: "uin", value: uin }];
  const asked = await askSources(billSources.values(), { identifiers, scope: "all", withinMs: WITHIN_MS });
  const arrivals = [];
  for (const bill of asked.flatMap((one) => one.bills)) {
    arrivals.push(await receiveSourceBill(db, bill, { claimKey, delivery: readingOf(bill) }));
  }
  const reports = asked.map(({ report }) => report);
  const billIds = await findNamedBills(db, { identityKeys: [debtKey(claimKey, ["uin", uin])] });
  if (billIds.length > 0) return { billIds, reports };
  const [unplaced] = arrivals.flatMap((one) => ("unplaceable" in one ? [one.unplaceable] : []));
  if (unplaced !== undefined)
    throw new Refusal(unplaced === "biller-unknown" ? "payee-unknown" : "bill-unusable");
  throw refuseNothing(reports);
}

/** Nothing was found: is there nothing, or could it not be asked? */
function refuseNothing(reports: readonly SourceReport[]): Refusal {
  if (reports.some(({ unreadable }) => unreadable > 0)) return new Refusal("bill-unusable");
  const silent = reports.some(({ outcome }) => outcome !== "complete");
  return silent ? new Refusal("sources-silent") : new Refusal("bill-not-at-sources");
}
