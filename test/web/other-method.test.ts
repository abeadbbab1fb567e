import { beforeEach, expect, test } from "vitest";
import { bill, charge, code, method, payment } from "./fake-engine.ts";
import { Visitor } from "./visitor.ts";

let visitor: Visitor;

beforeEach(async () => {
  visitor = await new Visitor().signIn();
  visitor.engine.methods = [method(), method({ id: code("D"), title: "Mir *2987", mandates: [] })];
  visitor.engine.bills = [bill()];
});

/** The payment of a payer who is awaited at the bank. */
function challengedAt(gateway: string, over: Parameters<typeof payment>[0] = {}) {
  const confirmation = { url: "https://bank.example/3ds", confirmBy: "2026-11-24T10:00:00Z" };
  const charges = [charge({ state: "challenged", gateway, confirmBy: confirmation.confirmBy })];
  return payment({ state: "charging", gateway, charges, confirmation, ...over });
}

const page = async (path: string) => (await visitor.get(`${path}?lang=en`)).text();

test("inside the wait at a gateway that can end the first try, another method is offered", async () => {
  visitor.engine.payments = [challengedAt("stripe")];
  expect(await page(`/payments/${code("P")}`)).toContain(`href="/payments/${code("P")}/other-method"`);
  const answer = await visitor.get(`/payments/${code("P")}/other-method?lang=en`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain(`action="/payments/${code("P")}/confirm"`);
});

test("at a gateway that cannot, the page says when another method may be chosen, and offers none", async () => {
  visitor.engine.payments = [challengedAt("yookassa")];
  const html = await page(`/payments/${code("P")}`);
  expect(html).toContain("cannot call the attempt back");
  expect(html).not.toContain("other-method");
  const answer = await visitor.get(`/payments/${code("P")}/other-method`);
  expect(answer.headers.get("location")).toContain(`/payments/${code("P")}`);
});

test("after a stop nobody is asked to confirm, by another method or this one", async () => {
  visitor.engine.payments = [challengedAt("stripe", { stopMark: "skipped", confirmation: null })];
  const html = await page(`/payments/${code("P")}`);
  expect(html).not.toContain("other-method");
  expect(html).not.toContain("cannot call the attempt back");
  expect(html).not.toContain("You can confirm until");
  expect(html).toContain("it ends by itself");
});

test("what a gateway puts into the address of return leaves it before anything is shown", async () => {
  visitor.engine.payments = [challengedAt("stripe")];
  for (const path of [`/payments/${code("P")}/return`, `/methods/${code("C")}/return`]) {
    const answer = await visitor.get(
      `${path}?payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_2`,
    );
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(path);
    expect(answer.headers.get("referrer-policy")).toMatch(/no-referrer|same-origin/);
  }
});
