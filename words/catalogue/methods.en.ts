import type { methodsRu } from "./methods.ru.ts";

/** Ways to pay: why one cannot be used, order, expiry, removal. */
export const methodsEn = {
  "mail.method-expiring.subject": "Card {method} is valid until {expires}",
  "mail.method-expiring.lead":
    "Card {method} is about to expire: its last day is {expires}. After that we cannot pay from it.",
  "mail.method-expiring.more": "Bind a new card and add it to your autopays: then none of them stops.",

  "mail.method-expired.subject": "Card {method} has expired",
  "mail.method-expired.lead": "Card {method} was valid until {expires}. Nothing more will be taken from it.",
  "mail.method-expired.more":
    "Autopays that have another card go on with it, and we announce each debit anew. The others are paused: bind a new card.",

  "mail.method-renewed.subject": "Your bank has renewed a card: it is {method} now",
  "mail.method-renewed.lead":
    "Your bank has renewed a card that is linked here. It is {method} now, valid until {expires}. Autopays go on with it: there is nothing to do.",
  "mail.method-renewed.more": "If you have not received a new card, ask your bank and remove this one here.",

  "mail.method-gone.subject": "Card {method} can no longer be used here",
  "mail.method-gone.lead":
    "The bank or the payment service has unlinked card {method}, or withdrawn its permission. Nothing more will be taken from it.",
  "mail.method-gone.more":
    "Autopays that have another card go on with it, and we announce each debit anew. The others are paused: bind a card. If a debit was sent already, we tell you how it ends.",

  "method.why.title": "Not possible this way",
  "method.why.method-not-allowed": "This biller does not take that payment method.",
  "method.why.method-needed":
    "This biller is paid by a bound card only. Bind a card first, then come back to the bill.",
  "method.why.method-at-another-gateway":
    "This method is bound at another payment gateway than the one through which this biller is paid.",
  "method.why.kind-not-at-gateway": "The biller’s payment gateway does not take that payment method.",
  "method.why.kind-not-bindable": "This method cannot be bound without a payment.",
  "method.why.kind-with-method": "A saved method is named already: choose either it or another way to pay.",
  "method.why.phone-needed":
    "Payment from a phone account needs the number: with the country’s code, for example +7 916 000-00-00.",
  "method.why.phone-not-used": "A number is needed for payment from a phone account only.",
  "method.why.wallet-not-taken": "This payment gateway does not take Apple Pay and Google Pay.",
  "method.why.confirmed-each-time":
    "Each payment from a phone account is confirmed by SMS, so it cannot be used for autopay.",
  "method.why.not-saved-there": "This method is not saved, so it cannot be used for autopay.",
  "method.why.use-not-consented": "You have bound this method for other payments.",
  "method.why.not-in-batch": "With this method bills are paid one by one.",
  "method.why.not-in-section": "“Additional payments” cannot be paid with this method.",
  "method.why.not-for-organisations": "Organisations pay by bank card only.",
  "method.why.currency-not-taken": "This currency is not taken here.",
  "method.why.amount-below-least": "The amount is below the least for this method.",
  "method.why.amount-above-most": "The amount is above the most for this method.",

  "method.kind.bank_card": "Bank card",
  "method.kind.sbp": "SBP",
  "method.kind.yoo_money": "YooMoney wallet",
  "method.kind.sberbank": "SberPay",
  "method.kind.tinkoff_bank": "T-Pay",
  "method.kind.mobile_balance": "Phone account",
  "method.kind.apple_pay": "Apple Pay",
  "method.kind.google_pay": "Google Pay",
  "method.once.sbp.hint": "Confirm in your bank’s app",
  "method.once.yoo_money.hint": "Confirm on the wallet’s page",
  "method.once.sberbank.hint": "Confirm at Sber",
  "method.once.tinkoff_bank.hint": "Confirm at T-Bank",
  "method.once.mobile_balance.hint": "The operator asks you by SMS",
  "method.phone": "Number for payment from a phone account",
  "method.phone.hint": "Only if you pay from a phone account. For example +7 916 000-00-00",
  "method.wallets": "Apple Pay and Google Pay",
  "method.wallets.apple": "This device has Apple Pay: choose it on the bank’s page.",
  "method.wallets.google":
    "This browser knows Google Pay: if a card is saved in it, the bank’s page will offer it.",
  "method.wallets.none":
    "Apple Pay works in Safari on iPhone, iPad and Mac, Google Pay in Chrome and on Android. Where there is none, type a card on the bank’s page: it pays just as well.",
  "method.wallets.apple.limits":
    "With Apple Pay bills are paid one by one, and “Additional payments” cannot be paid.",

  "method.save": "Save it for later",
  "method.save.hint": "Can be saved: {kinds}. Where nothing is ticked we save nothing.",
  "method.save.pay-now": "For payments that I start myself",
  "method.save.mandate": "For autopay",
  "method.save.mandate.hint": "An autopay itself is set up separately",
  "method.save.text": "What I agree to",
  "method.saving": "Saving",
  "method.saving.binding": "Saved as soon as the payment went through and the bank confirms it",
  "method.saving.active": "Saved: {method}",
  "method.saving.withdrawn": "Not saved",
  "method.saving.unusable": "Saved, but no longer usable: {method}",

  "method.gateway.yookassa": "YooKassa",
  "method.gateway.stripe": "Stripe",
  "method.through": "Through {gateway}",

  "method.order.lead": "The first card is proposed for new payments and autopays. You can change the order.",
  "method.default": "Default",
  "method.make-default": "Make it the default",
  "method.move-forward": "Move it forward",
  "method.expired": "This card has expired",
  "page.done.methods-ordered": "The order of your cards has changed.",

  "method.unfit": "Not taken here",
  "method.bind-first": "A card is needed first",
  "method.bind-another": "Bind another card",
  "method.what-to-bind": "What to bind",
  "method.nothing-to-bind": "Nothing can be bound here at the moment.",

  "method.withdraw.twins": "This card was saved once more: that entry is unlinked, too",
  "method.withdraw.goes-on": "What goes on with another card",
  "method.withdraw.next": "Next is {method}; we announce each debit anew.",
  "method.withdraw.planned": "Planned payments",
  "method.withdraw.planned.stops": "It will not happen.",
  "method.withdraw.planned.moves": "It moves to another card: we announce it anew.",
  "method.withdraw.planned.waits": "It still waits for you.",
  "method.withdraw.in-flight": "Already sent to the bank",
  "method.withdrawn.sent-after":
    "{count, plural, =0 {No debit was sent to the bank after the removal.} one {# debit was sent after the removal: please write to us.} other {# debits were sent after the removal: please write to us.}}",
  "method.withdrawn.nothing-more": "Nothing more will be taken from this card.",
  "method.withdrawn.last-sent": "The last debit from it was sent: {time}.",

  "method.kinds.title": "What can be paid with what",
  "method.kinds.mandate": "Autopay",
  "method.kinds.batch": "Several bills at once",
  "method.kinds.amounts": "Amount of one payment",
  "method.kinds.payers": "Who pays",
  "method.kinds.not-in": "Cannot pay",
  "method.kinds.confirmation": "Confirmation",
  "method.kinds.confirmation.redirect": "On the bank’s page, {minutes} min",
  "method.kinds.confirmation.external": "By SMS or in an app, {minutes} min",
  "method.kinds.yes": "Yes",
  "method.kinds.no": "No.",
  "method.kinds.from": "from {least}",
  "method.kinds.from-to": "from {least} to {most}",
  "method.kinds.everybody": "Residents and organisations",
  "method.kinds.people": "Residents",
  "method.kinds.additional": "“Additional payments”",
} as const satisfies Record<keyof typeof methodsRu, string>;
