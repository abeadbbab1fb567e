import type { FailureCode } from "../domain/failure.ts";
import { BILL_PROBLEM_WORDS } from "./bill-problem-words.ts";
import { TEMPLATE_PROBLEM_WORDS } from "./template-problem-words.ts";
import { FINDING_PROBLEM_WORDS } from "./finding-problem-words.ts";
import { MANDATE_PROBLEM_WORDS } from "./mandate-problem-words.ts";
import { METHOD_PROBLEM_WORDS } from "./method-problem-words.ts";
import { NUMBER_PROBLEM_WORDS } from "./number-problem-words.ts";
import { PICTURE_PROBLEM_WORDS } from "./picture-problem-words.ts";
import { PEOPLE_PROBLEM_WORDS } from "./people-problem-words.ts";
import { REGISTRY_PROBLEM_WORDS } from "./registry-problems.ts";
import { WEBHOOK_PROBLEM_WORDS } from "./webhook-problem-words.ts";

export type ProblemLocale = "ru" | "en";
/** What happened, and what the reader can do about it. */
export type Words = readonly [title: string, detail: string];

/** Every expected failure in words for people. Details name no person, no account and no secret. */
export const PROBLEM_WORDS = {
  ...BILL_PROBLEM_WORDS,
  ...TEMPLATE_PROBLEM_WORDS,
  ...FINDING_PROBLEM_WORDS,
  ...MANDATE_PROBLEM_WORDS,
  ...METHOD_PROBLEM_WORDS,
  ...NUMBER_PROBLEM_WORDS,
  ...PICTURE_PROBLEM_WORDS,
  ...PEOPLE_PROBLEM_WORDS,
  ...REGISTRY_PROBLEM_WORDS,
  ...WEBHOOK_PROBLEM_WORDS,
  "link-not-found": {
    ru: [
      "Такой ссылки нет",
      "Ссылка неполная или не наша. Скопируйте её из письма целиком или войдите на странице.",
    ],
    en: [
      "There is no such link",
      "The link is incomplete or not ours. Copy all of it from the mail, or sign in on the page.",
    ],
  },
  unauthenticated: {
    ru: ["Нужно войти", "Войдите ещё раз: пропуска нет, он устарел или выдан не для нас."],
    en: ["Sign in first", "Sign in again: the access token is missing, too old, or not for us."],
  },
  forbidden: {
    ru: ["Нет права", "Это доступно только тем, кому оно поручено."],
    en: ["Not allowed", "This is only for those it is entrusted to."],
  },
  "not-found": {
    ru: ["Не найдено", "Здесь ничего нет. Проверьте адрес."],
    en: ["Not found", "There is nothing here. Check the address."],
  },
  "verb-not-allowed": {
    ru: ["Так нельзя", "Этот адрес не принимает такой метод; допустимые названы в заголовке Allow."],
    en: ["Wrong method", "This address does not take that method; the header Allow names those it takes."],
  },
  "content-type-wrong": {
    ru: [
      "Неверный тип данных",
      "Тело запроса должно быть в формате application/json, если для адреса не назван другой.",
    ],
    en: ["Wrong content type", "The body must be application/json, unless the address names another type."],
  },
  "body-too-large": {
    ru: ["Слишком большой запрос", "Тело запроса больше, чем принимает этот адрес."],
    en: ["Request too large", "The body is larger than this address accepts."],
  },
  "body-not-json": {
    ru: ["Запрос не читается", "Тело запроса — не JSON."],
    en: ["Request not readable", "The body is not JSON."],
  },
  "payload-invalid": {
    ru: ["Данные не подходят", "Исправьте названные поля."],
    en: ["The data do not fit", "Correct the fields that are named."],
  },
  "idempotency-key-missing": {
    ru: [
      "Нет ключа повтора",
      "Каждая команда несёт заголовок Idempotency-Key с новым неповторимым значением.",
    ],
    en: ["No idempotency key", "Every command carries the header Idempotency-Key with a new, unique value."],
  },
  "idempotency-key-invalid": {
    ru: ["Ключ повтора не подходит", "Idempotency-Key — от 1 до 255 печатных знаков ASCII."],
    en: ["The idempotency key does not fit", "An Idempotency-Key has 1 to 255 visible ASCII characters."],
  },
  "idempotency-key-in-flight": {
    ru: [
      "Команда ещё выполняется",
      "Та же команда уже выполняется. Повторите запрос чуть позже с тем же ключом.",
    ],
    en: [
      "Still at work",
      "The same command is being carried out. Ask again a little later with the same key.",
    ],
  },
  "idempotency-key-reused": {
    ru: [
      "Ключ повтора уже занят",
      "С этим Idempotency-Key пришла другая команда. Для новой нужен новый ключ.",
    ],
    en: [
      "The key was used before",
      "Another command came with this Idempotency-Key. A new command needs a new key.",
    ],
  },
  "signature-invalid": {
    ru: ["Подпись не подходит", "Подпись, время или отправитель сообщения не подтверждены."],
    en: ["The signature does not fit", "Signature, time or sender of the message are not proved."],
  },
  "rate-limited": {
    ru: ["Слишком часто", "Подождите и повторите."],
    en: ["Too many requests", "Wait a little and try again."],
  },
  "resident-not-found": {
    ru: ["Житель не найден", "Такого жителя нет."],
    en: ["Resident not found", "There is no such resident."],
  },
  "biller-not-found": {
    ru: ["Поставщик не найден", "Такого поставщика нет."],
    en: ["Biller not found", "There is no such biller."],
  },
  "biller-unknown": {
    ru: ["Поставщик неизвестен", "Выберите поставщика из списка."],
    en: ["Unknown biller", "Choose a biller from the list."],
  },
  "bill-not-found": {
    ru: ["Счёт не найден", "Такого счёта у вас нет. Проверьте номер или подключите лицевой счёт."],
    en: ["Bill not found", "You have no such bill. Check the number, or connect the account."],
  },
  "mandate-not-found": {
    ru: ["Автоплатёж не найден", "Такого автоплатежа у вас нет."],
    en: ["Autopay not found", "You have no such autopay."],
  },
  "payment-not-found": {
    ru: ["Платёж не найден", "Такого платежа у вас нет."],
    en: ["Payment not found", "You have no such payment."],
  },
  "charge-not-found": {
    ru: ["Списание не найдено", "Такого списания нет. Проверьте номер."],
    en: ["Charge not found", "There is no such charge. Check the number."],
  },
  "resolution-not-found": {
    ru: ["Решение не найдено", "Такого решения нет, или оно уже закрыто."],
    en: ["Resolution not found", "There is no such resolution, or it is closed already."],
  },
  "case-not-found": {
    ru: ["Задача не найдена", "Такой задачи нет."],
    en: ["Case not found", "There is no such case."],
  },
  "amount-invalid": {
    ru: ["Сумма не подходит", "Сумма — целое число копеек, от 1 копейки до 100 000 000 рублей."],
    en: [
      "The amount does not fit",
      "An amount is a whole number of kopecks, from 1 kopeck to 100,000,000 roubles.",
    ],
  },
  "currency-not-supported": {
    ru: ["Валюта не подходит", "Принимаются только рубли (RUB)."],
    en: ["Currency not supported", "Only roubles (RUB) are accepted."],
  },
  "date-invalid": {
    ru: ["Такой даты нет", "Дата пишется ГГГГ-ММ-ДД, период — ГГГГ-ММ."],
    en: ["No such date", "A date is written YYYY-MM-DD, a period YYYY-MM."],
  },
  "card-number-in-text": {
    ru: [
      "Похоже на номер карты",
      "Номер карты здесь не нужен и не хранится: его вводят только на странице банка. Уберите его из текста.",
    ],
    en: [
      "This looks like a card number",
      "No card number is needed or kept here: it is typed on the bank’s page only. Take it out of the text.",
    ],
  },
  "zone-unknown": {
    ru: ["Часовой пояс неизвестен", "Назовите часовой пояс, например Europe/Moscow."],
    en: ["Unknown time zone", "Name a time zone, such as Europe/Moscow."],
  },
  "locale-not-supported": {
    ru: ["Такого языка нет", "Есть русский (ru) и английский (en)."],
    en: ["Language not supported", "There are Russian (ru) and English (en)."],
  },
  "return-url-not-allowed": {
    ru: ["Адрес возврата не подходит", "Вернуться можно только на страницу этого сайта."],
    en: ["Return address not allowed", "One can only return to a page of this site."],
  },
  "bill-not-owed": {
    ru: ["Счёт не нужно оплачивать", "Он уже оплачен, отозван или к оплате по нему ничего нет."],
    en: ["Nothing to pay", "The bill is paid, withdrawn, or nothing is due on it."],
  },
  "bill-being-paid": {
    ru: ["Счёт уже оплачивается", "Платёж по этому счёту идёт прямо сейчас. Второго списания не будет."],
    en: ["The bill is being paid", "A payment of this bill is under way. There will be no second debit."],
  },
  "first-not-final": {
    ru: [
      "Первая попытка ещё не закончена",
      "Банк ещё не сказал, чем закончилась первая попытка. Другой способ можно будет выбрать сразу после этого: второго списания не будет.",
    ],
    en: [
      "The first try is not finished",
      "The bank has not said yet how the first try ended. Another method can be chosen right after that: there will be no second debit.",
    ],
  },
  "bill-changed": {
    ru: [
      "Счёт изменился",
      "Сумма или получатель уже другие. Посмотрите счёт ещё раз и подтвердите новую сумму.",
    ],
    en: [
      "The bill has changed",
      "Amount or payee are not what they were. Look at the bill again and confirm it anew.",
    ],
  },
  "bill-version-conflict": {
    ru: ["Версия счёта спорная", "С этой версией счёта уже пришли другие данные."],
    en: ["Conflicting version", "Other data came with this version of the bill before."],
  },
  "too-many-unfinished": {
    ru: ["Слишком много незаконченных попыток", "Три попытки за сутки не закончены. Повторите завтра."],
    en: ["Too many unfinished tries", "Three tries within a day were not finished. Try again tomorrow."],
  },
  "limit-exceeded": {
    ru: ["Сумма больше лимита", "Платёж не проходит по установленному лимиту."],
    en: ["Over the limit", "The payment does not fit the limit that was set."],
  },
  "payment-not-open": {
    ru: ["Платёж уже закончен", "С законченным платежом этого сделать нельзя."],
    en: ["The payment is over", "This cannot be done with a payment that has ended."],
  },
  "payment-waits-for-nobody": {
    ru: ["Подтверждение не нужно", "Платёж сейчас не ждёт вашего подтверждения."],
    en: ["Nothing to confirm", "The payment does not wait for you right now."],
  },
  "not-paid-yet": {
    ru: ["Квитанции ещё нет", "Квитанция появится, когда платёж пройдёт."],
    en: ["No receipt yet", "There will be a receipt once the payment has gone through."],
  },
  "move-not-allowed": {
    ru: ["Сейчас так нельзя", "В нынешнем состоянии этого сделать нельзя."],
    en: ["Not possible now", "This cannot be done in the present state."],
  },
  held: {
    ru: ["Списания приостановлены", "Оператор временно остановил списания. Ничего не потеряется."],
    en: ["Debits are on hold", "The operator has stopped debits for a while. Nothing gets lost."],
  },
  "charge-not-undecided": {
    ru: [
      "Вручную это не решают",
      "Итог списания знает банк. Вручную решают только то, о чём банк не может ответить.",
    ],
    en: [
      "Not to be decided by hand",
      "The gateway knows how this charge ended. Only what nobody can find out is decided by hand.",
    ],
  },
  "two-operators-needed": {
    ru: [
      "Нужен другой сотрудник",
      "Решение вступит в силу, когда его подтвердит другой сотрудник с тем же документом.",
    ],
    en: [
      "Another operator is needed",
      "The decision takes effect when another operator confirms it with the same document.",
    ],
  },
  "resolution-conflict": {
    ru: [
      "Предложено другое решение",
      "По этому списанию уже ждёт другое решение: иной итог, сумма или документ. Подтвердите его или отзовите.",
    ],
    en: [
      "Another decision was proposed",
      "A proposal with another verdict, amount or document is waiting. Confirm that one, or withdraw it.",
    ],
  },
  "gateway-unavailable": {
    ru: ["Банк не отвечает", "Связи с банком сейчас нет. Повторите чуть позже: дважды ничего не произойдёт."],
    en: [
      "The bank does not answer",
      "It cannot be reached right now. Try again later: nothing happens twice.",
    ],
  },
  "gateway-refused": {
    ru: ["Банк отказал", "Банк не принял запрос. Мы уже видим это и разберёмся."],
    en: ["The bank refused", "It did not take the request. We can see it and will find out why."],
  },
  "temporarily-unavailable": {
    ru: ["Сейчас не получается", "Повторите чуть позже с тем же ключом: дважды ничего не произойдёт."],
    en: ["Not available right now", "Try again a little later with the same key: nothing happens twice."],
  },
  internal: {
    ru: ["Ошибка у нас", "Мы уже записали её. Повторите с тем же ключом: дважды ничего не произойдёт."],
    en: ["Our mistake", "It is recorded. Try again with the same key: nothing happens twice."],
  },
} as const satisfies Record<FailureCode, Record<ProblemLocale, Words>>;
