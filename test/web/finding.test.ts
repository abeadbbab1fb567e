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
