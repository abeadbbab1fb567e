/** Pages behind the links of messages, for whoever holds the link. */
export const linksEn = {
  "page.link.card": "the autopay’s card",
  "page.link.details": "More (sign in)",
  "page.link.to-bank": "Confirm at the bank",
  "page.link.not-now.title": "This link does nothing now",

  "page.link.skip.title": "Skip this debit?",
  "page.link.skip.what": "A debit of your autopay: {amount}, {day}, {biller}.",
  "page.link.skip.then":
    "Autopay will not take this; if it has to be paid, you can pay it yourself. After that it goes on as usual.",
  "page.link.skip.button": "Skip",
  "page.link.skip.used.title": "The debit is skipped",

  "page.link.pay-now.title": "Pay now?",
  "page.link.pay-now.what": "Exactly {amount} to {biller}. Autopay meant to take it on {day}.",
  "page.link.pay-now.with": "The money is taken at once: {method}.",
  "page.link.pay-now.then":
    "By pressing the button you confirm amount, payee and card. Autopay will not take it as well: nothing is taken twice.",
  "page.link.pay-now.button": "Pay now",
  "page.link.pay-now.used.title": "You chose to pay now",

  "page.link.renew.title": "Keep this autopay?",
  "page.link.renew.what": "Autopay: {biller}. It has taken nothing for over a year.",
  "page.link.renew.ends": "It ends by itself: {until}.",
  "page.link.renew.then":
    "Its card, its limits and everything else stay as they are. Changing them takes a sign-in.",
  "page.link.renew.button": "Keep it",
  "page.link.renew.used.title": "The autopay stays",
  "page.link.renew.used":
    "You pressed the button: {at}. It goes on by its terms; we tell you before every debit.",
  "page.link.renew.expired": "This link is too old. Sign in on the page to see how the autopay stands.",
  "page.link.state.kept": "This autopay goes on, nothing needs to be pressed.",
  "page.link.state.ended": "This autopay has ended. After signing in you can set up a new one.",
  "page.link.state.terms-changed":
    "The terms of this autopay have changed since that mail. Sign in to see them, and keep it there.",

  "page.link.skip.what-question": "Your autopay asks: pay {amount} to {biller}?",
  "page.link.pay-now.what-question": "Your autopay asks: pay exactly {amount} to {biller}?",
  "page.link.state.answered": "You have answered this question already: it is being paid.",

  "page.link.used.skipped":
    "You pressed the button: {at}. This debit will not be sent. If it has to be paid, sign in and pay it yourself.",
  "page.link.used.paid": "You pressed the button: {at}. It is paid.",
  "page.link.used.not-paid":
    "You pressed the button: {at}. The payment did not work, and no money was kept. Sign in to pay in another way.",
  "page.link.used.paying": "You pressed the button: {at}. It is being paid; we will write how it ends.",
  "page.link.used.bank": "You pressed the button: {at}. The bank asks you to confirm the payment.",

  "page.link.state.sent":
    "The debit was sent to the bank: {at}. It cannot be called back; we will write how it ends. Nothing else will be sent without you.",
  "page.link.state.paid": "This is paid already.",
  "page.link.state.returned": "The money of this debit has come back to you, or is on its way.",
  "page.link.state.skipped":
    "This debit is skipped already. If it has to be paid, sign in and pay it yourself.",
  "page.link.state.taken-over": "This is being paid by hand; autopay will not take it.",
  "page.link.state.settled": "Nothing is owed any more: the bill was withdrawn, or paid elsewhere.",
  "page.link.state.stopped": "The autopay or its card was stopped: this debit will not be sent.",
  "page.link.state.changed":
    "The debit has changed: amount, day or card are not those of that mail. Open the newest mail, or sign in on the page.",
  "page.link.state.expired": "This link is too old. Sign in on the page to see how the payment stands.",
  "page.link.state.method-not-taken":
    "This card cannot be charged by hand now. Sign in and choose another way; no money was taken.",
  "page.link.state.too-many-unfinished":
    "This payment was begun and left three times today. Try tomorrow; no money was taken.",
} as const;
