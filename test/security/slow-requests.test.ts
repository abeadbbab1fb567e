import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ApiEnvironment } from "../../api/environment.ts";
import { Refusal } from "../../api/problems.ts";
import { readBody } from "../../api/request-body.ts";
import { bodyOf } from "../../api/streamed-body.ts";
import { HTTP_PATIENCE, httpServer } from "../../processes/http-server.ts";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { Visitor } from "../web/visitor.ts";

describe("a connection that somebody holds open", () => {
  const hurried = {
    headersTimeout: 300,
    requestTimeout: 600,
    keepAliveTimeout: 300,
    connectionsCheckingInterval: 50,
  };
  let server: Server;
  let port: number;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    // Answers what has a body only when it is whole, like every command.
    server = httpServer(async (request) => new Response(`read ${(await request.text()).length}`), hurried);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Sends `first`, then a byte of `drip` every now and then, for as long as it is let; answers what came back by the end. */
  async function drip(first: string, dripped: string): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    // The other side may hang up between two bytes.
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(first);
    let at = 0;
    const timer = setInterval(() => {
      if (socket.writable) socket.write(dripped[at++ % dripped.length] ?? "");
    }, 20);
    await once(socket, "close");
    clearInterval(timer);
    return Buffer.concat(parts).toString("latin1");
  }

  test("with headers that never end is hung up on", async () => {
    expect(await drip("GET / HTTP/1.1\r\nHost: x\r\nX-A: ", "a")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("and says nothing at all is hung up on", async () => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    socket.resume();
    await once(socket, "close");
  });

  test("with a body that never ends is hung up on", async () => {
    const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    expect(await drip(head, "a")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("with chunks that never end is hung up on", async () => {
    const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(await drip(head, "1\r\na\r\n")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("whose body nobody wants to read is answered and hung up on, long before a whole body would be", async () => {
    const refusing = httpServer(() => new Response("no", { status: 401 }), HTTP_PATIENCE);
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    port = (refusing.address() as AddressInfo).port;
    const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    expect(await drip(head, "a")).toMatch(/^HTTP\/1\.1 401 /);
    await new Promise((resolve) => refusing.close(resolve));
  });

  test("after an answer is let go when no next request comes", async () => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "close");
    expect(Buffer.concat(parts).toString("latin1")).toMatch(/^HTTP\/1\.1 200 /);
  });
});

test("the process serves with such limits, all of them set, and with no server of another making", () => {
  const server = httpServer(() => new Response());
  expect(server).toMatchObject({
    headersTimeout: 20_000,
    requestTimeout: 3_600_000,
    keepAliveTimeout: 5_000,
  });
  const source = (name: string) => readFileSync(path.join(projectRoot, `processes/${name}.ts`), "utf8");
  expect(source("api")).toContain("httpServer(oneOrigin(");
  expect(source("api")).not.toMatch(/createServer|createAdaptorServer/);
  // Two small servers that are never public.
  for (const name of ["worker", "codec-server"]) {
    expect(source(name), name).toMatch(/createServer\(patience, /);
  }
});

describe("a body that comes a byte at a time", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  /** A body of which a test sends the parts. */
  function slowBody() {
    let control: ReadableStreamDefaultController<Uint8Array> | undefined;
    let wanted: () => void = () => undefined;
    /** Somebody has begun to read: what comes before takes its own time, which is none of the body's. */
    const isWanted = new Promise<void>((resolve) => (wanted = resolve));
    const body = new ReadableStream<Uint8Array>(
      { start: (given) => void (control = given), pull: () => wanted() },
      { highWaterMark: 0 },
    );
    const send = (bytes: number) => control?.enqueue(new Uint8Array(bytes).fill(0x61));
    return { body, isWanted, send, end: () => control?.close() };
  }
  /** Lets what waits for a promise go on, without any time going by. */
  const settle = async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const reading = (app: Hono<ApiEnvironment>, body: ReadableStream<Uint8Array>, headers = {}) => {
    app.onError((cause, c) =>
      cause instanceof Refusal ? c.text(cause.code, 408, cause.extras.headers) : c.text("defect", 500),
    );
    return Promise.resolve(app.request("/", { method: "POST", body, headers, duplex: "half" }));
  };
  /** A byte a second, until somebody has had enough; answers after how many. */
  async function dripInto(answer: Promise<Response>, slow: ReturnType<typeof slowBody>, most: number) {
    let answered: Response | undefined;
    void answer.then((response) => (answered = response));
    await slow.isWanted;
    for (let second = 1; second <= most; second += 1) {
      slow.send(1);
      await settle();
      await vi.advanceTimersByTimeAsync(1_000);
      await settle();
      if (answered !== undefined) return { second, answered };
    }
    return { second: Infinity, answered };
  }
  const refused = async (answered: Response | undefined) => [
    answered?.status,
    await answered?.text(),
    answered?.headers.get("connection"),
  ];

  test.each([
    ["with a length", { "content-length": "1000" }],
    ["without one", {}],
  ])("holds a command for half a minute, and no longer: %s", async (_, length) => {
    const app = new Hono<ApiEnvironment>().post(
      "/",
      readBody(() => ({ mostBytes: 1_000_000, as: "text" })),
      (c) => c.text("whole"),
    );
    const slow = slowBody();
    const { second, answered } = await dripInto(reading(app, slow.body, length), slow, 100);
    expect(second).toBe(30);
    expect(await refused(answered)).toEqual([408, "body-too-slow", "close"]);
  });

  const streaming = () =>
    new Hono<ApiEnvironment>().post("/", async (c) => {
      let bytes = 0;
      for await (const part of bodyOf(c)) bytes += part.length;
      return c.text(`${bytes}`);
    });

  test("holds a file for half a minute, and no longer, though it never stands still", async () => {
    const slow = slowBody();
    const { second, answered } = await dripInto(reading(streaming(), slow.body), slow, 100);
    expect(second).toBe(30);
    expect(await refused(answered)).toEqual([408, "body-too-slow", "close"]);
  });

  test("is no file over a slow line: that one comes whole, however long it takes", async () => {
    const slow = slowBody();
    const answer = reading(streaming(), slow.body);
    for (let part = 0; part < 20; part += 1) {
      slow.send(16 * 1024);
      await settle();
      await vi.advanceTimersByTimeAsync(29_000);
      await settle();
    }
    slow.end();
    expect(await (await answer).text()).toBe(String(20 * 16 * 1024));
  });

  test.each([
    ["with a length", { "content-length": "1000" }, 403],
    ["without one", {}, 408],
  ])("holds a form of the page for a minute, and does nothing: %s", async (_, length, status) => {
    const anna = await new Visitor().signIn();
    const slow = slowBody();
    const headers = {
      ...length,
      cookie: anna.cookies(),
      origin: anna.url,
      "content-type": "application/x-www-form-urlencoded",
    };
    const sent = { method: "POST", body: slow.body, headers, duplex: "half" } as RequestInit;
    const answer = Promise.resolve(anna.web.request(`${anna.url}/profile/sessions/end-all`, sent));
    const { second, answered } = await dripInto(answer, slow, 100);
    expect(second).toBe(60);
    expect([answered?.status, answered?.headers.get("connection")]).toEqual([status, "close"]);
    expect(anna.engine.commands()).toEqual([]);
  });
});
