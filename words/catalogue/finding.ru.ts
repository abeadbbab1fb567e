/** Finding bills by hand, and how fresh what is found is, in Russian. */
export const findingRu = {
  "finding.title": "Добавить счёт",
  "finding.lead":
    "Счета по номерам из вашего профиля находятся сами. Здесь можно найти остальное: по номеру с бумаги, по чужой машине, по квитанции.",
  "finding.to-profile": "Номера в профиле",
  "finding.back": "К поиску счетов",

  "finding.uin.title": "По УИН",
  "finding.uin.label": "УИН",
  "finding.uin.hint": "20 или 25 знаков, на квитанции или постановлении. Пробелы и дефисы не мешают.",
  "finding.uin.button": "Добавить счёт",

  "finding.code.title": "По коду плательщика и месяцу",
  "finding.code.label": "Код плательщика",
  "finding.code.hint":
    "10 цифр, вверху единого платёжного документа (ЕПД). Код нужен только для этого поиска.",
  "finding.code.button": "Найти счёт",
  "finding.code.problem.empty": "Введите код плательщика: 10 цифр вверху ЕПД",
  "finding.code.problem.no-month": "Укажите, за какой месяц счёт, например 02.2026",
  "finding.code.none":
    "По коду {code} за {period} неоплаченных счетов нет. Сверьте код и месяц с бумагой: счёт мог быть уже оплачен или ещё не выставлен.",
  "finding.code.only-these":
    "Прежде чем добавить счёт, проверьте, чей он. Добавится только выбранный счёт; чтобы следующие приходили сами, подключите лицевой счёт.",

  "finding.sts.title": "По машине",
  "finding.sts.label": "Свидетельство о регистрации (СТС)",
  "finding.sts.hint":
    "10 знаков, например 77 УН 123456. Номер не сохраняется: он нужен только для этого поиска.",
  "finding.sts.button": "Найти штрафы",

  "finding.licence.title": "По правам",
  "finding.licence.label": "Водительское удостоверение",
  "finding.licence.hint": "10 знаков. Номер не сохраняется: он нужен только для этого поиска.",
  "finding.licence.button": "Найти штрафы",

  "finding.company.title": "Организация",
  "finding.company.inn": "ИНН",
  "finding.company.inn.hint": "10 цифр организации или 12 цифр предпринимателя",
  "finding.company.kpp": "КПП",
  "finding.company.kpp.hint": "9 знаков. Без КПП находится только часть счетов организации.",
  "finding.company.button": "Найти счета",

  "finding.qr.title": "По квитанции",
  "finding.qr.text": "Снимите QR-код бумажной квитанции или пришлите картинку: мы прочтём реквизиты и сумму.",
  "finding.qr.link": "Прочесть QR-код",

  "finding.account.title": "По лицевому счёту",
  "finding.account.text": "Подключите счёт у поставщика, и его квитанции будут появляться сами.",

  "finding.found.title": "Что нашлось",
  "finding.found.count":
    "{count, plural, one {Нашёлся # счёт} few {Нашлось # счёта} many {Нашлось # счетов} other {Нашлось # счёта}}",
  "finding.found.none": "По этому номеру неоплаченных счетов нет.",
  "finding.found.unknown":
    "Узнать, есть ли счета, сейчас не удалось. Это не значит, что их нет: повторите позже.",
  "finding.found.nobody": "Спросить не у кого: ни один источник счетов здесь не подключён.",
  "finding.found.not-kept":
    "Номер, по которому вы искали, нигде не сохранён. Добавьте счёт, чтобы оплатить его.",
  "finding.found.add": "Добавить и оплатить",
  "finding.found.open": "Открыть счёт",
  "finding.found.payee-unknown": "Получателя нет в нашем каталоге: оплатите этот счёт в банке.",
  "finding.found.issued": "Выставлен {day}",
  "finding.found.due": "Оплатить до {day}",
  "finding.found.discount": "Со скидкой до {day} включительно, потом {after}",

  "finding.paper.title": "Счёт с квитанции",
  "finding.paper.lead":
    "Код прочитан. Проверьте и добавьте счёт: оплатить его можно будет на следующей странице.",
  "finding.paper.encoding": "Кодировка",
  "finding.paper.button": "Добавить счёт",
  "finding.paper.account": "Номер плательщика",
  "finding.paper.account.hint": "Лицевой счёт, код плательщика или номер договора, как на бумаге",
  "finding.paper.period": "Месяц",
  "finding.paper.period.hint": "За какой месяц счёт, например 02.2026",
  "finding.paper.amount": "Сумма, ₽",
  "finding.paper.amount.hint": "Как на бумаге, например 5123,45",
  "finding.paper.problem": "По этому коду заплатить нельзя",
  "finding.paper.other":
    "{count, plural, one {# другой код не платёжный.} few {# других кода не платёжные.} many {# других кодов не платёжные.} other {# другого кода не платёжные.}}",
  "finding.paper.period-wrong": "Месяц пишется так: 02.2026",
  "finding.paper.amount-wrong": "Сумма пишется в рублях и копейках: 5123,45",

  "finding.mark.found": "Найден по номеру из профиля",
  "finding.mark.account": "По лицевому счёту",
  "finding.mark.added": "Добавлен вами",
  "finding.mark.additional": "Дополнительные платежи",

  "finding.sources.title": "Откуда счета",
  "finding.source.gis-gmp": "Реестр начислений (ГИС ГМП)",
  "finding.source.other": "Источник {source}",
  "finding.fresh": "{source}: все счета на {time}",
  "finding.part": "{source}: ответил не полностью, могут быть ещё счета. Полный ответ был {time}",
  "finding.part-never": "{source}: ответил не полностью, могут быть ещё счета",
  "finding.silent":
    "{source}: не отвечает с {since}. Показано то, что было на {time}, и могут быть ещё счета",
  "finding.silent-never": "{source}: не отвечает с {since}. Ваши счета там ещё не проверены",
  "finding.refused":
    "{source}: не отвечает нам на вопросы. Мы уже разбираемся; ваши счета там могут быть не видны",
  "finding.waiting": "{source}: спрашиваем о ваших счетах, обновите страницу через минуту",
  "finding.no-numbers":
    "Сохраните в профиле СТС, права, СНИЛС или ИНН, и мы сами будем находить штрафы, налоги и другие начисления.",
  "finding.home.uncertain": "Сейчас показано не всё: один из источников не ответил.",

  "finding.answer.complete": "{source} ответил полностью.",
  "finding.answer.partial": "{source} ответил не полностью: могут быть ещё счета.",
  "finding.answer.in-part": "{source}: без КПП находится только часть счетов организации.",
  "finding.answer.unreachable": "{source} не отвечает: спросить не удалось.",
  "finding.answer.refused": "{source} не принял вопрос.",
} as const;
