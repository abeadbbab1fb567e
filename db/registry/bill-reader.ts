import {
  ACCOUNT_PATTERN,
  KIND_PATTERN,
  LARGEST_AMOUNT_MINOR,
  LONGEST_ACCOUNT,
  LONGEST_EXTERNAL_ID,
  LONGEST_PURPOSE,
} from "../../domain/bill-texts.ts";
import type { CivilDate } from "../../domain/calendar.ts";
import { type BillDiscount, isDiscount } from "../../domain/discount.ts";
import { readSubject } from "../../domain/identifiers/subject.ts";
import { parseUin } from "../../domain/identifiers/uin.ts";
import { isFormula, readAmountMinor, readCivilDate, readMonth } from "../../domain/registry-values.ts";
import type { SourceBill, SourcePayee, SourceStatus, SubjectIdentifier } from "../../domain/source-bill.ts";
import type { ArrivalBiller } from "../queries/arrivals.ts";
import { type Fault, LineValues } from "./bill-values.ts";
import type { RegistryFormat } from "./file-format.ts";
import { PayeeReader } from "./payees.ts";

/** Whose file it is, and what the catalogue says of its payee. */
export type FileBiller = ArrivalBiller & { readonly category: string; readonly payee: SourcePayee };

/** What a line says: a bill, or what is wrong with it. The amount is there in both cases where it could be read: sums of files count it. */
export type ReadLine =
  | { readonly bill: SourceBill; readonly amountMinor: number }
  | { readonly faults: readonly Fault[]; readonly amountMinor: number | null };

/** `file`: the source's name in {@link SourceBill}. */
export const FILE_SOURCE = "file";

/** Reads lines that were taken apart into values, by the columns of one biller. A bill without a version of its own has the version of its file. */
export class BillReader {
  private readonly payees: PayeeReader;

  constructor(
    private readonly format: RegistryFormat,
    private readonly biller: FileBiller,
    public fileVersion: number,
  ) {
    this.payees = new PayeeReader(format, biller.payee);
  }

  read(values: readonly string[]): ReadLine {
    const { format } = this;
    const line = new LineValues(values);
    if (values.length !== format.width) line.refuse("", "line-columns-wrong");
    // Values of a line with a stray separator stand in wrong columns: nothing in it is believed.
    if (line.faults.length > 0) return { faults: line.faults, amountMinor: null };
    const amountMinor = this.amount(line);
    const { payee, faults } = this.payees.read(values);
    line.faults.push(...faults);
    const bill = this.bill(line, amountMinor ?? 0, payee ?? this.biller.payee);
    return line.faults.length === 0
      ? { bill, amountMinor: bill.totalMinor }
      : { faults: line.faults, amountMinor };
  }

  private bill(line: LineValues, totalMinor: number, payee: SourcePayee): SourceBill {
    const { format, biller } = this;
    const { columns } = format;
    const date = (text: string) => readCivilDate(text, format.dates);
    const uin = line.identifier("uin", columns.uin, parseUin, (value) => value);
    const period = this.period(line, uin !== null);
    const account = line.read("account", columns.account, "text-not-allowed", readAccount);
    if (uin === null && account === null && line.faults.every(isNotName)) {
      line.refuse(columns.account === undefined ? "uin" : "account", "field-missing");
    }
    return {
      source: FILE_SOURCE,
      biller: { id: biller.id, payeeInn: payee.inn, category: biller.category },
      uin,
      account,
      period,
      kind:
        line.read("kind", columns.kind, "text-not-allowed", readKind) ?? format.constants.kind ?? "charge",
      externalId: line.words("externalId", columns.externalId, LONGEST_EXTERNAL_ID),
      status: this.status(line),
      version: this.version(line),
      issuedOn: line.read("issuedOn", columns.issuedOn, "date-invalid", date),
      dueOn: this.dueOn(line, period),
      totalMinor,
      dueMinor: line.read("left", columns.left, "amount-invalid", (text) =>
        readAmountMinor(text, this.amounts),
      ),
      currency: "RUB",
      discount: this.discount(line, totalMinor),
      purpose: this.purpose(line),
      payee,
      subjects: this.subjects(line),
      acknowledgement: null,
      payments: [],
    };
  }

  /** Without its period a bill of an account would be the bill of another month: it is part of the name. */
  private period(line: LineValues, isNamedByUin: boolean): string | null {
    const { columns, months } = this.format;
    if (columns.period === undefined) return null;
    if (line.at(columns.period) === null && !isNamedByUin) return line.refuse("period", "field-missing");
    return line.read("period", columns.period, "date-invalid", (text) => readMonth(text, months));
  }

  private get amounts() {
    return { unit: this.format.amountsIn, decimal: this.format.decimal };
  }

  private amount(line: LineValues): number | null {
    const column = this.format.columns.amount;
    if (line.at(column) === null) return line.refuse("amount", "field-missing");
    return line.read("amount", column, "amount-invalid", (text) => {
      const amount = readAmountMinor(text, this.amounts);
      return amount !== null && amount > 0 && amount <= LARGEST_AMOUNT_MINOR ? amount : null;
    });
  }

  private dueOn(line: LineValues, period: string | null): CivilDate | null {
    const { columns, constants, dates } = this.format;
    const told = line.read("dueOn", columns.dueOn, "date-invalid", (text) => readCivilDate(text, dates));
    if (told !== null) return told;
    if (constants.dueDay !== undefined && period !== null) return dayAfter(period, constants.dueDay);
    const field = columns.dueOn === undefined ? "period" : "dueOn";
    return line.faults.some((fault) => fault.field === field) ? null : line.refuse(field, "field-missing");
  }

  private status(line: LineValues): SourceStatus {
    const { columns, statuses } = this.format;
    const read = (text: string) => (Object.hasOwn(statuses, text) ? (statuses[text] ?? null) : null);
    if (columns.status !== undefined && line.at(columns.status) === null)
      line.refuse("status", "field-missing");
    return line.read("status", columns.status, "status-unknown", read) ?? "issued";
  }

  private version(line: LineValues): number {
    const column = this.format.columns.version;
    if (column === undefined) return this.fileVersion;
    if (line.at(column) === null) line.refuse("version", "field-missing");
    return line.read("version", column, "version-invalid", readVersion) ?? 1;
  }

  private purpose(line: LineValues): string {
    const purpose = line.words("purpose", this.format.columns.purpose, LONGEST_PURPOSE);
    if (purpose !== null) return purpose;
    if (this.format.constants.purpose !== undefined) return this.format.constants.purpose;
    if (!line.faults.some(({ field }) => field === "purpose")) line.refuse("purpose", "field-missing");
    return "";
  }

  private discount(line: LineValues, totalMinor: number): BillDiscount | null {
    const { columns } = this.format;
    const percent = line.read("discountPercent", columns.discountPercent, "discount-invalid", readPercent);
    if (percent === null || percent === 0) return null;
    const until = line.read("discountUntil", columns.discountUntil, "date-invalid", (text) =>
      readCivilDate(text, this.format.dates),
    );
    const discount: BillDiscount = { kind: "percent", value: percent, until };
    return isDiscount(discount, totalMinor) ? discount : line.refuse("discountPercent", "discount-invalid");
  }

  private subjects(line: LineValues): readonly SubjectIdentifier[] {
    return this.format.subjects.flatMap(({ kind, column }) => {
      const value = line.at(column);
      if (value === null) return [];
      const subject = line.proved("subjects", readSubject({ kind, value }), (one) => one);
      return subject === null ? [] : [subject];
    });
  }
}

function isNotName({ field }: Fault): boolean {
  return field !== "uin" && field !== "account";
}

function readAccount(text: string): string | null {
  if (text.length > LONGEST_ACCOUNT || !ACCOUNT_PATTERN.test(text)) return null;
  // what mandates over people are called is no account
  return isFormula(text) || text.startsWith("subject/") ? null : text;
}

/** A day of the month that follows a period. */
function dayAfter(period: string, day: number): CivilDate {
  const [year = 0, month = 0] = period.split("-").map(Number);
  const [nextYear, nextMonth] = month === 12 ? [year + 1, 1] : [year, month + 1];
  return `${nextYear}-${String(nextMonth).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

function readKind(text: string): string | null {
  return KIND_PATTERN.test(text) ? text : null;
}

/** Whole numbers from 1, as files number their versions; a date like 20261128 is one. */
export function readVersion(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

/** Per cent with at most two decimals, by comma or dot: nothing of an amount depends on which. */
function readPercent(text: string): number | null {
  return /^\d{1,2}([.,]\d{1,2})?$/.test(text) ? Number(text.replace(",", ".")) : null;
}
