import { createECDH, randomBytes, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { pushTargets, switchChannels } from "../../db/queries/push-devices.ts";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { TEST_MESSAGES } from "../../domain/allowance.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
let people = 0;
let anna: Person;
beforeAll(async () => {
  under = await startApi({ push: { publicKey: "BKey", allowed: new Set(["127.0.0.1:9410"]) } });
  await switchChannels(under.database.db, { push: true, sms: false });
});
afterAll(() => under.close());
beforeEach(async () => {
  people += 1;
  anna = await signIn(under, `anna-tests-${people}`);
});

const send = (person: Person, body: object, key = randomUUID()) =>
  ask(under, person, "POST /v1/me/notifications/tests", { body, key });
const list = async (person: Person) =>
  (await ask(under, person, "GET /v1/me/notifications/tests")).body["items"] as Record<string, unknown>[];

async function addBrowser(person: Person): Promise<string> {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  const keys = { p256dh: pair.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") };
  const endpoint = `https://push.example.org/send/${randomBytes(16).toString("hex")}`;
  const { body } = await ask(under, person, "POST /v1/me/push-devices", { body: { endpoint, keys } });
  return String(body["id"]);
}

test("a test mail leaves like every message, once for its key, and what became of it is told", async () => {
  const key = randomUUID();
  const sent = await send(anna, { channel: "email" }, key);
  expect(sent).toMatchObject({
    status: 202,
    body: { channel: "email", deviceId: null, state: "on-its-way" },
  });
  expect((await send(anna, { channel: "email" }, key)).body).toEqual(sent.body);
  const leased = await leaseNotifications(under.database.db, 10);
  const own = leased.filter(({ id }) => id === sent.body["id"]);
  expect(own).toMatchObject([{ event: "test-message", channel: "email", legalMinimum: false, lines: [] }]);
  const answer = { outcome: "accepted", answer: "250", againSeconds: 0 } as const;
  await settleNotifications(
    under.database.db,
    own.map(({ id }) => ({ id, ...answer })),
  );
  expect(await list(anna)).toMatchObject([{ id: sent.body["id"], state: "sent" }]);
});

test("at night and with every topic switched off it still comes, and only in the browser that was asked for", async () => {
  const [asked] = [await addBrowser(anna), await addBrowser(anna)];
  await ask(under, anna, "PATCH /v1/me/notifications", {
    body: { quiet: { kind: "hours", from: "00:00", to: "23:59" } },
  });
  const { body } = await send(anna, { channel: "push", deviceId: asked });
  const id = String(body["id"]);
  expect((await leaseNotifications(under.database.db, 10)).map((one) => one.id)).toContain(id);
  const unopened = (_: string, error: unknown) => {
    throw error;
  };
  const targets = await pushTargets(under.database.db, { sealer: under.sealer, unopened }, [id]);
  expect(targets.map(({ subscriptionId }) => subscriptionId)).toEqual([asked]);
});

test("what nobody has taken for an hour is not sent any more, and counts as not reached", async () => {
  const { body } = await send(anna, { channel: "email" });
  const { rows } = await sql<{ verdict: string; why: string }>`
    select v.verdict, v.why from notifications n cross join lateral judge_notification(n, business_now() + interval '61 minutes') v
     where n.id = ${String(body["id"])}`.execute(under.database.db);
  expect(rows).toEqual([{ verdict: "drop", why: "expired" }]);
  await sql`update notifications set expires_at = business_now() where id = ${String(body["id"])}`.execute(
    under.database.db,
  );
  expect((await leaseNotifications(under.database.db, 10)).map(({ id }) => id)).not.toContain(body["id"]);
  expect(await list(anna)).toMatchObject([{ state: "not-reached", sentAt: null }]);
});

test("more than a few an hour are refused in words, whatever their keys and channels", async () => {
  for (let sent = 0; sent < TEST_MESSAGES.burst; sent += 1)
    expect((await send(anna, { channel: "email" })).status).toBe(202);
  const refused = await send(anna, { channel: "email" });
  expect(refused).toMatchObject({ status: 429, body: { code: "test-message-limit" } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await send(await signIn(under, `boris-tests-${people}`), { channel: "email" })).status).toBe(202);
});

test("neither a stranger's browser, nor one that was removed, nor a channel that is not connected gets anything", async () => {
  const boris = await signIn(under, `boris-browser-${people}`);
  const device = await addBrowser(boris);
  const missing = { status: 404, body: { code: "push-device-not-found" } };
  await addBrowser(anna);
  expect(await send(anna, { channel: "push", deviceId: device })).toMatchObject(missing);
  await ask(under, boris, `DELETE /v1/me/push-devices/${device}`);
  expect(await send(boris, { channel: "push", deviceId: device })).toMatchObject(missing);
  expect(await send(anna, { channel: "sms" })).toMatchObject({
    status: 422,
    body: { errors: [{ field: "channel", code: "channel-away" }] },
  });
  expect(await list(anna)).toEqual([]);
});
