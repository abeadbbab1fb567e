import type { mailRu } from "./mail.ru.ts";

/** Messages by mail, in English. */
export const mailEn = {
  "mail.notice.subject": "Autopay on {day}: {amount}, {biller}",
  "mail.notice.lead": "Your autopay will take {amount} on {day}, not before {time}.",
  "mail.notice.more": "If this is right, you need not do anything. Until then you can skip this debit.",

  "mail.notice-changed.subject": "Autopay has changed: {amount} on {day}, {biller}",
  "mail.notice-changed.lead":
    "The debit has changed, so we tell you again: we will debit {amount} on {day}, not before {time}.",
  "mail.notice-changed.more": "The earlier notice no longer holds. Until then you can skip this debit.",

  "mail.failed-retry.subject": "The debit failed, next try on {day}: {biller}",
  "mail.failed-retry.lead":
    "{why}. No money was taken. We will try again on {day}, not before {time}, and debit {amount}.",
  "mail.failed-retry.more": "{plan}. {advice}.",

  "mail.needs-confirmation.subject": "Your action is needed: {amount}, {biller}",
  "mail.needs-confirmation.lead": "{need}.",
  "mail.needs-confirmation.lead-why": "{why}. {advice}.",
  "mail.needs-confirmation.more": "No money was taken. Without you nothing is paid.",

  "mail.confirmation-reminder.subject": "Still waiting for you: {amount}, {biller}",
  "mail.confirmation-reminder.lead": "We can wait for you until {deadline}. {need}.",
  "mail.confirmation-reminder.lead-why": "We can wait for you until {deadline}. {why}. {advice}.",
  "mail.confirmation-reminder.more": "No money was taken. Without you nothing is paid.",

  "mail.being-checked.subject": "Do not pay, we are finding out: {amount}, {biller}",
  "mail.being-checked.lead": "{why}. {advice}.",
  "mail.being-checked.more": "Until we know, nothing is taken a second time.",

  "mail.paid.subject": "Paid: {amount}, {biller}",
  "mail.paid.lead": "The payment went through: {amount}.",
  "mail.paid.more": "The receipt is always on the payment’s page.",
  "mail.paid.autopay": "With autopay you need not do this next time: we tell you before every debit.",

  "mail.failed.subject": "Not paid: {amount}, {biller}",
  "mail.failed.lead": "{why}. No money was taken, the payment did not go through.",
  "mail.failed.more": "{advice}.",
  "mail.failed.lead-unexplained": "The payment did not go through: {amount}. No money was taken.",
  "mail.failed.more-unexplained": "The payment’s page shows what happened.",

  "mail.charged-after-stop.subject": "{amount} was debited: it had already been sent, {biller}",
  "mail.charged-after-stop.lead":
    "When this debit was stopped, it had already been sent to the bank, and it went through: {amount}. The money has gone to the payee.",
  "mail.charged-after-stop.more": "Nothing else will be sent.",

  "mail.nothing-taken.subject": "Nothing was debited: {amount}, {biller}",
  "mail.nothing-taken.lead":
    "When this debit was stopped, the request for {amount} had already been sent to the bank. It came to nothing: no money was taken.",
  "mail.nothing-taken.more":
    "This debit is not tried again, and it has paid nothing. Before a new debit by autopay we tell you.",

  "mail.money-returning.subject": "We are returning {amount}: {biller}",
  "mail.money-returning.lead": "{amount} was debited although it no longer had to be paid.",
  "mail.money-returning.more":
    "We are returning the money the way it came. How soon it arrives depends on your bank.",

  "mail.money-returned.subject": "{amount} has been returned: {biller}",
  "mail.money-returned.lead": "The bank has accepted our refund of {amount} to you.",
  "mail.money-returned.more": "Some banks show it at once, others after a few days.",

  "mail.bill-arrived.subject": "New bill: {amount}, {biller}",
  "mail.bill-arrived.lead": "A bill of {amount} has arrived. Pay it by {due}.",
  "mail.bill-arrived.more": "It will not be paid by itself.",
  "mail.bill-planned.subject": "Bill for autopay on {day}: {amount}, {biller}",
  "mail.bill-planned.lead":
    "A bill of {amount} has arrived. Your autopay pays it on its day, {day}, not before {time}.",
  "mail.bill-planned.more":
    "You need not do anything. Before the debit we will tell you once more. Until then you can pay the bill yourself or skip this debit.",

  "mail.bill-changed.subject": "The bill has changed: {amount}, {biller}",
  "mail.bill-changed.lead": "The biller has changed the bill. It is now {amount}, due by {due}.",
  "mail.bill-changed.more": "It will not be paid by itself.",

  "mail.bill-annulled.subject": "Bill withdrawn: {biller}",
  "mail.bill-annulled.lead": "The biller has withdrawn the bill of {amount}. You need not pay it.",
  "mail.bill-annulled.more": "If you have paid already, please ask the biller.",

  "mail.discount-ending.subject": "Until {discountUntil} with a discount: {amount}, {biller}",
  "mail.discount-ending.lead":
    "Until {discountUntil} inclusive the bill is {amount}. After that it is {full}.",
  "mail.discount-ending.more": "If you have paid elsewhere, you need not do anything.",

  "mail.question.usual": "Usually it is about {usual}.",
  "mail.question.more":
    "No money was taken. If you do not answer by {deadline}, autopay takes nothing: we will tell you, in time for you to pay it yourself.",
  "mail.question-unanswered.subject": "Not paid, no answer: {amount}, {biller}",
  "mail.question-unanswered.lead":
    "You did not say whether to pay {amount} ({biller}), so autopay has paid nothing.",
  "mail.question-unanswered.more": "No money was taken. If it has to be paid, pay it yourself.",

  "mail.over-limit-skipped.subject": "Above your limit: {amount}, {biller}",
  "mail.over-limit-skipped.lead":
    "The bill of {amount} is above the limit of your autopay. It will not be paid by itself: pay it by {due}.",
  "mail.over-limit-skipped.lead-own":
    "{amount} is above the limit of your autopay, so it will not pay this sum.",
  "mail.over-limit-skipped.more": "You can change the limit on the autopay’s page.",

  "mail.reminder.subject":
    "{days, plural, =0 {Last day today} one {# day left} other {# days left}}: {amount}, {biller}",
  "mail.reminder.subject-undated": "Still not paid: {amount}, {biller}",
  "mail.reminder.lead": "The bill of {amount} is still not paid. It is due by {due}.",
  "mail.reminder.more": "If you have paid elsewhere, you need not do anything.",

  "mail.overdue.subject": "Past its due day: {amount}, {biller}",
  "mail.overdue.lead": "The bill of {amount} was due by {due}, and we do not see that it is paid.",
  "mail.overdue.more":
    "If you have paid elsewhere, you need not do anything. If not, pay it now: the payee may charge for the delay.",

  "mail.source-down.subject": "No bills are coming in: {biller}",
  "mail.source-down.lead":
    "{biller} has not answered us since {since}. For now we see no new bills from there.",
  "mail.source-down.more":
    "We keep asking, and bills will show by themselves once there is an answer. If a bill has to be paid before that, pay it at the payee or by its paper.",

  "mail.test-message.subject": "Test: mails reach you",
  "mail.test-message.lead": "This is a test mail. You asked for it on {asked}, and it has arrived.",
  "mail.test-message.more":
    "You need not do anything. If you did not ask for it, look where you are signed in and end what is not yours.",

  "mail.digest.subject": "{count, plural, one {# message} other {# messages}}",
  "mail.digest.subject-priced": "{count, plural, one {# message} other {# messages}}, {sum} to pay",
  "mail.digest.subject-bills": "{count, plural, one {# bill} other {# bills}}, {sum}",
  "mail.digest.lead":
    "{count, plural, one {There is # new message for you} other {There are # new messages for you}}.",
  "mail.digest.lead-bills":
    "{count, plural, one {There is # bill to pay} other {There are # bills to pay}}, {sum} in all.",
  "mail.digest.more": "We gathered them in one mail, so as not to write about each.",
  "mail.digest.rest":
    "{count, plural, one {And # more message on your page.} other {And # more messages on your page.}}",

  "mail.another-autopay.subject": "Another autopay will pay this bill",
  "mail.another-autopay.lead":
    "The bill that your autopay covers will be paid by another payer’s autopay. Nothing will be taken from you.",
  "mail.another-autopay.more": "Should that payment not happen, we will tell you about yours in advance.",

  "mail.mandate-created.subject": "Autopay is on: {biller}",
  "mail.mandate-created.lead": "From now on we pay this payee for you.",
  "mail.mandate-created.more":
    "Before every debit a mail will tell you how much, when, from where and how to skip it. You can change autopay or turn it off at any time.",

  "mail.mandate-changed.subject": "Autopay has changed: {biller}",
  "mail.mandate-changed.lead": "The terms of your autopay have been changed. The new terms already hold.",
  "mail.mandate-changed.more": "If it was not you, turn autopay off.",

  "mail.mandate-paused.subject": "Autopay is paused: {biller}",
  "mail.mandate-paused.lead": "Autopay is paused. There will be no new debits until you turn it on again.",
  "mail.mandate-paused.lead-until":
    "Autopay is paused until {until}. There will be no new debits before that day.",
  "mail.mandate-paused.more": "If a debit has already been sent to the bank, we will tell you how it ends.",

  "mail.mandate-expiring.subject": "Your autopay is about to end: {biller}",
  "mail.mandate-expiring.lead": "This autopay has taken nothing for over a year. It ends: {until}.",
  "mail.mandate-expiring.more":
    "If you need it, keep it: one press of a button, and its terms stay as they are. If not, you need not do anything.",
  "mail.mandate-renewed.subject": "Your autopay stays: {biller}",
  "mail.mandate-renewed.lead": "You kept this autopay, it goes on.",
  "mail.mandate-renewed.more": "We will tell you about every debit in advance.",

  "mail.mandate-resumed.subject": "Autopay works again: {biller}",
  "mail.mandate-resumed.lead": "Autopay is on again.",
  "mail.mandate-resumed.more": "We will tell you about every debit in advance.",

  "mail.mandate-ended.subject": "Autopay is off: {biller}",
  "mail.mandate-ended.lead": "Autopay is off. There will be no new debits.",
  "mail.mandate-ended.more": "If a debit has already been sent to the bank, we will tell you how it ends.",

  "mail.card-bound.subject": "Saved: {method}",
  "mail.card-bound.lead":
    "{method}: you can now pay with it in the ways that you agreed to when it was saved. Autopay needs a consent of its own.",
  "mail.card-bound.more": "If it was not you, remove it.",

  "mail.method-withdrawn.subject": "Card removed: {method}",
  "mail.method-withdrawn.lead": "The card is removed. There will be no new debits from it, autopay included.",
  "mail.method-withdrawn.more": "If a debit has already been sent to the bank, we will tell you how it ends.",

  "mail.row.amount": "Amount",
  "mail.row.biller": "Payee",
  "mail.row.purpose": "Purpose",
  "mail.row.account": "Account",
  "mail.row.paid": "Paid",
  "mail.row.due": "Due by",
  "mail.row.discount": "Discount",
  "mail.row.discount-value": "until {discountUntil} inclusive, after that {full}",
  "mail.row.debit": "Debit",
  "mail.row.debit-value": "{day}, not before {time}",
  "mail.row.method": "From",
  "mail.row.since": "Silent since",
  "mail.row.total": "To pay in all",
  "mail.row.until": "Paused until",
  "mail.row.ends": "Ends",
  "mail.row.deadline": "We wait until",

  "mail.link.skip": "Skip this debit",
  "mail.link.pay-now": "Pay now",
  "mail.link.confirm": "Open the payment and confirm",
  "mail.link.receipt": "Open the receipt",
  "mail.link.payment": "Open the payment",
  "mail.link.bill": "Open the bill",
  "mail.link.pay": "Pay the bill",
  "mail.link.renew": "Keep autopay",
  "mail.link.mandate": "Open autopay",
  "mail.link.methods": "My cards",
  "mail.link.autopay": "Set up autopay",
  "mail.link.bills": "Open my bills",
  "mail.link.settings": "Notification settings",

  "mail.method-unnamed": "card",
  "mail.brand": "Kvitok",
  "mail.sandbox": "Sandbox: the bills and the money are not real.",
  "mail.footer": "We never ask for a card number, a code or a password by mail.",
  "mail.footer-always": "These mails always come: they are about your money.",
} as const satisfies Record<keyof typeof mailRu, string>;
