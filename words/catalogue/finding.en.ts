import type { findingRu } from "./finding.ru.ts";

/** Finding bills by hand, and how fresh what is found is, in English. */
export const findingEn = {
  "finding.title": "Add a bill",
  "finding.lead":
    "Bills are found by the numbers of your profile on their own. Here you find the rest: by a number on paper, for somebody’s car, from a paper bill.",
  "finding.to-profile": "Numbers in my profile",
  "finding.back": "Back to finding bills",

  "finding.uin.title": "By UIN",
  "finding.uin.label": "UIN",
  "finding.uin.hint": "20 or 25 characters, on the bill or the order. Blanks and dashes do not matter.",
  "finding.uin.button": "Add the bill",

  "finding.code.title": "By payer code and month",
  "finding.code.label": "Payer code",
  "finding.code.hint": "10 digits, at the top of the housing bill. The code is used for this search only.",
  "finding.code.button": "Find the bill",
  "finding.code.problem.empty": "Enter the payer code: 10 digits, at the top of the housing bill",
  "finding.code.problem.no-month": "Say for which month the bill is, e.g. 02.2026",
  "finding.code.none":
    "There is no unpaid bill for the code {code} for {period}. Compare code and month with the paper: the bill may be paid already, or not be issued yet.",
  "finding.code.only-these":
    "Check whose bill it is before you add it. Only the bill that you choose is added; so that the next ones come on their own, connect the account.",

  "finding.sts.title": "For a car",
  "finding.sts.label": "Vehicle certificate (STS)",
  "finding.sts.hint":
    "10 characters, e.g. 77 УН 123456. The number is not kept: it is used for this search only.",
  "finding.sts.button": "Find fines",

  "finding.licence.title": "For a driver",
  "finding.licence.label": "Driving licence",
  "finding.licence.hint": "10 characters. The number is not kept: it is used for this search only.",
  "finding.licence.button": "Find fines",

  "finding.company.title": "An organisation",
  "finding.company.inn": "INN",
  "finding.company.inn.hint": "10 digits of a company, 12 of a sole proprietor",
  "finding.company.kpp": "KPP",
  "finding.company.kpp.hint": "9 characters. Without it only a part of a company’s bills is found.",
  "finding.company.button": "Find bills",

  "finding.qr.title": "From a paper bill",
  "finding.qr.text":
    "Point the camera at the QR code of a paper bill or send a picture: we read details and sum.",
  "finding.qr.link": "Read the QR code",

  "finding.account.title": "By account",
  "finding.account.text": "Connect an account at its biller, and its bills appear on their own.",

  "finding.found.title": "What was found",
  "finding.found.count": "{count, plural, one {# bill was found} other {# bills were found}}",
  "finding.found.none": "There are no unpaid bills for this number.",
  "finding.found.unknown":
    "Whether there are bills could not be found out. That does not mean that there are none: try again later.",
  "finding.found.nobody": "There is nobody to ask: no source of bills is connected here.",
  "finding.found.not-kept": "The number that you searched by is kept nowhere. Add a bill to pay it.",
  "finding.found.add": "Add and pay",
  "finding.found.open": "Open the bill",
  "finding.found.payee-unknown": "The payee is not in our catalogue: pay this bill at a bank.",
  "finding.found.issued": "Issued on {day}",
  "finding.found.due": "Pay by {day}",
  "finding.found.discount": "With the discount until {day}, then {after}",

  "finding.paper.title": "A bill from paper",
  "finding.paper.lead": "The code was read. Check it and add the bill: it can be paid on the next page.",
  "finding.paper.encoding": "Encoding",
  "finding.paper.button": "Add the bill",
  "finding.paper.account": "Payer’s number",
  "finding.paper.account.hint": "Account, payer code or contract, as on the paper",
  "finding.paper.period": "Month",
  "finding.paper.period.hint": "For which month the bill is, e.g. 02.2026",
  "finding.paper.amount": "Sum, ₽",
  "finding.paper.amount.hint": "As on the paper, e.g. 5123.45",
  "finding.paper.problem": "This code cannot be paid from",
  "finding.paper.other":
    "{count, plural, one {# other code is no payment code.} other {# other codes are no payment codes.}}",
  "finding.paper.period-wrong": "Write the month like this: 02.2026",
  "finding.paper.amount-wrong": "Write roubles and kopecks: 5123.45",

  "finding.mark.found": "Found by a number of your profile",
  "finding.mark.account": "By account",
  "finding.mark.added": "Added by you",
  "finding.mark.additional": "Additional payments",

  "finding.sources.title": "Where the bills are from",
  "finding.source.gis-gmp": "Registry of charges (GIS GMP)",
  "finding.source.other": "Source {source}",
  "finding.fresh": "{source}: all bills as of {time}",
  "finding.part": "{source}: answered in part, there may be more bills. It last answered in full on {time}",
  "finding.part-never": "{source}: answered in part, there may be more bills",
  "finding.silent":
    "{source}: not reached since {since}. Shown is what there was on {time}, and there may be more bills",
  "finding.silent-never": "{source}: not reached since {since}. Your bills there were not looked at yet",
  "finding.refused":
    "{source}: does not answer our questions. We are looking into it; bills there may be missing",
  "finding.waiting": "{source}: being asked about your bills, reload this page in a minute",
  "finding.no-numbers":
    "Save a vehicle certificate, driving licence, SNILS or INN in your profile, and fines, taxes and other charges are found on their own.",
  "finding.home.uncertain": "Not everything is shown now: one of the sources has not answered.",

  "finding.answer.complete": "{source} has answered in full.",
  "finding.answer.partial": "{source} has answered in part: there may be more bills.",
  "finding.answer.in-part": "{source}: without a KPP only a part of a company’s bills is found.",
  "finding.answer.unreachable": "{source} does not answer: it could not be asked.",
  "finding.answer.refused": "{source} did not take the question.",
} satisfies Record<keyof typeof findingRu, string>;
