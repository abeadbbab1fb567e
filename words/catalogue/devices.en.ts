import type { devicesRu } from "./devices.ru.ts";

/** Texts of the page about notifications in browsers, in English. */
export const devicesEn = {
  "page.push.title": "Notifications on devices",
  "page.push.lead":
    "Kvitok can show notifications on this computer or phone, even when the page is closed: before a debit, when a payment waits for you, when a bill arrives.",
  "page.push.what.ask":
    "The browser asks once, after you press the button. You can switch them off here or in the browser’s settings.",
  "page.push.what.private":
    "A message is sealed for your browser: the browser’s push service sees only that there was one.",
  "page.push.what.notice":
    "A notice of a debit counts as received only when the browser has shown it. If it has not, we tell you in another way or do not debit.",
  "page.push.what.mail": "Mails come as before.",
  "page.push.here": "On this device",
  "page.push.button": "Switch notifications on here",
  "page.push.no-script":
    "Switching notifications on needs JavaScript. Switching devices off and hiding amounts works without it.",
  "page.push.off":
    "The operator of this service has not switched browser notifications on. Messages come by mail.",
  "page.push.say.unsupported":
    "This browser shows no notifications. On an iPhone or iPad add Kvitok to the Home Screen and open it from there; on a computer Firefox, Chrome, Edge or Safari will do.",
  "page.push.say.denied":
    "This browser does not allow notifications of Kvitok. Allow them in the settings of this site (the sign left of the address) and reload the page.",
  "page.push.say.dismissed":
    "The browser got no answer. Notifications are not on; you can press the button again.",
  "page.push.say.waiting": "The browser asks for your permission. Answer it.",
  "page.push.say.connecting": "Permission is given, connecting…",
  "page.push.say.away":
    "The browser’s push service does not answer: the network may not let it through, or the browser has it switched off. Notifications are not on. Try later or in another network; mails come as before.",
  "page.push.say.elsewhere":
    "This browser does not show your notifications: they were switched off, or it shows those of somebody else who signed in here. Press the button to get your own; the others will not be shown here any more.",
  "page.push.say.here": "Notifications are on here.",
  "page.push.devices": "Where they are on",
  "page.push.none": "Nowhere yet.",
  "page.push.device.unknown": "An unknown device",
  "page.push.device.since": "On since",
  "page.push.device.accepted": "Last one sent",
  "page.push.device.shown": "Last one shown",
  "page.push.device.never": "none yet",
  "page.push.device.remove": "Switch off",
  "page.push.amounts": "What the lock screen shows",
  "page.push.amounts.no": "Only what happened",
  "page.push.amounts.no.hint": "For example: “Autopay on December 9”. No amounts, no payees.",
  "page.push.amounts.yes": "With amount and payee",
  "page.push.amounts.yes.hint": "Anybody who looks at the screen sees them.",
  "page.done.push-on": "Notifications are on at this device.",
  "page.done.push-removed": "Notifications at that device are off.",
  "page.done.push-amounts": "What the lock screen shows is saved.",
} satisfies Record<keyof typeof devicesRu, string>;
