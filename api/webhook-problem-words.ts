/** What may stand against a command about webhooks. */
export const WEBHOOK_PROBLEM_WORDS = {
  "webhook-not-found": {
    ru: ["Такого получателя событий нет", "Проверьте его номер: kvitok webhooks показывает всех."],
    en: ["There is no such webhook", "Check its id: kvitok webhooks lists all of them."],
  },
  "delivery-not-found": {
    ru: ["Такой доставки нет", "Проверьте номер. Доставки хранятся месяц."],
    en: ["There is no such delivery", "Check the id. Deliveries are kept for a month."],
  },
  "webhook-url-invalid": {
    ru: [
      "Адрес получателя не подходит",
      "Нужен полный адрес не длиннее 2000 знаков, без имени и пароля и без части после #.",
    ],
    en: [
      "This address cannot receive events",
      "Give a whole address of at most 2,000 characters, without user name and password and without a part behind #.",
    ],
  },
  "webhook-url-not-https": {
    ru: ["Нужен адрес https", "События уходят только по https: назовите адрес с https://."],
    en: ["An https address is needed", "Events travel by https only: give an address with https://."],
  },
  "webhook-url-not-public": {
    ru: [
      "Адрес не из открытого интернета",
      "Назовите сервер с открытым адресом. Свой внутренний сервер владелец установки разрешает в KVITOK_WEBHOOK_ALLOW.",
    ],
    en: [
      "This is no address of the public internet",
      "Give a server with a public address. A server of your own network is allowed by whoever runs this deployment, in KVITOK_WEBHOOK_ALLOW.",
    ],
  },
  "webhook-disabled": {
    ru: ["Получатель событий выключен", "Сначала включите его, затем повторите."],
    en: ["This webhook is disabled", "Enable it first, then try again."],
  },
} as const;
