import type { MethodRefusal } from "../domain/capability-matrix.ts";
import { say } from "../words/say.ts";
import type { ProblemLocale, Words } from "./problem-words.ts";

/** Why a method is not taken: the sentence that the page shows beside the method. */
function methodWords(
  code:
    | MethodRefusal
    | "method-needed"
    | "kind-not-bindable"
    | "kind-with-method"
    | "phone-needed"
    | "phone-not-used",
): Record<ProblemLocale, Words> {
  const words = (locale: ProblemLocale): Words => [
    say(locale, "method.why.title"),
    say(locale, `method.why.${code}`),
  ];
  return { ru: words("ru"), en: words("en") };
}

/** Every expected failure about a method, in words for people. */
export const METHOD_PROBLEM_WORDS = {
  "method-not-found": {
    ru: ["Карта не найдена", "Такого способа оплаты у вас нет."],
    en: ["Payment method not found", "You have no such payment method."],
  },
  "method-not-active": {
    ru: [
      "Карта не действует",
      "Этой картой платить нельзя: она не привязана до конца, отвязана или просрочена.",
    ],
    en: [
      "The method is not active",
      "It cannot pay: its binding is not finished, it was withdrawn, or it expired.",
    ],
  },
  "method-not-allowed": methodWords("method-not-allowed"),
  "method-needed": methodWords("method-needed"),
  "method-at-another-gateway": methodWords("method-at-another-gateway"),
  "gateway-unknown": {
    ru: ["Нет такого платёжного шлюза", "Здесь есть другие; их перечисляет GET /v1/method-kinds."],
    en: ["No such gateway", "There are others here; GET /v1/method-kinds lists them."],
  },
  "kind-not-at-gateway": methodWords("kind-not-at-gateway"),
  "kind-not-bindable": methodWords("kind-not-bindable"),
  "kind-with-method": methodWords("kind-with-method"),
  "phone-needed": methodWords("phone-needed"),
  "phone-not-used": methodWords("phone-not-used"),
  "wallet-not-taken": methodWords("wallet-not-taken"),
  "confirmed-each-time": methodWords("confirmed-each-time"),
  "not-saved-there": methodWords("not-saved-there"),
  "use-not-consented": methodWords("use-not-consented"),
  "not-in-batch": methodWords("not-in-batch"),
  "not-in-section": methodWords("not-in-section"),
  "not-for-organisations": methodWords("not-for-organisations"),
  "currency-not-taken": methodWords("currency-not-taken"),
  "amount-below-least": methodWords("amount-below-least"),
  "amount-above-most": methodWords("amount-above-most"),
  "binding-failed": {
    ru: ["Карта не привязана", "Банк не привязал карту. Попробуйте ещё раз или возьмите другую."],
    en: ["The card was not bound", "The bank did not bind the card. Try again, or take another one."],
  },
} as const satisfies Record<string, Record<ProblemLocale, Words>>;
