import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readResidents } from "../../loops/discovery.ts";
import type { DiscoveryParts } from "../../loops/source-answers.ts";
import { followNotices } from "../../loops/source-notices.ts";
import { ask, type Person, signIn } from "./support/api-under-test.ts";
import { type FindingWorld, loadDemo, startFinding } from "./support/finding-world.ts";

const path = "/v1/bill-sources/gis-gmp/notices";
let world: FindingWorld;
let server: Server;
let parts: DiscoveryParts;
let anna: Person;
let uins: readonly string[] = [];
beforeAll(async () => {
  world = await startFinding();
  const { under, registry } = world;
  parts = {
    db: under.database.db,
    sealer: under.sealer,
    claimKey: Buffer.alloc(32, 2),
    source: registry.source,
    log: { error: () => undefined },
  };
  server = createAdaptorServer({ fetch: under.api.fetch }) as Server;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await control("/subscription", { url: `http://127.0.0.1:${port}${path}` });
  anna = await signIn(under, "anna");
  uins = await loadDemo(world);
  await ask(under, anna, "POST /v1/me/identifiers", { body: { text: "77УН123456", kind: "sts" } });
  await readResidents(parts);
});
afterAll(async () => {
  server.close();
  await world.close();
});
beforeEach(() => world.under.database.pool.query("delete from source_notices; delete from source_states"));

async function control(route: string, body: object): Promise<unknown> {
  const response = await fetch(`${world.registry.controlUrl}${route}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response.json();
}

const open = async () =>
  (await world.under.database.pool.query("select 1 from source_notices where done_at is null")).rowCount;
const states = async () => {
  const { body } = await ask(world.under, anna, "GET /v1/bills");
  return Object.fromEntries(
    (body["items"] as { uin: string; state: string }[]).map((bill) => [bill.uin, bill.state]),
  );
};

test("annulled, reinstated and paid elsewhere reach the bill as soon as the registry tells, and the registry gets its receipt", async () => {
  const [first = "", second = ""] = uins;
  await world.registry.bench.act(first, "annul");
  expect(await open(), "a notice is stored, and proves nothing yet").toBe(1);
  expect((await states())[first]).toBe("owed");
  await followNotices(parts);
  expect((await states())[first]).toBe("annulled");
  await world.registry.bench.act(first, "reinstate");
  await world.registry.bench.act(second, "pay");
  await followNotices(parts);
  expect(await states()).toMatchObject({ [first]: "owed", [second]: "paid-elsewhere" });
  expect(await open()).toBe(0);
  const response = await fetch(`${world.registry.controlUrl}/notices`);
  const sent = (await response.json()) as { deliveries: { status: number; answer: string }[] }[];
  for (const { deliveries } of sent) {
    expect(deliveries.map(({ status }) => status)).toEqual([200]);
    expect(deliveries[0]?.answer).toContain(
      "<nt:ExportNoticeConfirmation>true</nt:ExportNoticeConfirmation>",
    );
  }
});

test("the same notice twice is one reason to look, and both get the receipt", async () => {
  await world.registry.bench.act(uins[0] ?? "", "annul");
  const response = await fetch(`${world.registry.controlUrl}/notices`);
  const sent = (await response.json()) as { id: string }[];
  await control(`/notices/${sent.at(-1)?.id ?? ""}/send`, {});
  expect(await open()).toBe(1);
});

test("a notice that could not be followed is followed later, when the registry answers again", async () => {
  await world.registry.bench.act(uins[0] ?? "", "reinstate");
  await world.registry.bench.arm({ kind: "dead" });
  await followNotices(parts);
  expect(await open()).toBe(1);
  expect(await followNotices(parts), "its next try is not yet").toBe(false);
  await world.under.database.pool.query(
    "update source_notices set due_at = clock_timestamp(); delete from source_states",
  );
  await followNotices(parts);
  expect(await open()).toBe(0);
  expect((await states())[uins[0] ?? ""]).toBe("owed");
});

test.each([
  ["a stranger's address", path, "<x/>", "203.0.113.9", 403],
  ["no document of the registry", path, "<x/>", "127.0.0.1", 422],
  ["no XML", path, "{}", "127.0.0.1", 422],
  ["an unknown source", "/v1/bill-sources/nobody/notices", "<x/>", "127.0.0.1", 404],
  ["more than a notice holds", path, "x".repeat(3 * 1024 * 1024), "127.0.0.1", 413],
])("%s is turned away, and nothing is stored", async (_what, where, raw, from, status) => {
  const headers = { "content-type": "application/xml" };
  expect((await ask(world.under, null, `POST ${where}`, { raw, from, headers, key: null })).status).toBe(
    status,
  );
  expect(await open()).toBe(0);
});
