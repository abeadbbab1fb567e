import type { Locale } from "./locale.ts";

/** One part of the terms: a heading and its paragraphs. */
export type TermsSection = { readonly heading: string; readonly paragraphs: readonly string[] };

/** The terms of use in one language, as they are shown, hashed and accepted. */
export type ServiceTermsText = {
  readonly title: string;
  readonly sections: readonly TermsSection[];
  /** SHA-256 of {@link termsDocument}, hex. Stands here so that a changed word without a new edition fails a test. */
  readonly hash: string;
};

/** One edition of the terms. A published edition never changes: another word is another edition, put in front of the others. */
export type ServiceTerms = { readonly version: string } & Readonly<Record<Locale, ServiceTermsText>>;

/** The text whose hash is kept with an acceptance: title, headings and paragraphs, one a line. */
export function termsDocument({ title, sections }: ServiceTermsText): string {
  return [title, ...sections.flatMap(({ heading, paragraphs }) => [heading, ...paragraphs])].join("\n");
}

/** Every edition, the newest first: the first one is asked for today, the others are what people once accepted. */
export const SERVICE_TERMS_EDITIONS: readonly [ServiceTerms, ...ServiceTerms[]] = [
  {
    version: "2026-11",
    ru: {
      title: "Условия использования «Квитка»",
      hash: "1293f04cb115e17a4aa1ec09599c85b02118758fea234a6a48e2d152263401f7",
      sections: [
        {
          heading: "Что это за сервис",
          paragraphs: [
            "«Квиток» находит выставленные вам счета, вовремя напоминает о них и оплачивает их, если вы это поручили.",
            "«Квиток» — не банк и не получатель денег: платёж проводит платёжная организация, а долг — между вами и поставщиком. Счёт составляет поставщик, и спорить о его сумме нужно с ним.",
          ],
        },
        {
          heading: "Чьи счета можно искать",
          paragraphs: [
            "Сохраняйте номера и лицевые счета — свои и тех, за кого вы платите с их согласия. Искать счета посторонних людей нельзя.",
            "Поиск по номеру ограничен, и каждый такой поиск записывается.",
          ],
        },
        {
          heading: "Платежи и автоплатёж",
          paragraphs: [
            "Без вашего согласия ничего не списывается. На каждый автоплатёж нужно отдельное согласие с его лимитом, картой и сроком предупреждения.",
            "Перед каждым списанием по автоплатежу приходит письмо: сколько, кому, когда, с какой карты и как пропустить. Нет письма — нет списания.",
            "Пропустить, приостановить или отключить автоплатёж и отвязать карту можно в любой момент; с этого мгновения ничего нового не отправляется.",
          ],
        },
        {
          heading: "Письма",
          paragraphs: [
            "Счета и предупреждения приходят только на подтверждённый адрес почты. Держите его в порядке: если письмо не принято, автоплатёж не сработает.",
          ],
        },
        {
          heading: "Данные",
          paragraphs: [
            "Мы храним то, что нужно для поиска, напоминаний и оплаты: имя, адрес почты, сохранённые номера (зашифрованными), название карты и её последние цифры, платежи и ваши согласия. Номера карты и её кода у нас нет.",
            "Свои данные можно в любой момент выгрузить файлом и удалить. После удаления остаются только записи о деньгах без имени — их обязывает хранить закон.",
          ],
        },
        {
          heading: "Если условия изменятся",
          paragraphs: [
            "Новую редакцию мы покажем и попросим принять. Пока вы этого не сделали, новое поручение дать нельзя, а остановить, выгрузить и удалить можно всё; действующие автоплатежи работают на условиях, с которыми вы согласились.",
          ],
        },
      ],
    },
    en: {
      title: "Terms of use of Kvitok",
      hash: "753007b3e067b582fa5259d68243fd3d32c4f0cce6583d27147a2a60c84f2258",
      sections: [
        {
          heading: "What the service is",
          paragraphs: [
            "Kvitok finds the bills that were issued to you, reminds you of them in time, and pays them where you told it to.",
            "Kvitok is no bank and does not receive the money: a payment provider carries the payment, and the debt is between you and the biller. The bill is the biller’s; its amount is to be disputed with them.",
          ],
        },
        {
          heading: "Whose bills may be looked for",
          paragraphs: [
            "Save numbers and accounts of your own, and of those for whom you pay with their consent. Looking for strangers’ bills is forbidden.",
            "Look-ups by number are limited, and every one of them is recorded.",
          ],
        },
        {
          heading: "Payments and autopay",
          paragraphs: [
            "Nothing is debited without your consent. Every autopay needs a consent of its own, with its limit, card and notice.",
            "Before each debit by autopay a mail comes: how much, to whom, when, from which card, and how to skip it. No mail, no debit.",
            "You can skip a debit, pause or switch off autopay, or remove the card at any moment; from that instant nothing new is sent.",
          ],
        },
        {
          heading: "Mail",
          paragraphs: [
            "Bills and notices go to a proved mail address only. Keep it in order: where a mail is not accepted, autopay does not debit.",
          ],
        },
        {
          heading: "Data",
          paragraphs: [
            "We keep what finding, reminding and paying need: name, mail address, saved numbers (encrypted), the name of a card and its last digits, payments, and your consents. We do not have a card’s number or its code.",
            "You can download your data as a file and erase them at any moment. After erasure only records of money without a name remain: the law asks us to keep them.",
          ],
        },
        {
          heading: "When the terms change",
          paragraphs: [
            "We show a new edition and ask you to accept it. Until you do, nothing new can be permitted, while everything can be stopped, downloaded and erased; autopays that run go on under the terms that you agreed to.",
          ],
        },
      ],
    },
  },
];

/** The edition that is asked for today. */
export const SERVICE_TERMS: ServiceTerms = SERVICE_TERMS_EDITIONS[0];
