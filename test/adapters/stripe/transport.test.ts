import type net from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startBare } from "../bare-server.ts";
import { json, type PretendGateway, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import { adapterAt, adapterAtUrl, EXPECTED, intent, OBJECT, send } from "./examples.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
  server.reply = json(200, intent());
});
afterEach(() => server.close());

describe("provably never sent", () => {
  test("a refused connection", async () => {
    const { port } = server;
    await server.close();
    expect(await send(adapterAt(port))).toEqual({ kind: "never-sent", detail: "ECONNREFUSED" });
    server = await startPretendGateway();
  });

  test("a name that does not resolve", async () => {
    expect(await send(adapterAtUrl("http://gateway.invalid"))).toMatchObject({ kind: "never-sent" });
  });

  test("TLS that fails before the request", async () => {
    expect(await send(adapterAtUrl(`https://127.0.0.1:${server.port}`))).toMatchObject({
      kind: "never-sent",
    });
    expect(server.arrived).toHaveLength(0);
  });

  test("a connection that does not come to stand in time, and nobody is asked", async () => {
    const silent = await startBare(() => undefined);
    let asked = 0;
    const gateway = adapterAtUrl(`https://127.0.0.1:${silent.port}`, { connectMs: 100, answerMs: 5_000 });
    const mayStillSend = () => {
      asked += 1;
      return true;
    };
    expect(await send(gateway, { mayStillSend })).toEqual({ kind: "never-sent", detail: "connect-timeout" });
    expect(asked).toBe(0);
    await silent.close();
  });

  test("asked right before the first byte, when the connection stands: no, and no byte is written", async () => {
    const listening = await startBare(() => undefined);
    let asked = 0;
    const mayStillSend = () => {
      asked += 1;
      return false;
    };
    expect(await send(adapterAt(listening.port), { mayStillSend })).toEqual({
      kind: "never-sent",
      detail: "too-late-to-send",
    });
    expect(asked).toBe(1);
    await expect.poll(() => listening.connections()).toBe(1);
    expect(listening.received()).toBe("");
    await listening.close();
  });
});

describe("anything after the first byte is unknown, and nothing is repeated", () => {
  test("no answer in time", async () => {
    server.reply = () => undefined;
    const ended = await send(adapterAt(server.port, { connectMs: 1_000, answerMs: 150 }));
    expect(ended).toEqual({ kind: "unanswered", detail: "answer-timeout" });
    expect(server.arrived).toHaveLength(1);
  });

  test("a reset connection: the SDK repeats such a request even with its retries off, here it cannot", async () => {
    const rude = await startBare((socket) => socket.once("data", () => socket.resetAndDestroy()));
    expect(await send(adapterAt(rude.port))).toMatchObject({ kind: "unanswered" });
    expect(rude.connections()).toBe(1);
    expect(rude.received().match(/POST \/v1\/payment_intents/g)).toHaveLength(1);
    await rude.close();
  });

  test("a closed connection", async () => {
    const rude = await startBare((socket) => socket.once("data", () => socket.destroy()));
    expect(await send(adapterAt(rude.port))).toMatchObject({ kind: "unanswered" });
    expect(rude.connections()).toBe(1);
    await rude.close();
  });

  test.each([409, 500, 503])("%i with Stripe-Should-Retry", async (status) => {
    server.reply = (response) => {
      response.writeHead(status, { "stripe-should-retry": "true", "retry-after": "0" });
      response.end(JSON.stringify({ error: { type: "api_error" } }));
    };
    await send(adapterAt(server.port));
    expect(server.arrived).toHaveLength(1);
  });

  test("an answer that stops in the middle, or is cut off", async () => {
    for (const end of [() => undefined, (socket: net.Socket | null) => socket?.destroy()]) {
      server.reply = (response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("{");
        setImmediate(() => end(response.socket));
      };
      const ended = await send(adapterAt(server.port, { connectMs: 1_000, answerMs: 150 }));
      expect(ended).toMatchObject({ kind: "unanswered" });
    }
  });

  test("an answer without end", async () => {
    server.reply = (response) => {
      response.writeHead(200);
      const block = Buffer.alloc(1024 * 1024, 32);
      for (let n = 0; n < 10; n += 1) response.write(block);
      response.end();
    };
    expect(await send(adapterAt(server.port))).toMatchObject({
      kind: "unanswered",
      detail: "answer-too-large",
    });
  });

  test("something that is no HTTP", async () => {
    const odd = await startBare((socket) => socket.once("data", () => socket.end("hello\r\n\r\n")));
    expect(await send(adapterAt(odd.port))).toMatchObject({ kind: "unanswered" });
    await odd.close();
  });
});

test("each exchange has a connection of its own, so none is ever idle", async () => {
  const gateway = adapterAt(server.port);
  for (let n = 0; n < 3; n += 1) await send(gateway);
  await gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED });
  expect(server.connections()).toBe(4);
});
