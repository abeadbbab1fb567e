import type { ProblemLocale, Words } from "./problem-words.ts";

/** What can be wrong with an autopay and its consent, in words for people. */
export const MANDATE_PROBLEM_WORDS = {
  "mandate-overlap": {
    ru: ["Автоплатёж уже есть", "На этот лицевой счёт у вас уже есть автоплатёж. Измените его или отмените."],
    en: [
      "There is an autopay already",
      "You already have an autopay for this account. Edit it, or cancel it first.",
    ],
  },
  "mandate-not-active": {
    ru: ["Автоплатёж не действует", "Он приостановлен или ещё не подтверждён."],
    en: ["The autopay is not active", "It is paused, or not confirmed yet."],
  },
  "mandate-ended": {
    ru: ["Автоплатёж закончен", "Законченный автоплатёж не изменить. Создайте новый."],
    en: ["The autopay has ended", "An ended autopay cannot be changed. Set up a new one."],
  },
  "mandate-version-conflict": {
    ru: ["Автоплатёж уже изменён", "Его изменили с другого устройства. Посмотрите ещё раз."],
    en: ["The autopay was changed meanwhile", "It was edited elsewhere. Look at it again."],
  },
  "consent-missing": {
    ru: ["Нужно согласие", "Новые условия разрешают больше прежних: подтвердите их."],
    en: ["Consent is needed", "The new terms allow more than the old ones: confirm them."],
  },
  "consent-not-found": {
    ru: [
      "Отдельного согласия не было",
      "Эта версия только сузила условия: действует согласие более ранней версии.",
    ],
    en: [
      "There was no consent of its own",
      "This version only narrowed the terms: the consent of an earlier one holds.",
    ],
  },
  "consent-not-signed": {
    ru: [
      "Согласие не подписано",
      "Его дали раньше, чем согласия стали подписывать. Его текст есть в выгрузке ваших данных.",
    ],
    en: [
      "The consent is not signed",
      "It was given before consents were signed. Its text is in the export of your data.",
    ],
  },
  "balance-not-told": {
    ru: [
      "Получатель не сообщает остаток",
      "Пополнять при низком остатке можно только там, где получатель его сообщает. Выберите сумму по расписанию.",
    ],
    en: [
      "The biller does not tell balances",
      "A low balance can be topped up only where the biller tells it. Choose a sum on a schedule.",
    ],
  },
  "notice-pack-refused": {
    ru: ["Правила уведомлений не подходят", "Настоящими деньгами по этим правилам здесь не платят."],
    en: ["These notice rules are refused", "No payments with real money are made under them here."],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<ProblemLocale, Words>>>>;
