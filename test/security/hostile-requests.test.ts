import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ApiUnderTest,
  ask,
  countRows,
  type Person,
  signIn,
  startApi,
} from "../api/support/api-under-test.ts";

let under: ApiUnderTest;
let anna: Person;
let server: Server;
let port = 0;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  server = createAdaptorServer({
    fetch: under.api.fetch,
    serverOptions: { requestTimeout: 20_000 },
  }) as Server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await under.close();
});

/** Sends bytes as they are; answers what came back until the connection ended. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(text));
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(parts).toString("latin1")));
  });
}
const request = (line: string, headers: readonly string[], body = "") =>
  [`${line} HTTP/1.1`, "Host: pay.city.example", "Connection: close", ...headers, "", body].join("\r\n");
const statusesOf = (answer: string) =>
  [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

describe("bytes that mean two things", () => {
  const hidden = "GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n";
  const chunked = `0\r\n\r\n${hidden}`;
  const wrong: readonly (readonly [string, string])[] = [
    [
      "two ways to say how long it is",
      request(
        "POST /v1/links/look",
        [`Content-Length: ${chunked.length}`, "Transfer-Encoding: chunked"],
        chunked,
      ),
    ],
    [
      "two lengths",
      request("POST /v1/links/look", ["Content-Length: 2", `Content-Length: ${hidden.length}`], hidden),
    ],
    ["a coding nobody knows", request("POST /v1/links/look", ["Transfer-Encoding: xchunked"], chunked)],
    ["a header name with a blank", request("POST /v1/links/look", ["Content-Length : 2"], "{}")],
    ["a header that goes on in the next line", request("GET /health/live", ["X-A: b", " c: d"])],
    ["a NUL in a header", request("GET /health/live", ["X-A: b\u0000c"])],
    ["headers without end", request("GET /health/live", [`X-A: ${"b".repeat(70_000)}`])],
  ];
  test.each(wrong)("%s: refused, and nothing hidden in it is answered", async (_, bytes) => {
    const statuses = statusesOf(await exchange(bytes));
    expect(statuses).toHaveLength(1);
    expect([400, 431]).toContain(statuses[0]);
  });

  test("TRACE and CONNECT, and verbs that nobody knows, echo nothing", async () => {
    for (const verb of ["TRACE", "PROPFIND"]) {
      const answer = await exchange(request(`${verb} /v1/me`, ["X-Secret: canary"]));
      expect([verb, statusesOf(answer)]).toEqual([verb, [405]]);
      expect(answer).not.toContain("canary");
    }
    expect(await exchange(request("CONNECT 127.0.0.1:22", ["X-Secret: canary"]))).not.toMatch(/ 200 |canary/);
  });

  test("a path that climbs, and a folder, show no file", async () => {
    for (const path of [
      "/../../package.json",
      "/v1/../../package.json",
      "/%2e%2e/%2e%2e/package.json",
      "/..%2f..%2fpackage.json",
      "/..%5c..%5cpackage.json",
      "/%00/package.json",
      "/.git/config",
      "/.env",
      "/node_modules/",
      "/static/",
    ]) {
      const answer = await exchange(request(`GET ${path}`, []));
      expect([path, statusesOf(answer)]).toEqual([path, [404]]);
      expect(answer).not.toMatch(/"dependencies"|\[core\]/);
    }
  });
});

test("every answer of the API, a refusal too, keeps to https for a year and is neither framed, sniffed nor shared", async () => {
  for (const line of [
    "GET /health/live",
    "GET /v1/me",
    "GET /openapi.json",
    "GET /nothing",
    "POST /v1/links/look",
  ]) {
    const { headers } = await ask(under, null, line);
    expect(headers.get("strict-transport-security"), line).toBe("max-age=31536000; includeSubDomains");
    expect(headers.get("content-security-policy"), line).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options"), line).toBe("nosniff");
    expect(headers.get("referrer-policy"), line).toBe("no-referrer");
    expect(headers.get("access-control-allow-origin"), line).toBeNull();
  }
});

describe("JSON that wants to be more", () => {
  const send = (line: string, raw: string, headers?: Record<string, string>) =>
    ask(under, anna, line, { raw, ...(headers ? { headers } : {}) });

  test("names of a prototype change nothing and are refused", async () => {
    const before = await countRows(under);
    for (const raw of [
      `{"locale":"en","__proto__":{"polluted":true,"roles":["operator"]}}`,
      `{"constructor":{"prototype":{"polluted":true}}}`,
      `{"__proto__":null}`,
      `{"prototype":{"polluted":true}}`,
    ]) {
      const answer = await send("PATCH /v1/me", raw);
      expect([raw, answer.status]).toEqual([raw, 422]);
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect((await ask(under, anna, "GET /v1/operator/holds")).status).toBe(403);
    expect(await countRows(under)).toEqual(before);
  });

  test("a body nested ten thousand deep, or of one huge number, is refused like any other wrong one", async () => {
    const deep = `{"locale":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    expect((await send("PATCH /v1/me", deep)).status).toBe(422);
    expect((await send("PATCH /v1/me", `{"locale":${"9".repeat(30_000)}}`)).status).toBe(422);
    expect((await send("PATCH /v1/me", "[".repeat(60_000))).status).toBe(400);
  });

  test("fields that nobody asked for are refused, a role among them", async () => {
    for (const more of ["roles", "id", "residentId", "livemode", "state"]) {
      const answer = await send("PATCH /v1/me", JSON.stringify({ locale: "en", [more]: "operator" }));
      expect([more, answer.status]).toEqual([more, 422]);
    }
  });

  test("a body that is called something else than JSON is not read as JSON", async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/xml",
    ]) {
      const answer = await send("PATCH /v1/me", `{"locale":"en"}`, { "content-type": type });
      expect([type, answer.status]).toEqual([type, 415]);
    }
    expect((await ask(under, anna, "GET /v1/me")).body).toMatchObject({ locale: "ru" });
  });

  test("a parameter that comes twice is not read as the more permissive one", async () => {
    expect((await ask(under, anna, "GET /v1/bills?limit=1&limit=1000")).status).toBe(422);
    expect((await ask(under, anna, "GET /v1/bills?limit=1000&limit=1")).status).toBe(422);
    expect((await ask(under, anna, "GET /v1/bills?residentId=1")).status).toBe(422);
  });

  test("what goes wrong tells no stack, query or path of ours", async () => {
    for (const line of [
      "GET /v1/bills/%27%20or%201=1--",
      "GET /v1/bills?cursor=%00",
      "GET /v1/archive?q=%27%3B%20drop%20table%20bills%3B--",
      "GET /v1/payments/%F0%9F%92%A9",
      "GET /v1/bills/%ff",
    ]) {
      const answer = await ask(under, anna, line);
      expect(answer.status, line).toBeLessThan(500);
      expect(answer.text, line).not.toMatch(/\bat \w+.*:\d+|select |node_modules|syntax error|\/work\//i);
    }
  });
});
