import { describe, expect, test } from "vitest";
import { renderMail } from "../../adapters/channels/email/render.ts";
import { declineOf } from "../../domain/decline.ts";
import {
  actionIn,
  PAYER_ACTIONS,
  type Reason,
  REASON_NAMES,
  type ReasonFacts,
  REASONS,
  type Situation,
} from "../../domain/declines/reason.ts";
import { STRIPE_DECLINES, STRIPE_ENDINGS } from "../../domain/declines/stripe.ts";
import { YOOKASSA_DECLINES } from "../../domain/declines/yookassa.ts";
import { NEEDS } from "../../domain/payment.ts";
import { CATALOGUE } from "../../words/catalogue/catalogue.ts";
import { LOCALES } from "../../words/locale.ts";
import { needWords, planWords, reasonOf, reasonWords } from "../../words/reasons.ts";
import { say } from "../../words/say.ts";
import { messageAbout } from "../adapters/channels/messages.ts";

const codes = [
  ...Object.keys(YOOKASSA_DECLINES).map((code) => ["yookassa", code] as const),
  ...Object.keys({ ...STRIPE_DECLINES, ...STRIPE_ENDINGS }).map((code) => ["stripe", code] as const),
];
const situationsOf = (reason: Reason): readonly Situation[] => [
  { kind: "again" },
  { kind: "asked", need: REASONS[reason].need },
  { kind: "over" },
];

describe.each(LOCALES)("in %s", (locale) => {
  test.each(REASON_NAMES)("%s says what happened and what its payer can do, in every situation", (reason) => {
    for (const situation of situationsOf(reason)) {
      const { why, advice, action } = reasonWords(locale, reason, situation);
      expect(why.length).toBeGreaterThan(10);
      expect(advice).toBe(say(locale, `reason.action.${action}`));
      expect(PAYER_ACTIONS).toContain(action);
    }
  });

  test("every code of every gateway has words, and one of tomorrow those of a plain refusal", () => {
    for (const [gateway, code] of codes) {
      const reason = reasonOf({ gateway, code });
      expect(reason, code).toBe(declineOf(gateway, code).reason);
    }
    expect(reasonOf({ gateway: "stripe", code: "a_code_of_tomorrow", because: "unlisted" })).toBe("unlisted");
    expect(say(locale, "reason.why.unlisted").length).toBeGreaterThan(10);
  });

  test("every need has words", () => {
    for (const need of NEEDS) expect(needWords(locale, need).length).toBeGreaterThan(10);
  });

  test("a plan names every try, the next one first", () => {
    expect(planWords(locale, [])).toBeUndefined();
    expect(planWords(locale, ["A"])).toContain("A");
    expect(planWords(locale, ["A", "B", "C"])).toMatch(/A.*B; C/);
  });
});

test("a payer who is asked is never told to do nothing, and one whose payment is over never to confirm it", () => {
  for (const reason of REASON_NAMES) {
    const { need, action: own }: ReasonFacts = REASONS[reason];
    if (own === "do-not-pay") continue;
    expect(actionIn(reason, { kind: "asked", need })).not.toBe("wait");
    expect(["wait", "confirm"]).not.toContain(actionIn(reason, { kind: "over" }));
    expect(actionIn(reason, { kind: "again" })).not.toBe("confirm");
  }
});

test("lost, stolen, blacklisted and suspected are told in the words of any card that cannot be used", () => {
  const silent = [
    "lost_card",
    "stolen_card",
    "pickup_card",
    "fraudulent",
    "merchant_blacklist",
    "security_violation",
  ];
  for (const code of silent) expect(reasonOf({ gateway: "stripe", code })).toBe("card-unusable");
  expect(reasonOf({ gateway: "yookassa", code: "fraud_suspected" })).toBe("card-unusable");
  expect(Object.values(CATALOGUE.ru).join()).not.toMatch(/мошен|украден|похищен/i);
  expect(Object.values(CATALOGUE.en).join()).not.toMatch(/fraud|stolen/i);
});

test("what never reached the bank is not told as its refusal, and our own remarks are no reason at all", () => {
  for (const code of ["absent", "technical"])
    expect(reasonOf({ gateway: "yookassa", code })).toBe("not-sent");
  expect(reasonOf({ gateway: "yookassa", code: "ours" })).toBe("our-fault");
  for (const remark of ["card budget of the day", "deadline", "ghost", "over-limit", "held:all", "stopped"]) {
    expect(reasonOf({ gateway: "yookassa", code: remark })).toBeNull();
  }
  expect(reasonOf({ gateway: "yookassa", code: null })).toBeNull();
});

/** The mails that can follow a decline, with what the payer can do then. */
const mails = (reason: Reason) => {
  const { need, action }: ReasonFacts = REASONS[reason];
  if (action === "do-not-pay") return [["being-checked", null, { kind: "over" }]] as const;
  return [
    ["failed-retry", null, { kind: "again" }],
    ["needs-confirmation", need, { kind: "asked", need }],
    ["confirmation-reminder", need, { kind: "asked", need }],
    ["failed", null, { kind: "over" }],
  ] as const;
};

describe.each(LOCALES)("mails in %s", (locale) => {
  test.each(REASON_NAMES)("about %s tell why, what to do, and lead to our own page only", (reason) => {
    for (const [event, need, situation] of mails(reason)) {
      const message = messageAbout(event, locale);
      const facts = { ...message.facts, reason: "the vendor’s code", because: reason, need };
      const { text, html } = renderMail({ ...message, facts });
      const words = reasonWords(locale, reason, situation);
      expect(text, event).toContain(words.why);
      expect(text, event).toContain(words.advice);
      expect(text).not.toMatch(/the vendor|undefined|null|\{/);
      const links = [...html.matchAll(/href="([^"]+)"/g)].map((found) => found[1] ?? "");
      expect(links.every((link) => link.startsWith("https://kvitok.example/"))).toBe(true);
      const first = { "other-card": "methods", "bind-again": "methods", "pay-again": "pay" }[
        words.action as string
      ];
      if (first !== undefined && event !== "failed-retry") expect(links[0]).toContain(`/l/${first}?`);
    }
  });

  test("about a failure name the whole plan, each try with its time", () => {
    const message = messageAbout("failed-retry", locale);
    const plan = ["2026-12-09T05:00:00+00:00", "2026-12-10T09:00:00+00:00", "2026-12-11T07:15:00+00:00"];
    const facts = {
      ...message.facts,
      because: "not-enough-money",
      plan: plan.map((at) => ({ at, kind: "payday" })),
    };
    const { text } = renderMail({ ...message, facts });
    for (const time of ["08:00", "12:00", "10:15"]) expect(text).toContain(time);
  });

  test("that remind say until when we can wait", () => {
    expect(renderMail(messageAbout("confirmation-reminder", locale)).text).toMatch(/^.*2026.*21:00/);
  });
});

test("a later question is not explained by an earlier decline", () => {
  const message = messageAbout("needs-confirmation", "ru");
  const facts = { ...message.facts, because: "not-enough-money", need: "over-limit" };
  const { text } = renderMail({ ...message, facts });
  expect(text).toContain(needWords("ru", "over-limit"));
  expect(text).not.toContain("не хватило денег");
});
