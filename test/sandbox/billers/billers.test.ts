import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readBillers } from "../../../sandbox/billers/biller-book.ts";
import { startBillers } from "../../../sandbox/billers/billers.ts";

const secret = `whsec_${Buffer.from("01234567890123456789012345678901").toString("base64")}`;
const bill = {
  account: "1234567890",
  period: "2026-11",
  version: 1,
  amount: { amountMinor: 512345, currency: "RUB" },
};

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let api: Server;
let received: Received[];
let dropFirst: number;
let desk: Awaited<ReturnType<typeof startBillers>>;

beforeEach(async () => {
  received = [];
  dropFirst = 0;
  api = createServer((request, response) => {
    if (dropFirst > 0) {
      dropFirst -= 1;
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(201, { "content-type": "application/json" }).end('{"id":"bill-1"}');
    });
  });
  await new Promise<void>((done) => api.listen(0, "127.0.0.1", done));
  const { port } = api.address() as AddressInfo;
  desk = await startBillers({
    port: 0,
    apiUrl: `http://127.0.0.1:${port}`,
    billers: readBillers(JSON.stringify([{ id: "gorod-zhkh", name: "ЖКХ", secret }])),
    patience: { tryForMs: 5000, answerWithinMs: 2000 },
  });
});

afterEach(async () => {
  await desk.close();
  api.closeAllConnections();
  await new Promise((done) => api.close(done));
});

const push = (body: string, headers: Record<string, string> = {}, biller = "gorod-zhkh"): Promise<Response> =>
  fetch(`${desk.url}/billers/${biller}/push`, { method: "POST", body, headers });

test("a pushed bill reaches the API signed by the biller's secret, and the API's answer comes back", async () => {
  const answer = (await (await push(JSON.stringify(bill))).json()) as { pushes: unknown[] };
  expect(answer.pushes).toEqual([
    {
      webhookId: expect.stringMatching(/^msg_/),
      attempts: 1,
      status: 201,
      answer: { id: "bill-1" },
      problem: null,
    },
  ]);
  const [seen] = received;
  expect(seen?.path).toBe("/v1/billers/gorod-zhkh/bills");
  const verified = new Webhook(secret).verify(seen?.body ?? "", seen?.headers as Record<string, string>);
  expect(verified).toMatchObject({ ...bill, payee: { inn: "7700990010", bic: "044525225" } });
});

test("a lost connection is tried again under the same webhook-id", async () => {
  dropFirst = 2;
  const answer = (await (await push(JSON.stringify(bill), { "webhook-id": "msg_mine" })).json()) as {
    pushes: { attempts: number; webhookId: string; status: number }[];
  };
  expect(answer.pushes[0]).toMatchObject({ attempts: 3, webhookId: "msg_mine", status: 201 });
  expect(received.map((one) => one.headers["webhook-id"])).toEqual(["msg_mine"]);
  expect(received[0]?.headers["idempotency-key"]).toBe("msg_mine");
});

test("an API that stays away is said, not hidden", async () => {
  dropFirst = 1000;
  const answer = await push(JSON.stringify(bill));
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({
    pushes: [{ status: null, problem: expect.stringContaining("fetch failed") }],
  });
});

test("a list of bills is pushed one by one, each its own message", async () => {
  await push(JSON.stringify([bill, { ...bill, period: "2026-12", payee: { name: "другой" } }]));
  expect(received).toHaveLength(2);
  expect(new Set(received.map((one) => one.headers["webhook-id"])).size).toBe(2);
  expect(JSON.parse(received[1]?.body ?? "")).toMatchObject({ payee: { name: "другой" } });
});

test("unknown billers and bodies that are no bill are refused without a push", async () => {
  expect((await push(JSON.stringify(bill), {}, "nobody")).status).toBe(404);
  for (const body of ["{", "[]", "[1]", '"text"']) expect((await push(body)).status).toBe(422);
  expect(received).toEqual([]);
});

test("the book of billers refuses a secret that is none", () => {
  expect(() => readBillers('[{"id":"a","name":"A","secret":"plain"}]')).toThrow("whsec_");
});
