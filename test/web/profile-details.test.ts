import { beforeEach, describe, expect, test } from "vitest";
import { problem } from "./fake-problem.ts";
import { Visitor } from "./visitor.ts";

let anna: Visitor;
beforeEach(async () => {
  anna = await new Visitor().signIn();
});

const id = "KV-7F3K-9Q2M-X4T1";
const car = {
  id,
  kind: "sts",
  masked: "••••3456",
  value: "9942123456",
  label: "Машина мамы",
  provedBy: null,
  createdAt: "2026-11-24T09:00:00.000Z",
} as const;

describe("saved numbers", () => {
  test("are listed masked; the whole value stands on a page of its own", async () => {
    anna.engine.identifiers = [car];
    const list = await anna.page("/profile");
    expect(list).toContain("••••3456");
    expect(list).toContain("Не подтверждён");
    expect(await anna.page(`/profile/identifiers/${id}`)).toContain("9942123456");
  });

  test("a wrong one is shown again with the words at its field, and what was typed stays", async () => {
    const errors = [{ field: "kind", code: "identifier-ambiguous", detail: "СТС · Код плательщика ЕПД." }];
    anna.engine.answers.set("POST /v1/me/identifiers", () => ({
      status: 422,
      body: problem(422, "identifier-ambiguous", { errors }),
    }));
    const answer = await anna.submit(
      await anna.page("/profile/identifiers/new"),
      "/profile/identifiers/new",
      {
        text: "9942 123456",
        label: "Машина",
      },
    );
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toContain("СТС · Код плательщика ЕПД.");
    expect(html).toContain('value="9942 123456"');
    expect(html).toMatch(/<select[^>]*aria-invalid="true"/);
  });

  test.each(["/profile/identifiers/new", "/profile/mail", "/profile/erase", "/profile/sessions"])(
    "%s leads back to the profile",
    async (path) => {
      const [, main = ""] = (await anna.page(path)).split("<main");
      expect(main).toContain('href="/profile"');
    },
  );

  test("one is saved with the kind that was chosen, or none", async () => {
    anna.engine.answers.set("POST /v1/me/identifiers", () => ({ status: 201, body: car }));
    const form = await anna.page("/profile/identifiers/new");
    await anna.submit(form, "/profile/identifiers/new", { text: "1", kind: "sts" });
    await anna.submit(form, "/profile/identifiers/new", { text: "2", kind: "", label: "Дом" });
    expect(anna.engine.commands().map(({ body }) => body)).toEqual([
      { text: "1", kind: "sts" },
      { text: "2", label: "Дом" },
    ]);
  });

  test("too many look-ups are refused with the time to wait", async () => {
    anna.engine.answers.set("POST /v1/me/identifiers", () => ({
      status: 429,
      body: problem(429, "look-up-limit", { title: "Слишком много поисков по номеру" }),
      headers: { "retry-after": "580" },
    }));
    const form = await anna.page("/profile/identifiers/new");
    const answer = await anna.submit(form, "/profile/identifiers/new", { text: "9942123456" });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "580"]);
    expect(await answer.text()).toContain("Попробуйте снова через 10 минут.");
  });

  test("is named and removed", async () => {
    anna.engine.identifiers = [car];
    anna.engine.answers.set(`PATCH /v1/me/identifiers/${id}`, () => ({ status: 200, body: car }));
    anna.engine.answers.set(`DELETE /v1/me/identifiers/${id}`, () => ({
      status: 200,
      body: { ...car, ended: [] },
    }));
    const html = await anna.page(`/profile/identifiers/${id}`);
    await anna.submit(html, `/profile/identifiers/${id}/name`, { label: "" });
    await anna.submit(html, `/profile/identifiers/${id}/delete`);
    expect(anna.engine.commands()).toMatchObject([{ body: { label: null } }, { method: "DELETE" }]);
    expect(await anna.page("/profile")).toContain("Номер удалён из профиля.");
  });
});

describe("the mail address", () => {
  const pendingEmail = { address: "new@home.example", expiresAt: "2026-11-25T09:00:00.000Z" };

  test("one that waits is shown with its end beside the one that is in use", async () => {
    anna.engine.about = { pendingEmail };
    const html = await anna.page("/profile");
    expect(html).toContain("anna@city.example");
    expect(html).toContain("Ждёт подтверждения: new@home.example.");
  });

  test("the link of the letter changes nothing by itself; its button proves", async () => {
    anna.engine.about = { pendingEmail };
    anna.engine.answers.set("POST /v1/me/email/proof", () => ({ status: 200, body: {} }));
    const html = await anna.page("/profile/mail/proof?code=abc");
    expect(html).toContain("new@home.example");
    expect(anna.engine.commands()).toEqual([]);
    await anna.submit(html, "/profile/mail/proof");
    expect(anna.engine.commands()).toMatchObject([{ body: { code: "abc" } }]);
  });

  test("a link that is of no use any more offers no button", async () => {
    const html = await anna.page("/profile/mail/proof?code=abc");
    expect(html).toContain("Подтверждать нечего");
    expect(html).not.toContain('action="/profile/mail/proof"');
  });

  test("whoever is not signed in is led to sign in and comes back to the link", async () => {
    const answer = await new Visitor().get("/profile/mail/proof?code=abc");
    expect(answer.headers.get("location")).toBe("/sign-in?returnTo=%2Fprofile%2Fmail%2Fproof%3Fcode%3Dabc");
  });

  test("what is no address is said at the field", async () => {
    const errors = [{ field: "address", code: "address-invalid", detail: "Напишите один адрес." }];
    anna.engine.answers.set("POST /v1/me/email", () => ({
      status: 422,
      body: problem(422, "address-invalid", { errors }),
    }));
    const answer = await anna.submit(await anna.page("/profile/mail"), "/profile/mail", { address: "anna" });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("Напишите один адрес.");
  });

  test("whose autopay ends with it is told so", async () => {
    anna.engine.identifiers = [car];
    const ended = [{ mandateId: "KV-7F3K-9Q2M-X4TM", stoppedAt: "2026-11-28T06:10:00.000Z", inFlight: [] }];
    anna.engine.answers.set(`DELETE /v1/me/identifiers/${id}`, () => ({
      status: 200,
      body: { ...car, ended },
    }));
    await anna.submit(await anna.page(`/profile/identifiers/${id}`), `/profile/identifiers/${id}/delete`);
    const page = await anna.page("/profile");
    expect(page).toContain("Номер удалён, автоплатежи по нему отключены");
    expect(page).toContain("28 ноября 2026 года, 09:10");
  });
});
