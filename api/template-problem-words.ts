import type { ProblemLocale, Words } from "./problem-words.ts";

/** What may stand against a template, or against a payment that no bill asks for. */
export const TEMPLATE_PROBLEM_WORDS = {
  "template-not-found": {
    ru: ["Такого шаблона нет", "Возможно, вы его удалили."],
    en: ["There is no such template", "You may have removed it."],
  },
  "templates-full": {
    ru: ["Шаблонов уже слишком много", "Может быть не больше 100 шаблонов. Удалите ненужные."],
    en: ["Too many templates", "There can be at most 100 of them. Remove those that are not needed."],
  },
  "paid-just-now": {
    ru: [
      "Такой платёж вы сделали только что",
      "Та же сумма тому же получателю была меньше десяти минут назад. Если нужно заплатить ещё раз, подтвердите это.",
    ],
    en: [
      "You have just made this payment",
      "The same sum went to the same biller less than ten minutes ago. To pay once more, say so.",
    ],
  },
  "nothing-due": {
    ru: [
      "Платить сейчас нечего",
      "По этому шаблону нет неоплаченных счетов. Когда счёт придёт, он появится здесь.",
    ],
    en: ["Nothing is due now", "There is no unpaid bill for this template. When one comes, it will be here."],
  },
  "sum-not-taken": {
    ru: [
      "Получатель не принимает такую сумму без счёта",
      "Выберите «сколько начислено» или сумму, которую этот получатель принимает.",
    ],
    en: [
      "The biller does not take such a sum without a bill",
      "Choose “what is due”, or a sum that this biller takes.",
    ],
  },
} as const satisfies Record<string, Record<ProblemLocale, Words>>;
