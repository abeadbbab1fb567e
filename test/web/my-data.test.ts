import { beforeEach, expect, test } from "vitest";
import { Visitor } from "./visitor.ts";

let anna: Visitor;
beforeEach(async () => {
  anna = await new Visitor().signIn();
});

const waiting = {
  state: "waiting",
  waitsFor: [
    {
      what: "undecided",
      paymentId: "KV-7F3K-9Q2M-X4TS",
      amount: { amountMinor: 512_345, currency: "RUB" },
      endsBy: null,
    },
  ],
};

test("the profile leads to the file and to the way out", async () => {
  const html = await anna.page("/profile");
  expect(html).toContain('href="/profile/export"');
  expect(html).toContain('href="/profile/erase"');
});

test("the file comes as it is, under its own name", async () => {
  anna.engine.answers.set("GET /v1/me/export", () => ({ status: 200, body: { format: "kvitok-export/1" } }));
  const answer = await anna.get("/profile/export");
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ format: "kvitok-export/1" });
});

test("before the terms are accepted both are open", async () => {
  await anna.signIn({ terms: "none" });
  anna.engine.answers.set("GET /v1/me/export", () => ({ status: 200, body: {} }));
  expect((await anna.get("/profile/export")).status).toBe(200);
  expect((await anna.get("/profile/erase")).status).toBe(200);
});

test("the way out says what stops, what goes, what stays and when it waits; without the tick nothing is sent", async () => {
  const html = await anna.page("/profile/erase");
  for (const words of ["Сразу:", "Удаляются:", "Остаётся без имени", "Пока деньги в пути"])
    expect(html).toContain(words);
  const answer = await anna.submit(html, "/profile/erase");
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("Ничего не сделано");
  expect(anna.engine.commands()).toEqual([]);
});

test("done: the person is signed out here and told so", async () => {
  anna.engine.answers.set("DELETE /v1/me", () => ({ status: 200, body: { state: "erased", waitsFor: [] } }));
  const html = await anna.page("/profile/erase");
  const answer = await anna.submit(html, "/profile/erase", { confirm: "erase" });
  expect(await answer.text()).toContain("Ваши данные удалены");
  expect(anna.cookies()).not.toContain("kvitok-session");
});

test("while money is under way the page says what has stopped, for which payment it waits, and stays signed in", async () => {
  anna.engine.answers.set("DELETE /v1/me", () => ({ status: 202, body: waiting }));
  const html = await anna.page("/profile/erase");
  const text = await (await anna.submit(html, "/profile/erase", { confirm: "erase" })).text();
  expect(text).toContain("Всё остановлено, но пока ничего не удалено");
  expect(text).toContain("KV-7F3K-9Q2M-X4TS");
  expect(text).toContain("5 123,45".replace(" ", "\u00a0"));
  expect(anna.cookies()).toContain("kvitok-session");
});

test.each([
  [
    "ru",
    "Этот платёж вы не подтвердили в банке",
    /в течение часа: не позднее 24 ноября 2026 года, 10:00.*«Отменить».*нажмите кнопку ещё раз/,
  ],
  [
    "en",
    "You have not confirmed this payment at the bank",
    /within the hour: by 24 November 2026,? (at )?10:00 at the latest.*“Cancel”.*press the button once more/,
  ],
] as const)(
  "in %s what waits for an unconfirmed charge says that it ends by itself, until when, and what to do",
  async (locale, what, how) => {
    await anna.signIn({ locale });
    const [one] = waiting.waitsFor;
    const unconfirmed = { ...one, what: "unconfirmed", endsBy: "2026-11-24T07:00:00.000Z" };
    anna.engine.answers.set("DELETE /v1/me", () => ({
      status: 202,
      body: { state: "waiting", waitsFor: [unconfirmed, one] },
    }));
    const html = await anna.page("/profile/erase");
    const text = await (await anna.submit(html, "/profile/erase", { confirm: "erase" })).text();
    expect(text).toContain(what);
    expect(text.replaceAll("\u00a0", " ")).toMatch(how);
    // what nobody knows the end of promises none
    expect(text.match(how)).toHaveLength(locale === "ru" ? 1 : 2);
    expect(text.split(locale === "ru" ? "в течение часа" : "within the hour")).toHaveLength(2);
  },
);
