import { type Money, toDecimal } from "../../../domain/money.ts";
import type { PaymentOrder } from "../port.ts";
import { demand, demandForm, demandText } from "./field-limits.ts";

const NAMES_OF_THE_DEBT =
  "needs payment_document_id, payment_document_number, account_number, unified_account_number or service_id";

/**
 * The utilities order of a payment (`payment_order`, protocol facts §1.8). Its amount is the payment's own, by construction. Throws `RangeError`
 * naming the vendor's field for anything that the vendor would not take.
 */
export function wirePaymentOrder(order: PaymentOrder, amount: Money): Record<string, unknown> {
  demand(amount.currency === "RUB", "payment_order.amount.currency", "is RUB");
  return {
    type: "utilities",
    amount: { value: toDecimal(amount), currency: amount.currency },
    payment_purpose: demandText(order.purpose, "payment_order.payment_purpose", 210),
    recipient: recipient(order.recipient),
    ...budgetCodes(order),
    ...period(order.period),
    ...namesOfTheDebt(order),
  };
}

function recipient({ name, inn, kpp, bank }: PaymentOrder["recipient"]): Record<string, unknown> {
  const at = "payment_order.recipient";
  demand(name.length > 0, `${at}.name`, "is not empty");
  return {
    name,
    inn: demandForm(inn, `${at}.inn`, /^(?!00)\d{10}$/, "has 10 digits and does not begin with 00"),
    kpp: demandForm(kpp, `${at}.kpp`, /^\d{9}$/, "has 9 digits"),
    bank: {
      name: demandText(bank.name, `${at}.bank.name`, 45),
      bic: demandForm(bank.bic, `${at}.bank.bic`, /^\d{9}$/, "has 9 digits"),
      account: demandForm(bank.account, `${at}.bank.account`, /^\d{20}$/, "has 20 digits"),
      correspondent_account: demandForm(
        bank.correspondentAccount,
        `${at}.bank.correspondent_account`,
        /^\d{20}$/,
        "has 20 digits",
      ),
    },
  };
}

function budgetCodes({ kbk, oktmo }: PaymentOrder): Record<string, unknown> {
  return {
    ...given("kbk", kbk, /^(\d{20}|0)$/, "has 20 digits or is 0"),
    ...given("oktmo", oktmo, /^(\d{8}|0)$/, "has 8 digits or is 0"),
  };
}

function period(months: PaymentOrder["period"]): Record<string, unknown> {
  if (months === undefined) return {};
  const { month, year } = months;
  demand(isWhole(month, 1, 12), "payment_order.payment_period.month", "is 1 to 12");
  demand(isWhole(year, 1920, 2050), "payment_order.payment_period.year", "is 1920 to 2050");
  return { payment_period: { month, year } };
}

function isWhole(number: number, least: number, most: number): boolean {
  return Number.isInteger(number) && number >= least && number <= most;
}

function namesOfTheDebt(order: PaymentOrder): Record<string, unknown> {
  const names = {
    ...given("payment_document_id", order.paymentDocumentId, /^.{18}$/u, "has 18 characters"),
    ...given("payment_document_number", order.paymentDocumentNumber, /^.{1,30}$/u, "has 1 to 30 characters"),
    ...given("account_number", order.accountNumber, /^.{1,30}$/u, "has 1 to 30 characters"),
    ...given("unified_account_number", order.unifiedAccountNumber, /^.{10}$/u, "has 10 characters"),
    ...given("service_id", order.serviceId, /^.{13}$/u, "has 13 characters"),
  };
  demand(Object.keys(names).length > 0, "payment_order", NAMES_OF_THE_DEBT);
  return names;
}

function given(name: string, text: string | undefined, form: RegExp, limit: string): Record<string, unknown> {
  return text === undefined ? {} : { [name]: demandForm(text, `payment_order.${name}`, form, limit) };
}
