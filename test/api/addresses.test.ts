import { afterAll, beforeAll, expect, test } from "vitest";
import { FAILURE_CODES } from "../../domain/failure.ts";
import { PROBLEM_WORDS } from "../../api/problem-words.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
let anna: Person;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

interface Document {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { readonly requestBody?: unknown; readonly security?: unknown }>
  >;
  readonly components: { readonly schemas: Record<string, unknown> };
}

async function readDocument(): Promise<Document> {
  return (await ask(under, null, "GET /openapi.json")).body as unknown as Document;
}

test("every declared address answers a wrong verb with 405 and says in Allow which are right", async () => {
  const { paths } = await readDocument();
  for (const [path, methods] of Object.entries(paths)) {
    const allowed = Object.keys(methods).map((method) => method.toUpperCase());
    const wrong = ["PUT", "PATCH", "DELETE", "POST"].find((verb) => !allowed.includes(verb)) ?? "";
    const answer = await ask(under, null, `${wrong} ${path.replaceAll(/\{\w+\}/g, "x")}`);
    expect([path, answer.status]).toEqual([path, 405]);
    expect(answer.body).toMatchObject({ code: "verb-not-allowed" });
    for (const method of allowed) expect(answer.headers.get("allow")?.split(", ")).toContain(method);
  }
});

test("OPTIONS names the verbs, HEAD answers like GET without a body", async () => {
  const options = await ask(under, null, "OPTIONS /v1/payments");
  expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS, POST"]);
  const head = await ask(under, anna, "HEAD /v1/bills", { key: null });
  expect([head.status, head.text]).toEqual([200, ""]);
});

test("404 in problem form for addresses that do not exist, whoever asks", async () => {
  for (const path of ["/v1/nothing", "/v1", "/v1/payments/a/b/c", "/healthy"]) {
    const answer = await ask(under, null, `GET ${path}`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body).toMatchObject({ code: "not-found", status: 404 });
  }
});

test("answers carry a request id, forbid caches and frames, and keep an id that was given", async () => {
  const given = await ask(under, null, "GET /health/live", { headers: { "x-request-id": "abcdefgh-1" } });
  expect(given.headers.get("x-request-id")).toBe("abcdefgh-1");
  const made = await ask(under, null, "GET /v1/none", { headers: { "x-request-id": "<script>" } });
  expect(made.headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
  expect(made.body["requestId"]).toBe(made.headers.get("x-request-id"));
  expect(made.headers.get("cache-control")).toBe("no-store");
  expect(made.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(made.headers.get("x-content-type-options")).toBe("nosniff");
});

test("problems speak the language that was asked for", async () => {
  const speak = async (language: string) =>
    (await ask(under, null, "GET /v1/none", { headers: { "accept-language": language } })).body["title"];
  expect(await speak("ru")).toBe("Не найдено");
  expect(await speak("en-GB,en;q=0.9,ru;q=0.1")).toBe("Not found");
  expect(await speak("de, ru;q=0.5, en;q=0.4")).toBe("Не найдено");
  expect(await speak("*")).toBe("Не найдено");
});

test("every failure has words in both languages, and none of them is the other's", () => {
  for (const code of FAILURE_CODES) {
    const { ru, en } = PROBLEM_WORDS[code];
    expect(ru.join(" ")).toMatch(/[а-яё]/i);
    expect(en.join(" ")).not.toMatch(/[а-яё]/i);
  }
});

test("the OpenAPI document describes every address, its bodies and its problems", async () => {
  const document = await readDocument();
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      "/v1/billers/{id}/bills",
      "/v1/mandates/{id}/pause",
      "/v1/payments/{id}/confirm",
      "/v1/operator/clock",
      "/v1/gateways/{name}/notifications",
    ]),
  );
  expect(document.paths["/v1/payments"]?.["post"]).toMatchObject({
    security: [{ bearer: [] }],
    requestBody: { required: true },
    parameters: [{ name: "idempotency-key", in: "header", required: true }],
  });
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(["Bill", "Mandate", "Payment", "Problem", "PushedBill", "Money"]),
  );
  const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect([...new Set(references)].filter((reference) => !known.includes(reference))).toEqual([]);
});

test("health: alive and ready while Temporal is away; not ready without the database", async () => {
  expect((await ask(under, null, "GET /health/live")).status).toBe(200);
  const ready = await ask(under, null, "GET /health/ready");
  expect(ready.status).toBe(200);
  expect(ready.body).toMatchObject({ status: "ready", database: "reachable", temporal: "not-connected" });
  const alone = await startApi();
  await alone.away();
  const answer = await alone.api.request("/health/ready");
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ status: "not-ready", database: "unreachable", waiting: null });
  await alone.identity.close();
});
