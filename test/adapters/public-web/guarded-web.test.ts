import { createServer, type Server } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { guardedWeb, type GuardedWebOptions } from "../../../adapters/public-web/guarded-web.ts";
import { checkAddress, isPublicAddress } from "../../../adapters/public-web/public-address.ts";
import { CORPUS, NAMES, NOT_PUBLIC, PUBLIC } from "./corpus.ts";

const servers: Server[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: Parameters<typeof createServer>[1]): Promise<{ url: string; host: string }> {
  const server = createServer(answer ?? (() => {}));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` };
}

const post = (url: string) => ({ url, method: "POST" as const, headers: {}, body: "secret" });

async function sending(url: string, options: GuardedWebOptions) {
  const web = guardedWeb(options);
  try {
    return await web.send(post(url));
  } finally {
    await web.close();
  }
}

describe("the way to servers that strangers name", () => {
  test("none of ninety addresses of our own house is ever connected to, however it is written", async () => {
    expect(CORPUS.length).toBeGreaterThanOrEqual(90);
    const dialled = vi.spyOn(Socket.prototype, "connect");
    const web = guardedWeb({
      lookUp: async (name) => (NAMES[name] ?? ["127.0.0.1"]).map((address) => ({ address })),
    });
    for (const url of CORPUS) {
      const answer = await web.send(post(url));
      expect(answer, url).toMatchObject({ kind: "not-sent" });
      expect(answer.kind === "not-sent" && answer.why, url).toMatch(
        /^(not-public|not-an-address|no-such-name)$/,
      );
    }
    await web.close();
    expect(dialled).not.toHaveBeenCalled();
  });

  test("an address is public exactly where the registries of special addresses do not name it", () => {
    for (const address of NOT_PUBLIC) expect(isPublicAddress(address), address).toBe(false);
    for (const address of PUBLIC) expect(isPublicAddress(address), address).toBe(true);
    for (const other of ["", "localhost", "fe80::1%eth0", "[::1]", "2001:4860:4860::8888%1"])
      expect(isPublicAddress(other), other).toBe(false);
  });

  test("a name is looked up once a connection, and the socket goes to the address that was checked", async () => {
    const asked: string[] = [];
    const targets: unknown[] = [];
    vi.spyOn(Socket.prototype, "connect").mockImplementation(function connect(
      this: Socket,
      ...args: unknown[]
    ) {
      const [options] = (Array.isArray(args[0]) ? args[0] : args) as [
        {
          host: string;
          lookup: (name: string, how: object, answer: (e: null, found: unknown) => void) => void;
        },
      ];
      options.lookup(options.host, { all: true }, (_error, found) => targets.push(found));
      this.destroy(Object.assign(new Error("no network here"), { code: "ENETUNREACH" }));
      return this;
    });
    const answers = ["93.184.216.34", "127.0.0.1"];
    const answer = await sending("http://rebinding.attacker.test/", {
      lookUp: async (name) => [{ address: answers[asked.push(name) - 1] ?? "127.0.0.1" }],
    });
    expect(answer).toMatchObject({ kind: "not-sent", why: "no-connection" });
    expect(asked).toEqual(["rebinding.attacker.test"]);
    expect(targets).toEqual([[{ address: "93.184.216.34", family: 4 }]]);
  });

  test("only the exact host and port that the operator allows is reached inside the house", async () => {
    const { url, host } = await serve((_request, response) => response.writeHead(201).end("taken"));
    const port = host.split(":")[1];
    expect(await sending(url, {})).toMatchObject({ kind: "not-sent", why: "not-public" });
    expect(await sending(url, { allowed: new Set(["127.0.0.1:1"]) })).toMatchObject({ why: "not-public" });
    expect(await sending(`http://127.0.0.2:${port}/`, { allowed: new Set([host]) })).toMatchObject({
      why: "not-public",
    });
    expect(await sending(url, { allowed: new Set([host]) })).toMatchObject({
      kind: "answered",
      status: 201,
      body: "taken",
    });
  });

  test("a redirect is an answer and leads nowhere", async () => {
    let led = 0;
    const inside = await serve((_request, response) => {
      led += 1;
      response.end();
    });
    const { url, host } = await serve((_request, response) =>
      response.writeHead(307, { location: inside.url }).end(),
    );
    const answer = await sending(url, { allowed: new Set([host, inside.host]) });
    expect(answer).toMatchObject({ kind: "answered", status: 307 });
    expect(led).toBe(0);
  });

  test("an endless answer is cut, and its status counts", async () => {
    const { url, host } = await serve((_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write("x".repeat(10_000), more);
      };
      more();
    });
    const answer = await sending(url, { allowed: new Set([host]), answerBytes: 1_000 });
    expect(answer).toMatchObject({ kind: "answered", status: 200, cut: true, body: "x".repeat(1_000) });
  });

  test("a server that takes the request and keeps silent leaves it open; one that is not there takes nothing", async () => {
    const { url, host } = await serve(() => {});
    expect(await sending(url, { allowed: new Set([host]), totalMs: 200 })).toMatchObject({
      kind: "unanswered",
      why: "timeout",
    });
    expect(await sending("http://127.0.0.1:9/", { allowed: new Set(["127.0.0.1:9"]) })).toMatchObject({
      kind: "not-sent",
      why: "no-connection",
    });
    expect(
      await sending("https://slow.example.org/", { lookUp: () => new Promise(() => {}), connectMs: 100 }),
    ).toMatchObject({ kind: "not-sent", why: "no-such-name" });
  });
});

test("an address is looked at before it is kept, and each fault has a name", () => {
  const look = (written: string) =>
    checkAddress(written, { longest: 100, allowed: new Set(["127.0.0.1:9410"]) });
  expect(look("https://push.example.org/abc")).toHaveProperty("url");
  expect(look("http://127.0.0.1:9410/push/1")).toHaveProperty("url");
  const faults: Readonly<Record<string, string>> = {
    "no address": "not-an-address",
    "http://push.example.org/": "not-https",
    "ftp://push.example.org/": "not-https",
    "http://127.0.0.1:9411/": "not-https",
    "https://127.0.0.1:9411/": "not-public",
    "https://localhost/": "not-public",
    "https://printer/": "not-public",
    "https://db.internal/": "not-public",
    "https://[::1]/": "not-public",
    "https://me:secret@push.example.org/": "credentials",
    "https://push.example.org/#part": "fragment",
    "https://push.example.org/#": "fragment",
    [`https://push.example.org/${"x".repeat(100)}`]: "too-long",
  };
  for (const [written, fault] of Object.entries(faults)) expect(look(written), written).toEqual({ fault });
});
