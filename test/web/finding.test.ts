import { beforeEach, describe, expect, test } from "vitest";
import type { Freshness } from "../../api/client.ts";
import { bill } from "./fake-engine.ts";
import { problem } from "./fake-problem.ts";
import { Visitor } from "./visitor.ts";

let anna: Visitor;
beforeEach(async () => {
  anna = await new Visitor().signIn();
});

const source = (over: Partial<Freshness>): Freshness => ({
  source: "gis-gmp",
  state: "fresh",
  readAt: "2026-11-28T06:00:00.000Z",
  silentSince: null,
  ...over,
});

describe("how fresh the bills are", () => {
  test.each<[Partial<Freshness>, RegExp]>([
    [{}, /все счета на 28 ноября 2026 года, 09:00/],
    [
      { state: "silent", silentSince: "2026-11-28T06:10:00.000Z" },
      /не отвечает с 28 ноября 2026 года, 09:10.*на 28 ноября 2026 года, 09:00/,
    ],
    [{ state: "silent", silentSince: "2026-11-28T06:10:00.000Z", readAt: null }, /ещё не проверены/],
    [{ state: "part" }, /могут быть ещё счета.*09:00/],
    [{ state: "part", readAt: null }, /могут быть ещё счета/],
    [{ state: "refused" }, /могут быть не видны/],
    [{ state: "waiting", readAt: null }, /спрашиваем/],
  ])("%o", async (over, words) => {
    anna.engine.sources = [source(over)];
    expect(await anna.page("/")).toMatch(words);
  });

  test("a silent source never looks like no bills", async () => {
    anna.engine.sources = [source({ state: "silent", silentSince: "2026-11-28T06:10:00.000Z" })];
    const page = await anna.page("/");
    expect(page).not.toContain("Сейчас платить нечего");
    expect(page).not.toContain("Всё оплачено");
    anna.engine.sources = [source({})];
    expect(await anna.page("/")).toContain("Всё оплачено");
  });

  test("who was asked about nowhere is not told that all is paid, but where to begin", async () => {
    anna.engine.sources = [];
    anna.engine.accounts = [];
    const page = await anna.page("/");
    expect(page).not.toContain("Всё оплачено");
    expect(page).toContain('href="/billers?for=account"');
    expect(page).toContain('href="/profile/identifiers/new"');
  });
});

test("a bill says how it came to be here, and that it is an additional payment", async () => {
  anna.engine.bills = [bill({ seenBy: ["added"], section: "additional" })];
  const page = await anna.page("/");
  expect(page).toContain("Добавлен вами");
  expect(page).toContain("Дополнительные платежи");
});

test.each([
  ["/bills/add/uin", { uin: "18810177261129123451" }, "POST /v1/bills/added", "uin"],
  ["/bills/add/sts", { sts: "77УН123456" }, "POST /v1/bills/look-up", "sts"],
  ["/bills/add/company", { inn: "7736000010" }, "POST /v1/bills/look-up", "inn"],
])(
  "at %s it stands beside the field that was asked by why nothing was found",
  async (path, fields, command, field) => {
    anna.engine.answers.set(command, () => ({
      status: 503,
      body: problem(503, "sources-silent", { detail: "Спросить сейчас не удалось." }),
    }));
    const answer = await anna.submit(await anna.page("/bills/add"), path, fields);
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).toMatch(new RegExp(`id="${field}-problem"[^>]*>Спросить сейчас не удалось`));
  },
);

test("an empty field is asked for, and nobody is asked by it", async () => {
  const answer = await anna.submit(await anna.page("/bills/add"), "/bills/add/uin", { uin: " " });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("Напишите номер");
  expect(anna.engine.commands()).toEqual([]);
});

describe("by payer code and month", () => {
  const found = {
    source: "biller",
    uin: null,
    billId: null,
    billerId: "gorod-zhkh",
    billerTitle: "Городские коммунальные услуги",
    period: "2026-02",
    kind: "insurance",
    state: "owed",
    amount: { amountMinor: 512_345, currency: "RUB" },
    fullAmount: { amountMinor: 512_345, currency: "RUB" },
    discountUntil: null,
    issuedOn: "2026-03-01",
    dueOn: "2026-03-15",
    purpose: "Квартплата",
    payee: { name: "ГКУ «Городские коммунальные услуги»", inn: "7700990010" },
  };
  const look = async (fields: Record<string, string>) =>
    anna.submit(await anna.page("/bills/add"), "/bills/add/code", fields);
  const answer = (body: object) =>
    anna.engine.answers.set("POST /v1/bills/look-up", () => ({
      status: 200,
      body: { sources: [], ...body },
    }));

  test.each(["ru", "en"] as const)(
    "in %s every wrong input has words of its own, beside its field, and nobody is asked",
    async (locale) => {
      await anna.signIn({ locale });
      const told = new Set<string>();
      for (const [field, fields] of [
        ["code", { code: "", period: "02.2026" }],
        ["code", { code: "770012345", period: "02.2026" }],
        ["code", { code: "77001234567", period: "02.2026" }],
        ["code", { code: "770012345*", period: "02.2026" }],
        ["period", { code: "7700123456", period: "" }],
        ["period", { code: "7700123456", period: "13.2026" }],
      ] as const) {
        const refused = await look(fields);
        expect(refused.status).toBe(422);
        const html = (await refused.text()).replaceAll("\u00a0", " ");
        const words = new RegExp(`id="${field}-problem"[^>]*>([^<]+)`).exec(html)?.[1] ?? "";
        expect(words.length, JSON.stringify(fields)).toBeGreaterThan(10);
        expect(/[а-яё]/i.test(words), words).toBe(locale === "ru");
        expect(html).toContain(`value="${fields[field]}"`);
        told.add(words);
      }
      expect(told.size, [...told].join("\n")).toBe(6);
      expect(anna.engine.asked.filter(({ method }) => method === "POST")).toEqual([]);
    },
  );

  test("both fields wrong are both named, and what was typed stands there again", async () => {
    const html = await (await look({ code: "77", period: "весной" })).text();
    expect(html).toContain('href="#code"');
    expect(html).toContain('href="#period"');
    expect(html).toContain('value="весной"');
  });

  test("a bill is shown with its fields before it is added, and added by the biller's name, code and month", async () => {
    answer({ found: [found] });
    const shown = await look({ code: "7700 123 456", period: "02.2026" });
    expect(shown.headers.get("cache-control")).toContain("no-store");
    expect(anna.engine.asked.at(-1)?.body).toEqual({
      kind: "epd-payer-code",
      text: "7700123456",
      period: "2026-02",
    });
    const html = (await shown.text()).replaceAll("\u00a0", " ");
    for (const part of [
      "5 123,45 ₽",
      "февраль 2026",
      "7700123456",
      "7700990010",
      "15 марта 2026",
      "Квартплата",
    ]) {
      expect(html).toContain(part);
    }
    anna.engine.bills = [bill()];
    anna.engine.answers.set("POST /v1/bills/added", () => ({
      status: 201,
      body: { bills: [bill()], sources: [] },
    }));
    const added = await anna.submit(html, "/bills/add/coded");
    expect(added.headers.get("location")).toBe(`/bills/${bill().id}`);
    expect(anna.engine.asked.find(({ path }) => path === "/v1/bills/added")?.body).toEqual({
      billerId: "gorod-zhkh",
      account: "7700123456",
      period: "2026-02",
      kind: "insurance",
    });
  });

  test("nothing is said to be nothing for this code and month, and a refusal stands beside the code", async () => {
    answer({ found: [] });
    const none = await (await look({ code: "7700123456", period: "02.2026" })).text();
    expect(none).toMatch(/7700123456 за февраль\s2026[^<]* неоплаченных счетов нет/);
    anna.engine.answers.set("POST /v1/bills/added", () => ({
      status: 404,
      body: problem(404, "bill-not-at-sources", { detail: "Такого начисления нет." }),
    }));
    answer({ found: [found] });
    const html = await (await look({ code: "7700123456", period: "02.2026" })).text();
    const gone = await anna.submit(html, "/bills/add/coded");
    expect(await gone.text()).toMatch(/id="code-problem"[^>]*>Такого начисления нет/);
  });

  test("a bill with a UIN is added by it alone, whatever else its biller has for this month", async () => {
    answer({ found: [{ ...found, uin: "18810177261129123451" }] });
    const html = await (await look({ code: "7700123456", period: "02.2026" })).text();
    anna.engine.answers.set("POST /v1/bills/added", () => ({
      status: 201,
      body: { bills: [bill()], sources: [] },
    }));
    await anna.submit(html, "/bills/add/uin");
    expect(anna.engine.asked.find(({ path }) => path === "/v1/bills/added")?.body).toEqual({
      uin: "18810177261129123451",
    });
  });

  test("what is mine already is opened, not added", async () => {
    answer({ found: [{ ...found, billId: bill().id }] });
    const html = await (await look({ code: "7700123456", period: "02.2026" })).text();
    expect(html).toContain(`href="/bills/${bill().id}"`);
    expect(html).not.toContain('action="/bills/add/coded"');
  });
});

test("nothing from everybody is none, nothing from somebody who was silent is unknown", async () => {
  const found = async (outcome: string) => {
    const answered = { source: "gis-gmp", outcome, asOf: null, missing: [], unreadable: 0 };
    anna.engine.answers.set("POST /v1/bills/look-up", () => ({
      status: 200,
      body: { found: [], sources: [answered] },
    }));
    const answer = await anna.submit(await anna.page("/bills/add"), "/bills/add/sts", { sts: "77УН123456" });
    expect(answer.headers.get("cache-control")).toContain("no-store");
    return answer.text();
  };
  expect(await found("complete")).toContain("неоплаченных счетов нет");
  expect(await found("unreachable")).toContain("Это не значит, что их нет");
});
