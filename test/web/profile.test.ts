import { beforeEach, describe, expect, test } from "vitest";
import { SERVICE_TERMS } from "../../words/service-terms.ts";
import { code } from "./fake-engine.ts";
import { annaAtHome } from "./fake-people.ts";
import { Visitor } from "./visitor.ts";

let anna: Visitor;
beforeEach(async () => {
  anna = await new Visitor().signIn();
});

describe("a session that has ended", () => {
  test("on another device signs this browser out at its next page, whatever its cookie says", async () => {
    const copy = anna.cookies();
    expect((await anna.get("/methods")).status).toBe(200);
    anna.engine.living = undefined;
    const answer = await anna.get("/methods", { cookie: copy });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?returnTo=%2Fmethods"]);
    expect(anna.cookies()).not.toContain("kvitok-session");
  });

  test("is used by whoever opens a page, and not by a window that looks for news by itself", async () => {
    await anna.get("/methods");
    await anna.get("/profile/notifications/tests/live");
    expect(anna.engine.presence).toEqual(["", "?quiet=true"]);
  });

  test("sends no form any more", async () => {
    const html = await anna.page("/profile/sessions");
    anna.engine.living = undefined;
    const answer = await anna.submit(html, "/sign-out");
    expect(answer.headers.get("location")).toBe("/sign-in?returnTo=%2F");
    expect(anna.engine.commands()).toEqual([]);
  });

  test("is not taken for one while the engine is away: the page says so and keeps the cookie", async () => {
    anna.engine.away = true;
    const answer = await anna.get("/methods");
    expect(answer.status).toBe(503);
    expect(anna.cookies()).toContain("kvitok-session");
  });
});

describe("sessions", () => {
  const session = (over: object) => ({
    id: code("1"),
    device: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    startedAt: "2026-11-24T06:00:00.000Z",
    lastSeenAt: "2026-11-24T07:00:00.000Z",
    expiresAt: "2026-11-24T18:00:00.000Z",
    current: true,
    ...over,
  });

  test("are shown by device and time, this one marked and without a button; others can be ended", async () => {
    anna.engine.sessions = [session({}), session({ id: code("2"), device: null, current: false })];
    const html = await anna.page("/profile/sessions");
    expect(html).toContain("Firefox, Linux");
    expect(html).toContain("Этот браузер");
    expect(html).toContain("Неизвестный браузер");
    expect(html).not.toContain(`action="/profile/sessions/${code("1")}/end"`);
    anna.engine.answers.set(`DELETE /v1/me/sessions/${code("2")}`, () => ({
      status: 200,
      body: { ended: 1 },
    }));
    const answer = await anna.submit(html, `/profile/sessions/${code("2")}/end`);
    expect(answer.headers.get("location")).toBe("/profile/sessions");
    expect(await anna.page("/profile/sessions")).toContain("Вход на том устройстве завершён.");
  });

  test("end everywhere, this one too", async () => {
    anna.engine.answers.set("DELETE /v1/me/sessions", () => ({ status: 200, body: { ended: 2 } }));
    await anna.submit(await anna.page("/profile/sessions"), "/profile/sessions/end-all");
    expect(anna.cookies()).not.toContain("kvitok-session");
  });
});

describe("the terms", () => {
  test("come before every page but those of leaving, and lead on to where one wanted to go", async () => {
    await anna.signIn({ terms: "none" });
    const away = await anna.get("/mandates/new");
    expect([away.status, away.headers.get("location")]).toEqual([303, "/terms?returnTo=%2Fmandates%2Fnew"]);
    const html = await anna.page("/terms?returnTo=%2Fmandates%2Fnew");
    expect(html).toContain(SERVICE_TERMS.ru.title);
    anna.engine.answers.set("POST /v1/me/terms", () => ({ status: 201, body: {} }));
    const accepted = await anna.submit(html, "/terms");
    expect(accepted.headers.get("location")).toBe("/mandates/new");
    expect(anna.engine.commands()).toMatchObject([
      { path: "/v1/me/terms", body: { version: SERVICE_TERMS.version, locale: "ru" } },
    ]);
    expect((await anna.get("/profile/sessions")).status).toBe(200);
  });

  test("lead nobody to another site", async () => {
    await anna.signIn({ terms: "none" });
    const html = await anna.page("/terms?returnTo=https%3A%2F%2Fevil.example%2F");
    anna.engine.answers.set("POST /v1/me/terms", () => ({ status: 201, body: {} }));
    expect((await anna.submit(html, "/terms")).headers.get("location")).toBe("/");
  });

  test("of an older edition leave every page open and ask on each", async () => {
    await anna.signIn({ terms: "older" });
    expect(await anna.page("/methods")).toContain("Условия использования изменились.");
    expect(await anna.page("/terms")).toContain("Принимаю условия");
  });

  test("are there for everybody, also who has not signed in", async () => {
    const html = await new Visitor().page("/terms?lang=en");
    expect(html).toContain(SERVICE_TERMS.en.title);
    expect(html).not.toContain("<form");
  });
});

test("language and zone are saved, and the page speaks the language at once", async () => {
  anna.engine.answers.set("PATCH /v1/me", () => ({ status: 200, body: { locale: "en" } }));
  const html = await anna.page("/profile");
  expect(html).toContain('<option value="Europe/Moscow" selected');
  const answer = await anna.submit(html, "/profile/settings", { locale: "en", zone: "Asia/Yekaterinburg" });
  expect(anna.engine.commands()).toMatchObject([{ body: { locale: "en", zone: "Asia/Yekaterinburg" } }]);
  expect(await (await anna.get(answer.headers.get("location") ?? "")).text()).toContain('<html lang="en">');
});

test("the name at the top is the engine's, not the cookie's", async () => {
  anna.engine.living = { ...annaAtHome, name: "Анна Новая" };
  expect(await anna.page("/methods")).toContain("Анна Новая");
});
