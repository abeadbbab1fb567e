import { beforeEach, describe, expect, test } from "vitest";
import { CHANNELS } from "../../domain/notifications/channels.ts";
import { eventsOf, minimumOf } from "../../domain/notifications/choosing.ts";
import { isLegalMinimum, LEGAL_MINIMUM } from "../../domain/notification.ts";
import { TOPICS } from "../../domain/notifications/event-rules.ts";
import { alwaysWords, eventWords } from "../../web/preference-words.ts";
import { bill, code } from "./fake-engine.ts";
import { mutedBiller, preferencesOf } from "./fake-preferences.ts";
import { problem } from "./fake-problem.ts";
import { Visitor } from "./visitor.ts";

const path = "/profile/notifications";
let anna: Visitor;
beforeEach(async () => {
  anna = await new Visitor().signIn();
});

/** Fields of the table as the browser would send them: what is selected in each. */
function selectedIn(html: string): Record<string, string> {
  const cells = [...html.matchAll(/<select name="(\w+\.\w+)"[^>]*>([\s\S]*?)<\/select>/g)];
  return Object.fromEntries(
    cells.map(([, name = "", options = ""]) => [
      name,
      /<option value="(\w+)" selected/.exec(options)?.[1] ?? "",
    ]),
  );
}

describe("the page of notifications", () => {
  test("is reached from the profile, and says by which channel what comes and when", async () => {
    expect(await anna.page("/profile")).toContain(`href="${path}"`);
    const html = await anna.page(path);
    expect(html).toContain("Почта: сразу — обо всём. Тихих часов нет.");
    expect(html).toContain("Устройства: ничего не придёт, пока не подключено.");
    expect(Object.keys(selectedIn(html))).toHaveLength(TOPICS.length * 2);
    // nobody can connect text messages here
    expect(html).not.toContain("СМС:");
  });

  test("keeps only the cells that were changed", async () => {
    const html = await anna.page(path);
    anna.engine.answers.set("PUT /v1/me/notifications/choices", () => ({
      status: 200,
      body: preferencesOf(),
    }));
    await anna.submit(html, `${path}/choices`, { ...selectedIn(html), "reminders.email": "off" });
    expect(anna.engine.commands()).toMatchObject([
      { body: { choices: [{ category: "*", topic: "reminders", channel: "email", choice: "off" }] } },
    ]);
    expect(await anna.page(path)).toContain("Выбор сохранён.");
  });

  test("each topic unfolds into its events; one of them is chosen for by itself, and goes back with the rest", async () => {
    const html = await anna.page(path);
    const fields = [...html.matchAll(/<select name="(\w+\.[\w-]+\.email)"/g)].map(([, name]) => name);
    const events = TOPICS.flatMap((topic) => (eventsOf(topic).length > 1 ? eventsOf(topic) : []));
    // what comes by mail whatever is chosen has no switch there, and says why
    expect(fields).toHaveLength(events.filter((event) => !isLegalMinimum(event)).length);
    expect(html.match(/О ваших деньгах: отключить нельзя/g)).toHaveLength(LEGAL_MINIMUM.length);
    expect(html).not.toContain("<details open");
    anna.engine.answers.set("PUT /v1/me/notifications/choices", () => ({
      status: 200,
      body: preferencesOf(),
    }));
    await anna.submit(html, `${path}/choices`, { ...selectedIn(html), "reminders.overdue.email": "off" });
    const place = { category: "*", topic: "reminders", event: "overdue", channel: "email" };
    expect(anna.engine.commands()).toMatchObject([{ body: { choices: [{ ...place, choice: "off" }] } }]);
    anna.engine.preferences = preferencesOf({ ownEvent: "overdue" });
    const chosen = await anna.page(path);
    expect(chosen.match(/<details open/g)).toHaveLength(1);
    expect(chosen).toContain("Отдельно выбрано: Срок оплаты прошёл.");
    await anna.submit(chosen, `${path}/reset`);
    expect(anna.engine.commands().at(-1)).toMatchObject({ body: { choices: [{ ...place, choice: null }] } });
  });

  test("every event has a name of its own in the settings", () => {
    for (const locale of ["ru", "en"] as const) {
      const names = TOPICS.flatMap(eventsOf).map((event) => eventWords(locale, event));
      expect(new Set(names).size).toBe(names.length);
      expect(names).not.toContain("paid");
    }
  });

  test("a table that was saved as it was is no choice", async () => {
    const html = await anna.page(path);
    await anna.submit(html, `${path}/choices`, selectedIn(html));
    expect(anna.engine.commands()).toEqual([]);
  });

  test("a kind of bills shows what holds for all until it has a choice of its own, and can go back to that", async () => {
    anna.engine.preferences = preferencesOf({ category: "education" });
    const html = await anna.page(`${path}?category=education`);
    expect(html).toContain("Сразу (как все)");
    expect(selectedIn(html)["reminders.email"]).toBe("digest");
    expect(html).toContain("Образование (выбрано своё)");
    anna.engine.answers.set("PUT /v1/me/notifications/choices", () => ({
      status: 200,
      body: preferencesOf(),
    }));
    const answer = await anna.submit(html, `${path}/reset`);
    expect(answer.headers.get("location")).toBe(`${path}?category=education`);
    expect(anna.engine.commands()).toMatchObject([
      { body: { choices: [{ category: "education", topic: "reminders", channel: "email", choice: null }] } },
    ]);
  });

  test("a wrong time is shown at its field with what was typed", async () => {
    const errors = [{ field: "quiet.to", code: "quiet-hours-empty", detail: "Начало и конец совпадают." }];
    anna.engine.answers.set("PATCH /v1/me/notifications", () => ({
      status: 422,
      body: problem(422, "quiet-hours-empty", { errors }),
    }));
    const answer = await anna.submit(await anna.page(path), `${path}/when`, {
      quiet: "hours",
      from: "23:15",
      to: "23:15",
      digestAt: "19:30",
    });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toContain('href="#to"');
    expect(html).toMatch(/<input type="time" id="to"[^>]*aria-invalid="true"/);
    expect(html).toContain('value="23:15"');
    expect(anna.engine.commands()[0]?.body).toEqual({
      quiet: { kind: "hours", from: "23:15", to: "23:15" },
      digestAt: "19:30",
      pushAmounts: false,
    });
  });

  test("has a button to try mail and each browser, and says what became of it", async () => {
    anna.engine.preferences = preferencesOf({ reachable: ["email", "push"] });
    const device = { id: code("D"), endpointHash: "a", device: null, createdAt: "2026-11-24T06:00:00.000Z" };
    anna.engine.answers.set("GET /v1/me/push-devices", () => ({
      status: 200,
      body: {
        items: [{ ...device, acceptedAt: null, shownAt: null }],
        nextCursor: null,
        publicKey: "B",
        amountsShown: false,
      },
    }));
    const html = await anna.page(path);
    const forms = html.split(`action="${path}/test"`).slice(1);
    expect(forms).toHaveLength(2);
    const wish = { channel: "push", deviceId: device.id } as const;
    const mail = {
      id: code("E"),
      channel: "email",
      deviceId: null,
      sentAt: "2026-11-24T09:00:07.000Z",
    } as const;
    const asked = { id: code("T"), ...wish, askedAt: "2026-11-24T09:00:00.000Z", sentAt: null } as const;
    anna.engine.answers.set("POST /v1/me/notifications/tests", () => ({
      status: 202,
      body: { ...asked, state: "on-its-way" },
    }));
    const answer = await anna.submit(html, `${path}/test`, { channel: "push", device: device.id });
    expect(answer.headers.get("location")).toBe(`${path}#tests`);
    expect(anna.engine.commands()).toMatchObject([{ body: wish }]);
    anna.engine.tests = [
      { ...asked, state: "on-its-way" },
      { ...mail, askedAt: asked.askedAt, state: "sent" },
    ];
    const moving = await anna.page(path);
    expect(moving).toContain("Пробное сообщение отправляется.");
    expect(moving).toMatch(/Попросили [^<]*12:00[^<]*Отправляем/);
    expect(moving).toMatch(/Отправлено [^<]*12:00[^<]*почтовый сервер принял/);
    const mark = /data-mark="([^"]*)"/.exec(moving)?.[1];
    const live = await anna.get(`${path}/tests/live`);
    expect([live.headers.get("kvitok-mark"), live.headers.get("kvitok-final")]).toEqual([mark, "no"]);
    anna.engine.tests = [{ ...asked, state: "not-reached" }];
    const over = await anna.page(path);
    expect(over).toContain("браузер больше не принимает уведомления");
    expect(over).not.toContain("<live-status");
  });

  test("says in words that there were too many test messages, and when there may be another", async () => {
    anna.engine.answers.set("POST /v1/me/notifications/tests", () => ({
      status: 429,
      body: problem(429, "test-message-limit", { title: "Слишком много пробных сообщений" }),
      headers: { "retry-after": "580" },
    }));
    const answer = await anna.submit(await anna.page(path), `${path}/test`);
    const html = await answer.text();
    expect(answer.status).toBe(429);
    expect(html).toContain("Слишком много пробных сообщений");
    expect(html).toContain("Попробуйте снова через 10 минут.");
  });

  test("an address with a kind of bills that there is not leads to all bills", async () => {
    anna.engine.answers.set("GET /v1/me/notifications", () => ({
      status: 422,
      body: problem(422, "category-unknown"),
    }));
    const answer = await anna.get(`${path}?category=nonsense`);
    expect(answer.headers.get("location")).toBe(path);
  });

  test("a muted payee is listed and heard of again", async () => {
    anna.engine.preferences = preferencesOf({ mutes: [mutedBiller] });
    const html = await anna.page(path);
    const unmute = `${path}/unmute/biller/${mutedBiller.id}`;
    anna.engine.answers.set(`DELETE /v1/me/notifications/mutes/biller/${mutedBiller.id}`, () => ({
      status: 200,
      body: { items: [], nextCursor: null },
    }));
    await anna.submit(html, unmute);
    expect(anna.engine.commands()).toMatchObject([{ method: "DELETE" }]);
    expect(await anna.page(path)).toContain("Снова пишем об этом.");
  });
});

describe("a bill", () => {
  const billPath = `/bills/${code("1")}`;

  test("can be muted, and then says so, and what still comes", async () => {
    anna.engine.bills = [bill()];
    anna.engine.answers.set("POST /v1/me/notifications/mutes", () => ({
      status: 200,
      body: { items: [], nextCursor: null },
    }));
    const html = await anna.page(billPath);
    expect(html).toContain('data-muted="no"');
    await anna.submit(html, `${billPath}/mute`);
    expect(anna.engine.commands()).toMatchObject([{ body: { kind: "bill", id: code("1") } }]);
    anna.engine.preferences = preferencesOf({
      mutes: [{ ...mutedBiller, kind: "bill", id: code("1"), bill: null }],
    });
    const muted = await anna.page(billPath);
    expect(muted).toContain("Об этом счёте не напоминаем.");
    expect(muted).toContain("заранее о списании");
    expect(muted).toContain(`action="${billPath}/unmute"`);
  });

  test("of a muted payee offers to hear of the payee again, and nothing that would do nothing", async () => {
    anna.engine.bills = [bill()];
    anna.engine.preferences = preferencesOf({ mutes: [mutedBiller] });
    const html = await anna.page(billPath);
    expect(html).toContain("Снова писать об этом получателе");
    expect(html).not.toContain("Не напоминать об этом счёте");
  });
});

test("the page has words for everything that always comes, and for nothing else", () => {
  expect(TOPICS.filter((topic) => alwaysWords("ru", topic) !== null)).toEqual(
    TOPICS.filter((topic) => minimumOf(topic).length > 0),
  );
  expect(CHANNELS).toContain("email");
});
