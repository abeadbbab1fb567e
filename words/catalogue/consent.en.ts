import type { consentRu } from "./consent.ru.ts";

/** Texts that people agree to, in English. Whoever changes a word here raises the edition in the page's `consent.ts`. */
export const consentEn = {
  "page.consent.version": "Edition: {version}",
  "page.consent.mandate.what":
    "I authorise the service “Kvitok” to pay the bills of “{biller}” for account {account} without asking me for each payment.",
  "page.consent.trigger.bill": "A bill is paid when it has arrived and I have been told in time.",
  "page.consent.trigger.own":
    "I authorise the service “Kvitok” to pay {amount} to “{biller}” for account {account}, without a bill and without asking me for each payment.",
  "page.consent.trigger.own-days":
    "This is paid {days}, once in each such period; a period in which autopay was paused is left out.",
  "page.consent.trigger.due-days":
    "Bills are paid {days}: each on the first such day on which I can be told of it in time. I am told of a bill when it arrives, and again before the debit.",
  "page.consent.trigger.off-same": "A day off moves nothing.",
  "page.consent.trigger.off-next": "A debit on a day off of Russia is made on the next working day.",
  "page.consent.trigger.off-previous":
    "A debit on a day off of Russia is made on the last working day before it, which may lie in the month before.",
  "page.consent.trigger.wait-ask": "If a bill is due before that day, I am asked.",
  "page.consent.trigger.wait-pay":
    "If a bill is due before that day, it is not made to wait: it is paid as soon as I have been told in time.",
  "page.consent.trigger.discount":
    "If a discount ends before that day, the bill is paid before it ends, as soon as I have been told in time.",
  "page.consent.trigger.balance":
    "I authorise the service “Kvitok”, when the balance of account {account} at “{biller}” is below {below} by that biller’s own word, to top it up by {amount} without asking me for each payment.",
  "page.consent.trigger.balance-later":
    "A top-up does not come at once: I am told first, and the debit is made on the next day at the earliest, by the rule of the notice below.",
  "page.consent.trigger.balance-notice":
    "A top-up does not come at once: I am told first, by the rule of the notice below.",
  "page.consent.trigger.balance-day":
    "Top-ups whose debits fall on one calendar day take no more than {perDay} together. Where a whole top-up does not fit, there is none on that day.",
  "page.consent.trigger.balance-wait":
    "The next one begins only when the last one is over, and after a wait of {wait}.",
  "page.consent.trigger.balance-confirmed":
    "After a top-up the next one begins only when the biller has said that the money has come.",
  "page.consent.trigger.over-ask": "A sum above the limit is not paid: I am asked.",
  "page.consent.trigger.over-skip": "A sum above the limit is skipped, and I am told.",
  "page.consent.mandate.method": "The money is taken from my card: {method}.",
  "page.consent.mandate.methods":
    "The money is taken from my card: {method}. If the bank refused it and surely took no money, this may be used instead: {others}.",
  "page.consent.mandate.payment-limit": "One debit takes no more than {limit}.",
  "page.consent.mandate.payment-unlimited":
    "The amount of one debit is not limited: it takes what the bill says.",
  "page.consent.trigger.payment-unlimited":
    "One debit has no limit of its own: each time the sum named above is taken.",
  "page.consent.mandate.period-unlimited": "The sum of debits in a month or a year is not limited.",
  "page.consent.mandate.limit-day": "In one calendar day no more than {limit} is taken.",
  "page.consent.mandate.limit-week": "In one week from Monday no more than {limit} is taken.",
  "page.consent.mandate.limit-month": "In one calendar month no more than {limit} is taken.",
  "page.consent.mandate.limit-year": "In one calendar year no more than {limit} is taken.",
  "page.consent.mandate.unusual-ask":
    "If an amount is over 130 % of the usual one (the median of the last six payments of this account), I am asked first; without an answer the bill is not paid.",
  "page.consent.mandate.unusual-pay": "I am not asked about an amount far above the usual one.",
  "page.consent.mandate.over-ask": "A bill above the limit is not paid: I am asked.",
  "page.consent.mandate.over-skip": "A bill above the limit is skipped, and I am told.",
  "page.consent.mandate.notice-RU":
    "Before each debit I get a mail on the day before, at least 12 hours ahead: amount, payee, card, day, and how to skip it. If the mail is not accepted, there is no debit.",
  "page.consent.mandate.notice-IN":
    "Before each debit I get a mail at least 24 hours and at most 48 hours ahead: amount, payee, card, day, and how to skip it. If the mail is not accepted, there is no debit.",
  "page.consent.mandate.notice-BR":
    "Before each debit I get a mail two to ten days ahead; I can call it off until 23:59 of the day before, and here until it is sent: amount, payee, card, day, and how to skip it. If the mail is not accepted, there is no debit.",
  "page.consent.mandate.notice-UK":
    "Before each debit I get a mail at least 10 working days ahead: amount, payee, card, day, and how to skip it. If the mail is not accepted, there is no debit.",
  "page.consent.mandate.notice-EU":
    "Before each debit I get a mail at least 14 days ahead: amount, payee, card, day, and how to skip it. If the mail is not accepted, there is no debit.",
  "page.consent.mandate.notice-US":
    "Before each debit I get a mail at least 10 days ahead: amount, payee, card, day, and how to skip it. If the mail is not accepted, there is no debit.",
  "page.consent.mandate.notice-demo":
    "Before each debit I get a mail some seconds ahead (this happens in the sandbox only): amount, payee, card, day, and how to skip it. If the mail is not accepted, there is no debit.",
  "page.consent.mandate.late-ask": "If a bill arrives too late to tell me in time, I am asked.",
  "page.consent.mandate.late-pay":
    "If a bill arrives too late to tell me in time, it is paid after the notice, even if after its due date.",
  "page.consent.mandate.once": "Each bill is paid at most once.",
  "page.consent.mandate.bank-asks":
    "If the bank asks for my confirmation, I get a mail; without my confirmation such a debit does not happen.",
  "page.consent.mandate.fee": "I pay no fee.",
  "page.consent.mandate.stop":
    "At any moment I can skip a debit, pause autopay, switch it off, or remove the card. From that instant no new debit is sent; I am told at once what has already been sent to the bank, and later how it ended.",
  "page.consent.mandate.change":
    "Wider terms (a higher limit or sum, another day, another card, another account) work only after a new consent.",

  "page.consent.bind.what":
    "You save a card with our partner bank. Its number and code are typed on the bank’s page only: we neither see nor keep them.",
  "page.consent.bind.use":
    "The saved card is used only by yourself on this site, or by an autopay that you agreed to separately. Saving it permits no debit by itself.",
  "page.consent.bind.data": "We keep the name of the card, its last four digits and its expiry date.",
  "page.consent.save.what":
    "You ask our partner bank to save what you pay with now. A card’s number and code and a wallet’s password are typed on its page only: we neither see nor keep them.",
  "page.consent.save.use":
    "What is saved is used only in the ways ticked above. Saving it permits no debit by itself: each payment is started by you, or by an autopay that you agreed to separately.",
  "page.consent.save.data":
    "We keep the name of the method, and of a card its last four digits and its expiry date. It counts as saved when the partner bank has confirmed it.",
  "page.consent.save.end": "You can remove it at any moment; from then on nothing is taken from it.",

  "page.consent.bind.end": "You can remove the card at any moment; from then on nothing is taken from it.",
} as const satisfies Record<keyof typeof consentRu, string>;
