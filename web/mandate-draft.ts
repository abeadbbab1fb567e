import { z } from "zod";
import type { CreateMandateInput, Mandate } from "../api/client.ts";
import { NOTICE_PACK_NAMES } from "../domain/notice-policy.ts";
import { say } from "../words/say.ts";
import { parseRoubles, roublesForField } from "./amounts.ts";
import type { SentForm } from "./form-guard.ts";
import type { FieldProblems } from "./parts/forms.tsx";
import {
  type AskedTrigger,
  checkTrigger,
  proposedTrigger,
  readTriggerForm,
  triggerFormOf,
  triggerFormShape,
  type TriggerOffer,
} from "./trigger-form.ts";
import type { Visit } from "./visit.ts";

const periods = ["day", "week", "month", "year"] as const;
const text = z.string().max(200);

/** The form of the terms as it was filled in, before anything is made of it. */
export type TermsForm = z.infer<typeof termsFormShape>;

export const termsFormShape = z.object({
  methods: z.array(text),
  perPayment: z.enum(["limited", "unlimited"]),
  perPaymentLimit: text,
  perPeriod: z.enum(["unlimited", ...periods]),
  perPeriodLimit: text,
  overLimit: z.enum(["ask", "skip"]),
  lateBill: z.enum(["ask", "pay"]),
  unusualAmount: z.enum(["ask", "pay"]).default("ask"),
  noticePack: z.enum(NOTICE_PACK_NAMES),
  trigger: triggerFormShape,
});

/** A mandate that is being set up; lies sealed in the browser between the steps. */
export const draftShape = z.object({
  billerId: text,
  billerName: text,
  account: text,
  /** The method that is proposed first, where it may be charged so. */
  methodId: text.optional(),
  terms: termsFormShape.optional(),
});

export type MandateDraft = z.infer<typeof draftShape>;

/** What the form asks for, ready for the API. */
export type AskedTerms = Pick<
  Required<CreateMandateInput>,
  "methods" | "limitPerPayment" | "limitPerPeriod" | "overLimit" | "lateBill" | "unusualAmount" | "noticePack"
> & { readonly trigger: AskedTrigger };

/** The terms that the form proposes at first: one card, careful limits, questions instead of surprises. `usable`: ids of methods that may be chosen. */
export function proposedTerms(usable: readonly string[], wanted?: string): TermsForm {
  const methodId = usable.find((id) => id === wanted) ?? usable[0];
  return {
    methods: methodId === undefined ? [] : [methodId],
    perPayment: "limited",
    perPaymentLimit: "10000",
    perPeriod: "unlimited",
    perPeriodLimit: "",
    overLimit: "ask",
    lateBill: "ask",
    unusualAmount: "ask",
    noticePack: "RU",
    trigger: proposedTrigger(),
  };
}

/** The terms of a mandate as the form shows them. */
export function termsFormOf(mandate: Mandate): TermsForm {
  const { terms } = mandate;
  const { limitPerPayment: one, limitPerPeriod: period } = terms;
  return {
    methods: terms.methods,
    perPayment: one === "unlimited" ? "unlimited" : "limited",
    perPaymentLimit: one === "unlimited" ? "" : roublesForField(one),
    perPeriod: period === "unlimited" ? "unlimited" : period.period,
    perPeriodLimit: period === "unlimited" ? "" : roublesForField(period.amount),
    overLimit: terms.overLimit,
    lateBill: terms.lateBill,
    unusualAmount: terms.unusualAmount,
    noticePack: terms.noticePack,
    trigger: triggerFormOf(mandate),
  };
}

/** Takes the form apart as it was sent. An answer that the form does not offer becomes its most careful one. */
export function readTermsForm(form: SentForm, offer: TriggerOffer): TermsForm {
  const oneOf = <Value extends string>(name: string, values: readonly [Value, ...Value[]]): Value =>
    values.find((value) => value === form.text(name)) ?? values[0];
  const first = form.text("method");
  const fallback = form.text("fallback");
  return {
    methods: [first, fallback].filter((id, index, all) => id !== "" && all.indexOf(id) === index),
    perPayment: oneOf("perPayment", ["limited", "unlimited"]),
    perPaymentLimit: form.text("perPaymentLimit").slice(0, 40),
    perPeriod: oneOf("perPeriod", ["unlimited", ...periods]),
    perPeriodLimit: form.text("perPeriodLimit").slice(0, 40),
    overLimit: oneOf("overLimit", ["ask", "skip"]),
    lateBill: oneOf("lateBill", ["ask", "pay"]),
    unusualAmount: oneOf("unusualAmount", ["ask", "pay"]),
    noticePack: oneOf("noticePack", NOTICE_PACK_NAMES),
    trigger: readTriggerForm(form, offer),
  };
}

/** Makes terms of the form, or says what is wrong with it by field. `usable`: ids of methods that may be chosen. */
export function checkTerms(
  visit: Visit,
  form: TermsForm,
  may: { readonly usable: readonly string[]; readonly offer: TriggerOffer },
): { readonly terms: AskedTerms } | { readonly problems: FieldProblems } {
  const { locale } = visit;
  const problems: Record<string, string> = {};
  const [first, fallback] = form.methods;
  if (first === undefined || !may.usable.includes(first))
    problems["method"] = say(locale, "page.setup.problem.method");
  if (fallback !== undefined && !may.usable.includes(fallback)) {
    problems["fallback"] = say(locale, "page.setup.problem.method");
  }
  const triggered = checkTrigger(visit, form.trigger, may.offer);
  if ("problems" in triggered) Object.assign(problems, triggered.problems);
  const limitPerPayment = form.perPayment === "unlimited" ? "unlimited" : parseRoubles(form.perPaymentLimit);
  if (limitPerPayment === null) problems["perPaymentLimit"] = say(locale, "page.setup.problem.amount");
  const limitPerPeriod = readPeriodLimit(form);
  if (limitPerPeriod === null) problems["perPeriodLimit"] = say(locale, "page.setup.problem.amount");
  if (
    limitPerPayment === null ||
    limitPerPeriod === null ||
    "problems" in triggered ||
    Object.keys(problems).length > 0
  )
    return { problems };
  const { methods, overLimit, lateBill, unusualAmount, noticePack } = form;
  const { trigger } = triggered;
  return {
    terms: {
      methods: [...methods],
      limitPerPayment,
      limitPerPeriod,
      overLimit,
      lateBill,
      unusualAmount,
      noticePack,
      trigger,
    },
  };
}

function readPeriodLimit(form: TermsForm): AskedTerms["limitPerPeriod"] | null {
  if (form.perPeriod === "unlimited") return "unlimited";
  const amount = parseRoubles(form.perPeriodLimit);
  return amount === null ? null : { amount, period: form.perPeriod };
}
