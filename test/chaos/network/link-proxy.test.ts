import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { LinkProxy } from "./link-proxy.ts";

const open: (Server | Socket)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if ("destroy" in one) one.destroy();
    else one.close();
  }
});

/** A server that answers each piece with itself, and a proxy in front of it. */
async function echoBehindProxy() {
  const heard: string[] = [];
  const server = createServer((socket) => {
    open.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (piece) => {
      heard.push(piece.toString());
      socket.write(piece);
    });
  });
  open.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const port = await freePort();
  const proxy = new LinkProxy(port, [(server.address() as AddressInfo).port]);
  await proxy.listen();
  return { proxy, port, heard };
}

function caller(port: number) {
  const socket = connect({ port, host: "127.0.0.1" });
  open.push(socket);
  const answers: string[] = [];
  const end = { closed: false };
  socket.on("data", (piece) => answers.push(piece.toString()));
  socket.on("error", () => undefined);
  socket.on("close", () => {
    end.closed = true;
  });
  return { socket, answers, end };
}

test("what fell into a black hole is never sent on, also when the hole is gone", async () => {
  const { proxy, port, heard } = await echoBehindProxy();
  const { socket, answers, end } = caller(port);
  socket.write("one");
  await until(() => answers.join("") === "one");
  proxy.set({ kind: "black-hole", ms: 0 });
  socket.write("two");
  await until(() => proxy.counts().spoilt === 1);
  proxy.set(undefined);
  await until(() => end.closed);
  expect(heard.join("")).toBe("one");
});

test("half open: the request arrives, its answer does not", async () => {
  const { proxy, port, heard } = await echoBehindProxy();
  const { socket, answers } = caller(port);
  proxy.set({ kind: "half-open", ms: 0 });
  socket.write("pay");
  await until(() => heard.join("") === "pay" && proxy.counts().spoilt === 1);
  expect(answers).toEqual([]);
});

test("a reset breaks off what is there and what comes", async () => {
  const { proxy, port } = await echoBehindProxy();
  const first = caller(port);
  first.socket.write("one");
  await until(() => first.answers.length === 1);
  proxy.set({ kind: "reset", ms: 0 });
  await until(() => first.end.closed);
  const second = caller(port);
  await until(() => second.end.closed);
  expect(second.answers).toEqual([]);
});
