import { IntlMessageFormat } from "intl-messageformat";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import { CURRENCIES, money } from "../../domain/money.ts";
import { CATALOGUE, CATALOGUE_FILES } from "../../words/catalogue/catalogue.ts";
import { formatDate, formatInstant, formatMoney } from "../../words/format.ts";
import { LOCALES, preferredLocale } from "../../words/locale.ts";
import type { MessageArguments } from "../../words/message-arguments.ts";
import { isMessageEvent, MESSAGE_EVENTS } from "../../words/message-events.ts";
import { type ArgumentsOf, isMessageKey, say } from "../../words/say.ts";

type Element = ReturnType<IntlMessageFormat["getAst"]>[number];

// The parser's kinds of elements; its enum is not exported.
const literal = 0;
const plural = 6;
const pound = 7;

/** Arguments of a parsed message with their kinds, and the forms of each plural. */
function shape(text: string): { args: Map<string, number>; plurals: string[][] } {
  const args = new Map<string, number>();
  const plurals: string[][] = [];
  const walk = (elements: readonly Element[]): void => {
    for (const element of elements) {
      const kind: number = element.type;
      if (kind !== literal && kind !== pound && "value" in element) args.set(element.value, kind);
      if (!("options" in element)) continue;
      if (kind === plural) plurals.push(Object.keys(element.options));
      for (const option of Object.values(element.options)) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(text, "ru", undefined, { ignoreTag: true }).getAst());
  return { args, plurals };
}

const byKey = (entries: Map<string, number>) => [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
const keys = Object.keys(CATALOGUE.ru).filter(isMessageKey);

describe("the catalogues", () => {
  test("have the same keys in both languages, each given once, each in the room of its file", () => {
    const seen = new Set<string>();
    for (const [room, { ru, en }] of Object.entries(CATALOGUE_FILES)) {
      expect([room, ...Object.keys(en).toSorted()]).toEqual([room, ...Object.keys(ru).toSorted()]);
      for (const key of Object.keys(ru)) {
        expect([...seen]).not.toContain(key);
        seen.add(key);
      }
    }
    expect([...seen].toSorted()).toEqual(Object.keys(CATALOGUE.ru).toSorted());
    expect(Object.keys(CATALOGUE.en).toSorted()).toEqual(Object.keys(CATALOGUE.ru).toSorted());
    const files = readdirSync(new URL("../../words/catalogue/", import.meta.url));
    const rooms = files.flatMap((file) => /^(.+)\.(?:ru|en)\.ts$/.exec(file)?.[1] ?? []);
    expect([...new Set(rooms)].toSorted()).toEqual(Object.keys(CATALOGUE_FILES).toSorted());
  });

  test.each(keys)("%s takes the same arguments in both languages, with every plural form of each", (key) => {
    const ru = shape(CATALOGUE.ru[key]);
    const en = shape(CATALOGUE.en[key]);
    expect(byKey(en.args)).toEqual(byKey(ru.args));
    for (const forms of ru.plurals)
      expect(forms).toEqual(expect.arrayContaining(["one", "few", "many", "other"]));
    for (const forms of en.plurals) expect(forms).toEqual(expect.arrayContaining(["one", "other"]));
    for (const text of [CATALOGUE.ru[key], CATALOGUE.en[key]]) {
      // What the compiler's reader of arguments does not know, and what nobody wants to read.
      expect(text).not.toMatch(/'|<|\s\s|^\s|\s$/);
      expect(text).not.toBe("");
    }
  });

  test("give the compiler the arguments that the parser finds", () => {
    expectTypeOf<ArgumentsOf<"mail.paid.subject">>().toEqualTypeOf<{
      readonly amount: string | number;
      readonly biller: string | number;
    }>();
    expectTypeOf<ArgumentsOf<"mail.reminder.subject">>().toEqualTypeOf<{
      readonly days: number;
      readonly amount: string | number;
      readonly biller: string | number;
    }>();
    expectTypeOf<MessageArguments<"no arguments">>().toEqualTypeOf<Record<string, never>>();
    expectTypeOf<MessageArguments<"{a} {b, select, x {no {c}} other {y}} {d}">>().toEqualTypeOf<{
      readonly a: string | number;
      readonly b: string;
      readonly c: string | number;
      readonly d: string | number;
    }>();
    // @ts-expect-error a text with arguments cannot be said without them
    expect(() => say("ru", "mail.paid.subject")).toThrow("amount");
  });
});

test("counts take the right form: 1 день, 2 дня, 5 дней, 21 день, and the last day has words of its own", () => {
  const subject = (locale: "ru" | "en", days: number) =>
    say(locale, "mail.reminder.subject", { days, amount: "1 ₽", biller: "X" });
  expect([0, 1, 2, 5, 11, 21, 104].map((days) => subject("ru", days))).toEqual([
    "Сегодня последний день: 1 ₽, X",
    "Остался 1 день: 1 ₽, X",
    "Осталось 2 дня: 1 ₽, X",
    "Осталось 5 дней: 1 ₽, X",
    "Осталось 11 дней: 1 ₽, X",
    "Остался 21 день: 1 ₽, X",
    "Осталось 104 дня: 1 ₽, X",
  ]);
  expect([0, 1, 2].map((days) => subject("en", days))).toEqual([
    "Last day today: 1 ₽, X",
    "1 day left: 1 ₽, X",
    "2 days left: 1 ₽, X",
  ]);
});

test("an argument is put in as it is, also when it looks like a placeholder or a tag", () => {
  const nasty = "<b>{amount}</b> # 'x'";
  expect(say("en", "mail.paid.subject", { amount: "1", biller: nasty })).toBe(`Paid: 1, ${nasty}`);
});

test("amounts are written as the language writes them, exact to the last kopeck of the largest one", () => {
  const blank = "\u00A0";
  const rub = (amountMinor: number) => money(amountMinor, "RUB");
  expect(formatMoney("ru", rub(512_345))).toBe(`5${blank}123,45${blank}₽`);
  expect(formatMoney("en", rub(512_345))).toBe(`RUB${blank}5,123.45`);
  expect(formatMoney("ru", rub(5))).toBe(`0,05${blank}₽`);
  expect(formatMoney("ru", rub(-100))).toBe(`-1,00${blank}₽`);
  expect(formatMoney("ru", rub(Number.MAX_SAFE_INTEGER))).toBe(
    ["90", "071", "992", "547", "409,91", "₽"].join(blank),
  );
  expect(formatMoney("en", money(100_001, "USD"))).toMatch(/1,000\.01/);
  for (const currency of CURRENCIES)
    for (const locale of LOCALES) expect(formatMoney(locale, money(1, currency))).toMatch(/0[.,]01/);
});

test("dates and instants are written in words, on the reader's clock, and what is no date is refused", () => {
  expect(formatDate("ru", "2026-12-10")).toBe("10 декабря 2026 года");
  expect(formatDate("en", "2026-12-10")).toBe("10 December 2026");
  expect(formatInstant("ru", "2026-12-31T21:30:00.000Z", "Europe/Moscow")).toBe("1 января 2027 года, 00:30");
  expect(formatInstant("en", "2026-12-31T21:30:00+00:00", "Asia/Vladivostok")).toBe("1 January 2027, 07:30");
  expect(formatInstant("en", "2026-12-31T21:30:00.123456+00", "UTC")).toBe("31 December 2026, 21:30");
  for (const wrong of ["2026-02-30", "2026-13-01", "10.12.2026", ""])
    expect(() => formatDate("ru", wrong)).toThrow(RangeError);
  for (const wrong of ["2026-12-31T21:30:00", "yesterday", "2026-12-10"])
    expect(() => formatInstant("ru", wrong, "Europe/Moscow")).toThrow(RangeError);
  expect(() => formatInstant("ru", "2026-12-31T21:30:00Z", "Mars/Base")).toThrow(RangeError);
});

test("the language is the first of ours that is wished for, by weight", () => {
  expect(preferredLocale("en-GB,en;q=0.9,ru;q=0.8")).toBe("en");
  expect(preferredLocale("de, en;q=0.3, ru-RU;q=0.7")).toBe("ru");
  expect(preferredLocale("de")).toBe("ru");
  expect(preferredLocale("en;q=0")).toBe("ru");
  expect(preferredLocale(null)).toBe("ru");
});

test("every event that the database queues a message about has subject, lead and more in words", () => {
  const folder = new URL("../../db/migrations/", import.meta.url);
  const sql = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), "utf8"))
    .join("\n");
  const calls = [
    ...sql.matchAll(/(?:tell_resident\(|give_notice\([^,']+,\s*)(case[^,]*?end|coalesce\([^)]*\)|'[^']*')/g),
  ];
  const named = calls.flatMap((call) =>
    [...(call[1] ?? "").matchAll(/(?:then|else|,|^)\s*'([a-z-]+)'/g)].map((one) => one[1] ?? ""),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((event) => !isMessageEvent(event))).toEqual([]);
  const wanted = MESSAGE_EVENTS.flatMap((event) =>
    ["subject", "lead", "more"].map((part) => `mail.${event}.${part}`),
  );
  expect(wanted.filter((key) => !isMessageKey(key))).toEqual([]);
});
