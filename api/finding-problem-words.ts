import type { FindingFault } from "../domain/finding-faults.ts";
import type { ProblemLocale, Words } from "./problem-words.ts";

/** Why a bill that was looked for is not shown, and what the reader can do. */
export const FINDING_PROBLEM_WORDS = {
  "bill-not-at-sources": {
    ru: [
      "Такого счёта нет",
      "Все источники ответили: неоплаченного или оплаченного начисления с таким номером у них нет. Сверьте номер с бумагой; новое начисление может появиться через день-два.",
    ],
    en: [
      "There is no such bill",
      "Every source has answered, and none has a bill with this number. Compare the number with the paper; a new bill may take a day or two to appear.",
    ],
  },
  "sources-silent": {
    ru: [
      "Источник счетов не отвечает",
      "Это не значит, что счёта нет: спросить сейчас не удалось. Повторите позже.",
    ],
    en: [
      "The source of bills does not answer",
      "That does not mean that there is no bill: it could not be asked. Try again later.",
    ],
  },
  "payee-unknown": {
    ru: [
      "Этому получателю пока нельзя платить",
      "Счёт прочитан, но его получателя нет в нашем каталоге. Оплатите счёт в банке по реквизитам на бумаге.",
    ],
    en: [
      "This payee cannot be paid here yet",
      "The bill was read, but its payee is not in our catalogue. Pay it at a bank by the details on the paper.",
    ],
  },
  "payee-differs": {
    ru: [
      "Реквизиты на бумаге другие",
      "ИНН получателя известен, но счёт или БИК не совпадают с теми, что проверены у нас. Так выглядят и подделки: не платите, пока получатель не подтвердит реквизиты.",
    ],
    en: [
      "The paper names other bank details",
      "The payee’s INN is known, but account or BIC are not those that we have checked. Forged bills look like this: do not pay before the payee has confirmed its details.",
    ],
  },
  "bill-unusable": {
    ru: [
      "Счёт нельзя принять",
      "В данных источника ошибка: сумма, скидка или срок. Обратитесь к тому, кто выставил счёт.",
    ],
    en: [
      "The bill cannot be taken",
      "What the source says is wrong: the sum, the discount or the day. Ask whoever issued the bill.",
    ],
  },
  "bill-differs": {
    ru: [
      "Этот счёт уже есть с другой суммой",
      "По этому номеру и периоду уже внесён счёт с бумаги с другой суммой, или получатель прислал по ним несколько счетов. Добавьте счёт по номеру или по УИН, дождитесь счёта от получателя или уточните сумму у него.",
    ],
    en: [
      "This bill is here already with another sum",
      "A bill from paper was entered for this number and period with another sum, or the payee has told several bills for them. Add the bill by its number or UIN, wait for the payee’s own bill, or ask it for the sum.",
    ],
  },
  "qr-unsound": {
    ru: ["В коде ошибка", "Код прочитан, но по нему нельзя платить: названные поля неверны."],
    en: ["The code has a mistake", "The code was read, but cannot be paid from: the named fields are wrong."],
  },
  "account-needed": {
    ru: [
      "В коде нет номера плательщика",
      "Получатель узнаёт вас по номеру, а в коде его нет или он записан иначе. Введите номер с бумаги.",
    ],
    en: [
      "The code does not hold the payer’s number",
      "The payee knows you by a number, and the code has none, or writes it otherwise. Enter it from the paper.",
    ],
  },
  "period-needed": {
    ru: ["В коде нет месяца", "Укажите, за какой месяц этот счёт."],
    en: ["The code does not name the month", "Say for which month this bill is."],
  },
  "amount-needed": {
    ru: ["В коде нет суммы", "Введите сумму с бумаги."],
    en: ["The code does not name the sum", "Enter the sum from the paper."],
  },
} as const satisfies Record<FindingFault, Record<ProblemLocale, Words>>;

/** A source that is silent is nobody's fault who asks; everything else is about what was asked. */
export const FINDING_PROBLEM_STATUS = {
  "bill-not-at-sources": 404,
  "sources-silent": 503,
  "payee-unknown": 422,
  "payee-differs": 422,
  "bill-unusable": 422,
  "bill-differs": 409,
  "qr-unsound": 422,
  "account-needed": 422,
  "period-needed": 422,
  "amount-needed": 422,
} as const satisfies Record<FindingFault, number>;
