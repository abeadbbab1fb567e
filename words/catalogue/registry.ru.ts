/** Registry files: why a line or a whole file is refused, and what its biller can do. Sentences name fields, never values. */
export const registryRu = {
  "registry.line.title": "Строка реестра не принята",
  "registry.line.line-too-long": "Строка длиннее 64 КБ. Проверьте переводы строк.",
  "registry.line.line-not-text": "В строке есть нулевые байты. Выгрузите файл заново.",
  "registry.line.line-encoding-wrong": "Строка не в объявленной кодировке.",
  "registry.line.line-columns-wrong":
    "Столбцов не столько, сколько объявлено. Возможно, внутри значения стоит разделитель: возьмите его в кавычки.",
  "registry.line.quotes-unbalanced":
    "Кавычки стоят не на месте или не закрыты. Значение не может продолжаться на следующей строке.",
  "registry.line.formula-refused": "Текст начинается с =, +, - или @, как формула. Уберите этот знак.",
  "registry.line.text-not-allowed": "В поле недопустимые знаки, или оно слишком длинное.",
  "registry.line.field-missing": "Обязательное поле пусто.",
  "registry.line.status-unknown": "Такого состояния счёта в описании формата нет.",
  "registry.line.version-invalid": "Версия — целое число от 1.",
  "registry.line.discount-invalid": "Скидка — больше 0 и меньше 100 %, не больше двух знаков после запятой.",
  "registry.line.contradicts-another-line":
    "Другая строка файла говорит об этом же счёте той же версии иное. Не учтена ни одна: пришлите верную.",
  "registry.line.bill-version-conflict":
    "С этой версией счёта раньше пришли другие данные. Чтобы изменить счёт, увеличьте версию.",
  "registry.line.amount-invalid":
    "Сумма — больше нуля, до 100 000 000 рублей, с объявленным знаком перед копейками и не больше двух знаков после него.",
  "registry.line.date-invalid": "Даты или месяца нет в календаре, или они записаны не так, как объявлено.",
  "registry.line.identifier-misshapen": "Номер не подходит по виду. Проверьте знаки и длину.",
  "registry.line.check-digit-wrong": "Контрольный знак не сходится: в номере опечатка.",

  "registry.report.reason": "причина",

  "registry.file.title": "Файл реестра не принят",
  "registry.file.file-encoding-wrong":
    "Файл не в той кодировке, что объявлена. Ничего не учтено: сохраните его в объявленной кодировке.",
  "registry.file.file-truncated":
    "Похоже, файл обрезан: нет конца последней строки или строки итогов. Ничего не учтено: пришлите его целиком.",
  "registry.file.file-totals-wrong":
    "Итоги файла не сходятся с его строками. Ничего не учтено: проверьте выгрузку.",
  "registry.file.file-format-missing":
    "У поставщика не описан формат файлов реестра. Добавьте его в каталог поставщиков.",
  "registry.file.file-version-missing":
    "В строках нет версий, поэтому версию должен назвать файл: передайте её вместе с ним (--file-version 202611, в адресе version=202611). У более позднего файла она больше.",
  "registry.file.file-under-way": "Другой файл этого поставщика ещё обрабатывается. Дождитесь его конца.",
  "registry.file.file-nothing-to-resume": "Этот файл не прерывался: продолжать нечего.",
  "registry.file.file-abandoned": "Файл не дочитан, а поставщик прислал другой. Ничего из него не учтено.",
} as const;
