import type { Bill, Payment } from "../api/client.ts";
import { say } from "../words/say.ts";
import { type Told, tellPayment } from "./payment-words.ts";
import type { Visit } from "./visit.ts";

/** Says how a bill stands: who pays it and when, or that it waits. `payment` is the caller's own newest one, when there is one. */
export function tellBill(visit: Visit, bill: Bill, payment: Payment | undefined): Told {
  const { locale } = visit;
  if (bill.state !== "owed") {
    return {
      tone: bill.state === "paid" || bill.state === "paid-elsewhere" ? "good" : "calm",
      title: say(locale, `page.bill.${bill.state}`),
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

/** True when the payer may pay this bill by hand now. */
export function canPay(bill: Bill, payment: Payment | undefined): boolean {
  if (bill.state !== "owed" || bill.paidByOthers) return false;
  if (payment === undefined || payment.state === "closed") return true;
  return payment.state === "scheduled" && payment.mandateId !== null;
}
