import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { billsOf, CERTIFICATE, Desk, fine } from "../../contracts/bill-source/desk.ts";
import { gisGmpAtRegistry, type SourceWorld } from "../../contracts/bill-source/source-world.ts";
import { AT_ONCE, NEVER, PARTICIPANT } from "./fixtures.ts";
import { gisGmp } from "../../../adapters/bill-sources/gis-gmp/gis-gmp.ts";
import { httpTransport } from "../../../adapters/bill-sources/gis-gmp/http-transport.ts";

const MEGABYTE = 1024 * 1024;

let world: SourceWorld;
beforeAll(async () => {
  world = await gisGmpAtRegistry();
});
afterAll(() => world.close());
beforeEach(() => world.bench.clear());

/** The most that the process has held while something ran, in megabytes above the beginning. */
async function growthDuring(run: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  let running = true;
  const watch = (async () => {
    while (running) {
      most = Math.max(most, process.memoryUsage().rss);
      await pause(5);
    }
  })();
  await run();
  running = false;
  await watch;
  return (most - before) / MEGABYTE;
}

describe("whatever comes, memory stays bounded", () => {
  test("an answer of a gigabyte is let go after a few megabytes", async () => {
    const desk = new Desk(world);
    const uin = await desk.issue();
    await desk.bench.arm({ kind: "endless", megabytes: 1024 });
    const startedAt = performance.now();
    const growth = await growthDuring(async () => {
      expect(await desk.byUin(uin)).toMatchObject({ kind: "unreachable", why: "too-large" });
    });
    // Registry and adapter share this process.
    expect(growth).toBeLessThan(100);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("a document type with entities of entities is let go at its first line", async () => {
    const desk = new Desk(world);
    const uin = await desk.issue();
    await desk.bench.arm({ kind: "document-type" });
    const growth = await growthDuring(async () => {
      expect(await desk.byUin(uin)).toEqual({
        kind: "unreachable",
        why: "garbled",
        detail: "xml-document-type",
      });
    });
    expect(growth).toBeLessThan(100);
  });

  test("more than a hundred pages are read to their end", async () => {
    const desk = new Desk(world);
    const charges = Array.from({ length: 10_050 }, () => fine());
    const made = new Set(await desk.bench.issue(...charges));
    const answer = await desk.search([CERTIFICATE], "owed");
    expect(answer.kind).toBe("complete");
    expect(new Set(billsOf(answer).map(({ uin }) => uin))).toEqual(made);
    expect(await desk.bench.requests()).toBe(101);
  });
});

describe("a registry that is not there", () => {
  test("a closed port is told as such, at once", async () => {
    const transport = httpTransport({ url: "http://127.0.0.1:9/gis-gmp", livemode: false });
    const source = gisGmp({ transport, ...PARTICIPANT, limits: AT_ONCE });
    const query = { by: "identifiers", identifiers: [CERTIFICATE], scope: "owed" } as const;
    expect(await source.search(query, NEVER)).toEqual({
      kind: "unreachable",
      why: "connect",
      detail: "ECONNREFUSED",
    });
  });

  test("a network that swallows the connection is given up by the clock of that phase", async () => {
    // TEST-NET-1: no host has this address (RFC 5737).
    const transport = httpTransport({
      url: "http://192.0.2.1/gis-gmp",
      livemode: false,
      timeouts: { connectMs: 200 },
    });
    const source = gisGmp({ transport, ...PARTICIPANT, limits: AT_ONCE });
    const query = { by: "identifiers", identifiers: [CERTIFICATE], scope: "owed" } as const;
    const startedAt = performance.now();
    expect(await source.search(query, NEVER)).toMatchObject({ kind: "unreachable", why: "connect" });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("who is not there is asked once, however much was to be asked", async () => {
    let asked = 0;
    const source = gisGmp({
      ...PARTICIPANT,
      limits: AT_ONCE,
      transport: {
        exchange: async () => {
          asked += 1;
          return { kind: "unreachable", why: "connect", detail: "ECONNREFUSED" };
        },
      },
    });
    const identifiers = [
      CERTIFICATE,
      { kind: "uin", value: "18810123456789012345" },
      { kind: "inn", value: "7707083893" },
    ];
    const answer = await source.search({ by: "identifiers", identifiers, scope: "owed" }, NEVER);
    expect(answer).toMatchObject({ kind: "unreachable", why: "connect" });
    expect(asked).toBe(1);
  });

  test("real charges are not asked for over plain HTTP", () => {
    expect(() => httpTransport({ url: "http://registry.example/", livemode: true })).toThrow(RangeError);
    expect(() => httpTransport({ url: "ftp://registry.example/", livemode: false })).toThrow(RangeError);
  });
});
