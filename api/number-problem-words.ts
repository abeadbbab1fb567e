import type { ProblemLocale, Words } from "./problem-words.ts";

/** What is wrong with a number that somebody has written. */
export const NUMBER_PROBLEM_WORDS = {
  "identifier-misshapen": {
    ru: ["Номер написан неверно", "Так этот номер не пишется: проверьте число цифр."],
    en: ["The number is misshapen", "This number is not written like that: count its digits."],
  },
  "check-digit-wrong": {
    ru: ["Опечатка в номере", "Контрольная цифра не сходится: одна из цифр набрана неверно."],
    en: ["A digit is mistyped", "The check digit does not agree: one of the digits is wrong."],
  },
  "reference-wrong": {
    ru: [
      "Номер плательщика не подходит",
      "По такому номеру получатель вас не узнает. Исправьте названные поля.",
    ],
    en: [
      "The payer’s number does not fit",
      "The biller knows nobody by such a number. Correct the fields that are named.",
    ],
  },
} as const satisfies Record<string, Record<ProblemLocale, Words>>;
