import type { ApiProblem, Client, ConfirmPayment, Method, MethodChoice } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { fieldProblems } from "../answers.tsx";
import type { SentForm } from "../form-guard.ts";
import { SAVING_CHOICES, type SavingChoice, savingConsent } from "../consent.ts";
import type { PayPageProps } from "../pages/pay.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { onceKind, otherCard } from "../parts/method-choice.tsx";
import { USES_OF } from "../parts/saving.tsx";
import { writtenPhone } from "../written-phone.ts";
import type { Visit } from "../visit.ts";

/** The payer's methods that may stand in a mandate of this biller, the default first. */
export async function usableMethods(client: Client, billerId: string): Promise<readonly Method[]> {
  return allowedOf(await client.chooseMethod({ billerId, use: "mandate" }));
}

/** The methods of a choice that are taken. */
export function allowedOf({ items }: MethodChoice): readonly Method[] {
  return items.filter(({ allowed }) => allowed).map(({ method }) => method);
}

/** What was chosen and written, for the same page once more. */
export function sentChoice(form: SentForm): Pick<PayPageProps, "chosen" | "phone" | "saved"> {
  return { chosen: form.text("method"), phone: form.text("phone"), saved: tickedIn(form) };
}

function tickedIn(form: SentForm): readonly SavingChoice[] {
  const sent = form.list("save");
  return SAVING_CHOICES.filter((choice) => sent.includes(choice));
}

/** What the API finds wrong with a payment, by the fields of the pay page. */
export function payProblems({ locale }: Visit, problem: ApiProblem): FieldProblems {
  if (problem.code === "bill-changed") return { method: say(locale, "page.pay.problem.changed") };
  const found = fieldProblems(problem, { methodId: "method", kind: "method", phone: "phone", save: "save" });
  return Object.keys(found).length === 0 ? { method: problem.detail } : found;
}

/** The amount as the payer saw it, and from where: a saved method, or what is taken for this payment only. The API judges all of it. */
export function paidFields(form: SentForm, { locale }: Visit): ConfirmPayment {
  const chosen = form.text("method");
  const amount = { amountMinor: Number(form.text("amount")), currency: "RUB" } as const;
  const kind = onceKind(chosen);
  // what is saved already is not saved once more
  if (kind === undefined && chosen !== otherCard && chosen !== "") return { amount, methodId: chosen };
  const phone = kind === "mobile_balance" ? writtenPhone(form.text("phone")) : "";
  return {
    amount,
    methodId: null,
    ...(kind === undefined ? {} : { kind }),
    ...(phone === "" ? {} : { phone }),
    ...savingOf(tickedIn(form), locale),
  };
}

function savingOf(ticked: readonly SavingChoice[], locale: Visit["locale"]): Pick<ConfirmPayment, "save"> {
  if (ticked.length === 0) return {};
  return {
    save: { uses: ticked.flatMap((choice) => USES_OF[choice]), consent: savingConsent(locale, ticked) },
  };
}
