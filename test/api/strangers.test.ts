import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ApiUnderTest,
  ask,
  countRows,
  type Person,
  signIn,
  startApi,
} from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish, oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let boris: Person;
const ids: Record<string, string> = {};
const amount = { amountMinor: 512_345, currency: "RUB" };

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  boris = await signIn(under, "boris");
  await ask(under, boris, "GET /v1/me");
  ids["bills"] = await oweBill(under, anna);
  ids["methods"] = await bindCard(under, anna);
  const mandate = await createMandate(under, anna, mandateWish([ids["methods"]], { account: "1" }));
  ids["mandates"] = String(mandate.body["id"]);
  const payment = await ask(under, anna, "POST /v1/payments", { body: { billId: ids["bills"], amount } });
  ids["payments"] = String(payment.body["id"]);
  const details = { name: "Flat", billId: ids["bills"], amount: "due" };
  ids["templates"] = String((await ask(under, anna, "POST /v1/templates", { body: details })).body["id"]);
});
afterAll(() => under.close());

/** Every address of one object that the document declares for residents, with a body that would be right. */
async function objectRoutes(): Promise<
  { readonly line: string; readonly what: string; readonly body: unknown }[]
> {
  const document = (await ask(under, null, "GET /openapi.json")).body as {
    paths: Record<string, Record<string, unknown>>;
  };
  const bodies: Record<string, unknown> = {
    "PATCH /v1/mandates/{id}": { overLimit: "ask" },
    "POST /v1/payments/{id}/confirm": { amount },
    "PATCH /v1/templates/{id}": { name: "Flat" },
    "POST /v1/templates/{id}/payments": { amount },
  };
  return Object.entries(document.paths).flatMap(([path, methods]) => {
    const what = /^\/v1\/(bills|methods|mandates|payments|templates)\/\{id\}/.exec(path)?.[1];
    if (what === undefined) return [];
    return Object.keys(methods).map((method) => {
      const line = `${method.toUpperCase()} ${path.replace("{version}", "1")}`;
      return { line, what, body: bodies[line] };
    });
  });
}

test("a stranger's object and one that does not exist are the same 404 on every address; the owner is let in", async () => {
  const routes = await objectRoutes();
  expect(routes.length).toBeGreaterThanOrEqual(15);
  const before = await countRows(under);
  for (const { line, what, body } of routes) {
    const foreign = await ask(under, boris, line.replace("{id}", ids[what] ?? ""), { body });
    const unknown = await ask(under, boris, line.replace("{id}", "KV-0000-0000-0000"), { body });
    expect([line, foreign.status, unknown.status]).toEqual([line, 404, 404]);
    expect({ ...foreign.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
  }
  expect(await countRows(under)).toEqual(before);
  // reading first: the stops at the end of the list change what is read
  for (const { line, what, body } of routes.sort((left, right) => (left.line < right.line ? 1 : -1))) {
    const own = await ask(under, anna, line.replace("{id}", ids[what] ?? ""), { body });
    expect([line, own.status === 404]).toEqual([line, false]);
  }
});

test("lists show nothing of anybody else's", async () => {
  for (const what of Object.keys(ids)) {
    expect((await ask(under, boris, `GET /v1/${what}`)).body).toEqual({ items: [], nextCursor: null });
  }
  for (const list of ["accounts", "archive/sums", "me/sources", "me/identifiers"]) {
    expect((await ask(under, boris, `GET /v1/${list}`)).body).toEqual({ items: [], nextCursor: null });
  }
  expect((await ask(under, boris, "GET /v1/archive")).body["items"]).toEqual([]);
  expect((await ask(under, boris, `GET /v1/archive?q=${ids["bills"]}`)).body["items"]).toEqual([]);
});

test("a stranger's card pays nothing and stands in no mandate", async () => {
  const paid = await ask(under, boris, "POST /v1/payments", {
    body: { billId: ids["bills"], methodId: ids["methods"], amount },
  });
  expect(paid.status).toBe(404);
  const mandate = await createMandate(under, boris, mandateWish([ids["methods"] ?? ""], { account: "2" }));
  expect(mandate.body).toMatchObject({
    status: 422,
    errors: [{ field: "methods[0]", code: "method-not-active" }],
  });
});

test("an operator reads any payment's timeline but is no payer of it", async () => {
  const olga = await signIn(under, "olga", { roles: ["operator"] });
  expect((await ask(under, olga, `GET /v1/payments/${ids["payments"] ?? ""}/timeline`)).status).toBe(200);
  expect((await ask(under, olga, `GET /v1/payments/${ids["payments"] ?? ""}`)).status).toBe(404);
});
