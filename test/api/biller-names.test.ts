import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderMail } from "../../adapters/channels/email/render.ts";
import type { Locale } from "../../words/locale.ts";
import type { MessageEvent } from "../../words/message-events.ts";
import {
  type ApiUnderTest,
  ask,
  billOf,
  type Person,
  push,
  signIn,
  startApi,
} from "./support/api-under-test.ts";
import { bindCard, challenge, createMandate, mandateWish, oweBill, see } from "./support/situations.ts";

const names = {
  city: { ru: "Городские коммунальные услуги (демо)", en: "City utilities (demonstration)" },
  fund: { ru: "Фонд «Помощь рядом» (демо)", en: "Help Nearby fund (demonstration)" },
};
const LOCALES = ["ru", "en"] as const satisfies readonly Locale[];

let under: ApiUnderTest;
let anna: Person;
const ids = { owed: "", paid: "", payment: "", mandate: "", method: "", template: "", unasked: "", own: "" };

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna", { locale: "en" });
  const { rows } = await under.database.pool.query<{ name: string; name_en: string }>(
    "select name, name_en from billers where id = 'fund-01'",
  );
  names.fund = { ru: rows[0]?.name ?? "", en: rows[0]?.name_en ?? "" };
  ids.method = await bindCard(under, anna);
  ids.paid = await oweBill(under, anna, { account: "7700000001" });
  ids.payment = await payBy("/v1/payments", { billId: ids.paid, amount: rub(512_345) }, 512_345);
  ids.owed = await oweBill(under, anna, { account: "7700123456" });
  ids.mandate = String((await createMandate(under, anna, mandateWish([ids.method]))).body["id"]);
  ids.template = await template();
  ids.unasked = await payBy(`/v1/templates/${ids.template}/payments`, { amount: rub(50_000) }, 50_000);
  const unasked = await ask(under, anna, `GET /v1/payments/${ids.unasked}`);
  ids.own = (unasked.body["bill"] as { id: string }).id;
});
afterAll(() => under.close());

const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" });

async function template(): Promise<string> {
  const wish = {
    name: "Fund",
    billerId: "fund-01",
    reference: { programme: "001" },
    amount: rub(50_000),
  };
  return String((await ask(under, anna, "POST /v1/templates", { body: wish })).body["id"]);
}

/** Pays by hand and lets the bank take the money; answers the payment's id. */
async function payBy(path: string, body: object, amountMinor: number): Promise<string> {
  const paymentId = String((await ask(under, anna, `POST ${path}`, { body })).body["id"]);
  await see(under, await challenge(under, paymentId), { outcome: "charged", amountMinor });
  return paymentId;
}

async function read(line: string, locale: Locale): Promise<string> {
  const answer = await ask(under, anna, `GET ${line}`, { headers: { "accept-language": locale } });
  expect([line, answer.status]).toEqual([line, 200]);
  return answer.text;
}

/** Every address that names a biller, and which of the two. */
const everyAddress: readonly (readonly [path: () => string, whose: "city" | "fund"])[] = [
  [() => "/v1/bills", "city"],
  [() => `/v1/bills/${ids.owed}`, "city"],
  [() => "/v1/accounts", "city"],
  [() => "/v1/mandates", "city"],
  [() => `/v1/mandates/${ids.mandate}`, "city"],
  [() => "/v1/payments", "city"],
  [() => `/v1/payments/${ids.payment}`, "city"],
  [() => `/v1/payments/${ids.payment}/receipt`, "city"],
  [() => `/v1/methods/${ids.method}/withdrawal`, "city"],
  [() => "/v1/archive", "city"],
  [() => "/v1/archive.csv", "city"],
  [() => "/v1/templates", "fund"],
  [() => `/v1/templates/${ids.template}`, "fund"],
  [() => `/v1/bills/${ids.own}`, "fund"],
  [() => `/v1/payments/${ids.unasked}`, "fund"],
  [() => `/v1/payments/${ids.unasked}/receipt`, "fund"],
];

describe("a biller is named in the language of whoever reads", () => {
  test.each(everyAddress.map(([path, whose]) => [String(path).slice(6), path, whose] as const))(
    "%s",
    async (_, path, whose) => {
      const [ru, en] = await Promise.all([read(path(), "ru"), read(path(), "en")]);
      // a file for spreadsheets has one name, an object both: as it is registered, and as its reader calls it
      expect(titlesIn(ru)).toContain(names[whose].ru);
      expect(titlesIn(ru)).not.toContain(names[whose].en);
      expect(titlesIn(en)).toContain(names[whose].en);
      expect(titlesIn(en)).not.toContain(names[whose].ru);
    },
  );

  test("one without an English name keeps the one that it has", async () => {
    const rename = (name: string | null) =>
      under.database.pool.query("update billers set name_en = $1 where id = 'gorod-zhkh'", [name]);
    await rename(null);
    const bill = JSON.parse(await read(`/v1/bills/${ids.owed}`, "en")) as { biller: object };
    const file = await read("/v1/archive.csv", "en");
    const withdrawal = await read(`/v1/methods/${ids.method}/withdrawal`, "en");
    await rename(names.city.en);
    expect(bill.biller).toMatchObject({ name: names.city.ru, title: names.city.ru });
    expect(file).toContain(names.city.ru);
    expect(titlesIn(withdrawal)).toContain(names.city.ru);
  });

  test("the archive finds it by both names, whichever language is read", async () => {
    for (const locale of LOCALES) {
      for (const q of ["City+utilities", encodeURIComponent("городские коммунальные")]) {
        const { items } = JSON.parse(await read(`/v1/archive?q=${q}`, locale)) as {
          items: { billId: string }[];
        };
        expect([locale, q, items.map(({ billId }) => billId).toSorted()]).toEqual([
          locale,
          q,
          [ids.paid, ids.owed].toSorted(),
        ]);
      }
    }
  });

  test("what a stop has left under way is told by the same name", async () => {
    const billId = await oweBill(under, anna, { account: "7700000007" });
    const body = { billId, amount: rub(512_345), methodId: ids.method };
    const paying = await ask(under, anna, "POST /v1/payments", { body });
    await challenge(under, String(paying.body["id"]));
    for (const locale of LOCALES) {
      const text = await read(`/v1/methods/${ids.method}/withdrawal`, locale);
      expect(JSON.parse(text)).toMatchObject({ inFlight: [{ payee: names.city[locale] }] });
      expect(text).not.toContain("payeeEn");
    }
  });

  test("a biller hears of its own bills by the name that it registered", async () => {
    const billId = await oweBill(under, anna, { account: "7700000008" });
    const paying = await ask(under, anna, "POST /v1/payments", { body: { billId, amount: rub(512_345) } });
    await challenge(under, String(paying.body["id"]));
    const withdrawn = await push(under, billOf({ account: "7700000008", version: 2, status: "annulled" }));
    expect(withdrawn.body["results"]).toMatchObject([
      { result: "annulled", stop: { inFlight: [{ payee: names.city.ru }] } },
    ]);
  });
});

/** The words by which answers name billers: titles of objects, plain names in lists, cells of a file. */
function titlesIn(text: string): string {
  if (!text.startsWith("{")) return text;
  const told: string[] = [];
  JSON.parse(text, (key: string, value: unknown) => {
    if (["title", "biller", "payee", "purpose"].includes(key) && typeof value === "string") told.push(value);
    return value;
  });
  return told.join("\n");
}

describe("a payment that no bill asked for says so in the reader's language", () => {
  test("the gateway's words stay as they were, and a row of before reads the same", async () => {
    const purposeIn = async (locale: Locale) => {
      const row = JSON.parse(await read(`/v1/payments/${ids.unasked}/receipt`, locale)) as {
        purpose: string;
      };
      return row.purpose;
    };
    expect(await purposeIn("en")).toBe(`Payment without a bill: ${names.fund.en}`);
    expect(await purposeIn("ru")).toBe(`Платёж без счёта: ${names.fund.ru}`);
    const { rows } = await under.database.pool.query("select purpose from bills where id = $1", [ids.own]);
    expect(rows).toEqual([{ purpose: `Платёж без счёта: ${names.fund.ru}` }]);
  });

  test("the archive finds it by the words that its reader sees", async () => {
    const found = async (locale: Locale, q: string) => {
      const { items } = JSON.parse(await read(`/v1/archive?q=${encodeURIComponent(q)}`, locale)) as {
        items: { paymentId: string | null }[];
      };
      return items.map(({ paymentId }) => paymentId);
    };
    expect(await found("en", "payment without a bill")).toEqual([ids.unasked]);
    expect(await found("ru", "платёж без счёта")).toEqual([ids.unasked]);
    expect(await found("ru", "without a bill")).toEqual([]);
  });
});

describe("mail names a biller in its reader's language", () => {
  type Queued = { event: MessageEvent; args: Record<string, unknown> };

  async function queued(about: string, event: MessageEvent): Promise<Queued> {
    const { rows } = await under.database.pool.query<Queued>(
      "select event, args from notifications where subject_id = $1 and event = $2",
      [about, event],
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`nobody was told of ${event}`);
    return row;
  }

  const mailOf = ({ event, args }: Queued, locale: Locale) =>
    renderMail({
      event,
      facts: args,
      locale,
      zone: "Europe/Moscow",
      links: {},
      legalMinimum: false,
      livemode: false,
    });

  test.each([
    ["paid", () => ids.payment, "city"],
    ["paid", () => ids.unasked, "fund"],
    ["mandate-created", () => ids.mandate, "city"],
  ] as const)("%s of %s", async (event, about, whose) => {
    const told = await queued(about(), event);
    for (const [locale, other] of [
      ["en", "ru"],
      ["ru", "en"],
    ] as const) {
      const { subject, text } = mailOf(told, locale);
      expect(subject).toContain(names[whose][locale]);
      expect(text).toContain(names[whose][locale]);
      expect(subject + text).not.toContain(names[whose][other]);
    }
    if (whose === "fund") expect(mailOf(told, "en").text).not.toMatch(/[а-яё]/i);
  });

  test("a paid bill says when it was paid, and no more until when", async () => {
    const told = await queued(ids.payment, "paid");
    expect(mailOf(told, "en").text).toMatch(/^Paid: \d+ \w+ \d{4}/m);
    expect(mailOf(told, "en").text).not.toContain("Due by");
    expect(mailOf(told, "ru").text).toMatch(/^Оплачено: \d+ [а-я]+ \d{4}/m);
    expect(mailOf(told, "ru").text).not.toContain("Оплатить до");
    const { body } = await ask(under, anna, `GET /v1/bills/${ids.paid}`);
    const { rows } = await under.database.pool.query<{ paid_at: Date }>(
      "select paid_at from payments where id = $1",
      [ids.payment],
    );
    expect(body["paidAt"]).toBe(new Date(rows[0]?.paid_at ?? 0).toISOString());
    expect((await ask(under, anna, `GET /v1/bills/${ids.owed}`)).body["paidAt"]).toBeNull();
  });
});
