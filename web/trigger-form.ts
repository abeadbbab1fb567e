import { z } from "zod";
import type { BillerDetails, EditMandate, Mandate } from "../api/client.ts";
import { paysBills } from "../domain/trigger.ts";
import { NON_WORKING_DAY_RULES } from "../domain/working-days/country-days.ts";
import { formatMoney } from "../words/format.ts";
import { say } from "../words/say.ts";
import { parseRoubles, roublesForField } from "./amounts.ts";
import type { SentForm } from "./form-guard.ts";
import type { FieldProblems } from "./parts/forms.tsx";
import type { Visit } from "./visit.ts";

export const WHENS = ["bill", "month", "week", "balance"] as const;
export type When = (typeof WHENS)[number];

const text = z.string().max(40);

/** What makes a mandate act, as the form was filled in. */
export const triggerFormShape = z.object({
  when: z.enum(WHENS),
  day: text,
  weekday: text,
  dayOff: z.enum(NON_WORKING_DAY_RULES),
  pays: z.enum(["due", "own"]),
  amount: text,
  below: text,
  topUp: text,
  perDay: text,
  coolDown: text,
});

export type TriggerForm = z.infer<typeof triggerFormShape>;

/** The trigger as the API takes it. */
export type AskedTrigger = NonNullable<EditMandate["trigger"]>;

/** What may be chosen here: by what the biller allows, and for a mandate that lives, by what it already is. */
export type TriggerOffer = {
  readonly whens: readonly [When, ...When[]];
  readonly pays: readonly ["due" | "own", ...("due" | "own")[]];
  /** Bounds of a sum of one's own; null: the biller takes none. */
  readonly sums: BillerDetails["withoutBill"];
  /** The biller says when a top-up has come, and the next one waits for that. */
  readonly confirmsTopUps: boolean;
};

/** Minutes between top-ups that the form offers. */
export const COOL_DOWNS = ["60", "360", "1440", "4320", "10080"] as const;

/** What a new mandate at this biller may choose. */
export function offerOf(biller: Pick<BillerDetails, "withoutBill" | "balances">): TriggerOffer {
  const { withoutBill: sums, balances } = biller;
  return {
    whens: balances === null ? ["bill", "month", "week"] : ["bill", "month", "week", "balance"],
    pays: sums === null ? ["due"] : ["due", "own"],
    sums,
    confirmsTopUps: balances?.confirmsTopUps ?? false,
  };
}

/** What a living mandate may become: bills on other days, other days or sums, another balance; another kind is another mandate. */
export function offerOfEdit(
  { terms: { trigger } }: Mandate,
  biller: Pick<BillerDetails, "withoutBill" | "balances">,
): TriggerOffer {
  const all = offerOf(biller);
  if (trigger.kind === "on-balance") return { ...all, whens: ["balance"], pays: ["own"] };
  if (trigger.kind === "on-schedule" && trigger.pays !== "due")
    return { ...all, whens: ["month", "week"], pays: ["own"] };
  return { ...all, whens: ["bill", "month", "week"], pays: ["due"] };
}

const PROPOSED: TriggerForm = {
  when: "bill",
  day: "10",
  weekday: "1",
  dayOff: "next",
  pays: "due",
  amount: "",
  below: "",
  topUp: "",
  perDay: "",
  coolDown: "1440",
};

/** At first: when a bill arrives, as before; where bills are not what is paid, the first that is offered. */
export function proposedTrigger(): TriggerForm {
  return PROPOSED;
}

/** A mandate's trigger as the form shows it. */
export function triggerFormOf({ terms: { trigger } }: Mandate): TriggerForm {
  switch (trigger.kind) {
    case "on-bill":
      return PROPOSED;
    case "on-schedule": {
      const { schedule, pays, nonWorkingDay } = trigger;
      return {
        ...PROPOSED,
        ...(schedule.kind === "monthly"
          ? { when: "month", day: String(schedule.day) }
          : { when: "week", weekday: String(schedule.weekday) }),
        dayOff: nonWorkingDay.rule,
        ...(pays === "due" ? { pays } : { pays: "own", amount: roublesForField(pays) }),
      };
    }
    case "on-balance":
      return {
        ...PROPOSED,
        when: "balance",
        below: roublesForField(trigger.below),
        topUp: roublesForField(trigger.topUp),
        perDay: roublesForField(trigger.perDay),
        coolDown: String(trigger.coolDownMinutes),
      };
  }
}

/** Takes the form apart as it was sent; an answer that is not offered becomes the first that is. */
export function readTriggerForm(form: SentForm, offer: TriggerOffer): TriggerForm {
  const oneOf = <Value extends string>(name: string, values: readonly [Value, ...Value[]]): Value =>
    values.find((value) => value === form.text(name)) ?? values[0];
  const cut = (name: string) => form.text(name).slice(0, 40);
  return {
    when: oneOf("when", offer.whens),
    day: cut("day"),
    weekday: cut("weekday"),
    dayOff: oneOf("dayOff", NON_WORKING_DAY_RULES),
    pays: oneOf("pays", offer.pays),
    amount: cut("amount"),
    below: cut("below"),
    topUp: cut("topUp"),
    perDay: cut("perDay"),
    coolDown: cut("coolDown"),
  };
}

type Checked = { readonly trigger: AskedTrigger } | { readonly problems: FieldProblems };

/** Makes a trigger of the form, or says what is wrong with it by field. */
export function checkTrigger(visit: Visit, form: TriggerForm, offer: TriggerOffer): Checked {
  if (!offer.whens.includes(form.when))
    return { problems: { when: say(visit.locale, "page.trigger.problem.when") } };
  if (form.when === "bill") return { trigger: { kind: "on-bill" } };
  return form.when === "balance" ? checkBalance(visit, form, offer) : checkSchedule(visit, form, offer);
}

function checkSchedule(visit: Visit, form: TriggerForm, offer: TriggerOffer): Checked {
  const { locale } = visit;
  const problems: Record<string, string> = {};
  const schedule = scheduleOf(form);
  if (schedule === null) problems["day"] = say(locale, "page.trigger.problem.day");
  const pays = form.pays === "due" ? form.pays : parseRoubles(form.amount);
  if (!offer.pays.includes(form.pays)) problems["pays"] = say(locale, "page.trigger.problem.when");
  else if (pays !== "due") Object.assign(problems, wrongSum(visit, "amount", pays, offer));
  if (schedule === null || pays === null || Object.keys(problems).length > 0) return { problems };
  const nonWorkingDay = { rule: form.dayOff, country: "RU" } as const;
  return { trigger: { kind: "on-schedule", schedule, pays, nonWorkingDay } };
}

type AskedSchedule = Extract<AskedTrigger, { kind: "on-schedule" }>["schedule"];
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

function scheduleOf({ when, day, weekday }: TriggerForm): AskedSchedule | null {
  if (when === "week") {
    const found = WEEKDAYS.find((one) => String(one) === weekday);
    return found === undefined ? null : { kind: "weekly", weekday: found };
  }
  return /^([1-9]|[12]\d|3[01])$/.test(day) ? { kind: "monthly", day: Number(day) } : null;
}

function checkBalance(visit: Visit, form: TriggerForm, offer: TriggerOffer): Checked {
  const { locale } = visit;
  const problems: Record<string, string> = {};
  const wrong = say(locale, "page.setup.problem.amount");
  const [below, topUp, perDay] = [form.below, form.topUp, form.perDay].map(parseRoubles);
  if (!below) problems["below"] = wrong;
  Object.assign(problems, wrongSum(visit, "topUp", topUp ?? null, offer));
  if (!perDay) problems["perDay"] = wrong;
  else if (topUp && perDay.amountMinor < topUp.amountMinor)
    problems["perDay"] = say(locale, "page.trigger.problem.per-day");
  if (!/^\d{1,5}$/.test(form.coolDown)) problems["coolDown"] = say(locale, "page.trigger.problem.when");
  if (!below || !topUp || !perDay || Object.keys(problems).length > 0) return { problems };
  return {
    trigger: { kind: "on-balance", below, topUp, perDay, coolDownMinutes: Number(form.coolDown) },
  };
}

function wrongSum(
  { locale }: Visit,
  field: string,
  amount: ReturnType<typeof parseRoubles>,
  { sums }: TriggerOffer,
): FieldProblems {
  if (amount === null) return { [field]: say(locale, "page.setup.problem.amount") };
  if (sums !== null && amount.amountMinor >= sums.leastMinor && amount.amountMinor <= sums.mostMinor)
    return {};
  const money = (amountMinor: number) => formatMoney(locale, { amountMinor, currency: "RUB" });
  const [least, most] = sums === null ? ["", ""] : [money(sums.leastMinor), money(sums.mostMinor)];
  return { [field]: say(locale, "page.trigger.problem.sum", { least, most }) };
}

/** Does it pay bills, which may come late, or sums of the payer's own? */
export function asksAboutBills(trigger: AskedTrigger | Mandate["terms"]["trigger"]): boolean {
  return trigger.kind === "on-schedule"
    ? trigger.pays === "due"
    : paysBills(trigger.kind === "on-bill" ? trigger : { ...trigger, kind: "on-balance" });
}
