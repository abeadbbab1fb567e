import { isLegalMinimum } from "../../domain/notification.ts";
import type { Locale } from "../../words/locale.ts";
import type { MessageEvent } from "../../words/message-events.ts";
import { digestFacts } from "./digest.ts";
import { type ChannelMessage, type DigestLine, type LinkName, LINKS_OF_EVENT } from "./port.ts";

const amount = { amountMinor: 512_345, currency: "RUB" };
const bill = {
  billId: "KV-BBBB-BBBB",
  biller: "Городские услуги",
  billerEn: "City services",
  unasked: false,
  purpose: "Квартплата за ноябрь",
  dueOn: "2026-12-10",
};

/** As `payment_words` in the database writes it. */
const payment = {
  ...bill,
  paymentId: "KV-PPPP-PPPP",
  mandateId: "KV-MMMM-MMMM",
  amount,
  account: "1234567890",
  plannedOn: "2026-12-09",
  notBefore: "2026-12-09T05:00:00+00:00",
  method: "Mir *4477",
  need: null,
  reason: null,
  because: null,
  plan: null,
  giveUpAt: "2026-12-12T18:00:00+00:00",
};
/** As `mandate_words` writes it. */
const mandate = {
  mandateId: "KV-MMMM-MMMM",
  biller: "Городские услуги",
  billerEn: "City services",
  account: "1234567890",
  until: null,
};

/** A digest with bills of two payees, one of them told about twice, and a payment. */
const EXAMPLE_LINES: readonly DigestLine[] = [
  { event: "bill-arrived", facts: { ...bill, amount }, links: exampleLinks("bill-arrived") },
  {
    event: "bill-planned",
    facts: {
      ...payment,
      billId: "KV-CCCC-CCCC",
      biller: "Детская музыкальная школа № 5",
      billerEn: "Music School No. 5",
      purpose: "Занятия в декабре",
      amount: { amountMinor: 310_000, currency: "RUB" },
    },
    links: exampleLinks("bill-planned"),
  },
  { event: "reminder", facts: { ...bill, amount, daysLeft: 3 }, links: exampleLinks("reminder") },
  {
    event: "paid",
    facts: {
      ...payment,
      billId: "KV-DDDD-DDDD",
      biller: "Связь",
      billerEn: "Telecom",
      purpose: "Домашний интернет",
      amount: { amountMinor: 65_000, currency: "RUB" },
      paidAt: "2026-12-09T05:00:07+00:00",
    },
    links: exampleLinks("paid"),
  },
];

/** Facts of each event in the shape in which they are stored. An event without an example does not compile. */
const EXAMPLE_FACTS: Readonly<Record<MessageEvent, Readonly<Record<string, unknown>>>> = {
  notice: payment,
  "notice-changed": payment,
  "failed-retry": { ...payment, reason: "insufficient_funds" },
  "needs-confirmation": { ...payment, need: "confirm-again", reason: "3d_secure_failed" },
  "confirmation-reminder": { ...payment, need: "confirm-again", reason: "3d_secure_failed" },
  "being-checked": {
    ...payment,
    gateway: "stripe",
    reason: "duplicate_transaction",
    because: "already-there",
  },
  paid: { ...payment, paidAt: "2026-12-09T05:00:07+00:00", autopayOffered: true },
  failed: { ...payment, reason: "card_expired" },
  "charged-after-stop": payment,
  "nothing-taken": payment,
  "money-returning": payment,
  "money-returned": payment,
  "bill-arrived": { ...bill, amount },
  "bill-planned": payment,
  "bill-changed": { ...bill, amount },
  "bill-annulled": { ...bill, amount },
  "discount-ending": {
    ...bill,
    amount,
    discountUntil: "2026-12-07",
    fullAmount: { ...amount, amountMinor: 683_127 },
  },
  "over-limit-skipped": { ...bill, amount },
  "question-unanswered": { ...bill, amount },
  reminder: { ...bill, amount, daysLeft: 3 },
  overdue: { ...bill, amount, dueOn: "2026-11-28" },
  "source-down": { biller: bill.biller, billerEn: bill.billerEn, since: "2026-12-03T06:00:00+00:00" },
  "another-autopay": { billId: bill.billId, purpose: bill.purpose, dueOn: bill.dueOn },
  "mandate-created": mandate,
  "mandate-changed": mandate,
  "mandate-paused": { ...mandate, until: "2027-01-15" },
  "mandate-resumed": mandate,
  "mandate-ended": mandate,
  "mandate-expiring": { ...mandate, until: "2026-12-31T09:00:00+00:00" },
  "mandate-renewed": mandate,
  "card-bound": { method: "Mir *4477" },
  "method-withdrawn": { method: "" },
  "method-expiring": { method: "Mir *4477", expiresOn: "2026-12-31" },
  "method-expired": { method: "Mir *4477", expiresOn: "2026-11-30" },
  "method-renewed": { method: "Mir *1881", expiresOn: "2031-11-30" },
  "method-gone": { method: "Mir *4477" },
  digest: digestFacts(EXAMPLE_LINES),
  "test-message": { askedAt: "2026-12-09T05:00:00+00:00", giveUpAt: "2026-12-09T06:00:00+00:00" },
};

function exampleLinks(event: MessageEvent): Readonly<Partial<Record<LinkName, string>>> {
  const names: readonly LinkName[] = [...LINKS_OF_EVENT[event], "settings"];
  return Object.fromEntries(names.map((name) => [name, `https://kvitok.example/l/${name}?t=a&b=c`]));
}

/** A message about an event as somebody of the sandbox city could get it, with every link it can show: for previews, the contact sheet and proofs. */
export function exampleMessage(event: MessageEvent, locale: Locale): ChannelMessage {
  return {
    messageId: `example.${event}.${locale}`,
    to: "anna@city.example",
    event,
    locale,
    zone: "Europe/Moscow",
    facts: EXAMPLE_FACTS[event],
    links: exampleLinks(event),
    ...(event === "digest" ? { lines: EXAMPLE_LINES } : {}),
    legalMinimum: isLegalMinimum(event),
    livemode: false,
  };
}
