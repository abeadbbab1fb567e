import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ListeningServer } from "../../../sandbox/city-server.ts";
import { startHookReceiver } from "../../../sandbox/hooks/hook-receiver.tsx";

const secret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
let folder: string;
let receiver: ListeningServer;
const open = async () => {
  receiver = await startHookReceiver({ port: 0, dataDir: folder });
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvitok-receiver-"));
  await open();
  await post("/control/secrets", JSON.stringify({ name: "crm", secrets: [secret] }));
});
afterAll(async () => {
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(receiver.url + path, { method: "POST", body, headers, redirect: "manual" });
}

function send(id: string, body: string, signedBy = secret): Promise<Response> {
  const at = new Date();
  return post("/in/crm", body, {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(signedBy).sign(id, at, body),
  });
}

const events = async () => (await (await fetch(`${receiver.url}/events`)).json()) as { id: string }[];

test("an event is taken once, however often it comes, also after a restart; a forged one never", async () => {
  expect((await send("msg_1", '{"type":"bill.paid"}')).status).toBe(204);
  expect((await send("msg_1", '{"type":"bill.paid"}')).status).toBe(204);
  const forged = `whsec_${Buffer.alloc(32, 6).toString("base64")}`;
  expect((await send("msg_2", "{}", forged)).status).toBe(401);
  await receiver.close();
  await open();
  expect((await send("msg_1", '{"type":"bill.paid"}')).status).toBe(204);
  expect((await events()).map(({ id }) => id)).toEqual(["msg_1"]);
  expect(await (await fetch(receiver.url)).text()).toContain("a repetition");
});

test("it fails as it is told to, so often, and about whom", async () => {
  const arm = (fault: object) => post("/control/faults", JSON.stringify(fault));
  await arm({ kind: "status", status: 429, retryAfter: "7", about: "KV-A" });
  expect((await send("msg_b", '{"id":"KV-B"}')).status).toBe(204);
  const slowed = await send("msg_a", '{"id":"KV-A"}');
  expect([slowed.status, slowed.headers.get("retry-after")]).toEqual([429, "7"]);
  await arm({ kind: "redirect" });
  expect((await send("msg_c", "{}")).status).toBe(302);
  await arm({ kind: "drop" });
  await expect(send("msg_d", "{}")).rejects.toThrow("fetch failed");
  expect((await events()).map(({ id }) => id)).toContain("msg_d");
  expect((await arm({ kind: "explode" })).status).toBe(422);
});
