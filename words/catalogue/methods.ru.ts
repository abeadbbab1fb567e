/** Способы оплаты: почему чем-то нельзя заплатить, порядок, срок, отвязка. */
export const methodsRu = {
  "mail.method-expiring.subject": "Карта {method} действует до {expires}",
  "mail.method-expiring.lead":
    "Срок карты {method} заканчивается: последний день — {expires}. После него мы не сможем с неё платить.",
  "mail.method-expiring.more":
    "Привяжите новую карту и добавьте её в автоплатежи: тогда ни один из них не остановится.",

  "mail.method-expired.subject": "Срок карты {method} закончился",
  "mail.method-expired.lead": "Карта {method} действовала до {expires}. Больше с неё ничего не спишется.",
  "mail.method-expired.more":
    "Автоплатежи, где есть другая карта, перейдут на неё, и о каждом списании мы предупредим заново. Остальные приостановлены: привяжите новую карту.",

  "mail.method-renewed.subject": "Банк перевыпустил карту: теперь это {method}",
  "mail.method-renewed.lead":
    "Банк перевыпустил карту, которая привязана здесь. Теперь это {method}, действует до {expires}. Автоплатежи идут с неё дальше: делать ничего не нужно.",
  "mail.method-renewed.more": "Если новой карты вы не получали, спросите банк и отвяжите эту карту здесь.",

  "mail.method-gone.subject": "Картой {method} здесь больше нельзя платить",
  "mail.method-gone.lead":
    "Банк или платёжный сервис отвязал карту {method} или отозвал разрешение. Больше с неё ничего не спишется.",
  "mail.method-gone.more":
    "Автоплатежи, у которых есть другая карта, идут с неё: о каждом списании сообщим заново. Остальные остановлены: привяжите карту. Если списание уже отправлено, мы сообщим, чем оно закончилось.",

  "method.why.title": "Так оплатить нельзя",
  "method.why.method-not-allowed": "Этот поставщик не принимает такой способ оплаты.",
  "method.why.method-needed":
    "Этому поставщику платят только привязанной картой. Сначала привяжите карту, затем вернитесь к счёту.",
  "method.why.method-at-another-gateway":
    "Этот способ привязан у другого платёжного шлюза, не у того, через который платят этому поставщику.",
  "method.why.kind-not-at-gateway": "Платёжный шлюз этого поставщика не принимает такой способ оплаты.",
  "method.why.kind-not-bindable": "Этот способ нельзя привязать без платежа.",
  "method.why.kind-with-method":
    "Сохранённый способ уже назван: выберите либо его, либо другой способ оплаты.",
  "method.why.phone-needed":
    "Для оплаты со счёта телефона нужен номер: с кодом страны, например +7 916 000-00-00.",
  "method.why.phone-not-used": "Номер нужен только для оплаты со счёта телефона.",
  "method.why.wallet-not-taken": "Этот платёжный шлюз не принимает Apple Pay и Google Pay.",
  "method.why.confirmed-each-time":
    "Каждый платёж со счёта телефона подтверждают по СМС, поэтому для автоплатежа он не годится.",
  "method.why.not-saved-there": "Этот способ не сохраняется, поэтому для автоплатежа он не годится.",
  "method.why.use-not-consented": "Вы привязали этот способ не для таких платежей.",
  "method.why.not-in-batch": "Этим способом счета оплачивают по одному.",
  "method.why.not-in-section": "Этим способом не оплачивают «Дополнительные платежи».",
  "method.why.not-for-organisations": "Организации платят только банковской картой.",
  "method.why.currency-not-taken": "В этой валюте здесь не платят.",
  "method.why.amount-below-least": "Сумма меньше наименьшей для этого способа.",
  "method.why.amount-above-most": "Сумма больше наибольшей для этого способа.",

  "method.kind.bank_card": "Банковская карта",
  "method.kind.sbp": "СБП",
  "method.kind.yoo_money": "Кошелёк ЮMoney",
  "method.kind.sberbank": "SberPay",
  "method.kind.tinkoff_bank": "T-Pay",
  "method.kind.mobile_balance": "Счёт телефона",
  "method.kind.apple_pay": "Apple Pay",
  "method.kind.google_pay": "Google Pay",
  "method.once.sbp.hint": "Подтвердите в приложении банка",
  "method.once.yoo_money.hint": "Подтвердите на странице кошелька",
  "method.once.sberbank.hint": "Подтвердите в Сбере",
  "method.once.tinkoff_bank.hint": "Подтвердите в Т-Банке",
  "method.once.mobile_balance.hint": "Оператор спросит вас в СМС",
  "method.phone": "Номер для оплаты со счёта телефона",
  "method.phone.hint": "Только если платите со счёта телефона. Например +7 916 000-00-00",
  "method.wallets": "Apple Pay и Google Pay",
  "method.wallets.apple": "На этом устройстве есть Apple Pay: выберите его на странице банка.",
  "method.wallets.google":
    "Этот браузер умеет Google Pay: если в нём сохранена карта, страница банка его предложит.",
  "method.wallets.none":
    "Apple Pay работает в Safari на iPhone, iPad и Mac, Google Pay — в Chrome и на Android. Где его нет, введите карту на странице банка: платить ею можно так же.",
  "method.wallets.apple.limits":
    "С Apple Pay счета оплачивают по одному и не оплачивают «Дополнительные платежи».",

  "method.save": "Сохранить на будущее",
  "method.save.hint": "Можно сохранить: {kinds}. Ничего не отмечено — не сохраняем.",
  "method.save.pay-now": "Для платежей, которые я начинаю сам",
  "method.save.mandate": "Для автоплатежа",
  "method.save.mandate.hint": "Сам автоплатёж подключают отдельно",
  "method.save.text": "На что я соглашаюсь",
  "method.saving": "Сохранение",
  "method.saving.binding": "Сохраним, как только платёж пройдёт и банк это подтвердит",
  "method.saving.active": "Сохранено: {method}",
  "method.saving.withdrawn": "Не сохранено",
  "method.saving.unusable": "Сохранено, но больше не действует: {method}",

  "method.gateway.yookassa": "ЮKassa",
  "method.gateway.stripe": "Stripe",
  "method.through": "Через {gateway}",

  "method.order.lead": "Первая карта предлагается для новых платежей и автоплатежей. Порядок можно менять.",
  "method.default": "Основная",
  "method.make-default": "Сделать основной",
  "method.move-forward": "Передвинуть вперёд",
  "method.expired": "Срок карты закончился",
  "page.done.methods-ordered": "Порядок карт изменён.",

  "method.unfit": "Этим здесь не заплатить",
  "method.bind-first": "Сначала нужна карта",
  "method.bind-another": "Привязать другую карту",
  "method.what-to-bind": "Что привязать",
  "method.nothing-to-bind": "Сейчас здесь ничего нельзя привязать.",

  "method.withdraw.twins": "Эта карта сохранена ещё раз, отвяжется и эта запись",
  "method.withdraw.goes-on": "Продолжат работать с другой картой",
  "method.withdraw.next": "Дальше — {method}, о каждом списании предупредим заново.",
  "method.withdraw.planned": "Запланированные платежи",
  "method.withdraw.planned.stops": "Не состоится.",
  "method.withdraw.planned.moves": "Перейдёт на другую карту: предупредим заново.",
  "method.withdraw.planned.waits": "По-прежнему ждёт вас.",
  "method.withdraw.in-flight": "Уже отправлено в банк",
  "method.withdrawn.sent-after":
    "{count, plural, =0 {После отвязки в банк не отправлено ни одного списания.} one {После отвязки отправлено # списание: напишите нам.} few {После отвязки отправлено # списания: напишите нам.} many {После отвязки отправлено # списаний: напишите нам.} other {После отвязки отправлено # списания: напишите нам.}}",
  "method.withdrawn.nothing-more": "С этой карты больше ничего не спишется.",
  "method.withdrawn.last-sent": "Последнее списание с неё отправлено: {time}.",

  "method.kinds.title": "Чем и что можно оплатить",
  "method.kinds.mandate": "Автоплатёж",
  "method.kinds.batch": "Несколько счетов сразу",
  "method.kinds.amounts": "Сумма одного платежа",
  "method.kinds.payers": "Кто платит",
  "method.kinds.not-in": "Нельзя оплатить",
  "method.kinds.confirmation": "Подтверждение",
  "method.kinds.confirmation.redirect": "На странице банка, {minutes} мин.",
  "method.kinds.confirmation.external": "По СМС или в приложении, {minutes} мин.",
  "method.kinds.yes": "Да",
  "method.kinds.no": "Нет.",
  "method.kinds.from": "от {least}",
  "method.kinds.from-to": "от {least} до {most}",
  "method.kinds.everybody": "Жители и организации",
  "method.kinds.people": "Жители",
  "method.kinds.additional": "«Дополнительные платежи»",
} as const;
