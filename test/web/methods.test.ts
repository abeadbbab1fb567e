import { beforeEach, expect, test } from "vitest";
import { bill, code, mandate, method, payment } from "./fake-engine.ts";
import { withdrawal } from "./fake-methods.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;
beforeEach(async () => {
  visitor = await new Visitor().signIn();
  visitor.engine.methods = [
    method(),
    method({ id: code("D"), title: "Mir *2987", mandates: [], isDefault: false }),
  ];
  visitor.engine.mandates = [mandate()];
  visitor.engine.bills = [bill()];
});

const inFlight = {
  payment: code("P"),
  charge: `${code("P")}-1`,
  amount: { amountMinor: 512_345, currency: "RUB" } as const,
  payee: "Городские коммунальные услуги",
  method: "MasterCard *4477",
  sentAt: "2026-11-24T06:00:00Z",
  state: "unknown" as const,
  next: null,
};
const goesOn = {
  mandate: code("N"),
  biller: "Школа № 1507",
  account: "1507",
  state: "active" as const,
  outcome: "goes-on" as const,
  next: "Mir *2987",
};

test("before a card goes the page names what stops, what goes on and with what, what is planned and what has left; GET changes nothing", async () => {
  visitor.engine.withdrawal = withdrawal({
    follows: [...withdrawal().follows, goesOn],
    planned: [
      {
        payment: code("R"),
        payee: "Школа № 1507",
        plannedOn: "2026-12-01",
        amount: inFlight.amount,
        outcome: "moves",
      },
    ],
    inFlight: [inFlight],
    twins: [{ methodId: code("T"), title: "MasterCard *4477 ещё раз" }],
  });
  const html = await visitor.page(`/methods/${code("C")}/withdraw`);
  expect(html).toContain("Эта карта сохранена ещё раз");
  expect(html).toContain("MasterCard *4477 ещё раз");
  expect(html).toContain("Вместе с ней остановятся");
  expect(html).toContain("Городские коммунальные услуги, 7700123456");
  expect(html).toContain("Школа № 1507, 1507");
  expect(html).toContain("Дальше — Mir *2987");
  expect(html).toContain("Перейдёт на другую карту");
  expect(html).toContain("Одно списание на 5 123,45 ₽ уже было отправлено");
  expect(visitor.engine.commands()).toEqual([]);
});

test("unlinking is one form without script; the page after it says what the API answered, and counts what was sent afterwards", async () => {
  const path = `/methods/${code("C")}/withdraw`;
  const html = await visitor.page(path);
  const answer = withdrawal({ stoppedAt: "2026-11-24T06:00:05Z", inFlight: [inFlight] });
  visitor.engine.answers.set(`DELETE /v1/methods/${code("C")}`, () => ({ status: 200, body: answer }));
  const done = await visitor.submit(html, path);
  expect(done.headers.get("location")).toBe(`/methods/${code("C")}/withdrawn`);
  visitor.engine.methods = [method({ state: "withdrawn" })];
  visitor.engine.withdrawal = answer;
  const told = await visitor.page(`/methods/${code("C")}/withdrawn`);
  expect(told).toContain("Карта отвязана: MasterCard *4477");
  expect(told).toContain("После отвязки в банк не отправлено ни одного списания.");
  expect(told).toContain("уже было отправлено");
  expect(told).not.toContain("больше ничего не спишется");
  expect((await visitor.get(path)).headers.get("location")).toBe(`/methods/${code("C")}/withdrawn`);
});

test("the default stands first; the others can be moved, and the whole order is sent", async () => {
  const html = await visitor.page("/methods");
  expect(html.indexOf("MasterCard *4477")).toBeLessThan(html.indexOf("Mir *2987"));
  expect(html.match(/Основная/g)).toHaveLength(1);
  visitor.engine.answers.set("POST /v1/methods/order", () => ({
    status: 200,
    body: { items: [], nextCursor: null },
  }));
  await visitor.submit(html, "/methods/order");
  expect(visitor.engine.commands()).toMatchObject([
    { path: "/v1/methods/order", body: { order: [code("D"), code("C")] } },
  ]);
  expect(await visitor.page("/methods")).toContain("Порядок карт изменён.");
});

test("a card that expired says so", async () => {
  visitor.engine.methods = [method({ state: "unusable", reason: "expired", isDefault: false })];
  expect(await visitor.page("/methods")).toContain("Срок карты закончился");
});

test("where no card can be typed in a payment and none is bound, the page leads to binding and back to the bill", async () => {
  visitor.engine.methods = [];
  visitor.engine.choice = { gateway: "stripe", canEnterCard: false };
  const html = await visitor.page(`/bills/${code("1")}/pay`);
  const link = /href="(\/methods\/new[^"]*)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect(link).toBe(`/methods/new?biller=gorod-zhkh&returnTo=%2Fbills%2F${code("1")}%2Fpay`);
  expect(html).not.toContain(`action="/bills/${code("1")}/pay"`);
  const binding = await visitor.page(link);
  expect(binding).not.toContain("ЮKassa");
  visitor.engine.answers.set("POST /v1/methods", () => ({
    status: 201,
    body: method({ state: "binding", confirmationUrl: "https://bank.example/bind" }),
  }));
  await visitor.submit(binding, "/methods/new");
  expect(visitor.engine.commands()).toMatchObject([
    { body: { gateway: "stripe", kind: "bank_card", returnPath: `/bills/${code("1")}/pay` } },
  ]);
});

test("a method that is not taken for this bill stands there with its reason, and cannot be chosen", async () => {
  const [first, second] = visitor.engine.methods;
  if (first === undefined || second === undefined) throw new Error("two methods");
  const whyNot = [{ code: "method-at-another-gateway" as const, detail: "Она привязана у другого шлюза." }];
  visitor.engine.choice = {
    canEnterCard: false,
    items: [
      { method: first, allowed: true, whyNot: [] },
      { method: second, allowed: false, whyNot },
    ],
  };
  const html = await visitor.page(`/bills/${code("1")}/pay`);
  expect(html).toContain(`value="${first.id}"`);
  expect(html).not.toContain(`value="${second.id}"`);
  expect(html).not.toContain('value="other-card"');
  expect(html).toMatch(/Mir \*2987[\s\S]*Она привязана у другого шлюза\./);
});

test("a waiting payment whose method is gone proposes another one, and the same binding first where there is none", async () => {
  visitor.engine.payments = [payment({ state: "needs-payer", need: "new-method" })];
  const page = await visitor.page(`/payments/${code("P")}/confirm`);
  expect(page).toContain('value="other-card"');
  visitor.engine.methods = [];
  visitor.engine.choice = { canEnterCard: false };
  const html = await visitor.page(`/payments/${code("P")}/confirm`);
  expect(html).toContain(`returnTo=%2Fpayments%2F${code("P")}%2Fconfirm`);
});

test("where several things can be bound the payer chooses; the usual one is proposed", async () => {
  const html = await visitor.page("/methods/new");
  expect(html).toMatch(/value="yookassa bank_card"[^>]*checked/);
  expect(html).toContain("Через Stripe");
  expect(html, "a wallet is chosen on the page of the gateway").not.toContain(`value="stripe apple_pay"`);
});

test("what each kind may do is told with the reason", async () => {
  const html = await visitor.page("/methods/kinds");
  expect(html).toContain("Нет. Каждый платёж подтверждают по СМС.");
  expect(html).toContain("«Дополнительные платежи»");
  expect(html).toContain("от 1,00 ₽ до 350 000,00 ₽");
});
