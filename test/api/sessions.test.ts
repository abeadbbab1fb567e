import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, createClient } from "../../api/client.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());

const newToken = () => randomBytes(32).toString("base64url");

/** What the page in this process asks in the name of one browser. */
function pageOf(person: Person, session: string, userAgent = "Mozilla/5.0 Firefox/140.0"): Client {
  return createClient({
    baseUrl: "https://pay.city.example",
    token: person.token,
    session,
    fetch: async (request) => under.api.fetch(request, { page: true }),
    payer: { address: "203.0.113.1", userAgent },
  });
}

async function begin(person: Person, userAgent?: string): Promise<Client> {
  const token = newToken();
  const page = pageOf(person, token, userAgent);
  await page.startSession({ token, seconds: 3600 });
  return page;
}

const isLiving = (page: Client) =>
  page.getLivingSession().then(
    () => true,
    ({ status }: { status: number }) => (status === 401 ? false : Promise.reject(new Error(String(status)))),
  );

test("the first sign-in on the page makes the resident; the session is one row without its secret", async () => {
  const anna = await signIn(under, "anna-first", { beforeTerms: true });
  const token = newToken();
  const page = pageOf(anna, token);
  expect(await isLiving(page)).toBe(false);
  await page.startSession({ token, seconds: 3600 });
  expect(await page.getLivingSession()).toMatchObject({
    name: "anna-first",
    zone: "Europe/Moscow",
    terms: "none",
  });
  const { rows } = await under.database.pool.query<{ row: string }>(
    "select to_jsonb(s)::text as row from sessions s",
  );
  expect(rows.map(({ row }) => row).join()).not.toContain(token);
});

test("sign-out ends the row: a copy of the cookie is worth nothing from then on", async () => {
  const anna = await signIn(under, "anna-out");
  const page = await begin(anna);
  const other = await begin(anna);
  expect(await page.signOut()).toEqual({ ended: 1 });
  expect(await isLiving(page)).toBe(false);
  expect(await isLiving(other)).toBe(true);
});

test("sessions are listed with device and times, this one marked; one is ended from another", async () => {
  const anna = await signIn(under, "anna-two");
  const home = await begin(anna, "Home/1.0");
  const work = await begin(anna, "Work/1.0");
  const { items } = await home.listSessions();
  expect(items.map(({ device, current }) => [device, current])).toEqual([
    ["Work/1.0", false],
    ["Home/1.0", true],
  ]);
  await home.endSession(items[0]?.id ?? "");
  expect([await isLiving(home), await isLiving(work)]).toEqual([true, false]);
  expect((await home.listSessions()).items).toHaveLength(1);
});

test("signing out everywhere ends every session, on any road", async () => {
  const anna = await signIn(under, "anna-all");
  const pages = [await begin(anna), await begin(anna), await begin(anna)];
  expect((await ask(under, anna, "DELETE /v1/me/sessions")).body).toEqual({ ended: 3 });
  expect(await Promise.all(pages.map(isLiving))).toEqual([false, false, false]);
});

test("nobody but the page has sessions, whatever headers they send", async () => {
  const anna = await signIn(under, "anna-page");
  const token = newToken();
  await begin(anna);
  const headers = { "x-kvitok-session": token, "x-kvitok-channel": "web" };
  const started = await ask(under, anna, "POST /v1/me/sessions", { body: { token, seconds: 60 }, headers });
  expect(started).toMatchObject({ status: 403, body: { code: "forbidden" } });
  expect((await ask(under, anna, "GET /v1/me/session", { headers })).status).toBe(403);
  expect((await ask(under, anna, "DELETE /v1/me/session", { headers })).status).toBe(403);
});

test("another person's secret is nobody's session, another person's session cannot be ended", async () => {
  const anna = await signIn(under, "anna-own");
  const boris = await signIn(under, "boris-other");
  const token = newToken();
  const page = pageOf(anna, token);
  await page.startSession({ token, seconds: 3600 });
  expect(await isLiving(pageOf(boris, token))).toBe(false);
  const { id } = await page.getLivingSession();
  expect(await ask(under, boris, `DELETE /v1/me/sessions/${id}`)).toMatchObject({
    status: 404,
    body: { code: "session-not-found" },
  });
  expect(await isLiving(page)).toBe(true);
});

test("a session ends by itself, and being seen is written at most once a minute", async () => {
  const anna = await signIn(under, "anna-time");
  const page = await begin(anna);
  const seen = async () => (await page.listSessions()).items[0]?.lastSeenAt;
  const first = await seen();
  await page.getLivingSession();
  expect(await seen()).toBe(first);
  const back = (interval: string) =>
    under.database.pool.query(
      `update sessions s set last_seen_at = last_seen_at - $1::interval, expires_at = expires_at - $1::interval
       from residents r where r.id = s.resident_id and r.subject = 'anna-time'`,
      [interval],
    );
  await back("2 minutes");
  await page.getLivingSession();
  expect(Date.parse((await seen()) ?? "")).toBeGreaterThanOrEqual(Date.parse(first ?? ""));
  await back("1 hour");
  expect(await isLiving(page)).toBe(false);
  expect((await page.listSessions()).items).toEqual([]);
});

test("of very many sessions of one person the oldest end", async () => {
  const anna = await signIn(under, "anna-many");
  const oldest = await begin(anna);
  for (let index = 0; index < 50; index += 1) await begin(anna);
  expect(await isLiving(oldest)).toBe(false);
  expect((await (await begin(anna)).listSessions()).items).toHaveLength(50);
});

describe("a session that nobody uses", () => {
  /** Lets the person have been away for so long. */
  const away = (subject: string, interval: string) =>
    under.database.pool.query(
      `update sessions s set last_seen_at = last_seen_at - $2::interval from residents r where r.id = s.resident_id and r.subject = $1`,
      [subject, interval],
    );
  const listed = async (person: Person) =>
    ((await ask(under, person, "GET /v1/me/sessions")).body["items"] as object[]).length;

  test("has ended after two hours, is no longer listed, and asking about it does not bring it back", async () => {
    const anna = await signIn(under, "anna-idle");
    const page = await begin(anna);
    await away("anna-idle", "119 minutes");
    expect([await isLiving(page), await listed(anna)]).toEqual([true, 1]);
    await away("anna-idle", "121 minutes");
    expect([await isLiving(page), await isLiving(page), await listed(anna)]).toEqual([false, false, 0]);
    await expect(page.signOut()).rejects.toMatchObject({ status: 401 });
  });

  test("is not kept by a window that looks for news by itself", async () => {
    const anna = await signIn(under, "anna-window");
    const page = await begin(anna);
    for (const half of [1, 2]) {
      await away("anna-window", "61 minutes");
      const answer = page.getLivingSession({ quiet: "true" }).then(
        () => "living",
        ({ status }: { status: number }) => status,
      );
      expect([half, await answer]).toEqual([half, half === 1 ? "living" : 401]);
    }
  });

  test("lives as long as the deployment says", async () => {
    const hurried = await startApi({ sessionIdleSeconds: 300 });
    try {
      const anna = await signIn(hurried, "anna-hurried");
      const token = newToken();
      const page = createClient({
        baseUrl: "https://pay.city.example",
        token: anna.token,
        session: token,
        fetch: async (request) => hurried.api.fetch(request, { page: true }),
      });
      await page.startSession({ token, seconds: 3600 });
      expect(await isLiving(page)).toBe(true);
      await hurried.database.pool.query(
        "update sessions set last_seen_at = last_seen_at - interval '6 minutes'",
      );
      expect(await isLiving(page)).toBe(false);
    } finally {
      await hurried.close();
    }
  });
});

describe("an operator", () => {
  const reason = "the phone was stolen";
  const auditOf = async (subject: string) =>
    (
      await under.database.pool.query<{ actor: string; detail: object }>(
        "select actor, detail from audit where action = 'sessions.ended' and subject = $1",
        [subject],
      )
    ).rows;
  const idOf = async (person: Person) => String((await ask(under, person, "GET /v1/me")).body["id"]);

  test("signs a person out of every browser, nobody else, and the audit says who, why and how many", async () => {
    const anna = await signIn(under, "anna-robbed");
    const boris = await signIn(under, "boris-beside");
    const olga = await signIn(under, "olga", { roles: ["operator"] });
    const pages = [await begin(anna), await begin(anna)];
    const beside = await begin(boris);
    const id = await idOf(anna);
    const line = `POST /v1/operator/residents/${id}/sessions/end`;
    const key = "end-them-once";
    const first = await ask(under, olga, line, { body: { reason }, key });
    expect([first.status, first.body]).toEqual([200, { ended: 2 }]);
    // The same press of the button is one command.
    expect((await ask(under, olga, line, { body: { reason }, key })).body).toEqual({ ended: 2 });
    expect(await Promise.all([...pages, beside].map(isLiving))).toEqual([false, false, true]);
    expect(await auditOf(id)).toEqual([{ actor: await idOf(olga), detail: { reason, sessions: 2 } }]);
  });

  test("must say why, and cannot sign out whom there is not; nobody else can sign anybody out", async () => {
    const anna = await signIn(under, "anna-kept");
    const page = await begin(anna);
    const olga = await signIn(under, "olga", { roles: ["operator"] });
    const line = `POST /v1/operator/residents/${await idOf(anna)}/sessions/end`;
    const absent = "POST /v1/operator/residents/KV-0000-0000-0000/sessions/end";
    const answers = [
      await ask(under, olga, line, { body: {} }),
      await ask(under, olga, line, { body: { reason: "card 4111 1111 1111 1111" } }),
      await ask(under, olga, absent, { body: { reason } }),
      await ask(under, anna, line, { body: { reason } }),
      await ask(under, null, line, { body: { reason } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 404, 403, 401]);
    expect([await isLiving(page), await auditOf(await idOf(anna))]).toEqual([true, []]);
  });
});
