import { beforeEach, expect, test } from "vitest";
import { code, method, payment } from "./fake-engine.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;
const path = `/payments/${code("P")}`;
const decline = `${path}/autopay-offer/decline`;

function paid(over: Parameters<typeof payment>[0] = {}) {
  return payment({
    state: "paid",
    paidAt: "2026-11-24T09:00:00.000Z",
    mandateId: null,
    route: "manual",
    autopayOffer: { billerId: "gorod-zhkh", account: "7700123456", methodId: code("D") },
    ...over,
  });
}

beforeEach(async () => {
  visitor = await new Visitor().signIn();
  visitor.engine.methods = [method(), method({ id: code("D"), title: "Mir *2987", mandates: [] })];
  visitor.engine.payments = [paid()];
});

test("a paid payment offers autopay; the set-up opens with biller, account and the card that has paid", async () => {
  expect(await visitor.page(path)).toContain("Автоплатёж на следующий раз");
  const answer = await visitor.get(`/mandates/new?payment=${code("P")}`);
  expect(answer.headers.get("location")).toBe("/mandates/new/terms");
  const terms = await visitor.page("/mandates/new/terms");
  expect(terms).toContain("Городские коммунальные услуги, 7700123456");
  expect(terms).toMatch(new RegExp(`name="method" value="${code("D")}"[^>]* checked`));
  expect(terms).not.toMatch(new RegExp(`name="method" value="${code("C")}"[^>]* checked`));
});

test("“not now” is one form of ours, works without script, and is told", async () => {
  visitor.engine.answers.set(`POST /v1${decline}`, () => {
    visitor.engine.payments = [paid({ autopayOffer: null })];
    return { status: 200, body: paid({ autopayOffer: null }) };
  });
  const answer = await visitor.submit(await visitor.page(path), decline);
  expect(answer.headers.get("location")).toBe(path);
  const after = await visitor.page(path);
  expect(after).toContain("автоплатёж больше не предложим");
  expect(after).not.toContain("Автоплатёж на следующий раз");
  expect(visitor.engine.commands()).toHaveLength(1);
});

test("“not now” without the form's token changes nothing", async () => {
  const answer = await visitor.post(decline, new URLSearchParams());
  expect(answer.status).toBe(403);
  expect(visitor.engine.commands()).toEqual([]);
});

test("an offer that no longer stands leads to the payment, and no page shows it", async () => {
  visitor.engine.payments = [paid({ autopayOffer: null })];
  expect(await visitor.page(path)).not.toContain("autopay-offer");
  const answer = await visitor.get(`/mandates/new?payment=${code("P")}`);
  expect(answer.headers.get("location")).toBe(path);
});
