import { hash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { addDays } from "../../domain/calendar.ts";
import { discountByRule, type DiscountRule } from "../../domain/catalogue/discount-rule.ts";
import { type BillDiscount, isDiscount } from "../../domain/discount.ts";
import type { SourceBill, SourcePayee } from "../../domain/source-bill.ts";
import { canonicalForm, contentHash } from "../content-hash.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { debtKey, subjectKey } from "../sealed.ts";
import { type BillStopRow, type ReceivedBill, type ReceiveResult, receiveBill } from "./bills.ts";

/** How long a bill may be paid of which its source names no day. */
const USUAL_DAYS_TO_PAY = 30;

/** The biller of an arriving bill; `discountRule` as its entry in the catalogue states it. */
export type ArrivalBiller = {
  readonly id: string;
  readonly discountRule: DiscountRule | null;
};

/**
 * Why a source's bill cannot be stored. `biller-unknown`: nobody in the catalogue has this payee, or several have. `nameless`: neither a UIN nor an account.
 * `dateless`: no day from which one could count. `amounts`: nothing due that could be paid, or more is left than there was. `discount`: leaves nothing, or is no
 * discount. `version`: no order.
 */
export type Unplaceable = "biller-unknown" | "nameless" | "dateless" | "amounts" | "discount" | "version";

export type Placed =
  | { readonly ok: true; readonly bill: ReceivedBill }
  | { readonly ok: false; readonly why: Unplaceable };

export type ArrivalKeys = {
  /** What debts and subjects are named by (db/sealed.ts). */
  readonly claimKey: Uint8Array;
  /** The id of the message or of the reading that brought it. */
  readonly delivery: string;
};

/** A source's bill as it is stored: names become keys, people become keyed hashes, what is left and the state are read from the sums. Pure. */
export function placeBill(bill: SourceBill, biller: ArrivalBiller, keys: ArrivalKeys): Placed {
  const discount = bill.discount ?? ruledDiscount(biller.discountRule, bill);
  const names = namesOf(bill, biller.id, keys.claimKey);
  const dueOn = lastDayOf(bill, discount);
  if (names === null) return { ok: false, why: "nameless" };
  if (dueOn === null) return { ok: false, why: "dateless" };
  const wrong = faultOf(bill);
  if (wrong !== null) return { ok: false, why: wrong };
  const payee = placedPayee(bill.payee);
  const sums = sumsOf(bill);
  // Field by field: a city's month comes this way, and a spread costs more than a hash.
  return {
    ok: true,
    bill: {
      billerId: biller.id,
      source: bill.source,
      identityKey: names.identityKey,
      accountKey: names.accountKey,
      uin: bill.uin,
      account: bill.account ?? "",
      period: bill.period ?? "",
      version: bill.version,
      status: sums.status,
      amountMinor: sums.amountMinor,
      fullMinor: bill.totalMinor,
      currency: bill.currency,
      overpaid: sums.overpaid,
      externalId: bill.externalId,
      kind: bill.kind,
      discount,
      issuedOn: bill.issuedOn,
      dueOn,
      purpose: bill.purpose,
      payee: payee.body,
      payeeHash: payee.hash,
      contentHash: wordsHash(bill, payee.form),
      delivery: keys.delivery,
      subjects: bill.subjects.map((subject) => subjectKey(keys.claimKey, subject)),
      acknowledgement: bill.acknowledgement,
      payments: bill.payments,
    },
  };
}

/**
 * The {@link contentHash} of what a bill says, all but its version: a newer one that says the same only confirms. Of plain bills the canonical form is written straight, its keys
 * in their order: sorting them takes as long as all the rest of reading a line.
 */
function wordsHash(bill: SourceBill, payeeForm: string): string {
  if (bill.discount !== null || bill.subjects.length > 0 || bill.payments.length > 0) {
    const { version: _, ...content } = bill;
    return contentHash(content);
  }
  const { account, acknowledgement, currency, dueMinor, dueOn, externalId, issuedOn, kind } = bill;
  const { category, id, payeeInn } = bill.biller;
  const biller = { category, id, payeeInn };
  const head = { account, acknowledgement, biller, currency, discount: null, dueMinor, dueOn, externalId };
  const { period, purpose, source, status, totalMinor, uin } = bill;
  const tail = { payments: [], period, purpose, source, status, subjects: [], totalMinor, uin };
  const front = JSON.stringify({ ...head, issuedOn, kind }).slice(0, -1);
  return hash("sha256", `${front},"payee":${payeeForm},${JSON.stringify(tail).slice(1)}`, "hex");
}

function faultOf({ version, totalMinor, dueMinor, discount }: SourceBill): Unplaceable | null {
  if (!Number.isSafeInteger(version) || version < 1) return "version";
  if (!Number.isSafeInteger(totalMinor) || totalMinor < 1 || (dueMinor ?? 0) > totalMinor) return "amounts";
  return discount !== null && !isDiscount(discount, totalMinor) ? "discount" : null;
}

/** What the debt is called; null where nothing names it. */
function namesOf({ uin, account, period, kind }: SourceBill, billerId: string, claimKey: Uint8Array) {
  const byAccount = account === null ? null : debtKey(claimKey, [billerId, account, period ?? "", kind]);
  const byUin = uin === null ? null : debtKey(claimKey, ["uin", uin]);
  const identityKey = byUin ?? byAccount;
  if (identityKey === null) return null;
  // without a period an account names all its bills, and so none
  return { identityKey, accountKey: byUin !== null && period !== null ? byAccount : null };
}

/** What is left and what that makes of the bill: nothing left is paid, whatever its source calls it. */
function sumsOf({ status, totalMinor, dueMinor }: SourceBill) {
  const left = dueMinor ?? totalMinor;
  return {
    status: status === "issued" && left <= 0 ? ("paid" as const) : status,
    amountMinor: left > 0 ? left : totalMinor,
    overpaid: left < 0,
  };
}

/** A registry states every discount itself; a biller's own bills may leave it to the catalogue. One that would leave nothing to pay is none. */
function ruledDiscount(
  rule: DiscountRule | null,
  { source, issuedOn, totalMinor }: SourceBill,
): BillDiscount | null {
  if (rule === null || issuedOn === null || (source !== "push" && source !== "file")) return null;
  const discount = discountByRule(rule, issuedOn);
  return isDiscount(discount, totalMinor) ? discount : null;
}

function lastDayOf({ dueOn, issuedOn }: SourceBill, discount: BillDiscount | null): string | null {
  return dueOn ?? discount?.until ?? (issuedOn === null ? null : addDays(issuedOn, USUAL_DAYS_TO_PAY));
}

type PlacedPayee = { readonly body: object; readonly hash: string; readonly form: string };

/** A registry of a million bills has a handful of payees: each is written and hashed once, as long as somebody holds it. */
const placedPayees = new WeakMap<SourcePayee, PlacedPayee>();

function placedPayee(payee: SourcePayee): PlacedPayee {
  const known = placedPayees.get(payee);
  if (known !== undefined) return known;
  const body = payeeOf(payee);
  const placed = { body, hash: contentHash(body), form: canonicalForm(payee) };
  placedPayees.set(payee, placed);
  return placed;
}

/** Without what is not told: pages and the gate compare what is there. */
function payeeOf({ name, inn, kpp, bic, account, correspondentAccount, kbk, oktmo }: SourcePayee): object {
  return {
    name,
    inn,
    bic,
    account,
    ...(kpp === null ? {} : { kpp }),
    ...(correspondentAccount === null ? {} : { correspondentAccount }),
    ...(kbk === null ? {} : { kbk }),
    ...(oktmo === null ? {} : { oktmo }),
  };
}

const billers = sql`select r.id, to_jsonb(r)->'discount_rule' as "discountRule" from billers r`;

/** A biller that is known by its id: of a push, of a file. */
export async function findArrivalBiller(db: Kysely<DB>, id: string): Promise<ArrivalBiller | undefined> {
  const { rows } = await sql<ArrivalBiller>`${billers} where r.id = ${id}`.execute(db);
  return rows[0];
}

/**
 * Who issued a bill of a registry: whoever has its payee on file, by INN and category, and by the very account where those are several. Undefined: nobody, or still
 * several, and nobody guesses whose money it is.
 */
export async function findBillerOf(
  db: Database,
  { biller, payee }: SourceBill,
): Promise<ArrivalBiller | undefined> {
  if (biller.id !== null) return findArrivalBiller(db, biller.id);
  const { rows } = await sql<ArrivalBiller & { exact: boolean }>`
    select b.*, same_payee(r.payee, ${JSON.stringify(payee)}::jsonb) as exact from (${billers}) b join billers r on r.id = b.id
     where r.payee->>'inn' = ${biller.payeeInn} and (${biller.category}::text is null or r.category = ${biller.category})
     order by exact desc limit 2`.execute(db);
  const [first, second] = rows;
  return second?.exact === first?.exact ? undefined : first;
}

/** What came of a source's bill: stored, or why it could not be. */
export type ArrivalAnswer =
  | { readonly billId: string; readonly result: ReceiveResult; readonly stop?: BillStopRow }
  | { readonly unplaceable: Unplaceable };

/** The id by which the reading of a bill is known: the same reading again is the same delivery. */
export function readingOf({ source, version }: SourceBill): string {
  return `reading/${source}/${version}`;
}

/** Stores a bill of any source; the biller may be known already (a file, a push). One transaction of its own. */
export async function receiveSourceBill(
  db: Database,
  bill: SourceBill,
  keys: ArrivalKeys,
): Promise<ArrivalAnswer> {
  const biller = await findBillerOf(db, bill);
  if (biller === undefined) return { unplaceable: "biller-unknown" };
  const placed = placeBill(bill, biller, keys);
  return placed.ok ? receiveBill(db, placed.bill) : { unplaceable: placed.why };
}

/**
 * Stores what a source has answered, bill by bill, each in a transaction of its own: one that cannot be placed keeps none beside it back. Answers in the order of the
 * bills.
 */
export async function receiveReadings(
  db: Database,
  bills: readonly SourceBill[],
  claimKey: Uint8Array,
): Promise<readonly ArrivalAnswer[]> {
  const answers: ArrivalAnswer[] = [];
  for (const bill of bills) {
    answers.push(await receiveSourceBill(db, bill, { claimKey, delivery: readingOf(bill) }));
  }
  return answers;
}
