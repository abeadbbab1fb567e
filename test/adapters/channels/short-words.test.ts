import { describe, expect, test } from "vitest";
import { digestFacts } from "../../../adapters/channels/digest.ts";
import { pushActions, pushWords, type ShortReader, smsText } from "../../../adapters/channels/short-words.ts";
import { LOCALES, type Locale } from "../../../words/locale.ts";
import { isMessageKey, say } from "../../../words/say.ts";
import { MESSAGE_EVENTS } from "../../../words/message-events.ts";
import { everyMessage, messageAbout } from "./messages.ts";

const reader = (locale: Locale, more: Partial<ShortReader> = {}): ShortReader => ({
  locale,
  zone: "Europe/Moscow",
  amountsHidden: false,
  livemode: true,
  ...more,
});
const plain = (text: string): string => text.replaceAll("\u00A0", " ");

describe.each(everyMessage.map((message) => [message.event, message.locale, message] as const))(
  "the short message about %s in %s",
  (event, locale, { facts }) => {
    const push = pushWords(event, facts, reader(locale));
    const hidden = pushWords(event, facts, reader(locale, { amountsHidden: true }));
    const sms = smsText(event, facts, reader(locale));

    test("is said in the reader's language, whole, on one line that fits a screen", () => {
      for (const text of [push.title, push.body, hidden.body, sms]) {
        expect(text).not.toMatch(/undefined|null|\[object|NaN|\{\w+\}|[\r\n]|\.\.|,\s*\.|^[^\p{L}]*$/u);
        if (locale === "ru") expect(text).toMatch(/[а-яё]/i);
        // a payee's or a card's own name is as it is
        else expect(text).not.toMatch(/[а-яё]/i);
      }
      expect(push.title.length).toBeLessThanOrEqual(65);
      expect(push.body.length).toBeLessThanOrEqual(200);
      expect(sms.length).toBeLessThanOrEqual(201);
    });

    test("shows no amount, payee, account or card where the payer has not allowed it, neither in the title of any", () => {
      const shownToAll = [
        push.title,
        hidden.title,
        hidden.body,
        smsText(event, facts, reader(locale, { amountsHidden: true })),
      ];
      for (const text of shownToAll) {
        expect(text).not.toMatch(/₽|RUB|5.?123|7890|4477|1881|Городск|City serv|Музык|Music|Квартплат/);
      }
    });
  },
);

test("the notice on a screen names amount, payee, day and hour; hidden, it still says when and that it can be skipped", () => {
  const { facts } = messageAbout("notice");
  expect(pushWords("notice", facts, reader("ru"))).toEqual({
    title: "Автоплатёж 9 декабря",
    body: "5\u00A0123,45\u00A0₽, Городские услуги. Не раньше 08:00, до этого можно пропустить.",
  });
  expect(pushWords("notice", facts, reader("ru", { amountsHidden: true }))).toEqual({
    title: "Автоплатёж 9 декабря",
    body: "Не раньше 08:00. До этого списание можно пропустить.",
  });
  expect(plain(smsText("notice", facts, reader("en")))).toBe(
    "Kvitok: On 9 December we debit RUB 5,123.45, City services, not before 08:00. Until then you can skip it.",
  );
});

test("the sandbox says on every screen that it is one", () => {
  for (const { event, locale, facts } of everyMessage) {
    const sandbox = reader(locale, { livemode: false });
    expect(pushWords(event, facts, sandbox).title).toMatch(/^(Песочница|Sandbox): /);
    expect(smsText(event, facts, sandbox)).toMatch(/^(Квиток, песочница|Kvitok, sandbox): /);
  }
});

test("every event has words on every channel, in both languages", () => {
  const wanted = MESSAGE_EVENTS.flatMap((event) => [
    ...["subject", "lead", "more"].map((part) => `mail.${event}.${part}`),
    ...["title", "body", "private"].map((part) => `push.${event}.${part}`),
    `sms.${event}`,
  ]);
  expect(wanted.filter((key) => !isMessageKey(key))).toEqual([]);
});

test("counts take the form of their number: 1, 2, 5, 21 and 1.5", () => {
  const numbers = [1, 2, 5, 21, 1.5];
  const counted = (locale: Locale) => ({
    messages: numbers.map((count) => say(locale, "push.digest.title", { count })),
    bills: numbers.map((count) => say(locale, "push.digest.title-bills", { count })),
    days: numbers.map((days) => say(locale, "push.reminder.title", { days })),
    mail: numbers.map((count) => say(locale, "mail.digest.subject-bills", { count, sum: "X" })),
    lead: numbers.map((count) => say(locale, "mail.digest.lead", { count })),
    rest: numbers.map((count) => say(locale, "mail.digest.rest", { count })),
    sms: numbers.map((count) => say(locale, "sms.digest", { count, sum: "X" })),
  });
  expect(counted("ru")).toEqual({
    messages: ["1 сообщение", "2 сообщения", "5 сообщений", "21 сообщение", "1,5 сообщения"],
    bills: ["1 счёт", "2 счёта", "5 счетов", "21 счёт", "1,5 счёта"],
    days: ["Остался 1 день", "Осталось 2 дня", "Осталось 5 дней", "Остался 21 день", "Осталось 1,5 дня"],
    mail: ["1 счёт на X", "2 счёта на X", "5 счетов на X", "21 счёт на X", "1,5 счёта на X"],
    lead: [
      "Для вас 1 новое сообщение.",
      "Для вас 2 новых сообщения.",
      "Для вас 5 новых сообщений.",
      "Для вас 21 новое сообщение.",
      "Для вас 1,5 нового сообщения.",
    ],
    rest: [
      "И ещё 1 сообщение на вашей странице.",
      "И ещё 2 сообщения на вашей странице.",
      "И ещё 5 сообщений на вашей странице.",
      "И ещё 21 сообщение на вашей странице.",
      "И ещё 1,5 сообщения на вашей странице.",
    ],
    sms: ["1 сообщение", "2 сообщения", "5 сообщений", "21 сообщение", "1,5 сообщения"].map(
      (text) => `${text}. К оплате всего: X.`,
    ),
  });
  expect(counted("en").messages).toEqual([
    "1 message",
    "2 messages",
    "5 messages",
    "21 messages",
    "1.5 messages",
  ]);
});

test("a digest counts a bill once, as its last message tells it, and a bill that is paid by then is owed no more", () => {
  const bill = (billId: string, amountMinor: number, event: "bill-arrived" | "reminder" | "paid") => ({
    event,
    facts: { billId, biller: "X", dueOn: "2026-12-10", amount: { amountMinor, currency: "RUB" } },
    links: {},
  });
  const bills = [
    bill("a", 100, "bill-arrived"),
    bill("b", 1_000, "bill-arrived"),
    bill("a", 120, "reminder"),
  ];
  expect(digestFacts(bills)).toEqual({
    count: 3,
    totals: [{ amountMinor: 1_120, currency: "RUB" }],
    bills: 2,
  });
  expect(digestFacts([...bills, bill("b", 1_000, "paid")])).toEqual({
    count: 4,
    totals: [{ amountMinor: 120, currency: "RUB" }],
    bills: null,
  });
  const euro = {
    ...bill("c", 500, "reminder"),
    facts: { ...bill("c", 500, "reminder").facts, amount: { amountMinor: 500, currency: "EUR" } },
  };
  const facts = digestFacts([...bills, euro]);
  expect(plain(pushWords("digest", facts, reader("ru")).body)).toBe("К оплате всего: 11,20 ₽ + 5,00 €.");
  expect(pushWords("digest", facts, reader("ru")).title).toBe("3 счёта");
});

test("a payee's name cannot break the line, hide what follows or push the rest off the screen", () => {
  const { facts } = messageAbout("bill-arrived");
  const nasty = `X\r\nBcc: y\u202E${"z".repeat(400)}`;
  for (const locale of LOCALES) {
    const { body } = pushWords("bill-arrived", { ...facts, biller: nasty, billerEn: null }, reader(locale));
    expect(body).not.toMatch(/[\r\n\u202E]/);
    expect(body).toMatch(/10 (декабря|December)/);
    expect(body.length).toBeLessThan(130);
  }
});

test("what can be pressed are the event's two main links, in short words", () => {
  const { links } = messageAbout("notice");
  expect(pushActions("ru", "notice", links)).toEqual([
    { name: "skip", title: "Пропустить", address: "https://kvitok.example/l/skip?t=a&b=c" },
    { name: "pay-now", title: "Оплатить сейчас", address: "https://kvitok.example/l/pay-now?t=a&b=c" },
  ]);
  expect(
    pushActions("en", "paid", { autopay: "https://kvitok.example/a" }).map(({ title }) => title),
  ).toEqual(["Autopay"]);
});
