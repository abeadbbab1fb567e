/** Messages by mail, in Russian. Names stand in the nominative (after a colon), because they come as they are. */
export const mailRu = {
  "mail.notice.subject": "Автоплатёж {day}: {amount}, {biller}",
  "mail.notice.lead": "По вашему автоплатежу спишем {amount}: {day}, не раньше {time}.",
  "mail.notice.more": "Если всё верно, ничего делать не нужно. До этого времени списание можно пропустить.",

  "mail.notice-changed.subject": "Автоплатёж изменился: {amount} {day}, {biller}",
  "mail.notice-changed.lead":
    "Условия списания изменились, поэтому предупреждаем заново: спишем {amount} {day}, не раньше {time}.",
  "mail.notice-changed.more":
    "Прежнее уведомление больше не действует. До этого времени списание можно пропустить.",

  "mail.failed-retry.subject": "Списание не прошло, повторим {day}: {biller}",
  "mail.failed-retry.lead":
    "{why}. Деньги не списаны. Мы повторим {day}, не раньше {time}, и спишем {amount}.",
  "mail.failed-retry.more": "{plan}. {advice}.",

  "mail.needs-confirmation.subject": "Нужно ваше участие: {amount}, {biller}",
  "mail.needs-confirmation.lead": "{need}.",
  "mail.needs-confirmation.lead-why": "{why}. {advice}.",
  "mail.needs-confirmation.more": "Деньги не списаны. Без вас платежа не будет.",

  "mail.confirmation-reminder.subject": "Ещё ждём вас: {amount}, {biller}",
  "mail.confirmation-reminder.lead": "Мы можем ждать вас до {deadline}. {need}.",
  "mail.confirmation-reminder.lead-why": "Мы можем ждать вас до {deadline}. {why}. {advice}.",
  "mail.confirmation-reminder.more": "Деньги не списаны. Без вас платежа не будет.",

  "mail.being-checked.subject": "Не платите, мы проверяем: {amount}, {biller}",
  "mail.being-checked.lead": "{why}. {advice}.",
  "mail.being-checked.more": "Пока мы не узнаем, второго такого списания не будет.",

  "mail.paid.subject": "Оплачено: {amount}, {biller}",
  "mail.paid.lead": "Платёж прошёл: {amount}.",
  "mail.paid.autopay":
    "Если подключить автоплатёж, в следующий раз платить самому не придётся: до каждого списания мы напишем.",
  "mail.paid.more": "Квитанция всегда есть на странице платежа.",

  "mail.failed.subject": "Не оплачено: {amount}, {biller}",
  "mail.failed.lead": "{why}. Деньги не списаны, платёж не прошёл.",
  "mail.failed.more": "{advice}.",
  "mail.failed.lead-unexplained": "Платёж не прошёл: {amount}. Деньги не списаны.",
  "mail.failed.more-unexplained": "Что произошло, видно на странице платежа.",

  "mail.charged-after-stop.subject": "Списано {amount}: платёж уже был отправлен, {biller}",
  "mail.charged-after-stop.lead":
    "Когда списание остановили, оно уже было отправлено в банк и завершилось: {amount}. Деньги ушли получателю.",
  "mail.charged-after-stop.more": "Больше ничего отправлено не будет.",

  "mail.nothing-taken.subject": "Ничего не списано: {amount}, {biller}",
  "mail.nothing-taken.lead":
    "Когда списание остановили, запрос на {amount} уже был отправлен в банк. Он закончился ничем: деньги не взяты.",
  "mail.nothing-taken.more":
    "Повторяться это списание не будет, им ничего не оплачено. О новом списании по автоплатежу мы предупредим заранее.",

  "mail.money-returning.subject": "Возвращаем {amount}: {biller}",
  "mail.money-returning.lead": "С вас списано {amount}, хотя платить было уже не нужно.",
  "mail.money-returning.more":
    "Мы возвращаем деньги тем же путём, каким они списаны. Срок зачисления зависит от вашего банка.",

  "mail.money-returned.subject": "Возвращено {amount}: {biller}",
  "mail.money-returned.lead": "Банк принял возврат: вам перечислено {amount}.",
  "mail.money-returned.more": "Одни банки показывают возврат сразу, другие через несколько дней.",

  "mail.bill-arrived.subject": "Новый счёт: {amount}, {biller}",
  "mail.bill-arrived.lead": "Пришёл счёт на {amount}. Оплатите его до {due}.",
  "mail.bill-arrived.more": "Сам по себе этот счёт оплачен не будет.",
  "mail.bill-planned.subject": "Счёт к автоплатежу {day}: {amount}, {biller}",
  "mail.bill-planned.lead":
    "Пришёл счёт на {amount}. Автоплатёж оплатит его в свой день: {day}, не раньше {time}.",
  "mail.bill-planned.more":
    "Ничего делать не нужно. Перед списанием мы предупредим ещё раз. До этого счёт можно оплатить самостоятельно или пропустить списание.",

  "mail.bill-changed.subject": "Счёт изменился: {amount}, {biller}",
  "mail.bill-changed.lead": "Поставщик изменил счёт. Теперь сумма {amount}, оплатить нужно до {due}.",
  "mail.bill-changed.more": "Сам по себе этот счёт оплачен не будет.",

  "mail.bill-annulled.subject": "Счёт отменён: {biller}",
  "mail.bill-annulled.lead": "Поставщик отменил счёт на {amount}. Платить его не нужно.",
  "mail.bill-annulled.more": "Если вы уже заплатили, обратитесь к поставщику.",

  "mail.discount-ending.subject": "До {discountUntil} со скидкой: {amount}, {biller}",
  "mail.discount-ending.lead": "До {discountUntil} включительно к оплате {amount}. Потом будет {full}.",
  "mail.discount-ending.more": "Если вы уже заплатили в другом месте, ничего делать не нужно.",

  "mail.question.usual": "Обычно по этому счёту платят около {usual}.",
  "mail.question.more":
    "Деньги не списаны. Если не ответить до {deadline}, автоплатёж ничего не спишет: мы напишем об этом, и останется время заплатить самому.",
  "mail.question-unanswered.subject": "Не оплачено, нет ответа: {amount}, {biller}",
  "mail.question-unanswered.lead":
    "Вы не ответили, платить ли {amount} ({biller}), поэтому автоплатёж ничего не оплатил.",
  "mail.question-unanswered.more": "Деньги не списаны. Если платить нужно, заплатите сами.",

  "mail.over-limit-skipped.subject": "Больше вашего лимита: {amount}, {biller}",
  "mail.over-limit-skipped.lead":
    "Счёт на {amount} больше лимита вашего автоплатежа. Сам он оплачен не будет, заплатите до {due}.",
  "mail.over-limit-skipped.lead-own":
    "{amount} больше лимита вашего автоплатежа, поэтому эту сумму он не заплатит.",
  "mail.over-limit-skipped.more": "Лимит можно изменить на странице автоплатежа.",

  "mail.reminder.subject":
    "{days, plural, =0 {Сегодня последний день} one {Остался # день} few {Осталось # дня} many {Осталось # дней} other {Осталось # дня}}: {amount}, {biller}",
  "mail.reminder.subject-undated": "Счёт ещё не оплачен: {amount}, {biller}",
  "mail.reminder.lead": "Счёт на {amount} ещё не оплачен. Срок: до {due}.",
  "mail.reminder.more": "Если вы уже заплатили в другом месте, ничего делать не нужно.",

  "mail.overdue.subject": "Срок оплаты прошёл: {amount}, {biller}",
  "mail.overdue.lead": "Счёт на {amount} нужно было оплатить до {due}, а мы не видим, что он оплачен.",
  "mail.overdue.more":
    "Если вы уже заплатили в другом месте, ничего делать не нужно. Если нет, заплатите сейчас: за задержку получатель может начислить пеню.",

  "mail.source-down.subject": "Счета не приходят: {biller}",
  "mail.source-down.lead": "С {since} мы не получаем ответа: {biller}. Новых счетов отсюда мы пока не видим.",
  "mail.source-down.more":
    "Мы спрашиваем снова и снова, а когда получатель ответит, счета появятся сами. Если счёт нужно оплатить раньше, заплатите его у получателя или по квитанции.",

  "mail.test-message.subject": "Проверка: письма доходят",
  "mail.test-message.lead": "Это пробное письмо. Вы попросили его {asked}, и оно дошло.",
  "mail.test-message.more":
    "Делать ничего не нужно. Если вы о нём не просили, посмотрите, где вы вошли, и завершите чужие входы.",

  "mail.digest.subject":
    "{count, plural, one {# сообщение} few {# сообщения} many {# сообщений} other {# сообщения}}",
  "mail.digest.subject-priced":
    "{count, plural, one {# сообщение} few {# сообщения} many {# сообщений} other {# сообщения}}, к оплате {sum}",
  "mail.digest.subject-bills":
    "{count, plural, one {# счёт} few {# счёта} many {# счетов} other {# счёта}} на {sum}",
  "mail.digest.lead":
    "{count, plural, one {Для вас # новое сообщение} few {Для вас # новых сообщения} many {Для вас # новых сообщений} other {Для вас # нового сообщения}}.",
  "mail.digest.lead-bills":
    "{count, plural, one {К оплате # счёт} few {К оплате # счёта} many {К оплате # счетов} other {К оплате # счёта}}, всего {sum}.",
  "mail.digest.more": "Мы собрали их в одно письмо, чтобы не писать о каждом отдельно.",
  "mail.digest.rest":
    "{count, plural, one {И ещё # сообщение на вашей странице.} few {И ещё # сообщения на вашей странице.} many {И ещё # сообщений на вашей странице.} other {И ещё # сообщения на вашей странице.}}",

  "mail.another-autopay.subject": "Этот счёт оплатит другой автоплатёж",
  "mail.another-autopay.lead":
    "Счёт, на который настроен ваш автоплатёж, оплатит автоплатёж другого плательщика. С вас ничего не спишется.",
  "mail.another-autopay.more": "Если тот платёж не состоится, мы снова предупредим вас о своём заранее.",

  "mail.mandate-created.subject": "Автоплатёж включён: {biller}",
  "mail.mandate-created.lead": "Теперь мы будем платить этому получателю по вашему поручению.",
  "mail.mandate-created.more":
    "Перед каждым списанием заранее придёт письмо: сколько, когда, откуда и как пропустить. Изменить или отключить автоплатёж можно в любой момент.",

  "mail.mandate-changed.subject": "Автоплатёж изменён: {biller}",
  "mail.mandate-changed.lead": "Условия вашего автоплатежа изменены. Новые условия уже действуют.",
  "mail.mandate-changed.more": "Если это были не вы, отключите автоплатёж.",

  "mail.mandate-paused.subject": "Автоплатёж на паузе: {biller}",
  "mail.mandate-paused.lead":
    "Автоплатёж поставлен на паузу. Новых списаний не будет, пока вы его не включите.",
  "mail.mandate-paused.lead-until":
    "Автоплатёж поставлен на паузу до {until}. До этого дня новых списаний не будет.",
  "mail.mandate-paused.more": "Если списание уже отправлено в банк, мы сообщим, чем оно закончилось.",

  "mail.mandate-expiring.subject": "Автоплатёж скоро закончится: {biller}",
  "mail.mandate-expiring.lead":
    "Больше года по этому автоплатежу ничего не списывали. Он закончится: {until}.",
  "mail.mandate-expiring.more":
    "Если он нужен, оставьте его: достаточно нажать одну кнопку, условия останутся прежними. Если нет, ничего делать не нужно.",
  "mail.mandate-renewed.subject": "Автоплатёж остаётся: {biller}",
  "mail.mandate-renewed.lead": "Вы оставили автоплатёж, он действует дальше.",
  "mail.mandate-renewed.more": "О каждом списании предупредим заранее.",

  "mail.mandate-resumed.subject": "Автоплатёж снова работает: {biller}",
  "mail.mandate-resumed.lead": "Автоплатёж снова включён.",
  "mail.mandate-resumed.more": "О каждом списании предупредим заранее.",

  "mail.mandate-ended.subject": "Автоплатёж отключён: {biller}",
  "mail.mandate-ended.lead": "Автоплатёж отключён. Новых списаний не будет.",
  "mail.mandate-ended.more": "Если списание уже отправлено в банк, мы сообщим, чем оно закончилось.",

  "mail.card-bound.subject": "Сохранено: {method}",
  "mail.card-bound.lead":
    "{method}: этим способом теперь можно платить так, как вы согласились при сохранении. На автоплатёж нужно отдельное согласие.",
  "mail.card-bound.more": "Если это были не вы, отвяжите его.",

  "mail.method-withdrawn.subject": "Карта отвязана: {method}",
  "mail.method-withdrawn.lead": "Карта отвязана. Новых списаний с неё не будет, в том числе по автоплатежам.",
  "mail.method-withdrawn.more": "Если списание уже отправлено в банк, мы сообщим, чем оно закончилось.",

  "mail.row.amount": "Сумма",
  "mail.row.biller": "Получатель",
  "mail.row.purpose": "Назначение",
  "mail.row.account": "Лицевой счёт",
  "mail.row.paid": "Оплачено",
  "mail.row.due": "Оплатить до",
  "mail.row.discount": "Скидка",
  "mail.row.discount-value": "до {discountUntil} включительно, потом {full}",
  "mail.row.debit": "Когда спишем",
  "mail.row.debit-value": "{day}, не раньше {time}",
  "mail.row.method": "Откуда",
  "mail.row.since": "Не отвечает с",
  "mail.row.total": "К оплате всего",
  "mail.row.until": "Пауза до",
  "mail.row.ends": "Закончится",
  "mail.row.deadline": "Ждём вас до",

  "mail.link.skip": "Пропустить это списание",
  "mail.link.pay-now": "Оплатить сейчас",
  "mail.link.confirm": "Открыть платёж и подтвердить",
  "mail.link.receipt": "Открыть квитанцию",
  "mail.link.payment": "Открыть платёж",
  "mail.link.bill": "Открыть счёт",
  "mail.link.pay": "Оплатить счёт",
  "mail.link.renew": "Оставить автоплатёж",
  "mail.link.mandate": "Открыть автоплатёж",
  "mail.link.autopay": "Подключить автоплатёж",
  "mail.link.methods": "Мои карты",
  "mail.link.bills": "Открыть мои счета",
  "mail.link.settings": "Настроить уведомления",

  "mail.method-unnamed": "карта",
  "mail.brand": "Квиток",
  "mail.sandbox": "Песочница: счета и деньги ненастоящие.",
  "mail.footer": "В письмах мы никогда не просим номер карты, код или пароль.",
  "mail.footer-always": "Такие письма приходят всегда: они о ваших деньгах.",
} as const;
