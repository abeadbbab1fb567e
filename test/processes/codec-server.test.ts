import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { defaultPayloadConverter } from "@temporalio/common";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readKeyRing } from "../../db/sealed.ts";
import { createPayloadCodec } from "../../processes/payload-codec.ts";
import { freePort } from "../support/free-port.ts";

const keys = `k1:${randomBytes(32).toString("base64")}`;
const ui = "http://127.0.0.1:8233";
let server: ChildProcess;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = spawn(process.execPath, ["--import", "tsx", "processes/codec-server.ts"], {
    stdio: "inherit",
    env: {
      ...process.env,
      KVITOK_PAYLOAD_KEYS: keys,
      KVITOK_CODEC_PORT: String(port),
      KVITOK_TEMPORAL_UI_URL: ui,
    },
  });
  const until = Date.now() + 20_000;
  while (
    !(await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (Date.now() > until) throw new Error("the codec server did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});
afterAll(() => server.kill("SIGTERM"));

const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString("base64");

async function decode(origin: string | undefined): Promise<Response> {
  const [payload] = await createPayloadCodec(readKeyRing(keys)).encode([
    defaultPayloadConverter.toPayload("slip"),
  ]);
  const wire = {
    metadata: Object.fromEntries(
      Object.entries(payload?.metadata ?? {}).map(([name, value]) => [name, base64(value)]),
    ),
    data: base64(payload?.data),
  };
  return fetch(`${url}/decode?preserveStorageRefs=true`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(origin === undefined ? {} : { origin }) },
    body: JSON.stringify({ payloads: [wire] }),
  });
}

test("Temporal UI reads a payload in the clear", async () => {
  const response = await decode(ui);
  expect(response.headers.get("access-control-allow-origin")).toBe(ui);
  const { payloads } = (await response.json()) as { payloads: { data: string }[] };
  expect(Buffer.from(payloads[0]?.data ?? "", "base64").toString()).toBe('"slip"');
});

test("a page of another origin gets nothing", async () => {
  const response = await decode("http://evil.example");
  expect(response.status).toBe(403);
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
});

test("what is no payload is refused without an explanation", async () => {
  const response = await fetch(`${url}/decode`, { method: "POST", body: "{" });
  expect(response.status).toBe(400);
});
