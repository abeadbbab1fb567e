import { describe, expect, test } from "vitest";
import type { ChargeIntent, PaymentOrder, Receipt } from "../../../adapters/gateways/port.ts";
import { buildCharge } from "../../../adapters/gateways/yookassa/charge-request.ts";
import { createYooKassa } from "../../../adapters/gateways/yookassa/yookassa.ts";
import { INTENT, SHOP } from "./examples.ts";

const BANK = {
  name: "ПАО ТЕСТБАНК",
  bic: "044525225",
  account: "40702810100000000017",
  correspondentAccount: "30101810400000000225",
};
const RECIPIENT = {
  name: "ООО Тестовая управляющая компания",
  inn: "7701234560",
  kpp: "770101001",
  bank: BANK,
};
const ORDER: PaymentOrder = {
  purpose: "Оплата ЖКУ;ЕЛС 60АА000593;ПРД 03.2026",
  recipient: RECIPIENT,
  kbk: "0",
  oktmo: "45382000",
  period: { month: 3, year: 2026 },
  unifiedAccountNumber: "60АА000593",
};

function bodyOf(change: Partial<ChargeIntent>): Record<string, unknown> {
  const { body } = buildCharge({ ...INTENT, ...change });
  return JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
}

describe("a utilities order", () => {
  test("travels with the charge, and its amount is the charge's", () => {
    expect(bodyOf({ paymentOrder: ORDER }).payment_order).toEqual({
      type: "utilities",
      amount: { value: "1530.50", currency: "RUB" },
      payment_purpose: ORDER.purpose,
      recipient: {
        name: RECIPIENT.name,
        inn: RECIPIENT.inn,
        kpp: RECIPIENT.kpp,
        bank: {
          name: BANK.name,
          bic: BANK.bic,
          account: BANK.account,
          correspondent_account: BANK.correspondentAccount,
        },
      },
      kbk: "0",
      oktmo: "45382000",
      payment_period: { month: 3, year: 2026 },
      unified_account_number: "60АА000593",
    });
  });

  test.each([
    ["payment_purpose", { purpose: "x".repeat(211) }],
    ["payment_purpose", { purpose: "" }],
    ["recipient.name", { recipient: { ...RECIPIENT, name: "" } }],
    ["recipient.inn", { recipient: { ...RECIPIENT, inn: "0001234560" } }],
    ["recipient.inn", { recipient: { ...RECIPIENT, inn: "770123456012" } }],
    ["recipient.kpp", { recipient: { ...RECIPIENT, kpp: "77010100" } }],
    ["recipient.bank.name", { recipient: { ...RECIPIENT, bank: { ...BANK, name: "x".repeat(46) } } }],
    ["recipient.bank.bic", { recipient: { ...RECIPIENT, bank: { ...BANK, bic: "04452522" } } }],
    [
      "recipient.bank.account",
      { recipient: { ...RECIPIENT, bank: { ...BANK, account: "4070281010000000001" } } },
    ],
    [
      "recipient.bank.correspondent_account",
      { recipient: { ...RECIPIENT, bank: { ...BANK, correspondentAccount: "" } } },
    ],
    ["kbk", { kbk: "1" }],
    ["oktmo", { oktmo: "453820001" }],
    ["payment_period.month", { period: { month: 13, year: 2026 } }],
    ["payment_period.year", { period: { month: 1, year: 1919 } }],
    ["payment_document_id", { paymentDocumentId: "17-characters-xxx" }],
    ["payment_document_number", { paymentDocumentNumber: "x".repeat(31) }],
    ["account_number", { accountNumber: "" }],
    ["unified_account_number", { unifiedAccountNumber: "60АА00059" }],
    ["service_id", { serviceId: "60АА000593-1" }],
  ])("with a wrong %s is refused before any gate, naming the field and no value", (field, change) => {
    expect(() => buildCharge({ ...INTENT, paymentOrder: { ...ORDER, ...change } })).toThrow(
      new RegExp(`^yookassa: payment_order\\.${field.replaceAll(".", "\\.")} `),
    );
    expect(() => buildCharge({ ...INTENT, paymentOrder: { ...ORDER, ...change } })).toThrow(RangeError);
  });

  test("must name the debt by at least one of five", () => {
    const { unifiedAccountNumber: _, ...nameless } = ORDER;
    expect(() => buildCharge({ ...INTENT, paymentOrder: nameless })).toThrow(/payment_order needs/);
  });

  test("is a duty of every charge in a utilities shop", () => {
    const shop = {
      url: "http://127.0.0.1:9/v3",
      shopId: SHOP,
      secretKey: "s",
      livemode: false,
      utilitiesShop: true,
    };
    const gateway = createYooKassa(shop);
    expect(() => gateway.buildCharge(INTENT)).toThrow(/payment_order is a duty/);
    expect(gateway.buildCharge({ ...INTENT, paymentOrder: ORDER }).body.length).toBeGreaterThan(0);
  });
});

const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" }) as const;
const ITEM = {
  description: "Содержание жилья",
  quantity: 1,
  price: rub(150_050),
  vatCode: 1,
  paymentMode: "full_payment",
  paymentSubject: "service",
};
const RECEIPT: Receipt = {
  customer: { email: "payer@example.net", phone: "+79000000000" },
  taxSystemCode: 2,
  items: [ITEM, { description: "Вода, м³", quantity: 2.5, price: rub(1_200), vatCode: 11 }],
};

describe("a fiscal receipt", () => {
  test("travels with the charge, sums as decimals, the number without its plus", () => {
    expect(bodyOf({ receipt: RECEIPT }).receipt).toEqual({
      customer: { email: "payer@example.net", phone: "79000000000" },
      tax_system_code: 2,
      items: [
        {
          description: "Содержание жилья",
          quantity: 1,
          amount: { value: "1500.50", currency: "RUB" },
          vat_code: 1,
          payment_subject: "service",
          payment_mode: "full_payment",
        },
        { description: "Вода, м³", quantity: 2.5, amount: { value: "12.00", currency: "RUB" }, vat_code: 11 },
      ],
    });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])("takes the VAT code %i", (vatCode) => {
    const items = [{ ...ITEM, price: INTENT.amount, vatCode }];
    expect(bodyOf({ receipt: { ...RECEIPT, items } }).receipt).toMatchObject({
      items: [{ vat_code: vatCode }],
    });
  });

  test("adds up to the amount to the kopeck, fractions of a quantity rounded half up", () => {
    const items = [{ ...ITEM, quantity: 0.333, price: rub(100) }];
    expect(bodyOf({ amount: rub(33), receipt: { ...RECEIPT, items } })).toHaveProperty("receipt");
    const half = [{ ...ITEM, quantity: 0.005, price: rub(100) }];
    expect(bodyOf({ amount: rub(1), receipt: { ...RECEIPT, items: half } })).toHaveProperty("receipt");
    expect(() => buildCharge({ ...INTENT, amount: rub(153_051), receipt: RECEIPT })).toThrow(
      /receipt\.items add up/,
    );
  });

  const one = (change: Partial<Receipt["items"][number]>) => ({
    items: [{ ...ITEM, price: INTENT.amount, ...change }],
  });
  test.each([
    ["items ", { items: [] }],
    ["items ", { items: Array.from({ length: 81 }, () => ITEM) }],
    ["customer ", { customer: {} }],
    ["customer.email", { customer: { email: "nobody" } }],
    ["customer.phone", { customer: { phone: "nobody" } }],
    ["tax_system_code", { taxSystemCode: 7 }],
    ["items.0.vat_code", one({ vatCode: 13 })],
    ["items.0.vat_code", one({ vatCode: 0 })],
    ["items.0.description", one({ description: "x".repeat(129) })],
    ["items.0.quantity", one({ quantity: 0 })],
    ["items.0.quantity", one({ quantity: 1.0001 })],
    ["items.0.amount.currency", one({ price: { amountMinor: 1, currency: "USD" } })],
    ["items.0.amount.value", one({ price: rub(0) })],
    ["items.0.payment_mode", one({ paymentMode: "later" })],
    ["items.0.payment_subject", one({ paymentSubject: "Some service" })],
  ])("with a wrong %s is refused before any gate, naming the field", (field, change) => {
    expect(() => buildCharge({ ...INTENT, receipt: { ...RECEIPT, ...change } })).toThrow(
      new RegExp(`^yookassa: receipt\\.${field.replaceAll(".", "\\.")}`),
    );
  });
});
