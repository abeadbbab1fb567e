import type { peopleRu } from "./people.ru.ts";

/** Texts of a person's own pages, in English. */
export const peopleEn = {
  "page.problem.wait": "{minutes, plural, one {Try again in # minute.} other {Try again in # minutes.}}",
  "page.done.settings-saved": "The settings are saved.",
  "page.done.session-ended": "You are signed out there.",

  "page.profile.title": "Profile",
  "page.profile.settings": "Language and time",
  "page.profile.language": "Language of mails and pages",
  "page.profile.language.hint": "The language switch at the top changes this browser only.",
  "page.profile.zone": "Time zone",
  "page.profile.zone.hint": "Days of debits in new autopays are counted by it, and times are written in it.",
  "page.profile.save": "Save",
  "page.profile.more": "More",

  "page.sessions.title": "Where you are signed in",
  "page.sessions.lead":
    "If one of these is not yours, end it and change your password at the sign-in service.",
  "page.sessions.current": "This browser",
  "page.sessions.unknown": "An unknown browser",
  "page.sessions.since": "Signed in",
  "page.sessions.seen": "Last seen",
  "page.sessions.until": "Ends by itself",
  "page.sessions.end": "End",
  "page.sessions.everywhere": "Sign out everywhere",
  "page.sessions.everywhere.text":
    "Every session ends, this one too, and copies of their cookies stop working. Autopay goes on.",

  "page.terms.link": "Terms of use",
  "page.terms.version": "Edition {version}",
  "page.terms.lead-none":
    "Please read the terms. Until they are accepted nothing works here but signing out, downloading and erasing your data.",
  "page.terms.lead-older":
    "The terms have changed. You can look and stop as before; to permit something new, accept this edition first.",
  "page.terms.accept": "I accept the terms",
  "page.terms.accepted": "You have accepted this edition.",
  "page.terms.otherwise":
    "If you do not agree, just sign out: nothing is kept but the name and address that the sign-in service gave.",
  "page.terms.new": "The terms of use have changed.",
  "page.terms.read": "Read and accept",

  "letter.prove-address.subject": "Kvitok: confirm your mail address",
  "letter.prove-address.text":
    "This address was entered in a profile at Kvitok. If it was you, open the link and confirm the address: it is good for one day and one use. If not, do nothing, and no more mails will come.",
  "letter.address-changed.subject": "Kvitok: mails go to another address now",
  "letter.address-changed.text":
    "Another mail address was confirmed in your profile, and bills go there now. If it was not you, sign in, end the sessions that are not yours, and put the address back.",
  "letter.erased.subject": "Kvitok: your data are erased",
  "letter.erased.text":
    "Your data were erased at your request, autopay is off, cards are removed. This is the last mail.",
  "letter.foot": "We never ask for a card number, a code or a password by mail.",

  "page.done.mail-entered":
    "A mail with a link is on its way. Nothing else goes to the new address before it is confirmed.",
  "page.done.mail-proved": "The address is confirmed: bills go there.",
  "page.done.identifier-saved": "The number is saved. Bills about it appear on the front page.",
  "page.done.identifier-named": "The name is saved.",
  "page.done.identifier-deleted": "The number is removed from your profile.",

  "page.data.export": "Download my data",
  "page.data.export.first": "Download my data first",
  "page.data.erase.title": "Erase my data",
  "page.data.erase.lead": "This cannot be taken back. Whoever signs in here again begins anew.",
  "page.data.erase.stops":
    "At once: autopay ends, cards and accounts are removed, planned debits do not take place.",
  "page.data.erase.goes":
    "Erased: name and mail address, saved numbers and their labels, connected accounts, cards, messages, consents’ texts and devices, sign-ins.",
  "page.data.erase.stays":
    "Stays without a name, because the law asks for it: what was paid, when, for which bill and how it was proved. Bills stay with those who issued them.",
  "page.data.erase.waits":
    "While money is under way and its end is not known, everything is stopped, and the data are erased only when it has ended.",
  "page.data.erase.confirm": "I understand, erase everything about me",
  "page.data.erase.button": "Stop everything and erase",
  "page.data.erase.unconfirmed": "Tick the box if you mean it. Nothing was done.",
  "page.data.waiting.title": "Everything is stopped, nothing is erased yet",
  "page.data.waiting.text":
    "Autopay is off and cards are removed: nothing more is debited. The data can be erased when the following has ended. Come back then and press the button once more.",
  "page.data.waiting.unconfirmed": "You have not confirmed this payment at the bank:",
  "page.data.waiting.ends-by":
    "It ends by itself, within the hour: by {time} at the latest. You need not do anything. Do not confirm it any more; if the bank’s page is still open, press “Cancel” there. Then come back here and press the button once more.",
  "page.data.waiting.undecided": "It is not known yet whether this money was debited:",
  "page.data.waiting.owed-back": "This money is on its way back to you:",
  "page.data.waiting.looked-into": "An operator is looking into this payment:",
  "page.data.waiting.running": "Something is being stopped right now; try again in a minute.",
  "page.data.erased.title": "Your data are erased",
  "page.data.erased.text":
    "Autopay is off, cards are removed, you are signed out everywhere. A last mail is on its way to your confirmed address, if you had one.",

  "page.profile.back": "To the profile",

  "page.mail.title": "Mail address",
  "page.mail.none": "There is no address: no mail comes, and autopay does not debit.",
  "page.mail.proved": "Confirmed: bills go here",
  "page.mail.unproved": "Not confirmed: nothing goes here",
  "page.mail.pending": "Waits to be confirmed: {address}. The link in the mail is good until {until}.",
  "page.mail.bounced":
    "Mail to this address has been coming back since {since}. We send nothing there any more, and autopay does not debit: there is no way to tell you in advance. Check the address and confirm it again, or enter another one.",
  "page.mail.complained":
    "A mail of ours was marked as spam: {since}. We send nothing there any more, and autopay does not debit: there is no way to tell you in advance. If you want our mail, confirm the address again or enter another one.",
  "page.mail.change": "Enter another address",
  "page.mail.lead":
    "A mail with a link goes to the new address. Until you confirm it, bills go to the confirmed address that you had before.",
  "page.mail.address": "New address",
  "page.mail.address.hint": "One address, like anna@example.org",
  "page.mail.send": "Send me the link",
  "page.mail.proof.title": "Confirm the address",
  "page.mail.proof.text": "Address {address}: once it is confirmed, bills and notices of debits go there.",
  "page.mail.proof.button": "Confirm the address",
  "page.mail.proof.none":
    "There is nothing to confirm: the link was used already, is too old, or was sent to somebody else. Enter the address again.",

  "page.identifiers.title": "Saved numbers",
  "page.identifiers.lead":
    "We find bills by these numbers. Save your own, and those of people for whom you pay with their consent.",
  "page.identifiers.none": "There are no numbers yet.",
  "page.identifiers.add": "Add a number",
  "page.identifiers.text": "Number",
  "page.identifiers.text.hint": "As it stands on the paper; blanks and dashes do not matter",
  "page.identifiers.kind": "What kind of number",
  "page.identifiers.kind.any": "Tell by its form",
  "page.identifiers.label": "Name",
  "page.identifiers.label.hint": "For yourself, like “Mother’s flat”; may be left empty",
  "page.identifiers.save": "Save the number",
  "page.identifiers.since": "Saved",
  "page.identifiers.proved": "Vouched for by the sign-in service",
  "page.identifiers.unproved": "Not proved",
  "page.identifiers.problem.text": "Write the number",
  "page.identifiers.problem.ambiguous": "By its form it can be several things. Choose which one: {kinds}.",
  "page.identifiers.delete": "Remove the number",
  "page.identifiers.delete.text":
    "Bills that you saw by this number alone disappear from your pages, and autopays over it end. Payments stay.",
} as const satisfies Record<keyof typeof peopleRu, string>;
