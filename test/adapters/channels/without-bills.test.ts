import { describe, expect, test } from "vitest";
import { renderMail } from "../../../adapters/channels/email/render.ts";
import type { MessageEvent } from "../../../words/message-events.ts";
import { messageAbout } from "./messages.ts";

/** What the owner of an autopay is told that sends sums of their own: a donation, a top-up of a phone. */
const told = [
  "notice",
  "notice-changed",
  "failed-retry",
  "needs-confirmation",
  "confirmation-reminder",
  "being-checked",
  "paid",
  "failed",
  "charged-after-stop",
  "nothing-taken",
  "money-returning",
  "money-returned",
  "over-limit-skipped",
  "question-unanswered",
  "mandate-created",
  "mandate-changed",
  "mandate-paused",
  "mandate-resumed",
  "mandate-ended",
  "mandate-expiring",
  "mandate-renewed",
] as const satisfies readonly MessageEvent[];

/** Words for a bill; a payer's account and the name of such a payment are none. */
const speaksOfBills = {
  ru: /(?<!лицевой )(?<!лицевого )(?<!без )счёт|оплатить до/iu,
  en: /(?<!without a )\bbills?\b|due by/iu,
};

describe.each(["ru", "en"] as const)("money that nobody has asked for, in %s", (locale) => {
  test.each(told)("the mail about %s speaks of no bill, of none that is due, and leads to none", (event) => {
    const message = messageAbout(event, locale);
    const { pay: _, bill: __, ...links } = message.links;
    for (const need of ["confirm-again", "over-limit", "new-method", null]) {
      if (need === null && /confirmation/.test(event)) continue;
      const facts = { ...message.facts, unasked: true, purpose: "Платёж без счёта: Связь" };
      const { subject, text } = renderMail({ ...message, links, facts: { ...facts, need } });
      expect(`${subject}\n${text}`.replace(/^.*(?:Песочница|Sandbox).*$/gmu, "")).not.toMatch(
        speaksOfBills[locale],
      );
    }
  });
});
