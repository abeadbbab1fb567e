/** Every text of the bank's pages, Russian and English side by side. */
export type Locale = "ru" | "en";

const ru = {
  title: "Оплата",
  bindTitle: "Привязка карты",
  bank: "Банк песочницы",
  sandboxNote: "Это учебный банк: деньги не списываются. Настоящую карту не вводите.",
  shop: "Магазин",
  amount: "Сумма",
  purpose: "Назначение",
  card: "Карта",
  savedCards: "Ваши карты",
  otherCard: "Другая карта",
  number: "Номер карты",
  numberHint: "Подойдёт тестовая карта 5555 5555 5555 4477 (с подтверждением) или 5555 5555 5555 4444",
  expiry: "Срок действия",
  expiryHint: "ММ/ГГ, например 12/30",
  csc: "Код с обратной стороны",
  cscHint: "Любые три цифры",
  remember: "Запомнить карту для этого магазина",
  pay: "Оплатить",
  bind: "Привязать карту",
  back: "Вернуться в магазин",
  challengeTitle: "Подтвердите оплату",
  challengeBindTitle: "Подтвердите привязку карты",
  challengeText: "Банк, выпустивший карту, просит подтвердить операцию одноразовым кодом.",
  code: "Код из сообщения",
  codeHint: "Шесть цифр",
  demonstrationCode: "Код для демонстрации",
  confirm: "Подтвердить",
  refuse: "Отказаться",
  badNumber: "Введите номер тестовой карты из списка ниже",
  badExpiry: "Введите срок действия в виде ММ/ГГ; он не должен быть в прошлом",
  badCsc: "Введите три или четыре цифры",
  badCode: "Код не подошёл. Проверьте его и введите ещё раз",
  errorTitle: "Проверьте данные",
  testCards: "Тестовые карты",
  succeeds: "оплата проходит",
  succeedsThreeDSecure: "оплата проходит с подтверждением (3-D Secure)",
  declines: "отказ",
  paidTitle: "Оплата прошла",
  heldTitle: "Деньги на карте заблокированы до решения магазина",
  boundTitle: "Карта привязана",
  failedTitle: "Оплата не прошла",
  notBoundTitle: "Карта не привязана",
  processingTitle: "Банк обрабатывает операцию",
  reason: "Причина",
  goneTitle: "Такой страницы нет",
  goneText: "Ссылка неверна или устарела. Вернитесь в магазин и начните заново.",
  staleTitle: "Форма устарела",
  staleText: "Откройте страницу оплаты заново и повторите.",
} as const;

export type Words = Readonly<Record<keyof typeof ru, string>>;

const en: Words = {
  title: "Payment",
  bindTitle: "Link a card",
  bank: "Sandbox bank",
  sandboxNote: "This is a practice bank: no money is taken. Do not enter a real card.",
  shop: "Shop",
  amount: "Amount",
  purpose: "Purpose",
  card: "Card",
  savedCards: "Your cards",
  otherCard: "Another card",
  number: "Card number",
  numberHint: "Use the test card 5555 5555 5555 4477 (with confirmation) or 5555 5555 5555 4444",
  expiry: "Expiry date",
  expiryHint: "MM/YY, for example 12/30",
  csc: "Security code",
  cscHint: "Any three digits",
  remember: "Remember the card for this shop",
  pay: "Pay",
  bind: "Link the card",
  back: "Back to the shop",
  challengeTitle: "Confirm the payment",
  challengeBindTitle: "Confirm linking the card",
  challengeText: "The bank that issued the card asks you to confirm with a one-time code.",
  code: "Code from the message",
  codeHint: "Six digits",
  demonstrationCode: "Demonstration code",
  confirm: "Confirm",
  refuse: "Refuse",
  badNumber: "Enter the number of a test card from the list below",
  badExpiry: "Enter the expiry date as MM/YY; it must not be in the past",
  badCsc: "Enter three or four digits",
  badCode: "The code does not match. Check it and enter it again",
  errorTitle: "Check the data",
  testCards: "Test cards",
  succeeds: "the payment goes through",
  succeedsThreeDSecure: "the payment goes through with confirmation (3-D Secure)",
  declines: "declined",
  paidTitle: "The payment went through",
  heldTitle: "The money is held until the shop decides",
  boundTitle: "The card is linked",
  failedTitle: "The payment did not go through",
  notBoundTitle: "The card was not linked",
  processingTitle: "The bank is processing the operation",
  reason: "Reason",
  goneTitle: "There is no such page",
  goneText: "The link is wrong or too old. Go back to the shop and start again.",
  staleTitle: "The form is out of date",
  staleText: "Open the payment page again and repeat.",
};

export const words: Readonly<Record<Locale, Words>> = { ru, en };

/** The page's language: what the shop asked for, else what the browser prefers, else Russian. */
export function chooseLocale(asked: string | undefined, acceptLanguage: string | undefined): Locale {
  if (asked) return asked.toLowerCase().startsWith("ru") ? "ru" : "en";
  const first = (acceptLanguage ?? "").split(",")[0]?.trim().toLowerCase() ?? "";
  return first === "" || first === "*" || first.startsWith("ru") ? "ru" : "en";
}

/** Why an operation ended without money, in words; an unknown reason is shown as it is. */
export function sayReason(locale: Locale, reason: string): string {
  const known = reasons[reason];
  return known ? known[locale] : reason;
}

const reasons: Readonly<Record<string, Readonly<Record<Locale, string>>>> = {
  "3d_secure_failed": { ru: "операция не подтверждена", en: "the operation was not confirmed" },
  call_issuer: { ru: "позвоните в свой банк", en: "call your bank" },
  canceled_by_merchant: { ru: "магазин отменил оплату", en: "the shop cancelled the payment" },
  card_expired: { ru: "срок действия карты истёк", en: "the card has expired" },
  country_forbidden: { ru: "карты этой страны не принимаются", en: "cards of this country are not accepted" },
  expired_on_capture: { ru: "магазин не подтвердил оплату вовремя", en: "the shop did not confirm in time" },
  expired_on_confirmation: { ru: "время на подтверждение вышло", en: "the time to confirm is over" },
  fraud_suspected: { ru: "банк считает операцию подозрительной", en: "the bank suspects fraud" },
  general_decline: { ru: "банк отказал без объяснения", en: "the bank declined without a reason" },
  insufficient_funds: { ru: "не хватает денег", en: "not enough money" },
  invalid_card_number: { ru: "неверный номер карты", en: "the card number is wrong" },
  invalid_csc: { ru: "неверный код с обратной стороны", en: "the security code is wrong" },
  issuer_unavailable: { ru: "банк, выпустивший карту, не отвечает", en: "the card's bank does not answer" },
  payment_method_limit_exceeded: { ru: "превышен лимит карты", en: "the card's limit is exceeded" },
  payment_method_restricted: { ru: "карта заблокирована", en: "the card is blocked" },
  permission_revoked: { ru: "разрешение на списания отозвано", en: "the permission was withdrawn" },
};
