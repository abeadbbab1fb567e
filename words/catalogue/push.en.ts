import type { pushRu } from "./push.ru.ts";

/** Short messages on a screen, in English. */
export const pushEn = {
  "push.notice.title": "Autopay on {day}",
  "push.notice.body": "{amount}, {biller}. Not before {time}; until then you can skip it.",
  "push.notice.private": "Not before {time}. Until then you can skip this debit.",

  "push.notice-changed.title": "Autopay on {day} has changed",
  "push.notice-changed.body": "Now {amount}, {biller}. Not before {time}.",
  "push.notice-changed.private": "We debit not before {time}. Please look what has changed.",

  "push.failed-retry.title": "The debit failed, next try on {day}",
  "push.failed-retry.body": "{amount}, {biller}. {why}.",
  "push.failed-retry.private": "No money was taken. We try again, not before {time}.",

  "push.needs-confirmation.title": "Your action is needed",
  "push.needs-confirmation.body": "{amount}, {biller}. {need}.",
  "push.needs-confirmation.private": "Without you nothing is paid. Open it to decide.",

  "push.confirmation-reminder.title": "Still waiting for you",
  "push.confirmation-reminder.body": "{amount}, {biller}. We wait until {deadline}.",
  "push.confirmation-reminder.private": "We wait until {deadline}. Without you nothing is paid.",

  "push.being-checked.title": "Do not pay, we are finding out",
  "push.being-checked.body": "{amount}, {biller}. Until we know, nothing is taken a second time.",
  "push.being-checked.private": "Until we know whether it went through, nothing is taken a second time.",

  "push.paid.title": "Paid",
  "push.paid.body": "{amount}, {biller}.",
  "push.paid.private": "The payment went through. Its page has the receipt.",

  "push.failed.title": "Not paid",
  "push.failed.body": "{amount}, {biller}. {why}.",
  "push.failed.body-unexplained": "{amount}, {biller}. No money was taken.",
  "push.failed.private": "No money was taken. Open it to see why.",

  "push.charged-after-stop.title": "The debit had already been sent",
  "push.charged-after-stop.body": "{amount}, {biller}. The money has gone to the payee.",
  "push.charged-after-stop.private": "It went through, the money has gone to the payee.",

  "push.nothing-taken.title": "Nothing was debited",
  "push.nothing-taken.body": "{amount}, {biller}. The request to the bank came to nothing.",
  "push.nothing-taken.private": "The request to the bank came to nothing. It has paid nothing.",

  "push.money-returning.title": "We are returning money",
  "push.money-returning.body": "{amount}, {biller}.",
  "push.money-returning.private": "It goes back the way it came.",

  "push.money-returned.title": "Money has been returned",
  "push.money-returned.body": "{amount}, {biller}.",
  "push.money-returned.private":
    "The bank has accepted the refund. How soon it arrives depends on your bank.",

  "push.bill-arrived.title": "New bill",
  "push.bill-arrived.body": "{amount}, {biller}. Due by {due}.",
  "push.bill-arrived.private": "Due by {due}.",

  "push.bill-planned.title": "Bill for autopay",
  "push.bill-planned.body": "{amount}, {biller}. Debit on {day}.",
  "push.bill-planned.private": "Autopay pays it on its day: {day}.",

  "push.bill-changed.title": "The bill has changed",
  "push.bill-changed.body": "Now {amount}, {biller}. Due by {due}.",
  "push.bill-changed.private": "Due by {due}. Please look what has changed.",

  "push.bill-annulled.title": "Bill withdrawn",
  "push.bill-annulled.body": "{amount}, {biller}. You need not pay it.",
  "push.bill-annulled.private": "You need not pay it.",

  "push.discount-ending.title": "Discount until {discountUntil}",
  "push.discount-ending.body": "{amount}, {biller}. After that {full}.",
  "push.discount-ending.private": "After that the bill is higher.",

  "push.over-limit-skipped.title": "Above your limit",
  "push.over-limit-skipped.body": "{amount}, {biller}. Autopay will not pay it.",
  "push.over-limit-skipped.private": "Autopay will not pay it. Please look what to do.",

  "push.question-unanswered.title": "Not paid, no answer",
  "push.question-unanswered.body": "{amount}, {biller}. If it has to be paid, pay it yourself.",
  "push.question-unanswered.private": "No money was taken. If it has to be paid, pay it yourself.",

  "push.reminder.title": "{days, plural, =0 {Last day today} one {# day left} other {# days left}}",
  "push.reminder.title-undated": "Still not paid",
  "push.reminder.body": "{amount}, {biller}. Due by {due}.",
  "push.reminder.private": "The bill is still not paid. It is due by {due}.",

  "push.overdue.title": "Past its due day",
  "push.overdue.body": "{amount}, {biller}. It was due by {due}.",
  "push.overdue.private": "A bill was due by {due} and is not paid.",

  "push.source-down.title": "No bills are coming in",
  "push.source-down.body": "{biller} has not answered since {since}. We see no new bills.",
  "push.source-down.private": "A payee has not answered since {since}. We see no new bills.",

  "push.digest.title": "{count, plural, one {# message} other {# messages}}",
  "push.digest.title-bills": "{count, plural, one {# bill} other {# bills}}",
  "push.digest.body": "To pay in all: {sum}.",
  "push.digest.body-unpriced": "Gathered, so as not to disturb you.",
  "push.digest.private": "Gathered, so as not to disturb you.",

  "push.another-autopay.title": "Another autopay will pay this bill",
  "push.another-autopay.body": "Nothing will be taken from you.",
  "push.another-autopay.private": "Nothing will be taken from you.",

  "push.mandate-created.title": "Autopay is on",
  "push.mandate-created.body": "{biller}. We tell you about every debit in advance.",
  "push.mandate-created.private": "We tell you about every debit in advance.",

  "push.mandate-changed.title": "Autopay has changed",
  "push.mandate-changed.body": "{biller}. If it was not you, turn it off.",
  "push.mandate-changed.private": "If it was not you, turn it off.",

  "push.mandate-paused.title": "Autopay is paused",
  "push.mandate-paused.body": "{biller}. No new debits for now.",
  "push.mandate-paused.private": "No new debits for now.",

  "push.mandate-resumed.title": "Autopay works again",
  "push.mandate-resumed.body": "{biller}. We tell you about every debit in advance.",
  "push.mandate-resumed.private": "We tell you about every debit in advance.",

  "push.mandate-ended.title": "Autopay is off",
  "push.mandate-ended.body": "{biller}. There will be no new debits.",
  "push.mandate-ended.private": "There will be no new debits.",

  "push.mandate-expiring.title": "Your autopay is about to end",
  "push.mandate-expiring.body": "{biller}. It ends: {until}. Keep it if you need it.",
  "push.mandate-expiring.private": "It ends: {until}. Keep it if you need it.",

  "push.mandate-renewed.title": "Your autopay stays",
  "push.mandate-renewed.body": "{biller}. We tell you about every debit in advance.",
  "push.mandate-renewed.private": "We tell you about every debit in advance.",

  "push.card-bound.title": "Payment method saved",
  "push.card-bound.body": "{method}. If it was not you, remove it.",
  "push.card-bound.private": "If it was not you, remove it.",

  "push.method-withdrawn.title": "Card removed",
  "push.method-withdrawn.body": "{method}. There will be no new debits from it.",
  "push.method-withdrawn.private": "There will be no new debits from it.",

  "push.method-expiring.title": "Your card expires soon",
  "push.method-expiring.body": "{method}: {expires}. Add a new one, so that autopay does not stop.",
  "push.method-expiring.private": "Its last day: {expires}. Add a new one.",

  "push.method-expired.title": "Your card has expired",
  "push.method-expired.body": "{method}. Autopay cannot use it, add a new one.",
  "push.method-expired.private": "Autopay cannot use it, add a new one.",

  "push.method-renewed.title": "The bank has renewed your card",
  "push.method-renewed.body": "{method}, until {expires}. You need not do anything.",
  "push.method-renewed.private": "Valid until {expires}. You need not do anything.",

  "push.method-gone.title": "A card can no longer be used",
  "push.method-gone.body": "{method}. Choose another way to pay.",
  "push.method-gone.private": "Choose another way to pay.",

  "push.test-message.title": "Test notification",
  "push.test-message.body": "It has arrived. You asked for it on {asked}.",
  "push.test-message.private": "It has arrived. You asked for it on {asked}.",

  "push.action.skip": "Skip",
  "push.action.pay-now": "Pay now",
  "push.action.confirm": "Confirm",
  "push.action.receipt": "Receipt",
  "push.action.payment": "Open the payment",
  "push.action.bill": "Open the bill",
  "push.action.pay": "Pay",
  "push.action.mandate": "Autopay",
  "push.action.renew": "Keep",
  "push.action.methods": "My cards",
  "push.action.autopay": "Autopay",
  "push.action.bills": "My bills",
  "push.action.settings": "Settings",

  "push.sandbox": "Sandbox: {title}",
} as const satisfies Record<keyof typeof pushRu, string>;
