import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "../../api/client.ts";
import { importUploads } from "../../db/registry/uploads.ts";
import { type ApiUnderTest, signIn, startApi } from "./support/api-under-test.ts";

/** The files of this biller of the demonstration: UTF-8, bars, dots; their versions are those of the files. */
const BILLER = "home-partnership";
const line = (account: string, amount = "1200.50") =>
  `${account}|2026-02|${amount}|2026-03-15|Содержание двора|${account}-02\n`;
const bytes = (text: string) => new TextEncoder().encode(text);

let under: ApiUnderTest;
let server: ReturnType<typeof createAdaptorServer>;
let olga: Client;
let anna: Client;
beforeAll(async () => {
  under = await startApi();
  server = createAdaptorServer({ fetch: (request, bindings) => under.api.fetch(request, bindings) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { token } = await signIn(under, "olga", { roles: ["operator"] });
  olga = createClient({ baseUrl, token, locale: "en" });
  anna = createClient({ baseUrl, token: (await signIn(under, "anna")).token, locale: "en" });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await under.close();
});

/** A file in pieces that are cut anywhere. */
function piecesOf(text: string, size: number): ReadableStream<Uint8Array> {
  const all = bytes(text);
  return ReadableStream.from(
    Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.subarray(at * size, (at + 1) * size)),
  );
}

test("a file is sent by the client, imported, and its report read in a language of one's choice", async () => {
  const content = piecesOf(line("1") + line("2", "1,00") + line("3"), 7);
  const sent = await olga.uploadRegistryFile({ billerId: BILLER, content, name: "февраль.txt", version: 1 });
  expect(sent).toMatchObject({ billerId: BILLER, name: "февраль.txt", version: 1, state: "received" });
  const { db, pool } = under.database;
  expect(await importUploads({ db, pool, sealer: under.sealer, claimKey: Buffer.alloc(32, 2) })).toBe(true);
  const file = { billerId: BILLER, id: sent.id };
  expect(await olga.getRegistryFile(file)).toMatchObject({
    state: "done",
    lines: 3,
    refusedLines: 1,
    results: { new: 2 },
  });
  const [english, russian] = await Promise.all([
    olga.openRegistryReport(file, { locale: "en" }).then((answer) => answer.text()),
    olga.openRegistryReport(file).then((answer) => answer.text()),
  ]);
  expect(english.trim().split("\r\n")).toHaveLength(2);
  expect(english).not.toMatch(/[а-яё]/i);
  expect(russian).toMatch(/[а-яё]/i);
  expect(new TextDecoder().decode((await olga.getRegistryReport(file)).bytes)).toBe(
    russian.replace(/^\uFEFF/, ""),
  );
});

test("somebody else's file and somebody who may not send are problems, like everywhere in the client", async () => {
  const content = () => piecesOf(line("9"), 64);
  await expect(anna.uploadRegistryFile({ billerId: BILLER, content: content() })).rejects.toMatchObject({
    name: "ApiProblem",
    status: 403,
  });
  await expect(olga.uploadRegistryFile({ billerId: "nobody", content: content() })).rejects.toMatchObject({
    code: "biller-not-found",
  });
  await expect(olga.openRegistryReport({ billerId: BILLER, id: "KV-7F3K-9Q2M-X4TB" })).rejects.toMatchObject({
    code: "registry-file-not-found",
  });
});

test("a file is on its way before its end is there: it is never held as a whole", async () => {
  let firstArrived = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    firstArrived = resolve;
  });
  const taker = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => {
      parts.push(part);
      firstArrived();
    });
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id: Buffer.concat(parts).toString("utf8") }));
    });
  });
  await new Promise<void>((resolve) => taker.listen(0, "127.0.0.1", resolve));
  async function* pieces() {
    yield bytes("first, ");
    // a client that gathers the whole body waits here for ever
    await arrived;
    yield bytes("second");
  }
  const client = createClient({ baseUrl: `http://127.0.0.1:${(taker.address() as AddressInfo).port}` });
  const sent = await client.uploadRegistryFile({ billerId: BILLER, content: ReadableStream.from(pieces()) });
  expect(sent.id).toBe("first, second");
  await new Promise((resolve) => taker.close(resolve));
});
