import type { Bill, Payment } from "../api/client.ts";
import type { Currency } from "../domain/money.ts";
import { formatDate, formatInstant, formatMoney, formatPercent } from "../words/format.ts";
import type { Locale } from "../words/locale.ts";
import { say } from "../words/say.ts";
import { type Told, tellPayment } from "./payment-words.ts";
import type { Visit } from "./visit.ts";

/** Says how a bill stands: who pays it and when, or that it waits. `payment` is the caller's own newest one, when there is one. */
export function tellBill(visit: Visit, bill: Bill, payment: Payment | undefined): Told {
  const { locale } = visit;
  if (bill.givenBack) return { tone: "wait", title: say(locale, "page.bill.given-back"), moving: false };
  if (bill.state !== "owed") {
    return {
      tone: bill.state === "paid" || bill.state === "paid-elsewhere" ? "good" : "calm",
      // nobody has asked for what a payer sends without a bill, so nobody has withdrawn it
      title: say(
        locale,
        bill.state === "annulled" && bill.kind === "payer"
          ? "page.bill.own-ended"
          : `page.bill.${bill.state}`,
      ),
      moving: false,
    };
  }
  if (payment !== undefined && payment.state !== "closed") return tellPayment(visit, payment);
  if (bill.paidByOthers)
    return { tone: "calm", title: say(locale, "page.bill.paid-by-others"), moving: false };
  if (payment?.outcome === "skipped")
    return { tone: "wait", title: say(locale, "page.bill.skipped"), moving: false };
  if (payment?.outcome === "gave-up")
    return { tone: "bad", title: say(locale, "page.bill.gave-up"), moving: false };
  if (bill.mandateId !== null) {
    return { tone: "calm", title: say(locale, "page.bill.mandate-will-tell"), moving: true };
  }
  return {
    tone: "wait",
    title: say(locale, "page.bill.waits"),
    moving: false,
  };
}

/** Until when a bill is to be paid, or when the payer paid it; null where neither says anything: it was paid without them, or withdrawn. */
export function tellDay(
  { locale, zone }: Visit,
  bill: Bill,
): { readonly due: string } | { readonly paid: string } | null {
  if (bill.state === "owed" || bill.givenBack) return { due: formatDate(locale, bill.dueOn) };
  return bill.paidAt === null ? null : { paid: formatInstant(locale, bill.paidAt, zone) };
}

/** Until when the bill costs less, by how much, and what it costs after that; null where no discount holds. */
export function tellDiscount(locale: Locale, { discount, currency }: DiscountedBill): string | null {
  if (discount === null) return null;
  const off = discountWords(locale, { ...discount, currency });
  if (discount.until === null || discount.amountAfter === null)
    return say(locale, "page.bill.discount", { off });
  return say(locale, "page.bill.discount-until", {
    off,
    until: formatDate(locale, discount.until),
    after: formatMoney(locale, discount.amountAfter),
  });
}

type DiscountedBill = { readonly discount: Bill["discount"]; readonly currency: Currency };

/** What is taken off: `25 %`, `100,00 ₽`. */
function discountWords(
  locale: Locale,
  { kind, value, currency }: { readonly kind: string; readonly value: number; readonly currency: Currency },
): string {
  if (kind === "amount") return formatMoney(locale, { amountMinor: value, currency });
  return formatPercent(locale, kind === "share" ? (1 - value) * 100 : value);
}

/** True when the payer may pay this bill by hand now. */
export function canPay(bill: Bill, payment: Payment | undefined): boolean {
  if (bill.givenBack && (payment === undefined || payment.state === "closed" || payment.state === "paid"))
    return true;
  if (bill.state !== "owed" || bill.paidByOthers) return false;
  if (payment === undefined || payment.state === "closed") return true;
  return payment.state === "scheduled" && payment.mandateId !== null;
}
