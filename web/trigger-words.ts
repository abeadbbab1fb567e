import type { Mandate } from "../api/client.ts";
import { formatDate, formatInstant, formatMoney } from "../words/format.ts";
import type { Locale } from "../words/locale.ts";
import { say } from "../words/say.ts";
import type { AskedTrigger } from "./trigger-form.ts";
import type { Visit } from "./visit.ts";

/** So many days, hours or minutes as people say them: the largest that is whole. */
export function coolDownWords(locale: Locale, minutes: number): string {
  if (minutes % 1440 === 0 && minutes > 0)
    return say(locale, "page.trigger.cool-down.days", { count: minutes / 1440 });
  if (minutes % 60 === 0 && minutes > 0)
    return say(locale, "page.trigger.cool-down.hours", { count: minutes / 60 });
  return say(locale, "page.trigger.cool-down.minutes", { count: minutes });
}

type Told = Mandate["terms"]["trigger"] | AskedTrigger;
type Scheduled = Extract<Told, { kind: "on-schedule" }>;

function daysOf(locale: Locale, { schedule }: Scheduled): string {
  return schedule.kind === "monthly"
    ? say(locale, "page.schedule.monthly-days", { day: schedule.day })
    : say(locale, "page.schedule.weekly-days", { weekday: String(schedule.weekday) });
}

/** What makes a mandate pay, and what comes next of it, as names and values. */
export function triggerFacts(
  visit: Visit,
  { terms: { trigger }, nextRun, balanceToldAt }: Pick<Mandate, "terms" | "nextRun" | "balanceToldAt">,
): readonly (readonly [name: string, value: string])[] {
  const { locale, zone } = visit;
  if (trigger.kind === "on-bill")
    return [[say(locale, "page.trigger.when"), say(locale, "page.trigger.when.bill")]];
  if (trigger.kind === "on-schedule") return scheduleFacts(locale, trigger, nextRun);
  const { below, topUp, perDay, coolDownMinutes } = trigger;
  return [
    [
      say(locale, "page.trigger.when"),
      say(locale, "page.trigger.fact.balance", {
        below: formatMoney(locale, below),
        amount: formatMoney(locale, topUp),
      }),
    ],
    [say(locale, "page.trigger.fact.per-day"), formatMoney(locale, perDay)],
    [say(locale, "page.trigger.cool-down"), coolDownWords(locale, coolDownMinutes)],
    [
      say(locale, "page.trigger.fact.reading"),
      balanceToldAt === null
        ? say(locale, "page.trigger.fact.reading.none")
        : say(locale, "page.trigger.fact.reading.at", { at: formatInstant(locale, balanceToldAt, zone) }),
    ],
  ];
}

function scheduleFacts(
  locale: Locale,
  trigger: Scheduled,
  nextRun: Mandate["nextRun"],
): readonly (readonly [name: string, value: string])[] {
  const { schedule, pays, nonWorkingDay } = trigger;
  const due = pays === "due";
  const amount = due ? say(locale, "page.schedule.due") : formatMoney(locale, pays);
  const facts: (readonly [string, string])[] = [
    [
      say(locale, "page.schedule.title"),
      schedule.kind === "monthly"
        ? say(locale, "page.schedule.monthly", { day: schedule.day, amount })
        : say(locale, "page.schedule.weekly", { weekday: String(schedule.weekday), amount }),
    ],
    [
      say(locale, "page.schedule.day-off"),
      say(locale, `page.schedule.day-off.${nonWorkingDay?.rule ?? "same"}`),
    ],
  ];
  if (nextRun === null) return facts;
  const day = formatDate(locale, nextRun.debitOn);
  const told =
    nextRun.certainty === "decreed" ? day : say(locale, "page.schedule.next.not-decreed-yet", { day });
  return [...facts, [say(locale, due ? "page.schedule.next.due" : "page.schedule.next"), told]];
}

/** What a consent speaks of. */
type Agreed = {
  readonly biller: string;
  readonly account: string;
  readonly trigger: AskedTrigger;
  readonly lateBill: "ask" | "pay";
  readonly noticePack: string;
  readonly confirmsTopUps: boolean;
};

/** What is paid and what makes it be paid, sentence by sentence of the consent. */
export function triggerParagraphs(locale: Locale, agreed: Agreed): readonly string[] {
  const { biller, account, trigger } = agreed;
  const named = { biller, account };
  switch (trigger.kind) {
    case "on-bill":
      return [say(locale, "page.consent.mandate.what", named), say(locale, "page.consent.trigger.bill")];
    case "on-schedule": {
      const days = daysOf(locale, trigger);
      const off = say(locale, `page.consent.trigger.off-${trigger.nonWorkingDay?.rule ?? "same"}`);
      if (trigger.pays !== "due")
        return [
          say(locale, "page.consent.trigger.own", { ...named, amount: formatMoney(locale, trigger.pays) }),
          say(locale, "page.consent.trigger.own-days", { days }),
          off,
        ];
      return [
        say(locale, "page.consent.mandate.what", named),
        say(locale, "page.consent.trigger.due-days", { days }),
        off,
        say(locale, `page.consent.trigger.wait-${agreed.lateBill}`),
        say(locale, "page.consent.trigger.discount"),
      ];
    }
    case "on-balance":
      return balanceParagraphs(locale, agreed, trigger);
  }
}

function balanceParagraphs(
  locale: Locale,
  { biller, account, confirmsTopUps, noticePack }: Agreed,
  trigger: Extract<AskedTrigger, { kind: "on-balance" }>,
): readonly string[] {
  const money = (amount: AskedTriggerSum) => formatMoney(locale, amount);
  return [
    say(locale, "page.consent.trigger.balance", {
      biller,
      account,
      below: money(trigger.below),
      amount: money(trigger.topUp),
    }),
    say(
      locale,
      noticePack === "demo" ? "page.consent.trigger.balance-notice" : "page.consent.trigger.balance-later",
    ),
    say(locale, "page.consent.trigger.balance-day", { perDay: money(trigger.perDay) }),
    say(locale, "page.consent.trigger.balance-wait", {
      wait: coolDownWords(locale, trigger.coolDownMinutes),
    }),
    ...(confirmsTopUps ? [say(locale, "page.consent.trigger.balance-confirmed")] : []),
  ];
}

type AskedTriggerSum = Extract<AskedTrigger, { kind: "on-balance" }>["below"];
