import type { ArchiveRow } from "../db/queries/archive.ts";
import { money, toDecimal } from "../domain/money.ts";
import type { Locale } from "../words/locale.ts";
import { say } from "../words/say.ts";
import { billerNameView, purposeView } from "./views/biller.ts";

/** Without it Excel reads UTF-8 as the machine's own code page. */
const BYTE_ORDER_MARK = "\uFEFF";

/** What stands in a cell: words, which may come from anybody, or a number and a date of ours. */
type Cell = { readonly words: string } | { readonly own: string };

const COLUMNS = [
  "date",
  "state",
  "biller",
  "category",
  "purpose",
  "account",
  "period",
  "uin",
  "amount",
  "returned",
  "currency",
  "due",
  "bill",
  "payment",
] as const;

/** The beginning of the file: names of the columns in the person's language. */
export function archiveHead(locale: Locale): string {
  const names = COLUMNS.map((column) => ({ words: say(locale, `archive.column.${column}`) }));
  return BYTE_ORDER_MARK + lineOf(locale, names);
}

/** One line of the file. Sums and the sign between cells are those that a spreadsheet of this language reads. */
export function archiveLine(locale: Locale, row: ArchiveRow): string {
  const sum = (minor: number): Cell => {
    const text = toDecimal(money(minor, row.currency));
    return { own: locale === "ru" ? text.replace(".", ",") : text };
  };
  const cells: Readonly<Record<(typeof COLUMNS)[number], Cell>> = {
    date: { own: row.day },
    state: { words: say(locale, `archive.state.${row.state}`) },
    biller: { words: billerNameView(row, locale).title },
    category: { words: row.category_title[locale] },
    purpose: { words: purposeView(row, locale) },
    account: { words: row.account },
    period: { words: row.period },
    uin: { words: row.uin ?? "" },
    amount: sum(row.amount_minor),
    returned: sum(row.returned_minor),
    currency: { own: row.currency },
    due: { own: row.due_on },
    bill: { own: row.bill_id },
    payment: { own: row.payment_id ?? "" },
  };
  return lineOf(
    locale,
    COLUMNS.map((column) => cells[column]),
  );
}

function lineOf(locale: Locale, cells: readonly Cell[]): string {
  const between = locale === "ru" ? ";" : ",";
  return `${cells.map((cell) => quoted(wordsOf(cell), between)).join(between)}\r\n`;
}

/**
 * A purpose comes from a biller: one that begins like a formula would be one in a spreadsheet. A spreadsheet of another language cuts at the other sign between cells, so it begins
 * behind each.
 */
function wordsOf(cell: Cell): string {
  return "own" in cell ? cell.own : cell.words.replace(/(^|[;,\t\r\n])(?=\s*[=+\-@＝＋－＠\t\r])/g, "$1'");
}

function quoted(text: string, between: string): string {
  return /["\r\n]/.test(text) || text.includes(between) ? `"${text.replaceAll('"', '""')}"` : text;
}
