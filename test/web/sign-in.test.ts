import type { Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Identity, startIdentity } from "../../sandbox/identity/identity.ts";
import { Browser, formTo, type OpenPage } from "../../scripts/demo/browser.ts";
import { createWeb } from "../../web/app.tsx";
import { freePort } from "../support/free-port.ts";
import { FakeEngine } from "./fake-engine.ts";
import { annaAtHome } from "./fake-people.ts";

const client = { clientId: "kvitok-page", clientSecret: "a-secret-only-for-this-test" };

let dataDir: string;
let identityPort: number;
let pageUrl: string;
let engine: FakeEngine;
let page: Server;
let identity: Identity | undefined;

const startProvider = async (): Promise<void> => {
  identity = await startIdentity({ port: identityPort, dataDir, pageUrl, ...client });
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-sign-in-"));
  identityPort = await freePort();
  const pagePort = await freePort();
  pageUrl = `http://127.0.0.1:${pagePort}`;
  engine = new FakeEngine();
  const web = createWeb({
    api: engine.api,
    oidc: { issuer: `http://127.0.0.1:${identityPort}`, ...client },
    publicUrl: pageUrl,
    sessionKey: new Uint8Array(32).fill(3),
    livemode: false,
    log: pino({ level: "silent" }),
  });
  page = createAdaptorServer({ fetch: web.fetch }) as Server;
  await new Promise<void>((done) => {
    page.listen(pagePort, "127.0.0.1", done);
  });
});

afterEach(async () => {
  await new Promise((done) => {
    page.close(done);
    page.closeAllConnections();
  });
  await identity?.close();
  identity = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

async function signIn(browser: Browser, path: string, login: string): Promise<OpenPage> {
  const chooser = await browser.open(pageUrl + path);
  return browser.submit(chooser, formTo(chooser, /\/interaction\//), { press: login });
}

test("one signs in on the way to a page and ends on that page, in one's own language and name", async () => {
  await startProvider();
  engine.living = { ...annaAtHome, name: "Clara Weiss", locale: "en" };
  const arrived = await signIn(new Browser(), "/mandates?x=1", "clara");
  expect(arrived.url.href).toBe(`${pageUrl}/mandates?x=1`);
  expect(arrived.html).toContain("Clara Weiss");
  expect(arrived.html).toContain('<html lang="en">');
  const [asked] = engine.asked;
  expect(asked?.path).toBe("/v1/me/sessions");
  expect(asked?.headers.get("authorization")).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
});

test("while the identity provider is away the page says so, and works as soon as it is there", async () => {
  const browser = new Browser();
  const away = await browser.open(`${pageUrl}/sign-in`);
  expect(away.status).toBe(503);
  expect(away.html).toContain("Служба входа не отвечает");
  await startProvider();
  expect((await signIn(browser, "/sign-in", "anna")).html).toContain("Анна Соколова");
});

test("an answer that this browser did not ask for signs nobody in", async () => {
  await startProvider();
  const browser = new Browser();
  await browser.open(`${pageUrl}/sign-in`);
  const forged = await browser.open(`${pageUrl}/sign-in/callback?code=abc&state=def`);
  expect(forged.status).toBe(400);
  expect(forged.html).toContain("Войти не получилось");
  expect((await browser.open(`${pageUrl}/methods`)).url.port).toBe(String(identityPort));
});

test("two windows may sign in at once: each comes back to its own page", async () => {
  await startProvider();
  const browser = new Browser();
  const first = await browser.open(`${pageUrl}/methods`);
  const second = await browser.open(`${pageUrl}/payments`);
  const press = { press: "anna" };
  expect((await browser.submit(second, formTo(second, /interaction/), press)).url.pathname).toBe("/payments");
  expect((await browser.submit(first, formTo(first, /interaction/), press)).url.pathname).toBe("/methods");
});

test("signing out forgets the session here and leads on to the provider", async () => {
  await startProvider();
  const browser = new Browser();
  const home = await signIn(browser, "/sign-in", "boris");
  const left = await browser.submit(home, formTo(home, /^\/sign-out$/));
  expect(left.url.port).toBe(String(identityPort));
  expect(left.url.search).not.toMatch(/boris|%D0|id_token/i);
  expect((await browser.open(`${pageUrl}/`)).html).not.toContain("Борис");
  expect(engine.commands().map(({ method, path }) => `${method} ${path}`)).toContain("DELETE /v1/me/session");
});
