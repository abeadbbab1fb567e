import type { smsRu } from "./sms.ru.ts";

/** Messages by SMS, in English. */
export const smsEn = {
  "sms.notice": "On {day} we debit {amount}, {biller}, not before {time}. Until then you can skip it.",
  "sms.notice-changed":
    "The debit has changed: {day}, {amount}, {biller}, not before {time}. Until then you can skip it.",
  "sms.failed-retry": "The debit failed: {amount}, {biller}. Next try on {day}, not before {time}.",
  "sms.needs-confirmation": "Your action is needed: {amount}, {biller}. Without you nothing is paid.",
  "sms.confirmation-reminder":
    "We wait for you until {deadline}: {amount}, {biller}. Without you nothing is paid.",
  "sms.being-checked": "Do not pay, we are finding out: {amount}, {biller}.",
  "sms.paid": "Paid: {amount}, {biller}.",
  "sms.failed": "Not paid: {amount}, {biller}. No money was taken.",
  "sms.charged-after-stop": "The debit had already been sent and went through: {amount}, {biller}.",
  "sms.nothing-taken": "Nothing was debited: {amount}, {biller}. It has paid nothing.",
  "sms.money-returning": "We are returning {amount}, {biller}.",
  "sms.money-returned": "{amount} has been returned, {biller}. How soon it arrives depends on the bank.",
  "sms.bill-arrived": "New bill: {amount}, {biller}. Due by {due}.",
  "sms.bill-planned": "Bill for autopay: {amount}, {biller}. Debit on {day}.",
  "sms.bill-changed": "The bill has changed: now {amount}, {biller}. Due by {due}.",
  "sms.bill-annulled": "Bill withdrawn: {amount}, {biller}. You need not pay it.",
  "sms.discount-ending": "Discount until {discountUntil}: {amount}, {biller}. After that {full}.",
  "sms.over-limit-skipped": "Above your limit: {amount}, {biller}. Autopay will not pay it.",
  "sms.question-unanswered": "Not paid, no answer: {amount}, {biller}.",
  "sms.reminder":
    "{days, plural, =0 {Last day today} one {# day left} other {# days left}}: {amount}, {biller}, by {due}.",
  "sms.reminder-undated": "Still not paid: {amount}, {biller}, due {due}.",
  "sms.overdue": "Past its due day: {amount}, {biller}. It was due by {due}.",
  "sms.source-down": "{biller} has not answered since {since}. We see no new bills.",
  "sms.digest": "{count, plural, one {# message} other {# messages}}. To pay in all: {sum}.",
  "sms.digest-unpriced": "{count, plural, one {# message} other {# messages}} on your page.",
  "sms.digest-bills": "{count, plural, one {# bill} other {# bills}}, {sum}.",
  "sms.another-autopay": "Another autopay will pay this bill. Nothing will be taken from you.",
  "sms.mandate-created": "Autopay is on: {biller}.",
  "sms.mandate-changed": "Autopay has changed: {biller}. If it was not you, turn it off.",
  "sms.mandate-paused": "Autopay is paused: {biller}. No new debits for now.",
  "sms.mandate-resumed": "Autopay works again: {biller}.",
  "sms.mandate-ended": "Autopay is off: {biller}. There will be no new debits.",
  "sms.mandate-expiring": "Your autopay is about to end: {biller}, {until}. Keep it if you need it.",
  "sms.mandate-renewed": "Your autopay stays: {biller}.",
  "sms.card-bound": "Saved: {method}. If it was not you, remove it.",
  "sms.method-withdrawn": "Card removed: {method}. There will be no new debits from it.",
  "sms.method-expiring": "{method} expires on {expires}. Please add a new card.",
  "sms.method-expired": "{method} has expired. Please add a new card.",
  "sms.method-renewed":
    "The bank has renewed your card: {method}, until {expires}. You need not do anything.",
  "sms.method-gone": "{method} can no longer be used. Choose another way to pay.",

  "sms.test-message": "Test: text messages reach you. You asked for it on {asked}.",

  "sms.signed": "Kvitok: {text}",
  "sms.sandbox": "Kvitok, sandbox: {text}",
} as const satisfies Record<keyof typeof smsRu, string>;
