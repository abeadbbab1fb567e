import type { Locale } from "../../../words/locale.ts";
import type { MessageEvent } from "../../../words/message-events.ts";
import { say } from "../../../words/say.ts";
import type { FactWords } from "../fact-words.ts";
import type { Facts } from "../facts.ts";
import type { ChannelMessage } from "../port.ts";

/** One fact of a letter, under its name. */
export type Row = { readonly label: string; readonly value: string };

/** The facts that a letter lists below its sentences. */
export function rowsOf(
  message: Pick<ChannelMessage, "locale" | "event">,
  facts: Facts,
  words: FactWords,
): Row[] {
  const { locale, event } = message;
  const debit = event === "notice" || event === "notice-changed" || event === "failed-retry";
  const candidates: readonly (Row | null)[] = [
    row(locale, "total", words.sum),
    row(locale, "amount", words.amount),
    row(locale, "biller", words.biller),
    row(locale, "purpose", words.purpose),
    row(locale, "account", facts.account === null ? null : lastDigits(facts.account)),
    debit ? row(locale, "debit", say(locale, "mail.row.debit-value", words)) : null,
    row(locale, "method", facts.method),
    row(locale, "paid", words.paid),
    OVER.has(event) || facts.unasked ? null : row(locale, "due", words.due),
    row(locale, "discount", words.full === "" ? "" : say(locale, "mail.row.discount-value", words)),
    row(locale, event === "mandate-expiring" ? "ends" : "until", words.until),
    row(locale, "since", words.since),
    event === "needs-confirmation" || event === "confirmation-reminder"
      ? row(locale, "deadline", words.deadline)
      : null,
  ];
  return candidates.filter((one) => one !== null);
}

/** Nothing is to be paid any more: a day until which it was due would only frighten. */
const OVER: ReadonlySet<MessageEvent> = new Set([
  "paid",
  "charged-after-stop",
  "money-returning",
  "money-returned",
  "bill-annulled",
]);

type RowName =
  | "total"
  | "amount"
  | "biller"
  | "purpose"
  | "account"
  | "debit"
  | "method"
  | "paid"
  | "due"
  | "discount"
  | "until"
  | "ends"
  | "since"
  | "deadline";

function row(locale: Locale, name: RowName, value: string | null): Row | null {
  return value === null || value === "" ? null : { label: say(locale, `mail.row.${name}`), value };
}

/** Enough of an account for its owner to know it, too little for a reader over the shoulder. */
function lastDigits(account: string): string {
  return account.length <= 4 ? account : `••${account.slice(-4)}`;
}
