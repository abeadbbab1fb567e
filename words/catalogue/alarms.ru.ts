/** Mails to the operators, in Russian: what came up and what to do. They name cases and charges, never people. */
export const alarmsRu = {
  "alarms.subject": "Квиток: {what} ({id})",
  "alarms.subject-again": "Квиток, уже сутки: {what} ({id})",
  "alarms.subject-digest":
    "Квиток: {count, plural, one {# новая задача} few {# новые задачи} many {# новых задач} other {# новой задачи}}",
  "alarms.line": "{what}. Задача {id} ({kind}), предмет {subject}.",
  "alarms.at-stake": "На кону {amount}.",
  "alarms.again": "Задача открыта больше суток, и её никто не закрыл.",
  "alarms.look": "Посмотреть: {url} или «kvitok case {id}».",
  "alarms.resolve": "Решить: «kvitok resolve {subject} --charged|--not-charged --document ФАЙЛ».",
  "alarms.digest-lead": "Задач пришло много сразу, поэтому они в одном письме. Список: «kvitok cases».",
  "alarms.not-real": "Это учебный город: деньги ненастоящие.",

  "alarms.kind.gateway-alarm": "Ответ банка не сходится с тем, что мы отправили",
  "alarms.kind.gateway-alarm.advice": "Сверьте списание в кабинете банка. До разбора повторов не будет.",
  "alarms.kind.source-refuses": "Источник счетов отказывает в вопросах перед списаниями",
  "alarms.kind.source-refuses.advice":
    "Проверьте наши права у него и вид запросов. Списания его счетов ждут, потом идут по его последним словам.",
  "alarms.kind.bill-unclear": "Слова источника о счёте перед списанием нельзя использовать",
  "alarms.kind.bill-unclear.advice":
    "Найдите счёт у источника: он может быть отозван, или его получателя здесь нет. Списание ждёт, потом спросит плательщика.",
  "alarms.kind.alarm": "Банк отказал по причине, которая не исправится сама",
  "alarms.kind.alarm.advice": "Проверьте настройки магазина и таблицу отказов.",
  "alarms.kind.undecided-alarm": "Итог списания неизвестен дольше, чем должен",
  "alarms.kind.undecided-alarm.advice": "Проверьте, отвечает ли банк. Движок продолжает спрашивать сам.",
  "alarms.kind.undecided-for-a-day": "Итог списания неизвестен сутки",
  "alarms.kind.undecided-for-a-day.advice": "Запросите у банка документ и решите вдвоём.",
  "alarms.kind.held-unasked": "Банк держит деньги, хотя мы об этом не просили",
  "alarms.kind.held-unasked.advice": "Проверьте настройку списания в кабинете банка.",
  "alarms.kind.ghost": "Списание, которое считалось законченным, ожило у банка",
  "alarms.kind.ghost.advice":
    "Новых списаний по этому счёту не будет, пока банк не назовёт итог. Закрыть вручную нельзя.",
  "alarms.kind.success-after-final": "Деньги списаны после того, как списание считалось неудачным",
  "alarms.kind.success-after-final.advice": "Деньги учтены. Проверьте, что плательщику сказали правду.",
  "alarms.kind.denied-after-charged": "Банк отрицает списание, которое считалось состоявшимся",
  "alarms.kind.denied-after-charged.advice": "Если так решили вручную, отменить решение могут двое других.",
  "alarms.kind.undecided-beside-money": "Деньги уже получены, а второе списание того же платежа не решено",
  "alarms.kind.undecided-beside-money.advice":
    "Если пройдёт и оно, деньги будут возвращены. Следите за итогом.",
  "alarms.kind.money-to-return": "Плательщику нужно вернуть деньги",
  "alarms.kind.money-to-return.advice": "Проверьте, что возврат ушёл и дошёл.",
  "alarms.kind.part-paid": "Списано меньше, чем нужно",
  "alarms.kind.part-paid.advice": "Остаток долга решает человек.",
  "alarms.kind.circuit-open": "Шлюз не отвечает, новые списания ждут",
  "alarms.kind.circuit-open.advice":
    "Движок пробует сам и закроет задачу. Проверьте связь и страницу состояния банка.",
  "alarms.kind.dispute": "Плательщик оспорил списание у банка",
  "alarms.kind.dispute.advice":
    "Соберите доказательства: согласие, уведомление, квитанцию. Возвраты по нему остановите.",
  "alarms.kind.refund-at-gateway": "Банк сообщил о возврате, которого движок не делал",
  "alarms.kind.refund-at-gateway.advice": "Найдите в кабинете банка, кто его сделал, и сверьте учёт.",
  "alarms.kind.undecided-due-soon": "Итог списания неизвестен, а срок счёта уже близко",
  "alarms.kind.undecided-due-soon.advice":
    "Спросите банк сейчас: плательщик может не успеть заплатить иначе.",
  "alarms.kind.already-there": "Банк говорит, что такое списание у него уже есть",
  "alarms.kind.already-there.advice":
    "Найдите его в кабинете банка. Новых списаний не будет, пока не найдутся деньги или двое сотрудников не решат, что списания не было.",
  "alarms.kind.second-object": "У банка нашёлся второй объект одного списания",
  "alarms.kind.second-object.advice": "Сверьте оба в кабинете банка: деньги могли уйти дважды.",
  "alarms.kind.other-amount": "Банк показал не ту сумму, которую мы просили",
  "alarms.kind.other-amount.advice": "Сверьте списание в кабинете банка.",
  "alarms.kind.amount-differs": "Банк показывает другую сумму, чем решили двое сотрудников",
  "alarms.kind.amount-differs.advice":
    "В задаче обе суммы и сказано, исправлены ли проводки. Если нет, исправьте то, что уже ушло.",
  "alarms.kind.news-unfollowed": "Сообщение банка не удалось проверить",
  "alarms.kind.news-unfollowed.advice": "Посмотрите объект в кабинете банка: программа пыталась почти сутки.",
  "alarms.kind.gateway-refuses-us": "Банк больше не принимает наш ключ",
  "alarms.kind.gateway-refuses-us.advice":
    "Новые списания через него приостановлены. Исправьте ключ или его права и снимите остановку.",
  "alarms.kind.request-incomplete": "Платёж нельзя отправить: получатель требует данных, которых нет в счёте",
  "alarms.kind.request-incomplete.advice":
    "В задаче названы поля. Дополните настройки получателя или спросите его; задача закроется сама, когда платёж можно будет отправить.",
  "alarms.kind.clock-skew": "Часы банка и наши расходятся больше чем на минуту",
  "alarms.kind.clock-skew.advice":
    "Проверьте службу времени у базы данных и у исполнителей: по ней считаются возраст ключей и время плательщика. Затем закройте задачу.",
  "alarms.kind.annulled-after-paid": "Счёт отозван после оплаты",
  "alarms.kind.annulled-after-paid.advice": "Решите, возвращать ли деньги.",
  "alarms.kind.overpaid": "Счёт, который мы оплатили, оплатил и кто-то другой",
  "alarms.kind.overpaid.advice": "Решите с поставщиком, какой платёж вернуть.",
  "alarms.kind.paid-twice": "Один долг оплачен под двумя номерами",
  "alarms.kind.paid-twice.advice": "Вернуть следует более поздний платёж. Решите о его возврате.",
  "alarms.kind.uin-of-another": "Два получателя называют один и тот же УИН",
  "alarms.kind.uin-of-another.advice":
    "Счёт остался за тем, кто назвал УИН первым. Спросите обоих, чьё это начисление: люди могут платить не тому.",
  "alarms.kind.due-after-paid": "Источник всё ещё требует то, что мы оплатили",
  "alarms.kind.due-after-paid.advice": "Узнайте у поставщика, где деньги. Долг второй раз не оплачивается.",
  "alarms.kind.refund-undecided": "Долго неизвестно, ушёл ли возврат, или банк неделю его не завершает",
  "alarms.kind.refund-undecided.advice":
    "Найдите его в кабинете банка по номеру возврата и спросите банк. Деньги могли не дойти.",
  "alarms.kind.refund-refused": "Возврат не прошёл",
  "alarms.kind.refund-refused.advice": "Деньги всё ещё должны плательщику. Найдите другой путь.",
  "alarms.kind.refund-came-back": "Возврат прошёл, а потом вернулся",
  "alarms.kind.refund-came-back.advice": "Деньги всё ещё должны плательщику. Найдите другой путь.",
  "alarms.kind.refund-by-hand": "Возврат нужно сделать вручную",
  "alarms.kind.refund-by-hand.advice": "Движок сам его не сделает. Деньги всё ещё должны плательщику.",
  "alarms.kind.other": "Нужен человек",
  "alarms.kind.other.advice": "Подробности в задаче.",
} as const;
