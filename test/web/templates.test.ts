import { beforeEach, describe, expect, test } from "vitest";
import { archived, rub, template } from "./fake-archive.ts";
import { bill, code, method, payment } from "./fake-engine.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;
const fund = template({ id: code("U"), name: "Фонд", amount: rub(50_000) });

beforeEach(async () => {
  visitor = await new Visitor().signIn();
  const { engine } = visitor;
  engine.methods = [method(), method({ id: code("D"), title: "Mir *2987" })];
  engine.bills = [bill()];
  const due = [
    {
      billId: code("1"),
      amount: rub(512_345),
      dueOn: "2026-12-10",
      purpose: "Квартплата",
      period: "2026-10",
    },
  ];
  engine.templates = [template({ due }), fund, template({ id: code("V"), name: "Без счетов" })];
});

describe("two clicks pay by a template", () => {
  test("the list leads to a page on which the default method is chosen already; its button pays", async () => {
    const list = await visitor.page("/templates");
    expect(list).toContain(`href="/templates/${code("T")}/pay"`);
    expect(list).not.toContain(`href="/templates/${code("V")}/pay"`);
    const page = await visitor.page(`/templates/${code("T")}/pay`);
    expect(page).toMatch(new RegExp(`value="${code("C")}" checked`));
    visitor.engine.answers.set(`POST /v1/templates/${code("T")}/payments`, () => ({
      status: 201,
      body: payment({ id: code("N") }),
    }));
    const answer = await visitor.submit(page, `/templates/${code("T")}/pay`, { method: code("C") });
    expect(answer.headers.get("location")).toBe(`/payments/${code("N")}`);
    expect(visitor.engine.commands().at(-1)?.body).toEqual({
      billId: code("1"),
      amount: rub(512_345),
      methodId: code("C"),
    });
  });

  test("pressing twice is one command by its key", async () => {
    const page = await visitor.page(`/templates/${code("U")}/pay`);
    await visitor.submit(page, `/templates/${code("U")}/pay`, { method: code("C") });
    await visitor.submit(page, `/templates/${code("U")}/pay`, { method: code("C") });
    const keys = visitor.engine.commands().map(({ key }) => key);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test("the same sum a moment ago: the page asks, shows that payment, and sends the wish only when it is ticked", async () => {
    const path = `/v1/templates/${code("U")}/payments`;
    visitor.engine.answers.set(`POST ${path}`, () => ({
      status: 409,
      body: { code: "paid-just-now", title: "", detail: "Только что", status: 409, paymentId: code("R") },
    }));
    const page = await visitor.page(`/templates/${code("U")}/pay`);
    expect(page).not.toContain('name="again"');
    const asked = await visitor.submit(page, `/templates/${code("U")}/pay`, { method: code("C") });
    expect(asked.status).toBe(409);
    const html = await asked.text();
    expect(html).toContain(`href="/payments/${code("R")}"`);
    await visitor.submit(html, `/templates/${code("U")}/pay`, { method: code("C"), again: "yes" });
    expect(visitor.engine.commands().at(-1)?.body).toMatchObject({ again: true, amount: rub(50_000) });
  });

  test("a bill that somebody is paying already leads to that payment", async () => {
    visitor.engine.answers.set(`POST /v1/templates/${code("T")}/payments`, () => ({
      status: 409,
      body: { code: "bill-being-paid", status: 409, title: "", detail: "", paymentId: code("P") },
    }));
    const page = await visitor.page(`/templates/${code("T")}/pay`);
    const answer = await visitor.submit(page, `/templates/${code("T")}/pay`, { method: code("C") });
    expect(answer.headers.get("location")).toBe(`/payments/${code("P")}`);
  });
});

describe("a template is made and changed on a page", () => {
  test("from a bill: its number is not typed again", async () => {
    const page = await visitor.page(`/templates/new?bill=${code("1")}`);
    visitor.engine.answers.set("POST /v1/templates", () => ({ status: 201, body: template() }));
    const answer = await visitor.submit(page, "/templates/new", { name: "Мамина квартира", sum: "due" });
    expect(answer.headers.get("location")).toBe("/templates");
    expect(visitor.engine.commands().at(-1)?.body).toEqual({
      name: "Мамина квартира",
      billId: code("1"),
      amount: "due",
    });
  });

  test("what is wrong is said at its field, before anything is sent", async () => {
    const page = await visitor.page("/templates/new?biller=gorod-zhkh");
    const answer = await visitor.submit(page, "/templates/new", { name: "", sum: "own", amount: "много" });
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).toContain('href="#name"');
    expect(html).toContain('href="#amount"');
    expect(visitor.engine.commands()).toEqual([]);
  });

  test("what the API refuses of a change is said at its field too", async () => {
    visitor.engine.answers.set(`PATCH /v1/templates/${code("U")}`, () => ({
      status: 422,
      body: {
        code: "sum-not-taken",
        status: 422,
        title: "",
        detail: "",
        errors: [{ field: "amount", code: "sum-not-taken", detail: "Не принимает" }],
      },
    }));
    const page = await visitor.page(`/templates/${code("U")}`);
    const answer = await visitor.submit(page, `/templates/${code("U")}`, {
      name: "Фонд",
      sum: "own",
      amount: "1",
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("Не принимает");
  });
});

describe("the archive's page", () => {
  test("the form's wishes go to the API as it names them, and stay in the addresses of further pages and of the file", async () => {
    visitor.engine.archive = [archived()];
    const page = await visitor.page("/archive?q=квартплата&least=1500,50&state=paid&from=2026-01-01");
    expect(page).toContain("cursor=older");
    expect(page).toMatch(/href="\/archive\.csv\?q=[^"]*least=1500%2C50/);
    expect(page).toContain(`href="/payments/${code("R")}/receipt"`);
  });

  test("a date that is none and a sum that is none are named; the list is shown without them", async () => {
    const answer = await visitor.get("/archive?from=2026-02-31&most=много");
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).toContain('href="#from"');
    expect(html).toContain('href="#most"');
  });

  test("a paid line leads to its receipt, as a page and as a PDF; what is not paid to neither", async () => {
    visitor.engine.archive = [archived(), archived({ kind: "bill", paymentId: null, state: "owed" })];
    const page = await visitor.page("/archive");
    const receipt = `/payments/${archived().paymentId ?? ""}/receipt`;
    expect(page.match(/href="[^"]*receipt[^"]*"/g)).toEqual([`href="${receipt}"`, `href="${receipt}.pdf"`]);
  });

  test("the file comes as the API streams it, also when the API refuses", async () => {
    visitor.engine.answers.set("GET /v1/archive.csv", () => ({ status: 200, body: "x" }));
    expect((await visitor.get("/archive.csv?q=x")).status).toBe(200);
    visitor.engine.answers.set("GET /v1/archive.csv", () => ({
      status: 503,
      body: { code: "temporarily-unavailable", status: 503 },
    }));
    expect((await visitor.get("/archive.csv")).status).toBe(503);
  });
});
