import { describe, expect, test } from "vitest";
import { renderMail } from "../../../adapters/channels/email/render.ts";
import { LINKS_OF_EVENT } from "../../../adapters/channels/port.ts";
import type { Locale } from "../../../words/locale.ts";
import { everyMessage, messageAbout } from "./messages.ts";

const plain = (text: string): string => text.replaceAll("\u00A0", " ");

describe.each(everyMessage.map((message) => [message.event, message.locale, message] as const))(
  "the mail about %s in %s",
  (event, locale, message) => {
    const mail = renderMail(message);

    test("tells the same in text and html, in the reader's language, with nothing left unsaid", () => {
      expect(mail.html).toMatch(new RegExp(`^<!doctype html>\n<html dir="ltr" lang="${locale}">`));
      expect(mail.html).not.toMatch(new RegExp(`lang="(?!${locale}")`));
      expect(mail.html).toContain('<meta name="color-scheme" content="light dark"/>');
      expect(mail.html).not.toMatch(/<table(?![^>]*role="presentation")/);
      for (const body of [mail.subject, mail.text, mail.html]) {
        expect(body).not.toMatch(/undefined|null|\[object|NaN|\{\w+\}/);
      }
      const [lead = ""] = mail.text.split("\n");
      expect(mail.html).toContain(`>${lead.replaceAll("'", "&#x27;")}</h1>`);
      const cyrillic = /[а-яё]/i.test(mail.subject);
      expect(cyrillic).toBe(locale === "ru");
    });

    test("shows every link of its event, escaped, and no other address", () => {
      const shown = [...mail.html.matchAll(/href="([^"]*)"/g)].map((one) => one[1]);
      const ofEntries = (message.lines ?? []).flatMap((line) => LINKS_OF_EVENT[line.event].slice(0, 2));
      const wanted = [...LINKS_OF_EVENT[event], ...ofEntries, "settings"].map(
        (name) => `https://kvitok.example/l/${name}?t=a&amp;b=c`,
      );
      // what the reader can do may put another link first
      expect(shown).toHaveLength(wanted.length);
      expect(new Set(shown)).toEqual(new Set(wanted));
      for (const address of wanted) expect(mail.text).toContain(address.replace("&amp;", "&"));
    });
  },
);

test("the notice names amount, payee, day and time on the payer's clock, method, and account without its middle", () => {
  const { subject, text } = renderMail(messageAbout("notice"));
  expect(plain(subject)).toBe("Автоплатёж 9 декабря 2026 года: 5 123,45 ₽, Городские услуги");
  expect(plain(text)).toContain(`Сумма: 5 123,45 ₽
Получатель: Городские услуги
Назначение: Квартплата за ноябрь
Лицевой счёт: ••7890
Когда спишем: 9 декабря 2026 года, не раньше 08:00
Откуда: Mir *4477
Оплатить до: 10 декабря 2026 года`);
  expect(text).toContain("Песочница");
  expect(text).toContain("Такие письма приходят всегда");
  const live = renderMail({ ...messageAbout("paid", "en"), livemode: true });
  expect(live.text).not.toContain("Sandbox");
});

test("a bill that is paid, given back or withdrawn asks for nothing any more: no day until which to pay", () => {
  const over = ["paid", "charged-after-stop", "money-returning", "money-returned", "bill-annulled"] as const;
  for (const event of over) {
    expect(renderMail(messageAbout(event)).text).not.toContain("Оплатить до");
    expect(renderMail(messageAbout(event, "en")).text).not.toContain("Due by");
  }
  expect(plain(renderMail(messageAbout("paid")).text)).toContain("Оплачено: 9 декабря 2026 года, 08:00");
  expect(plain(renderMail(messageAbout("reminder")).text)).toContain("Оплатить до: 10 декабря 2026 года");
});

test("that a stopped debit took nothing is no promise that another card of the autopay takes nothing, nor that its payer stopped it", () => {
  const [ru, en] = [
    renderMail(messageAbout("nothing-taken")),
    renderMail(messageAbout("nothing-taken", "en")),
  ];
  expect(ru.text).toContain("О новом списании по автоплатежу мы предупредим заранее");
  expect(en.text).toContain("Before a new debit by autopay we tell you");
  for (const event of ["nothing-taken", "charged-after-stop"] as const) {
    expect(renderMail(messageAbout(event)).text).not.toMatch(/вы остановили/);
    expect(renderMail(messageAbout(event, "en")).text).not.toMatch(/you stopped/);
  }
  expect(`${ru.text} ${en.text}`).not.toMatch(/Больше ничего|Nothing else/);
});

test("a biller without an English name keeps its own, and messages that were queued before names had two forms are still written", () => {
  const { facts, ...rest } = messageAbout("paid", "en");
  const { billerEn, unasked, paidAt, ...before } = facts;
  expect([billerEn, unasked, paidAt]).toEqual(["City services", false, "2026-12-09T05:00:07+00:00"]);
  expect(renderMail({ ...rest, facts: { ...facts, billerEn: null } }).subject).toContain("Городские услуги");
  expect(renderMail({ ...rest, facts: before }).subject).toContain("Городские услуги");
});

test("a failure says why in plain words, and the mail that asks for the payer says until when", () => {
  expect(renderMail(messageAbout("failed", "en")).text).toMatch(/^The card has expired\. No money was taken/);
  const asked = renderMail(messageAbout("needs-confirmation")).text;
  expect(asked).toMatch(/^Банк просит вас подтвердить платёж, например кодом из сообщения\. Подтвердите/);
  expect(asked).toContain("Ждём вас до: 12 декабря 2026 года, 21:00");
});

test("a bill that went unpaid without any charge is not blamed on the bank", () => {
  for (const reason of [null, "card budget of the day", "over-limit", "deadline"]) {
    for (const [event, lead] of [
      ["failed", /^Платёж не прошёл: 5.123,45.₽\. Деньги не списаны\./],
      ["needs-confirmation", /^Подтвердите платёж на странице банка\.\n/],
    ] as const) {
      const message = messageAbout(event);
      const { text } = renderMail({ ...message, facts: { ...message.facts, reason } });
      expect(text).toMatch(lead);
      expect(text).not.toMatch(/отклонил|своём банке/);
    }
  }
});

test("nothing of a biller's text becomes markup, a header or a line of its own", () => {
  const message = messageAbout("bill-arrived", "en");
  const nasty = `<img src=x onerror="alert(1)">'&\r\nBcc: all@example.org\u2028x`;
  const mail = renderMail({ ...message, facts: { ...message.facts, biller: nasty, purpose: nasty } });
  expect(mail.subject).not.toMatch(/[\r\n\u2028]/);
  expect(mail.html).not.toContain("<img");
  expect(mail.html).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#x27;&amp;");
  expect(mail.text.split("\n").filter((line) => line.startsWith("Bcc"))).toEqual([]);
});

test("what the preview line of a mailbox shows is what follows from the subject, not the subject again", () => {
  const { html } = renderMail(messageAbout("notice", "en"));
  expect(html).toMatch(/display:none[^>]*>If this is right, you need not do anything\./);
});

const aDigest = (locale: Locale, size: number): Parameters<typeof renderMail>[0] => ({
  ...messageAbout("digest", locale),
  lines: Array.from({ length: size }, (_, index) => {
    const token = `${index}`.padStart(43, "t");
    return {
      event: "bill-arrived" as const,
      facts: {
        ...messageAbout("bill-arrived").facts,
        billId: `KV-${index}`,
        amount: { amountMinor: 100_000 + index, currency: "RUB" },
      },
      links: {
        pay: `https://kvitok.city-of-many-bills.example/link/${token}`,
        bill: `https://kvitok.city-of-many-bills.example/bills/KV-0000-0000-${index}`,
      },
    };
  }),
});

test("a digest lists each of a hundred messages with its sum, day and links in both bodies, counts bills as bills, and stays under 100 KB", () => {
  const message = aDigest("ru", 100);
  const mail = renderMail(message);
  expect(plain(mail.subject)).toBe("100 счетов на 100 049,50 ₽");
  expect(plain(mail.text)).toContain("К оплате всего: 100 049,50 ₽");
  for (const { facts, links } of message.lines ?? []) {
    const { amountMinor } = facts["amount"] as { amountMinor: number };
    const amount = `1 000,${String(amountMinor).slice(-2)}`;
    for (const body of [mail.text, mail.html]) {
      expect(plain(body)).toContain(`${amount} ₽, Городские услуги. Оплатить до 10 декабря.`);
      for (const address of Object.values(links)) expect(body).toContain(address);
    }
  }
  expect(Buffer.byteLength(mail.html)).toBeLessThan(100_000);
  expect(Buffer.byteLength(mail.text)).toBeLessThan(100_000);
});

test("a digest of more than a hundred messages says how many more there are on the page", () => {
  const mail = renderMail(aDigest("ru", 121));
  expect(mail.subject).toMatch(/^121 счёт на /);
  expect(mail.text).toContain("\n100. ");
  expect(mail.text).not.toContain("\n101. ");
  for (const body of [mail.text, mail.html]) expect(body).toContain("И ещё 21 сообщение на вашей странице.");
  expect(renderMail(aDigest("en", 101)).text).toContain("And 1 more message on your page.");
});

test("a digest of several kinds counts messages, names what is to be paid, and says the day of what is paid", () => {
  const { subject, text } = renderMail(messageAbout("digest", "en"));
  expect(plain(subject)).toBe("4 messages, RUB 8,223.45 to pay");
  expect(text).toContain("4. Paid: RUB\u00A0650.00, Telecom.\nPaid: 9 December 2026, 08:00\n");
});

test("nothing of a biller's text becomes markup in a digest either", () => {
  const digest = aDigest("en", 1);
  const lines = (digest.lines ?? []).map((line) => ({
    ...line,
    facts: { ...line.facts, biller: "<img src=x>\r\n2. Paid", billerEn: null },
  }));
  const mail = renderMail({ ...digest, lines });
  expect(mail.html).not.toContain("<img");
  expect(mail.text).not.toMatch(/^2\. Paid/m);
  const broken = lines.map((line) => ({ ...line, links: { pay: "javascript:alert(1)" } }));
  expect(() => renderMail({ ...digest, lines: broken })).toThrow(RangeError);
});

test("a link that is no web address and facts that do not fit are refused before anything is sent", () => {
  const message = messageAbout("notice");
  expect(() => renderMail({ ...message, links: { skip: "javascript:alert(1)" } })).toThrow(RangeError);
  expect(() => renderMail({ ...message, links: { skip: "/relative" } })).toThrow(RangeError);
  expect(() => renderMail({ ...message, facts: { ...message.facts, amount: null } })).toThrow("amount");
  expect(() =>
    renderMail({ ...message, facts: { ...message.facts, notBefore: "some time or other" } }),
  ).toThrow("no instant");
  expect(() => renderMail({ ...message, facts: { ...message.facts, dueOn: "10.12.2026" } })).toThrow("dueOn");
});
