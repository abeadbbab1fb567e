import { type ChannelMessage, LINKS_OF_EVENT, type LinkName } from "../../../adapters/channels/port.ts";
import type { Locale } from "../../../words/locale.ts";
import { MESSAGE_EVENTS, type MessageEvent } from "../../../words/message-events.ts";

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

/** Facts of each event in the shape in which they are stored. */
export const storedFacts: Readonly<Record<MessageEvent, Readonly<Record<string, unknown>>>> = {
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
};

/** A message about an event with every link it can show. */
export function messageAbout(event: MessageEvent, locale: Locale = "ru"): ChannelMessage {
  const names: readonly LinkName[] = [...LINKS_OF_EVENT[event], "settings"];
  return {
    messageId: `test.${event}.${locale}`,
    to: "anna@city.example",
    event,
    locale,
    zone: "Europe/Moscow",
    facts: storedFacts[event],
    links: Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:4600/l/${name}?t=a&b=c`])),
    legalMinimum: event === "notice" || event === "failed",
    livemode: false,
  };
}

export const everyMessage: readonly ChannelMessage[] = MESSAGE_EVENTS.flatMap((event) =>
  (["ru", "en"] as const).map((locale) => messageAbout(event, locale)),
);
