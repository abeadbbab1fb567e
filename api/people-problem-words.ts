import type { ProblemLocale, Words } from "./problem-words.ts";

/** What stands against something that a person wants to do with their own profile. */
export const PEOPLE_PROBLEM_WORDS = {
  "stronger-sign-in-needed": {
    ru: [
      "Нужен более надёжный вход",
      "Оператору нужно войти со вторым фактором: пропуск не говорит, что это сделано. Войдите заново.",
    ],
    en: [
      "A stronger sign-in is needed",
      "Operators sign in with a second factor, and the access token does not say that you did. Sign in again.",
    ],
  },
  "look-up-limit": {
    ru: [
      "Слишком много поисков по номеру",
      "Чтобы чужие счета нельзя было найти перебором, число поисков по номеру ограничено. Подождите и повторите; уже найденное доступно.",
    ],
    en: [
      "Too many look-ups by number",
      "Look-ups by number are limited, so that nobody finds other people’s bills by guessing. Wait and try again; what was found stays within reach.",
    ],
  },
  "test-message-limit": {
    ru: [
      "Слишком много пробных сообщений",
      "Несколько пробных сообщений в час — и хватит: каждое стоит почты, батареи или денег. Подождите и повторите.",
    ],
    en: [
      "Too many test messages",
      "A few an hour is all we send: each costs mail, battery or money. Wait and try again.",
    ],
  },
  "channel-away": {
    ru: ["Сюда сейчас ничего не отправить", "Сначала подключите этот способ: подтвердите адрес или номер."],
    en: ["Nothing can be sent there now", "Connect this channel first: confirm the address or the number."],
  },
  "terms-not-accepted": {
    ru: [
      "Сначала условия",
      "Прочитайте и примите условия использования. Остановить автоплатёж, выгрузить и удалить свои данные можно и без этого.",
    ],
    en: [
      "The terms come first",
      "Read and accept the terms of use. Stopping autopay, downloading and erasing your data works without that.",
    ],
  },
  "terms-changed": {
    ru: ["Условия изменились", "Появилась новая редакция условий. Прочитайте её и примите."],
    en: ["The terms have changed", "There is a new edition of the terms. Read it and accept it."],
  },
  "time-invalid": {
    ru: ["Такого времени нет", "Напишите часы и минуты через двоеточие: от 00:00 до 23:59."],
    en: ["No such time", "Write hours and minutes with a colon between them: from 00:00 to 23:59."],
  },
  "quiet-hours-empty": {
    ru: [
      "Тихие часы пусты",
      "Начало и конец совпадают. Назовите два разных времени или выберите «без тихих часов».",
    ],
    en: [
      "The quiet hours are empty",
      "They begin when they end. Name two different times, or choose to have no quiet hours.",
    ],
  },
  "category-unknown": {
    ru: [
      "Такого вида счетов нет",
      "Выберите вид счетов из списка или «*» — для всех. Сообщения о картах и об источниках счетов ни к какому виду не относятся.",
    ],
    en: [
      "There is no such kind of bills",
      "Choose a kind from the list, or “*” for all. Messages about cards and about sources of bills belong to no kind.",
    ],
  },
  "event-unknown": {
    ru: [
      "Такого события нет",
      "В этой теме такого события нет. Темы и их события — в ответе со всеми настройками.",
    ],
    en: [
      "There is no such event",
      "This topic has no such event. The answer with all settings lists topics and their events.",
    ],
  },
  "session-not-found": {
    ru: ["Такого входа нет", "Он уже завершён или не ваш."],
    en: ["There is no such session", "It has ended already, or it is not yours."],
  },
  "push-device-not-found": {
    ru: ["Такого устройства нет", "Уведомления на нём уже отключены, или оно не ваше."],
    en: ["There is no such device", "Its notifications are off already, or it is not yours."],
  },
  "push-address-invalid": {
    ru: [
      "Этот адрес уведомлений не подходит",
      "Нужен адрес службы уведомлений, который дал браузер: https, общедоступный, без пароля и не длиннее 2048 знаков, и ключи подписки без изменений.",
    ],
    en: [
      "This push address does not fit",
      "It must be the address that the browser was given: https, public, without a password, at most 2048 characters, with the keys of the subscription as they are.",
    ],
  },
  "push-off": {
    ru: [
      "Уведомления в браузере здесь выключены",
      "Владелец сервиса не настроил их. Сообщения приходят другими путями.",
    ],
    en: [
      "Browser notifications are off here",
      "The operator of this service has not set them up. Messages come in other ways.",
    ],
  },
  "identifier-not-found": {
    ru: ["Такого номера в профиле нет", "Он уже удалён или не ваш."],
    en: ["There is no such identifier", "It was removed already, or it is not yours."],
  },
  "identifier-ambiguous": {
    ru: ["Это может быть несколько номеров", "Скажите, что это за номер: по виду он подходит под несколько."],
    en: ["This can be several things", "Say which kind of number it is: by its form it can be several."],
  },
  "identifier-not-personal": {
    ru: ["Это номер организации", "В профиле человека хранятся его собственные номера."],
    en: ["This is an organisation’s number", "A person's profile holds numbers of their own."],
  },
  "identifiers-full": {
    ru: ["Номеров уже слишком много", "В профиле может быть не больше 50 номеров. Удалите ненужные."],
    en: ["Too many identifiers", "A profile holds at most 50 of them. Remove those that are not needed."],
  },
  "address-invalid": {
    ru: ["Это не адрес почты", "Напишите один адрес, например anna@example.org."],
    en: ["This is no mail address", "Write one address, like anna@example.org."],
  },
  "address-code-wrong": {
    ru: [
      "Ссылка не подошла",
      "Она уже использована, устарела, заменена новой или прислана другому человеку. Введите адрес в профиле ещё раз.",
    ],
    en: [
      "The link does not fit",
      "It was used already, is too old, was replaced by a newer one, or was sent to somebody else. Enter the address in your profile again.",
    ],
  },
  "accounts-full": {
    ru: [
      "Лицевых счетов уже слишком много",
      "К одному человеку можно привязать не больше 100 лицевых счетов.",
    ],
    en: ["Too many accounts", "One person can have at most 100 accounts connected."],
  },
} as const satisfies Record<string, Record<ProblemLocale, Words>>;
