import type { CivilDate } from "../../../domain/calendar.ts";
import type { BillDiscount } from "../../../domain/discount.ts";
import { parseBankAccount, parseBic } from "../../../domain/identifiers/bic-account.ts";
import { parseInn } from "../../../domain/identifiers/inn.ts";
import { parseKbk } from "../../../domain/identifiers/kbk.ts";
import { parseKpp } from "../../../domain/identifiers/kpp.ts";
import { parseOktmo } from "../../../domain/identifiers/oktmo.ts";
import { parsePayerId } from "../../../domain/identifiers/payer-id.ts";
import { parseUin } from "../../../domain/identifiers/uin.ts";
import type {
  SourceAcknowledgement,
  SourceBill,
  SourcePayee,
  SourceStatus,
  SubjectIdentifier,
} from "../../../domain/source-bill.ts";
import type { FieldFault } from "../port.ts";
import { readDiscount } from "./discount.ts";
import { allRead, type Check, FieldReader, readKopecks, readSignedKopecks } from "./fields.ts";
import { childOf, childrenOf, type FormatVersion, schemaAddress } from "./names.ts";
import { subjectsOf } from "./payer-identifier.ts";
import { readDate, readDateTime, type RegistryTime } from "./times.ts";
import type { XmlElement } from "./xml.ts";

/** One charge of an answer: a bill, or everything that is wrong with it. */
export type ChargeReading =
  | { readonly ok: true; readonly bill: SourceBill }
  | { readonly ok: false; readonly faults: readonly FieldFault[] };

/** What is the same for all charges of a page. */
export type ChargePage = {
  readonly version: FormatVersion;
  /** The bills' place in the registry's order (see `docs/decisions/0085-…`). */
  readonly order: number;
};

export const SOURCE_NAME = "gis-gmp";

/** `ChangeStatusInfo.Meaning`: new, changed, annulled, un-annulled. */
const MEANINGS = ["1", "2", "3", "4"] as const;
const ANNULLED = "3";
type Meaning = (typeof MEANINGS)[number];

const ACKNOWLEDGEMENTS: Readonly<Record<string, SourceAcknowledgement>> = {
  "1": "matched",
  "2": "preliminary",
  "3": "unmatched",
  "4": "without-payment",
  "5": "forced",
};

/** Reads one `ChargeInfo` of an answer; every field that a bill stands on is checked (protocol facts §3, §4.3). */
export function readCharge(charge: XmlElement, page: ChargePage): ChargeReading {
  const fields = new FieldReader();
  const { version, order } = page;
  const amounts = readAmounts(fields, charge);
  const read = allRead({
    uin: fields.proved(charge, "supplierBillID", parseUin),
    billed: fields.required(charge, "billDate", readDateTime),
    amounts,
    purpose: fields.text(charge, "purpose", 210),
    dueOn: readDueDay(fields, charge),
    payee: readPayee(fields, charge, version),
    subjects: readSubjects(fields, charge, version),
    meaning: readMeaning(fields, charge, version),
    acknowledgement: fields.optional(charge, "acknowledgmentStatus", (text) => ACKNOWLEDGEMENTS[text]),
    discount: readDiscount(fields, { charge, totalMinor: amounts?.totalMinor ?? 0, version }),
  });
  // A preliminary charge is none yet; it is not asked for.
  if (charge.attributes.has("origin")) fields.fault("origin", "contradiction");
  if (read !== undefined && read.payee.kbk === read.uin) fields.fault("kbk", "contradiction");
  if (read === undefined || fields.faults.length > 0) return { ok: false, faults: fields.faults };
  return { ok: true, bill: billOf(read, order) };
}

type ReadCharge = {
  readonly uin: string;
  readonly billed: RegistryTime;
  readonly amounts: Amounts;
  readonly purpose: string;
  readonly dueOn: CivilDate | null;
  readonly payee: SourcePayee;
  readonly subjects: readonly SubjectIdentifier[];
  readonly meaning: Meaning;
  readonly acknowledgement: SourceAcknowledgement | null;
  readonly discount: BillDiscount | null;
};

function billOf(read: ReadCharge, order: number): SourceBill {
  const { uin, dueOn, purpose, payee, subjects, acknowledgement, discount } = read;
  return {
    source: SOURCE_NAME,
    biller: { id: null, payeeInn: payee.inn, category: null },
    uin,
    account: null,
    period: null,
    kind: "charge",
    externalId: null,
    version: order,
    issuedOn: read.billed.day,
    dueOn,
    totalMinor: read.amounts.totalMinor,
    currency: "RUB",
    discount,
    purpose,
    payee,
    subjects,
    acknowledgement,
    payments: [],
    ...stateOf(read.meaning, read.amounts.leftMinor, acknowledgement),
  };
}

/**
 * What the registry's word means as a whole. An administrator's "matched without a payment" settles the charge whatever sum is still shown; the other statuses of
 * matching compare requisites, not sums, so a matched charge may have something left.
 */
function stateOf(
  meaning: Meaning,
  leftMinor: number,
  acknowledgement: SourceAcknowledgement | null,
): { readonly status: SourceStatus; readonly dueMinor: number } {
  if (meaning === ANNULLED) return { status: "annulled", dueMinor: leftMinor };
  if (acknowledgement === "without-payment") return { status: "paid", dueMinor: Math.min(leftMinor, 0) };
  return { status: leftMinor <= 0 ? "paid" : "issued", dueMinor: leftMinor };
}

type Amounts = { readonly totalMinor: number; readonly leftMinor: number };

function readAmounts(fields: FieldReader, charge: XmlElement): Amounts | undefined {
  const totalMinor = fields.required(charge, "totalAmount", readKopecks);
  const leftMinor = fields.required(charge, "amountToPay", readSignedKopecks);
  if (totalMinor === undefined || leftMinor === undefined) return undefined;
  if (totalMinor === 0) return fields.fault("totalAmount", "contradiction");
  // More left than was ever charged: one of the two is wrong, and nobody can know which.
  return leftMinor > totalMinor ? fields.fault("amountToPay", "contradiction") : { totalMinor, leftMinor };
}

/** The term of payment where the issuer names one, else the day until which the charge stands. */
function readDueDay(fields: FieldReader, charge: XmlElement): string | null | undefined {
  const term = fields.optional(charge, "paymentTerm", readDate);
  const standsUntil = fields.optional(charge, "validUntil", readDate);
  return term ?? standsUntil;
}

function readPayee(fields: FieldReader, charge: XmlElement, version: FormatVersion): SourcePayee | undefined {
  const payee = childOf(charge, schemaAddress("Organization", version), "Payee");
  const common = schemaAddress("Common", version);
  const account = payee && childOf(payee, common, "OrgAccount");
  const bank = account && childOf(account, common, "Bank");
  if (account === undefined || bank === undefined) {
    return fields.fault(payee === undefined ? "Payee" : "Payee.OrgAccount", "missing");
  }
  const bic = fields.proved(bank, "bik", parseBic);
  const accountAt = (text: string): Check<string> => accountOf(bic, text);
  const read = allRead({
    name: fields.text(payee, "name", 160),
    inn: fields.proved(payee, "inn", companyInn),
    kpp: fields.proved(payee, "kpp", parseKpp),
    bic,
    account: fields.proved(account, "accountNumber", accountAt),
    correspondentAccount: bank.attributes.has("correspondentBankAccount")
      ? fields.proved(bank, "correspondentBankAccount", accountAt)
      : null,
    kbk: fields.proved(charge, "kbk", parseKbk),
    oktmo: fields.proved(charge, "oktmo", parseOktmo),
  });
  return read && { ...read, kbk: unlessNone(read.kbk), oktmo: unlessNone(read.oktmo) };
}

/** `0` stands for none in codes of the budget. */
function unlessNone(code: string): string | null {
  return code === "0" ? null : code;
}

function companyInn(text: string): Check<string> {
  const proof = parseInn(text);
  if (!proof.ok) return proof;
  return proof.value.holder === "company"
    ? { ok: true, value: proof.value.digits }
    : { ok: false, why: "format" };
}

/** An account proved against its bank; by shape alone where the bank is already found wrong, so that one mistake is told once. */
function accountOf(bic: string | undefined, text: string): Check<string> {
  if (bic === undefined)
    return /^\d{20}$/.test(text) ? { ok: true, value: text } : { ok: false, why: "format" };
  const proof = parseBankAccount({ bic, account: text });
  return proof.ok ? { ok: true, value: proof.value.account } : proof;
}

/** Whom the charge is about. The payer's name is personal data that nobody needs here: it is not read. */
function readSubjects(
  fields: FieldReader,
  charge: XmlElement,
  version: FormatVersion,
): readonly SubjectIdentifier[] | undefined {
  const payer = childOf(charge, schemaAddress("Charge", version), "Payer");
  if (payer === undefined) return fields.fault("Payer", "missing");
  const main = fields.proved(payer, "payerIdentifier", payerOf);
  const more = payer.attributes.has("additionalPayerIdentifier")
    ? fields.proved(payer, "additionalPayerIdentifier", payerOf)
    : NOBODY;
  const all = [main, more].flatMap((text) => (text === undefined ? [] : subjectsOf(text)));
  return all.filter((one, at) => all.findIndex((other) => isSame(one, other)) === at);
}

/** Nobody is named: the charge is found by its number only. */
const NOBODY = "0";

function payerOf(text: string): Check<string> {
  if (text === NOBODY) return { ok: true, value: text };
  const proof = parsePayerId(text);
  return proof.ok ? { ok: true, value: proof.value.text } : proof;
}

function isSame(one: SubjectIdentifier, other: SubjectIdentifier): boolean {
  return one.kind === other.kind && one.value === other.value;
}

function readMeaning(fields: FieldReader, charge: XmlElement, version: FormatVersion): Meaning | undefined {
  const common = schemaAddress("Common", version);
  const [info, ...others] = childrenOf(charge, common, "ChangeStatusInfo");
  if (info === undefined) return fields.fault("ChangeStatusInfo", "missing");
  if (others.length > 0) return fields.fault("ChangeStatusInfo", "twice");
  const changed = childOf(info, common, "ChangeDate")?.text.trim();
  if (changed !== undefined && readDateTime(changed) === undefined) fields.fault("ChangeDate", "format");
  const text = childOf(info, common, "Meaning")?.text.trim();
  return MEANINGS.find((meaning) => meaning === text) ?? fields.fault("Meaning", "format");
}
