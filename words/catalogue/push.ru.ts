/**
 * Short messages on a screen, in Russian. A title names no amount, no payee and no account: it may stand on a lock screen. `private` takes the body's place where
 * the payer has not allowed amounts there.
 */
export const pushRu = {
  "push.notice.title": "Автоплатёж {day}",
  "push.notice.body": "{amount}, {biller}. Не раньше {time}, до этого можно пропустить.",
  "push.notice.private": "Не раньше {time}. До этого списание можно пропустить.",

  "push.notice-changed.title": "Автоплатёж {day} изменился",
  "push.notice-changed.body": "Теперь {amount}, {biller}. Не раньше {time}.",
  "push.notice-changed.private": "Спишем не раньше {time}. Посмотрите, что изменилось.",

  "push.failed-retry.title": "Списание не прошло, повторим {day}",
  "push.failed-retry.body": "{amount}, {biller}. {why}.",
  "push.failed-retry.private": "Деньги не списаны. Повторим не раньше {time}.",

  "push.needs-confirmation.title": "Нужно ваше участие",
  "push.needs-confirmation.body": "{amount}, {biller}. {need}.",
  "push.needs-confirmation.private": "Без вас платежа не будет. Откройте, чтобы решить.",

  "push.confirmation-reminder.title": "Ещё ждём вас",
  "push.confirmation-reminder.body": "{amount}, {biller}. Ждём до {deadline}.",
  "push.confirmation-reminder.private": "Ждём до {deadline}. Без вас платежа не будет.",

  "push.being-checked.title": "Не платите, мы проверяем",
  "push.being-checked.body": "{amount}, {biller}. Пока не узнаем, второго списания не будет.",
  "push.being-checked.private": "Пока не узнаем, прошёл ли платёж, второго списания не будет.",

  "push.paid.title": "Оплачено",
  "push.paid.body": "{amount}, {biller}.",
  "push.paid.private": "Платёж прошёл. Квитанция на его странице.",

  "push.failed.title": "Не оплачено",
  "push.failed.body": "{amount}, {biller}. {why}.",
  "push.failed.body-unexplained": "{amount}, {biller}. Деньги не списаны.",
  "push.failed.private": "Деньги не списаны. Откройте, чтобы узнать причину.",

  "push.charged-after-stop.title": "Списание уже было отправлено",
  "push.charged-after-stop.body": "{amount}, {biller}. Деньги ушли получателю.",
  "push.charged-after-stop.private": "Оно завершилось, деньги ушли получателю.",

  "push.nothing-taken.title": "Ничего не списано",
  "push.nothing-taken.body": "{amount}, {biller}. Запрос в банк закончился ничем.",
  "push.nothing-taken.private": "Запрос в банк закончился ничем. Этим ничего не оплачено.",

  "push.money-returning.title": "Возвращаем деньги",
  "push.money-returning.body": "{amount}, {biller}.",
  "push.money-returning.private": "Тем же путём, каким они списаны.",

  "push.money-returned.title": "Деньги возвращены",
  "push.money-returned.body": "{amount}, {biller}.",
  "push.money-returned.private": "Банк принял возврат. Срок зачисления зависит от вашего банка.",

  "push.bill-arrived.title": "Новый счёт",
  "push.bill-arrived.body": "{amount}, {biller}. Оплатить до {due}.",
  "push.bill-arrived.private": "Оплатить до {due}.",

  "push.bill-planned.title": "Счёт к автоплатежу",
  "push.bill-planned.body": "{amount}, {biller}. Спишем {day}.",
  "push.bill-planned.private": "Автоплатёж оплатит его в свой день: {day}.",

  "push.bill-changed.title": "Счёт изменился",
  "push.bill-changed.body": "Теперь {amount}, {biller}. Оплатить до {due}.",
  "push.bill-changed.private": "Оплатить до {due}. Посмотрите, что изменилось.",

  "push.bill-annulled.title": "Счёт отменён",
  "push.bill-annulled.body": "{amount}, {biller}. Платить его не нужно.",
  "push.bill-annulled.private": "Платить его не нужно.",

  "push.discount-ending.title": "Скидка до {discountUntil}",
  "push.discount-ending.body": "{amount}, {biller}. Потом {full}.",
  "push.discount-ending.private": "Потом счёт станет дороже.",

  "push.over-limit-skipped.title": "Больше вашего лимита",
  "push.over-limit-skipped.body": "{amount}, {biller}. Автоплатёж это не заплатит.",
  "push.over-limit-skipped.private": "Автоплатёж это не заплатит. Посмотрите, что делать.",

  "push.question-unanswered.title": "Не оплачено, нет ответа",
  "push.question-unanswered.body": "{amount}, {biller}. Если платить нужно, заплатите сами.",
  "push.question-unanswered.private": "Деньги не списаны. Если платить нужно, заплатите сами.",

  "push.reminder.title":
    "{days, plural, =0 {Сегодня последний день} one {Остался # день} few {Осталось # дня} many {Осталось # дней} other {Осталось # дня}}",
  "push.reminder.title-undated": "Счёт ещё не оплачен",
  "push.reminder.body": "{amount}, {biller}. Оплатить до {due}.",
  "push.reminder.private": "Счёт ещё не оплачен. Срок: до {due}.",

  "push.overdue.title": "Срок оплаты прошёл",
  "push.overdue.body": "{amount}, {biller}. Нужно было до {due}.",
  "push.overdue.private": "Счёт нужно было оплатить до {due}.",

  "push.source-down.title": "Счета не приходят",
  "push.source-down.body": "{biller}: нет ответа с {since}. Новых счетов мы не видим.",
  "push.source-down.private": "Один из получателей не отвечает с {since}. Новых счетов мы не видим.",

  "push.digest.title":
    "{count, plural, one {# сообщение} few {# сообщения} many {# сообщений} other {# сообщения}}",
  "push.digest.title-bills": "{count, plural, one {# счёт} few {# счёта} many {# счетов} other {# счёта}}",
  "push.digest.body": "К оплате всего: {sum}.",
  "push.digest.body-unpriced": "Собрали вместе, чтобы не отвлекать.",
  "push.digest.private": "Собрали вместе, чтобы не отвлекать.",

  "push.another-autopay.title": "Этот счёт оплатит другой автоплатёж",
  "push.another-autopay.body": "С вас ничего не спишется.",
  "push.another-autopay.private": "С вас ничего не спишется.",

  "push.mandate-created.title": "Автоплатёж включён",
  "push.mandate-created.body": "{biller}. О каждом списании предупредим заранее.",
  "push.mandate-created.private": "О каждом списании предупредим заранее.",

  "push.mandate-changed.title": "Автоплатёж изменён",
  "push.mandate-changed.body": "{biller}. Если это были не вы, отключите его.",
  "push.mandate-changed.private": "Если это были не вы, отключите его.",

  "push.mandate-paused.title": "Автоплатёж на паузе",
  "push.mandate-paused.body": "{biller}. Новых списаний пока не будет.",
  "push.mandate-paused.private": "Новых списаний пока не будет.",

  "push.mandate-resumed.title": "Автоплатёж снова работает",
  "push.mandate-resumed.body": "{biller}. О каждом списании предупредим заранее.",
  "push.mandate-resumed.private": "О каждом списании предупредим заранее.",

  "push.mandate-ended.title": "Автоплатёж отключён",
  "push.mandate-ended.body": "{biller}. Новых списаний не будет.",
  "push.mandate-ended.private": "Новых списаний не будет.",

  "push.mandate-expiring.title": "Автоплатёж скоро закончится",
  "push.mandate-expiring.body": "{biller}. Закончится: {until}. Если нужен, оставьте его.",
  "push.mandate-expiring.private": "Закончится: {until}. Если нужен, оставьте его.",

  "push.mandate-renewed.title": "Автоплатёж остаётся",
  "push.mandate-renewed.body": "{biller}. О каждом списании предупредим заранее.",
  "push.mandate-renewed.private": "О каждом списании предупредим заранее.",

  "push.card-bound.title": "Способ оплаты сохранён",
  "push.card-bound.body": "{method}. Если это были не вы, отвяжите его.",
  "push.card-bound.private": "Если это были не вы, отвяжите его.",

  "push.method-withdrawn.title": "Карта отвязана",
  "push.method-withdrawn.body": "{method}. Новых списаний с неё не будет.",
  "push.method-withdrawn.private": "Новых списаний с неё не будет.",

  "push.method-expiring.title": "Срок карты заканчивается",
  "push.method-expiring.body": "{method}: {expires}. Привяжите новую, чтобы автоплатежи не остановились.",
  "push.method-expiring.private": "Последний день: {expires}. Привяжите новую.",

  "push.method-expired.title": "Срок карты закончился",
  "push.method-expired.body": "{method}. Автоплатежи с неё не пройдут, привяжите новую.",
  "push.method-expired.private": "Автоплатежи с неё не пройдут, привяжите новую.",

  "push.method-renewed.title": "Банк обновил карту",
  "push.method-renewed.body": "{method}, до {expires}. Ничего делать не нужно.",
  "push.method-renewed.private": "Действует до {expires}. Ничего делать не нужно.",

  "push.method-gone.title": "Картой больше нельзя платить",
  "push.method-gone.body": "{method}. Выберите другой способ оплаты.",
  "push.method-gone.private": "Выберите другой способ оплаты.",

  "push.test-message.title": "Проверка уведомлений",
  "push.test-message.body": "Дошло. Вы попросили: {asked}.",
  "push.test-message.private": "Дошло. Вы попросили: {asked}.",

  "push.action.skip": "Пропустить",
  "push.action.pay-now": "Оплатить сейчас",
  "push.action.confirm": "Подтвердить",
  "push.action.receipt": "Квитанция",
  "push.action.payment": "Открыть платёж",
  "push.action.bill": "Открыть счёт",
  "push.action.pay": "Оплатить",
  "push.action.mandate": "Автоплатёж",
  "push.action.renew": "Оставить",
  "push.action.methods": "Мои карты",
  "push.action.autopay": "Автоплатёж",
  "push.action.bills": "Мои счета",
  "push.action.settings": "Настроить",

  "push.sandbox": "Песочница: {title}",
} as const;
