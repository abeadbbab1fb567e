import { add, equal, isPositive, type Money, money, toDecimal, zero } from "../../../domain/money.ts";
import type { Receipt } from "../port.ts";
import { demand, demandForm, demandText } from "./field-limits.ts";

/** The vendor's own cash register takes 80 positions, others 100: the smaller number fits both. */
const MOST_ITEMS = 80;
/** 54-FZ counts goods in thousandths. */
const THOUSANDTHS = 1_000;
const PAYMENT_MODES = [
  "full_prepayment",
  "prepayment",
  "advance",
  "full_payment",
  "partial_payment",
  "credit",
  "credit_payment",
];

type Item = Receipt["items"][number];

/**
 * The fiscal receipt of a payment (54-FZ, protocol facts §1.6). Its positions must add up to `total`. Throws `RangeError` naming the
 * vendor's field for anything that the vendor would not take.
 */
export function wireReceipt(receipt: Receipt, total: Money): Record<string, unknown> {
  const { items, taxSystemCode } = receipt;
  demand(
    items.length >= 1 && items.length <= MOST_ITEMS,
    "receipt.items",
    `has 1 to ${MOST_ITEMS} positions`,
  );
  const sum = items.reduce((before, item, at) => add(before, lineOf(item, at, total)), zero(total.currency));
  demand(equal(sum, total), "receipt.items", "add up to the amount of the payment");
  return {
    customer: customer(receipt.customer),
    ...(taxSystemCode === undefined
      ? {}
      : { tax_system_code: coded(taxSystemCode, "receipt.tax_system_code", 6) }),
    items: items.map(wireItem),
  };
}

function customer({ email, phone }: Receipt["customer"]): Record<string, unknown> {
  demand(email !== undefined || phone !== undefined, "receipt.customer", "has an email or a phone");
  return {
    ...(email === undefined
      ? {}
      : { email: demandForm(email, "receipt.customer.email", /^[^\s@]+@[^\s@]+$/, "is an e-mail address") }),
    ...(phone === undefined ? {} : { phone: internationalPhone(phone, "receipt.customer.phone") }),
  };
}

/** A telephone number as the vendor writes it: E.164 without the plus. */
export function internationalPhone(phone: string, field: string): string {
  demandForm(phone, field, /^\+?\d{4,15}$/, "is a number in the international form");
  return phone.replace("+", "");
}

/** What one position costs, rounded half up to a minor unit; a quantity is a whole number of thousandths. */
function lineOf({ price, quantity }: Item, index: number, total: Money): Money {
  const at = `receipt.items.${index}`;
  demand(price.currency === total.currency, `${at}.amount.currency`, "is the currency of the payment");
  demand(isPositive(price), `${at}.amount.value`, "is above zero");
  const thousandths = Math.round(quantity * THOUSANDTHS);
  const exact = Math.abs(quantity * THOUSANDTHS - thousandths) < 1e-6;
  demand(exact && thousandths > 0, `${at}.quantity`, "is above zero and has at most three decimals");
  const product = price.amountMinor * thousandths;
  demand(Number.isSafeInteger(product), `${at}.quantity`, "times the price is a sum that can be counted");
  return money(Math.floor((product + THOUSANDTHS / 2) / THOUSANDTHS), price.currency);
}

function wireItem(item: Item, index: number): Record<string, unknown> {
  const at = `receipt.items.${index}`;
  const { paymentMode, paymentSubject } = item;
  demand(
    paymentMode === undefined || PAYMENT_MODES.includes(paymentMode),
    `${at}.payment_mode`,
    "is one of 54-FZ",
  );
  return {
    description: demandText(item.description, `${at}.description`, 128),
    quantity: item.quantity,
    amount: { value: toDecimal(item.price), currency: item.price.currency },
    vat_code: coded(item.vatCode, `${at}.vat_code`, 12),
    ...(paymentSubject === undefined
      ? {}
      : {
          payment_subject: demandForm(paymentSubject, `${at}.payment_subject`, /^[a-z_]{1,64}$/, "is a code"),
        }),
    ...(paymentMode === undefined ? {} : { payment_mode: paymentMode }),
  };
}

function coded(code: number, field: string, most: number): number {
  demand(Number.isInteger(code) && code >= 1 && code <= most, field, `is 1 to ${most}`);
  return code;
}
