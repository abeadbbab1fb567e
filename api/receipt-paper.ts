import type { Paper } from "../adapters/papers/port.ts";
import type { Locale } from "../words/locale.ts";
import { tellReceipt } from "../words/receipt.ts";
import { say } from "../words/say.ts";
import type { Receipt } from "./schemas/payments.ts";

/** A receipt as a paper: what the page says, and the way back to the page. */
export function receiptPaper(
  receipt: Receipt,
  by: { readonly locale: Locale; readonly zone: string; readonly publicUrl: string },
): Paper {
  const { locale, publicUrl } = by;
  const { title, amount, paid, facts, unreal } = tellReceipt(by, receipt);
  return {
    language: locale,
    brand: say(locale, "page.brand"),
    title,
    number: receipt.paymentId,
    at: receipt.paidAt,
    warning: unreal,
    amount,
    state: paid,
    facts,
    link: {
      url: `${publicUrl}/payments/${receipt.paymentId}/receipt`,
      words: say(locale, "page.receipt.paper.code"),
    },
    pageWords: (page, pages) => say(locale, "page.receipt.paper.page", { page, pages }),
  };
}
