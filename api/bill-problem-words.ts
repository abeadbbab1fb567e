import type { ProblemLocale, Words } from "./problem-words.ts";

/** What may be wrong with a bill as a source tells it, or with what an autopay follows. */
export const BILL_PROBLEM_WORDS = {
  "bill-nameless": {
    ru: ["Счёт нечем назвать", "Укажите УИН, либо лицевой счёт и период."],
    en: ["The bill has no name", "Name its UIN, or an account and a period."],
  },
  "full-amount-below-amount": {
    ru: ["Вся сумма меньше остатка", "fullAmount: сумма счёта целиком, amount: сколько осталось без скидки."],
    en: [
      "The whole is less than what is left",
      "fullAmount is the whole sum, amount what is left of it without the discount.",
    ],
  },
  "discount-invalid": {
    ru: [
      "Такой скидки не бывает",
      "После скидки должна остаться сумма к оплате: процент меньше 100, доля меньше 1, сумма меньше счёта.",
    ],
    en: [
      "No such discount",
      "Something has to be left to pay: a percentage below 100, a share below 1, an amount below the bill.",
    ],
  },
  "identifier-not-saved": {
    ru: ["Такого номера нет в вашем профиле", "Сначала сохраните номер в профиле: автоплатёж идёт по нему."],
    en: ["This number is not in your profile", "Save the number in your profile first: autopay follows it."],
  },
} as const satisfies Record<string, Record<ProblemLocale, Words>>;
