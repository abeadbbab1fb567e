import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WEBHOOK_EVENT_TYPES } from "../../domain/webhook-events.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
let anna: Person;
let olga: Person;
beforeAll(async () => {
  under = await startApi({ webhookAllow: new Set(["127.0.0.1:9501"]) });
  anna = await signIn(under, "anna");
  olga = await signIn(under, "olga", { roles: ["operator"] });
});
afterAll(() => under.close());

const url = "https://hooks.example.com/kvitok";

async function make(change: Record<string, unknown> = {}) {
  const { status, body } = await ask(under, olga, "POST /v1/operator/webhooks", { body: { url, ...change } });
  expect(status).toBe(201);
  return { id: String(body["id"]), secret: String(body["secret"]) };
}

const secretsOf = async (id: string) => {
  const row = await under.database.db
    .selectFrom("webhook_endpoints")
    .select(["secret", "previous_secret"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  const open = (sealed: Buffer | null) => sealed && under.sealer.open(sealed, id).toString("utf8");
  return { secret: open(row.secret), previous: open(row.previous_secret) };
};

describe("whom events go to", () => {
  test("the secret is shown once, kept sealed, and a repeated command shows the same", async () => {
    const key = { body: { url }, key: "webhook-once" };
    const first = await ask(under, olga, "POST /v1/operator/webhooks", key);
    const again = await ask(under, olga, "POST /v1/operator/webhooks", key);
    expect(first.body["secret"]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(again.body).toEqual(first.body);
    const id = String(first.body["id"]);
    expect((await secretsOf(id)).secret).toBe(first.body["secret"]);
    const shown = await ask(under, olga, `GET /v1/operator/webhooks/${id}`);
    expect(shown.body).toMatchObject({ url, state: "active", types: [], billerId: null, queued: 0, dead: 0 });
    expect(JSON.stringify(shown.body)).not.toContain("whsec_");
  });

  test.each([
    ["http://hooks.example.com/in", "webhook-url-not-https"],
    ["https://user:word@hooks.example.com/in", "webhook-url-invalid"],
    ["https://hooks.example.com/in#part", "webhook-url-invalid"],
    ["hooks.example.com", "webhook-url-invalid"],
    ["https://127.0.0.1/in", "webhook-url-not-public"],
    ["https://[::1]/in", "webhook-url-not-public"],
    ["https://169.254.169.254/latest", "webhook-url-not-public"],
    ["https://database.internal/in", "webhook-url-not-public"],
    ["http://127.0.0.1:9502/in", "webhook-url-not-https"],
  ])("%s is refused by name of its field", async (wrong, code) => {
    const { status, body } = await ask(under, olga, "POST /v1/operator/webhooks", { body: { url: wrong } });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code, errors: [{ field: "url", code }] });
  });

  test("a server on the list of the deployment is taken, by its exact port", async () => {
    await make({ url: "http://127.0.0.1:9501/in" });
  });

  test("unknown types and billers are named", async () => {
    const refused = async (body: Record<string, unknown>) =>
      (await ask(under, olga, "POST /v1/operator/webhooks", { body: { url, ...body } })).body;
    expect(await refused({ types: ["payment.invented"] })).toMatchObject({ errors: [{ field: "types[0]" }] });
    expect(await refused({ billerId: "nobody" })).toMatchObject({ errors: [{ field: "billerId" }] });
  });

  test("it is for operators alone", async () => {
    for (const line of ["GET /v1/operator/webhooks", "GET /v1/operator/webhook-deliveries"])
      expect((await ask(under, anna, line)).status).toBe(403);
  });

  test("a new secret signs beside the one before it, for a day", async () => {
    const made = await make();
    const rotated = await ask(under, olga, `POST /v1/operator/webhooks/${made.id}/rotate-secret`);
    expect(rotated.body["secret"]).not.toBe(made.secret);
    expect(await secretsOf(made.id)).toEqual({ secret: rotated.body["secret"], previous: made.secret });
    const until = Date.parse(String(rotated.body["previousSecretUntil"]));
    expect(Math.abs(until - Date.now() - 86_400_000)).toBeLessThan(600_000);
  });
});

describe("what became of events", () => {
  test("a test event is queued, listed, and replayed by the id it had", async () => {
    const { id } = await make({ types: ["bill.paid"] });
    const sent = await ask(under, olga, `POST /v1/operator/webhooks/${id}/test`);
    expect(sent.status).toBe(202);
    expect(sent.body).toMatchObject({ type: "webhook.test", objectId: id, state: "queued", attempts: 0 });
    const delivery = String(sent.body["id"]);
    await under.database.db
      .updateTable("webhook_deliveries")
      .set({ state: "dead", why: "no-tries-left", attempts: 10, ended_at: new Date().toISOString() })
      .where("id", "=", delivery)
      .execute();
    const listed = await ask(
      under,
      olga,
      `GET /v1/operator/webhook-deliveries?endpointId=${id}&state=dead&type=webhook.test`,
    );
    expect(listed.body["items"]).toMatchObject([{ id: delivery, why: "no-tries-left" }]);
    const again = await ask(under, olga, `POST /v1/operator/webhook-deliveries/${delivery}/replay`);
    expect(again.body).toMatchObject({
      eventId: sent.body["eventId"],
      state: "queued",
      attempts: 0,
      why: null,
    });
    const none = await ask(under, olga, `GET /v1/operator/webhook-deliveries?endpointId=${id}&state=dead`);
    expect(none.body["items"]).toEqual([]);
  });

  test("disabling cancels what waits; enabled again, a replay since an instant queues it", async () => {
    const { id } = await make();
    await ask(under, olga, `POST /v1/operator/webhooks/${id}/test`);
    const disabled = await ask(under, olga, `POST /v1/operator/webhooks/${id}/disable`, {
      body: { why: "Планово" },
    });
    expect(disabled.body).toMatchObject({ state: "disabled", why: "Планово", queued: 0 });
    const since = { body: { since: "2020-01-01T00:00:00Z" } };
    const refused = await ask(under, olga, `POST /v1/operator/webhooks/${id}/replay`, since);
    expect([refused.status, refused.body["code"]]).toEqual([409, "webhook-disabled"]);
    expect((await ask(under, olga, `POST /v1/operator/webhooks/${id}/test`)).status).toBe(409);
    await ask(under, olga, `POST /v1/operator/webhooks/${id}/enable`);
    const replayed = await ask(under, olga, `POST /v1/operator/webhooks/${id}/replay`, since);
    expect(replayed.body).toEqual({ replayed: 1 });
    expect((await ask(under, olga, `GET /v1/operator/webhooks/${id}`)).body).toMatchObject({ queued: 1 });
  });

  test("the catalogue is served with an example and a schema for every type", async () => {
    const { body } = await ask(under, anna, "GET /v1/webhook-events");
    const items = body["items"] as { type: string; example: { type: string }; schema: { type?: string } }[];
    expect(items.map(({ type }) => type)).toEqual(WEBHOOK_EVENT_TYPES);
    expect(
      items.every(({ type, example, schema }) => example.type === type && schema.type === "object"),
    ).toBe(true);
  });

  test("an unknown address or delivery is not found", async () => {
    expect((await ask(under, olga, "GET /v1/operator/webhooks/KV-0000-0000-0000")).body["code"]).toBe(
      "webhook-not-found",
    );
    expect(
      (await ask(under, olga, "GET /v1/operator/webhook-deliveries/KV-0000-0000-0000")).body["code"],
    ).toBe("delivery-not-found");
  });
});
