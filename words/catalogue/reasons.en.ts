import type { reasonsRu } from "./reasons.ru.ts";

/** Why a debit did not happen, and what to do, in English. */
export const reasonsEn = {
  "reason.why.not-enough-money": "There was not enough money on the card",
  "reason.why.limit-reached": "The card’s limit was exceeded",
  "reason.why.bank-unavailable": "The bank did not answer for the moment",
  "reason.why.service-timeout": "The payment service did not answer in time",
  "reason.why.not-sent": "The debit did not reach the bank",
  "reason.why.no-reason-given": "The bank declined the debit and gave no reason",
  "reason.why.bank-asks-to-wait": "The bank asks to try again later",
  "reason.why.confirmation-needed":
    "The bank asks you to confirm the payment, for example by a code it sends you",
  "reason.why.confirmation-expired":
    "The time to confirm the payment ran out, the earlier link no longer works",
  "reason.why.call-bank": "The bank wants to talk to you first",
  "reason.why.identification-needed": "The wallet asks its owner to prove who they are",
  "reason.why.way-not-granted": "This way of paying did not work out",
  "reason.why.card-expired": "The card has expired",
  "reason.why.card-blocked": "The bank has blocked the card",
  "reason.why.card-closed": "The card was closed or replaced by another one",
  "reason.why.card-not-accepted": "This card or number cannot be used to pay here",
  "reason.why.card-data-wrong": "The card’s details have a mistake",
  "reason.why.card-unusable": "This card can no longer be used",
  "reason.why.permission-withdrawn": "The permission to debit this card was withdrawn at the bank",
  "reason.why.bank-forbids-retry": "The bank forbade another try with this card",
  "reason.why.already-there": "The bank answered that it already has this payment",
  "reason.why.our-fault": "The debit did not go through, and it was our fault",
  "reason.why.decided-by-hand": "We checked by hand: no money was taken",
  "reason.why.unlisted": "The bank declined the debit",

  "reason.action.top-up": "Top up the card or choose another one",
  "reason.action.raise-limit": "Raise the card’s limit at your bank or choose another card",
  "reason.action.wait": "You need not do anything",
  "reason.action.ask-bank": "Ask your bank for the reason or choose another card",
  "reason.action.call-bank": "Call your bank at the number on the back of the card, then confirm again",
  "reason.action.confirm": "Confirm the payment on the bank’s page",
  "reason.action.identify": "Prove who you are in the wallet or choose another way to pay",
  "reason.action.other-card": "Choose another card or add a new one",
  "reason.action.bind-again": "Add the card again or choose another one",
  "reason.action.do-not-pay": "Do not pay: we are finding out whether it went through and will tell you",
  "reason.action.pay-again": "Pay once more when it suits you",

  "need.confirm-again": "Confirm the payment on the bank’s page",
  "need.new-method": "Choose another card or add a new one",
  "need.confirm-amount": "The amount is unusually high: check it and confirm",
  "need.bill-unconfirmed":
    "The registry does not confirm this bill any more: check whether you owe it, then decide",
  "need.unusual-amount": "The amount is far above the usual one: decide whether to pay",
  "need.over-limit": "The amount is above the limit of your autopay: decide whether to pay",
  "need.approval": "A second person has to approve the payment",
  "need.payee-changed": "The payee’s details have changed: we are checking them and debit nothing until then",
  "need.late-bill": "Your autopay cannot pay this bill in time: decide whether to pay now",
  "need.no-channel": "We could not tell you in advance and therefore do not debit: confirm the payment",
  "need.contact-bank": "Call your bank at the number on the back of the card, then confirm again",

  "plan.again": "We will try again on {first}",
  "plan.again-then": "We will try again on {first}. If that fails, then on {rest}",
} as const satisfies Record<keyof typeof reasonsRu, string>;
