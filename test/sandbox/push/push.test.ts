import { createECDH, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import webPush from "web-push";
import { type PushService, startPushService } from "../../../sandbox/push/push.ts";
import { openMessage } from "../../../sandbox/push/sealed-message.ts";

let dataDir: string;
let service: PushService;
const vapid = { ...webPush.generateVAPIDKeys(), subject: "mailto:someone@city.example" };
const start = (options: { readonly pageUrl?: string } = {}) =>
  startPushService({ port: 0, dataDir, ...options });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-push-"));
  service = await start();
});
afterEach(async () => {
  await service.close();
  await rm(dataDir, { recursive: true, force: true });
});

type Browser = {
  readonly id: string;
  readonly endpoint: string;
  readonly keys: webPush.PushSubscription["keys"];
};

async function subscribe(wish: object = {}): Promise<Browser> {
  const answer = await fetch(`${service.url}/subscriptions`, { method: "POST", body: JSON.stringify(wish) });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Browser;
}

async function send(browser: Browser, change: Readonly<Record<string, string | undefined>> = {}) {
  const options = { vapidDetails: vapid, TTL: 60, topic: "topic-1" };
  const details = webPush.generateRequestDetails(
    browser,
    JSON.stringify({ title: "T", shown: "token" }),
    options,
  );
  const all = Object.entries<string | number | undefined>({ ...details.headers, ...change }).map(
    ([name, value]) => [name, value] as const,
  );
  const headers = Object.fromEntries(
    all.flatMap(([name, value]) =>
      value === undefined || name === "Content-Length" ? [] : [[name, String(value)]],
    ),
  );
  const body = new Uint8Array(details.body ?? Buffer.alloc(0));
  const { status } = await fetch(browser.endpoint, { method: "POST", headers, body });
  return status;
}

const messages = async () =>
  (await (await fetch(`${service.url}/messages`)).json()) as readonly { id: string; payload: unknown }[];

test("the example of RFC 8291 is opened", () => {
  const body =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
  const keys = {
    privateKey: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
    publicKey: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
  };
  const sealed = Buffer.from(body, "base64url");
  expect(openMessage(sealed, keys)).toBe("When I grow up, I want to be a watermelon");
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  expect(() => openMessage(sealed, keys)).toThrow(/./);
});

describe("the push service", () => {
  test("keeps what it took, and says so, across a restart", async () => {
    const browser = await subscribe();
    expect(await send(browser)).toBe(201);
    await service.close();
    service = await start();
    expect(await messages()).toMatchObject([{ payload: { title: "T" } }]);
    expect(await (await fetch(service.url)).text()).toContain("1 message");
  });

  test("takes nothing that breaks the protocol", async () => {
    const other = createECDH("prime256v1");
    other.generateKeys();
    const browser = await subscribe({ applicationServerKey: vapid.publicKey });
    const stranger = await subscribe({ applicationServerKey: other.getPublicKey("base64url") });
    expect(await send(browser, { TTL: undefined })).toBe(400);
    expect(await send(browser, { Topic: "x".repeat(33) })).toBe(400);
    expect(await send(browser, { Urgency: "soon" })).toBe(400);
    expect(await send(browser, { Authorization: undefined })).toBe(403);
    expect(await send(browser, { Authorization: `vapid t=a.b.c, k=${vapid.publicKey}` })).toBe(403);
    expect(await send(stranger)).toBe(403);
    expect(
      await send({ ...browser, endpoint: `${service.url}/push/${randomBytes(8).toString("hex")}` }),
    ).toBe(404);
    expect(await messages()).toEqual([]);
  });

  test("breaks when told to, for the browser that is named", async () => {
    const [one, other] = [await subscribe(), await subscribe()];
    const fault = { kind: "410", subscription: one.id };
    await fetch(`${service.url}/control/faults`, { method: "POST", body: JSON.stringify(fault) });
    expect([await send(other), await send(one), await send(one)]).toEqual([201, 410, 410]);
  });

  test("shows a message when somebody presses the button, and says so with the token that was in it", async () => {
    const said: string[] = [];
    const page = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => said.push(`${request.url ?? ""} ${chunk.toString()}`));
      request.on("end", () => response.writeHead(204).end());
    });
    await new Promise<void>((done) => page.listen(0, "127.0.0.1", done));
    await service.close();
    service = await start({ pageUrl: `http://127.0.0.1:${(page.address() as AddressInfo).port}` });
    await send(await subscribe());
    const [message] = await messages();
    await fetch(`${service.url}/messages/${message?.id}/show`, { method: "POST" });
    expect(said).toEqual(['/v1/push/shown {"token":"token"}']);
    page.closeAllConnections();
    await new Promise((done) => page.close(done));
  });
});
