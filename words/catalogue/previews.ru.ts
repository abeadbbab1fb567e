/** The sandbox's page with every message there is, in Russian. */
export const previewsRu = {
  "previews.title": "Все сообщения",
  "previews.lead":
    "{count, plural, one {# событие} few {# события} many {# событий} other {# события}} на каждом канале, на выдуманных данных. Такая страница есть только в песочнице.",
  "previews.mail": "Письмо",
  "previews.mail-open": "Открыть письмо: {event}",
  "previews.text": "Текстом",
  "previews.push": "На экране",
  "previews.hidden": "На экране, суммы скрыты",
  "previews.sms": "СМС",
} as const;
