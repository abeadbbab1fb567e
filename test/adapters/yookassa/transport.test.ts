import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startBare } from "../bare-server.ts";
import { adapterAt, EXPECTED, INTENT, OBJECT, payment, send } from "./examples.ts";
import { json, type PretendGateway, startPretendGateway } from "./pretend-gateway.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
  server.reply = json(200, payment());
});
afterEach(() => server.close());

describe("provably never sent", () => {
  test("a refused connection", async () => {
    const { url } = server;
    await server.close();
    expect(await send(adapterAt(url))).toEqual({ kind: "never-sent", detail: "ECONNREFUSED" });
    server = await startPretendGateway();
  });

  test("a name that does not resolve", async () => {
    expect(await send(adapterAt("http://gateway.invalid/v3"))).toMatchObject({ kind: "never-sent" });
  });

  test("TLS that fails before the request", async () => {
    expect(await send(adapterAt(`https://127.0.0.1:${server.port}/v3`))).toMatchObject({
      kind: "never-sent",
    });
    expect(server.arrived).toHaveLength(0);
  });

  test("a connection that does not come to stand in time", async () => {
    const silent = await startBare(() => undefined);
    const gateway = adapterAt(`https://127.0.0.1:${silent.port}/v3`, { connectMs: 100, answerMs: 5_000 });
    expect(await send(gateway)).toEqual({ kind: "never-sent", detail: "connect-timeout" });
    await silent.close();
  });

  test("asked right before the first byte, when the connection stands: no, and no byte is written", async () => {
    const listening = await startBare(() => undefined);
    const gateway = adapterAt(`http://127.0.0.1:${listening.port}/v3`);
    let asked = 0;
    const ended = await send(gateway, () => {
      asked += 1;
      return false;
    });
    expect(ended).toEqual({ kind: "never-sent", detail: "too-late-to-send" });
    expect(asked).toBe(1);
    await expect.poll(() => listening.connections()).toBe(1);
    expect(listening.received()).toBe("");
    await listening.close();
  });

  test("the question is asked after the connection, so a slow connect cannot let a late byte out", async () => {
    const silent = await startBare(() => undefined);
    const gateway = adapterAt(`https://127.0.0.1:${silent.port}/v3`, { connectMs: 100, answerMs: 5_000 });
    let asked = 0;
    await send(gateway, () => {
      asked += 1;
      return true;
    });
    expect(asked).toBe(0);
    await silent.close();
  });
});

describe("anything after the first byte is unknown", () => {
  test("no answer in time, exact below a second", async () => {
    server.reply = () => undefined;
    const started = performance.now();
    const ended = await send(adapterAt(server.url, { connectMs: 1_000, answerMs: 150 }));
    expect(ended).toEqual({ kind: "unanswered", detail: "answer-timeout" });
    expect(performance.now() - started).toBeGreaterThanOrEqual(140);
  });

  test("an answer that stops in the middle", async () => {
    server.reply = (response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{");
    };
    const ended = await send(adapterAt(server.url, { connectMs: 1_000, answerMs: 150 }));
    expect(ended).toEqual({ kind: "unanswered", detail: "answer-timeout" });
  });

  test("a connection broken after the request", async () => {
    server.reply = (response) => response.socket?.destroy();
    expect(await send(adapterAt(server.url))).toMatchObject({ kind: "unanswered" });
  });

  test("an answer cut off", async () => {
    server.reply = (response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{");
      setImmediate(() => response.socket?.destroy());
    };
    expect(await send(adapterAt(server.url))).toMatchObject({ kind: "unanswered" });
  });

  test("an answer without end", async () => {
    server.reply = (response) => {
      response.writeHead(200);
      const block = Buffer.alloc(512 * 1024, 32);
      for (let n = 0; n < 10; n += 1) response.write(block);
      response.end();
    };
    expect(await send(adapterAt(server.url))).toMatchObject({
      kind: "unanswered",
      detail: "answer-too-large",
    });
  });

  test("something that is no HTTP", async () => {
    const odd = await startBare((socket) => socket.once("data", () => socket.end("hello\r\n\r\n")));
    expect(await send(adapterAt(`http://127.0.0.1:${odd.port}/v3`))).toMatchObject({ kind: "unanswered" });
    await odd.close();
  });

  test("a server that closes each connection sees one connection: nothing is repeated", async () => {
    const rude = await startBare((socket) => socket.once("data", () => socket.destroy()));
    expect(await send(adapterAt(`http://127.0.0.1:${rude.port}/v3`))).toMatchObject({ kind: "unanswered" });
    expect(rude.connections()).toBe(1);
    expect(rude.received().match(/POST \/v3\/payments/g)).toHaveLength(1);
    await rude.close();
  });

  test("a 503 with Retry-After is not repeated either", async () => {
    server.reply = (response) => {
      response.writeHead(503, { "retry-after": "0" });
      response.end();
    };
    expect(await send(adapterAt(server.url))).toMatchObject({ kind: "unanswered" });
    expect(server.arrived).toHaveLength(1);
  });
});

test("each exchange has a connection of its own, never an idle one that the server may be closing", async () => {
  const gateway = adapterAt(server.url);
  const { body } = gateway.buildCharge(INTENT);
  for (let n = 0; n < 3; n += 1) {
    await gateway.sendCharge({ key: INTENT.chargeId, body, expected: EXPECTED, mayStillSend: () => true });
  }
  await gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED });
  expect(server.connections()).toBe(4);
});
