import { beforeEach, expect, test } from "vitest";
import { CHARGE_STATES, NEEDS, PAYMENT_OUTCOMES, PAYMENT_STATES } from "../../domain/payment.ts";
import type { Receipt } from "../../api/client.ts";
import { tellReceipt } from "../../words/receipt.ts";
import { archived, rub, template } from "./fake-archive.ts";
import { forecastLine, forecastOf } from "./fake-forecast.ts";
import { bill, charge, code, mandate, method, payment } from "./fake-engine.ts";
import { problem } from "./fake-problem.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;

beforeEach(async () => {
  visitor = await new Visitor().signIn();
  const { engine } = visitor;
  engine.methods = [method(), method({ id: code("D"), title: "Mir *2987", mandates: [] })];
  engine.mandates = [mandate()];
  engine.payments = [payment(), payment({ id: code("R"), state: "paid", paidAt: "2026-11-20T06:00:05Z" })];
  engine.bills = [
    bill({ payment: { id: code("P"), state: "scheduled", need: null, outcome: null }, mandateId: code("M") }),
  ];
  engine.archive = [archived(), archived({ kind: "bill", paymentId: null, state: "owed" })];
  engine.templates = [
    template({
      due: [
        {
          billId: code("1"),
          amount: rub(512_345),
          dueOn: "2026-12-10",
          purpose: "Квартплата",
          period: "2026-10",
        },
      ],
    }),
    template({ id: code("U"), name: "Фонд", amount: rub(50_000) }),
  ];
  engine.forecast = forecastOf([
    forecastLine(),
    forecastLine({ kind: "expected", at: null, on: null, amount: null }),
  ]);
  engine.timeline = [{ at: "2026-11-24T08:59:00Z", what: "payment.created", detail: {} }];
});

const everyPage = [
  "/",
  `/bills/${code("1")}`,
  `/bills/${code("1")}/pay`,
  "/billers?for=account",
  "/billers?for=mandate&category=utilities&q=city",
  "/accounts/new?biller=gorod-zhkh",
  "/methods",
  "/methods/new",
  "/methods/kinds",
  `/methods/${code("C")}/withdraw`,
  "/mandates",
  "/forecast",
  "/forecast?days=30",
  "/mandates/new?biller=gorod-zhkh",
  `/mandates/${code("M")}`,
  `/mandates/${code("M")}/edit`,
  `/mandates/${code("M")}/cancel`,
  "/payments",
  `/payments/${code("P")}`,
  `/payments/${code("P")}/skip`,
  `/payments/${code("R")}/receipt`,
  "/archive",
  "/archive?q=none&category=utilities&from=2026-01-01",
  "/templates",
  "/templates/new?biller=gorod-zhkh",
  `/templates/new?bill=${code("1")}`,
  `/templates/${code("T")}`,
  `/templates/${code("T")}/pay`,
  `/templates/${code("U")}/pay`,
];

test.each(everyPage)(
  "%s needs no inline script or style, keeps to itself and says it is a sandbox",
  async (path) => {
    for (const language of ["ru", "en"]) {
      const answer = await visitor.get(`${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
      const html = await answer.text();
      expect(answer.status).toBe(200);
      expect(html).toContain(`<html lang="${language}">`);
      expect(html).toMatch(/Песочница|Sandbox/);
      expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:/i);
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("x-frame-options")).toBe("DENY");
    }
  },
);

test("in live mode nothing speaks of a sandbox and no demonstration notice is offered", async () => {
  const live = await new Visitor({ livemode: true }).signIn();
  live.engine.methods = [method({ livemode: true })];
  live.engine.bills = [bill({ livemode: true })];
  await live.get(`/mandates/new?bill=${code("1")}`);
  const terms = await live.page("/mandates/new/terms");
  expect(terms).not.toContain("Песочница");
  expect(terms).not.toContain("noticePack");
});

test("every state of a payment has words in both languages, on its page, in the history and on the front page", async () => {
  const states = PAYMENT_STATES.flatMap((state) => {
    if (state === "needs-payer")
      return NEEDS.map((need) => payment({ state, need, reason: "insufficient_funds" }));
    if (state === "closed") return PAYMENT_OUTCOMES.map((outcome) => payment({ state, outcome }));
    if (state !== "charging")
      return [payment({ state, paidAt: state === "paid" ? "2026-11-25T06:00:00Z" : null })];
    return CHARGE_STATES.map((one) =>
      payment({
        state,
        charges: [charge({ state: one, confirmBy: "2026-11-25T07:00:00Z" })],
        stopMark: "cancelled",
      }),
    );
  });
  for (const one of states) {
    visitor.engine.payments = [one];
    visitor.engine.bills = [
      bill({ payment: { id: one.id, state: one.state, need: one.need, outcome: one.outcome } }),
    ];
    for (const path of ["/", "/payments", `/payments/${one.id}`]) {
      for (const language of ["ru", "en"]) {
        const answer = await visitor.get(`${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
        expect(answer.status, `${one.state} ${one.need ?? one.outcome ?? ""}`).toBe(200);
        expect(await answer.text()).not.toMatch(/undefined|\[object|page\./);
      }
    }
  }
});

test("only a charge that the bank refused is told as the bank's refusal", async () => {
  const refusal = /Банк отклонил|На карте не хватило/;
  const declined = charge({
    state: "not-charged",
    reason: "insufficient_funds",
    because: "not-enough-money",
  });
  const path = `/payments/${code("P")}`;
  visitor.engine.payments = [payment({ reason: "insufficient_funds", charges: [declined] })];
  expect(await visitor.page(path)).toMatch(refusal);
  const skipped = payment({ state: "closed", outcome: "skipped", remark: "stopped" });
  const putOff = payment({ remark: "card budget of the day", nextLookAt: "2026-11-26T06:00:02Z" });
  for (const one of [skipped, putOff]) {
    visitor.engine.payments = [one];
    expect(await visitor.page(path)).not.toMatch(refusal);
  }
  expect(await visitor.page(path)).toContain("Отложено: вернёмся к этому платежу 26 ноября 2026 года, 09:00");
  expect(await visitor.page(path)).not.toContain("Спишем 25 ноября");
});

test("a bill that a mandate pays says when and from which card, and offers to pay now or to skip", async () => {
  const html = await visitor.page("/");
  expect(html).toContain("Спишем 25 ноября 2026 года, не раньше 09:00. Откуда: MasterCard *4477");
  expect(html).toContain(`href="/bills/${code("1")}/pay"`);
  expect(html).toContain(`action="/payments/${code("P")}/skip"`);
});

test("opening the skip link of a mail changes nothing; its button skips and tells what is under way", async () => {
  const path = `/payments/${code("P")}/skip`;
  const page = await visitor.page(path);
  expect(visitor.engine.commands()).toEqual([]);
  visitor.engine.answers.set(`POST /v1/payments/${code("P")}/skip`, () => ({
    status: 200,
    body: { payment: code("P"), state: "closed", stoppedAt: "2026-11-24T10:00:00Z", inFlight: [] },
  }));
  const skipped = await visitor.submit(page, path);
  expect(skipped.headers.get("location")).toBe(`/payments/${code("P")}`);
  const told = await visitor.page(`/payments/${code("P")}`);
  expect(told).toContain("Списание пропущено");
  expect(told).toContain("Больше ничего списано не будет.");
  expect(await visitor.page(`/payments/${code("P")}`)).not.toContain("Списание пропущено");
});

test("coming back from the bank always asks the engine and shows the true state, with or without a result", async () => {
  const path = `/payments/${code("P")}/return`;
  const still = payment({
    state: "charging",
    charges: [charge({ state: "challenged", confirmBy: "2026-11-25T07:00:00Z" })],
  });
  visitor.engine.answers.set(`POST /v1${path}`, () => ({ status: 202, body: still }));
  const waiting = await visitor.page(path);
  expect(waiting).toContain("Банк ждёт вашего подтверждения");
  const paid = payment({ state: "paid", paidAt: "2026-11-25T06:10:00Z" });
  visitor.engine.answers.set(`POST /v1${path}`, () => ({ status: 200, body: paid }));
  expect(await visitor.page(path)).toContain("Оплачено 5 123,45 ₽");
  expect(await visitor.page(path)).toContain(`href="/payments/${code("P")}/receipt"`);
});

test("the way to the bank is offered only while the bank waits; otherwise one is led to the true state", async () => {
  const path = `/payments/${code("P")}`;
  expect((await visitor.get(`${path}/bank`)).headers.get("location")).toBe(path);
  const url = "https://bank.example/confirm?order=1&x=%22";
  visitor.engine.payments = [
    payment({ state: "charging", confirmation: { url, confirmBy: "2026-11-25T07:00:00Z" } }),
  ];
  const leaving = await visitor.page(`${path}/bank`);
  expect(leaving).toContain('http-equiv="refresh"');
  expect(leaving).toContain(`href="${url.replaceAll("&", "&amp;")}"`);
  expect((await visitor.get(`${path}/confirm`)).headers.get("location")).toBe(`${path}/bank`);
});

test("what is foreign or unknown is no page, and says nothing about others", async () => {
  for (const path of [
    "/nowhere",
    `/payments/${code("Z")}`,
    `/bills/${code("Z")}`,
    `/mandates/${code("Z")}`,
  ]) {
    const answer = await visitor.get(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("Такой страницы нет");
  }
});

test("a refusal of the engine is told in its own words, with the number for support", async () => {
  visitor.engine.answers.set("GET /v1/mandates", () => ({
    status: 503,
    body: problem(503, "temporarily-unavailable"),
  }));
  const answer = await visitor.get("/mandates");
  const html = await answer.text();
  expect(answer.status).toBe(503);
  for (const words of ["Так нельзя", "Подробности для людей.", "req-1"]) expect(html).toContain(words);
});

test("a receipt before the money leads to the payment", async () => {
  const path = `/payments/${code("P")}/receipt`;
  visitor.engine.answers.set(`GET /v1${path}`, () => ({ status: 409, body: problem(409, "not-paid-yet") }));
  expect((await visitor.get(path)).headers.get("location")).toBe(`/payments/${code("P")}`);
});

test("the receipt page says what the paper says, and offers it without script", async () => {
  const path = `/payments/${code("R")}/receipt`;
  const html = await visitor.page(path);
  const told = tellReceipt({ locale: "ru", zone: "Europe/Moscow" }, await receiptBehind(path));
  const words = [told.title, told.amount, told.paid, told.unreal ?? "", ...told.facts.flat()];
  expect(words.filter((word) => !html.includes(word.replaceAll("\u00A0", " ")))).toEqual([]);
  expect(html).toMatch(new RegExp(`<a class="button" href="${path}\\.pdf">Скачать PDF</a>`));
});

async function receiptBehind(path: string): Promise<Receipt> {
  const answer = await visitor.engine.api(new Request(`http://127.0.0.1/v1${path}`));
  return (await answer.json()) as Receipt;
}

test("the paper comes as the API hands it out, kept by nobody in between; what the API refuses is a page", async () => {
  const path = `/payments/${code("R")}/receipt.pdf`;
  const headers = {
    "content-type": "application/pdf",
    "content-language": "ru",
    "content-disposition": 'attachment; filename="kvitok-x.pdf"',
    "x-inside": "1",
  };
  visitor.engine.answers.set(`GET /v1${path}`, () => ({ status: 200, body: "%PDF", headers }));
  const { "x-inside": _, ...kept } = headers;
  const file = await visitor.get(path);
  expect(await file.text()).toBe('"%PDF"');
  expect(Object.fromEntries(file.headers)).toMatchObject({ ...kept, "cache-control": "no-store" });
  expect(file.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(file.headers.has("x-inside")).toBe(false);

  visitor.engine.answers.set(`GET /v1${path}`, () => ({ status: 409, body: problem(409, "not-paid-yet") }));
  expect((await visitor.get(path)).headers.get("location")).toBe(`/payments/${code("R")}`);
  visitor.engine.answers.set(`GET /v1${path}`, () => ({
    status: 404,
    body: problem(404, "payment-not-found"),
  }));
  const nobodys = await visitor.get(path);
  expect(nobodys.status).toBe(404);
  expect(nobodys.headers.get("content-type")).toContain("text/html");
});

test("a biller’s words never become markup", async () => {
  visitor.engine.bills = [bill({ purpose: '<script>alert(1)</script>"><img src=x>' })];
  const html = await visitor.page(`/bills/${code("1")}`);
  expect(html).not.toContain("<script>alert");
  expect(html).not.toContain("<img");
});

test("static files may be kept for ever: their address is their content", async () => {
  const [, path = ""] = /href="(\/static\/style\.[^"]+)"/.exec(await visitor.page("/")) ?? [];
  const first = await visitor.get(path);
  expect(first.headers.get("cache-control")).toContain("immutable");
  expect(first.headers.get("content-type")).toBe("text/css; charset=utf-8");
  const again = await visitor.get(path, { "if-none-match": first.headers.get("etag") ?? "" });
  expect(again.status).toBe(304);
});

test("only operators are shown the way to Temporal", async () => {
  expect(await visitor.page(`/payments/${code("P")}`)).not.toContain("127.0.0.1:4602");
  await visitor.signIn({ roles: ["resident", "operator"] });
  expect(await visitor.page(`/payments/${code("P")}`)).toContain(
    `http://127.0.0.1:4602/namespaces/kvitok/workflows/payment%2F${code("P")}`,
  );
});
