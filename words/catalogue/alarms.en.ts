/** Mails to the operators, in English: what came up and what to do. They name cases and charges, never people. */
export const alarmsEn = {
  "alarms.subject": "Kvitok: {what} ({id})",
  "alarms.subject-again": "Kvitok, for a day: {what} ({id})",
  "alarms.subject-digest": "Kvitok: {count, plural, one {# new case} other {# new cases}}",
  "alarms.line": "{what}. Case {id} ({kind}), about {subject}.",
  "alarms.at-stake": "At stake: {amount}.",
  "alarms.again": "The case has been open for more than a day and nobody has closed it.",
  "alarms.look": "Look at it: {url} or “kvitok case {id}”.",
  "alarms.resolve": "Decide it: “kvitok resolve {subject} --charged|--not-charged --document FILE”.",
  "alarms.digest-lead": "Many cases came at once, so they share one mail. The list: “kvitok cases”.",
  "alarms.not-real": "This is the sandbox city: the money is not real.",

  "alarms.kind.gateway-alarm": "The gateway’s answer disagrees with what we sent",
  "alarms.kind.gateway-alarm.advice":
    "Compare the charge in the gateway’s cabinet. Nothing is sent again before that.",
  "alarms.kind.source-refuses": "A source of bills refuses what we ask before debits",
  "alarms.kind.source-refuses.advice":
    "Look at our rights there and at the form of our questions. Debits of its bills wait, then go by its last word.",
  "alarms.kind.bill-unclear": "What the source says of a bill before its debit cannot be used",
  "alarms.kind.bill-unclear.advice":
    "Look the bill up at its source: it may be withdrawn, or its payee is unknown here. The debit waits, then asks its payer.",
  "alarms.kind.alarm": "The gateway refused for a reason that will not mend itself",
  "alarms.kind.alarm.advice": "Check the shop’s settings and the table of declines.",
  "alarms.kind.undecided-alarm": "A charge has been undecided for longer than it should",
  "alarms.kind.undecided-alarm.advice": "Check whether the gateway answers. The engine goes on asking.",
  "alarms.kind.undecided-for-a-day": "A charge has been undecided for a day",
  "alarms.kind.undecided-for-a-day.advice": "Ask the gateway for a document and decide in two.",
  "alarms.kind.held-unasked": "The gateway holds money although we did not ask for that",
  "alarms.kind.held-unasked.advice": "Check the capture setting in the gateway’s cabinet.",
  "alarms.kind.ghost": "A charge that counted as ended came to life at the gateway",
  "alarms.kind.ghost.advice":
    "Its debt takes no new charge until the gateway says how it ended. Nobody can close this by hand.",
  "alarms.kind.success-after-final": "Money was taken by a charge that counted as failed",
  "alarms.kind.success-after-final.advice": "The money is booked. Check that the payer was told the truth.",
  "alarms.kind.denied-after-charged": "The gateway denies a charge that counted as taken",
  "alarms.kind.denied-after-charged.advice": "If it was decided by hand, two others may take that back.",
  "alarms.kind.undecided-beside-money":
    "The money has come, and a second charge of the same payment is undecided",
  "alarms.kind.undecided-beside-money.advice":
    "If it goes through as well, its money goes back. Follow it to its end.",
  "alarms.kind.money-to-return": "Money has to go back to a payer",
  "alarms.kind.money-to-return.advice": "See that the refund leaves and arrives.",
  "alarms.kind.part-paid": "Less was taken than was due",
  "alarms.kind.part-paid.advice": "A person decides about the rest of the debt.",
  "alarms.kind.circuit-open": "A gateway does not answer, new charges wait",
  "alarms.kind.circuit-open.advice":
    "The engine tries by itself and will close this. Check the line and the gateway’s status page.",
  "alarms.kind.dispute": "A payer disputed a charge at their bank",
  "alarms.kind.dispute.advice": "Collect the proof: consent, notice, receipt. Stop refunds of it.",
  "alarms.kind.refund-at-gateway": "The gateway tells of a refund that the engine did not make",
  "alarms.kind.refund-at-gateway.advice":
    "Find out in the gateway’s cabinet who made it, and compare the ledger.",
  "alarms.kind.undecided-due-soon": "A charge is undecided and its bill is due soon",
  "alarms.kind.undecided-due-soon.advice": "Ask the gateway now: the payer may miss the day otherwise.",
  "alarms.kind.already-there": "The gateway says that it has this charge already",
  "alarms.kind.already-there.advice":
    "Find it in the cabinet of the gateway. Nothing new is charged before it is explained: by the money itself, or by two operators who decide that nothing was taken.",
  "alarms.kind.second-object": "The gateway has a second object of one charge",
  "alarms.kind.second-object.advice":
    "Compare both in the cabinet of the gateway: money may have left twice.",
  "alarms.kind.other-amount": "The gateway shows another amount than we asked for",
  "alarms.kind.other-amount.advice": "Compare the charge in the cabinet of the gateway.",
  "alarms.kind.amount-differs": "The gateway shows another sum than two operators decided",
  "alarms.kind.amount-differs.advice":
    "The case says both sums and whether the books were corrected. Where they were not, correct what went out.",
  "alarms.kind.news-unfollowed": "News of a gateway could not be followed",
  "alarms.kind.news-unfollowed.advice":
    "Look at the object in the cabinet of the gateway: the engine has tried for most of a day.",
  "alarms.kind.gateway-refuses-us": "A gateway does not accept our key any more",
  "alarms.kind.gateway-refuses-us.advice":
    "New charges of it are on hold. Mend the key or its permissions, then release the hold.",
  "alarms.kind.request-incomplete":
    "A payment cannot be sent: its biller wants more along with it than the bill says",
  "alarms.kind.request-incomplete.advice":
    "The case names the fields. Complete the biller’s settings or ask the biller; it closes itself when the payment can be sent.",
  "alarms.kind.clock-skew": "The gateway’s clock and ours differ by more than a minute",
  "alarms.kind.clock-skew.advice":
    "Check the time service of the database and of the workers: the age of keys and the payer’s time are counted by it. Then close the case.",
  "alarms.kind.annulled-after-paid": "A bill was withdrawn after it was paid",
  "alarms.kind.annulled-after-paid.advice": "Decide whether the money goes back.",
  "alarms.kind.overpaid": "Somebody else has paid a bill that we have paid",
  "alarms.kind.overpaid.advice": "Decide with the biller which payment goes back.",
  "alarms.kind.paid-twice": "One debt was paid under two names",
  "alarms.kind.paid-twice.advice": "The later payment should go back. Decide about its refund.",
  "alarms.kind.uin-of-another": "Two billers name one and the same UIN",
  "alarms.kind.uin-of-another.advice":
    "The bill stays with the biller that named it first. Ask both whose charge it is; people may be paying the wrong one.",
  "alarms.kind.due-after-paid": "A source goes on asking for what we have paid",
  "alarms.kind.due-after-paid.advice": "Ask the biller where the money is. The debt is not paid again.",
  "alarms.kind.refund-undecided":
    "Nobody knows for hours whether a refund went out, or it is pending for a week",
  "alarms.kind.refund-undecided.advice":
    "Find it in the cabinet of the gateway by its refund id, and ask the gateway. The money may not have arrived.",
  "alarms.kind.refund-refused": "A refund was refused",
  "alarms.kind.refund-refused.advice": "The money is still owed to the payer. Find another road.",
  "alarms.kind.refund-came-back": "A refund went through and came back",
  "alarms.kind.refund-came-back.advice": "The money is still owed to the payer. Find another road.",
  "alarms.kind.refund-by-hand": "A refund has to be made by hand",
  "alarms.kind.refund-by-hand.advice": "The engine will not make it. The money is still owed to the payer.",
  "alarms.kind.other": "A person is needed",
  "alarms.kind.other.advice": "The case says more.",
} as const;
