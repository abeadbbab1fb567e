import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../../db/database.ts";
import { migrateToLatest } from "../../../db/migrate.ts";
import {
  claimCommand,
  type CommandClaim,
  freeCommand,
  rememberMade,
  storeAnswer,
} from "../../../db/queries/idempotency.ts";
import { createDatabaseFromTemplate, prepareTemplate, type TestDatabase } from "../../support/postgres.ts";

let copy: TestDatabase;
let database: OpenDatabase;

beforeAll(async () => {
  await prepareTemplate("api_sandbox", async (url) => {
    await migrateToLatest(url, { livemode: false });
  });
  copy = await createDatabaseFromTemplate("api_sandbox");
  database = openDatabase({ url: copy.url, applicationName: "idempotency-test", maxConnections: 12 });
});
afterAll(async () => {
  await database.close();
  await copy.drop();
});

const command = (key: string, fingerprint = "f", leaseSeconds = 60) => ({
  principal: "p",
  key,
  fingerprint,
  leaseSeconds,
});

function leaseOf(claim: CommandClaim) {
  if (claim.kind !== "claimed") throw new Error(`not ours: ${claim.kind}`);
  return claim.lease;
}

test("of ten that come at once one gets the command, nine are told to wait", async () => {
  const key = randomUUID();
  const claims = await Promise.all(Array.from({ length: 10 }, () => claimCommand(database.db, command(key))));
  expect(claims.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
  expect(claims.filter(({ kind }) => kind === "running")).toHaveLength(9);
});

test("the kept answer is everybody's; another content under the key is seen", async () => {
  const key = randomUUID();
  const lease = leaseOf(await claimCommand(database.db, command(key)));
  await storeAnswer(database.db, lease, { status: 201, headers: { location: "/x" }, body: '{"a":1}' });
  expect(await claimCommand(database.db, command(key))).toEqual({
    kind: "done",
    answer: { status: 201, headers: { location: "/x" }, body: '{"a":1}' },
  });
  expect(await claimCommand(database.db, command(key, "other"))).toEqual({ kind: "other" });
});

test("who lost the lease cannot commit; who took it over knows what had been made", async () => {
  const key = randomUUID();
  const slow = leaseOf(await claimCommand(database.db, command(key, "f", 0)));
  const takeOver = await claimCommand(database.db, command(key));
  await expect(
    database.db.transaction().execute((trx) => rememberMade(trx, slow, "KV-1")),
  ).rejects.toMatchObject({
    failure: { code: "idempotency-key-in-flight" },
  });
  await database.db.transaction().execute((trx) => rememberMade(trx, leaseOf(takeOver), "KV-2"));
  await storeAnswer(database.db, slow, { status: 200, headers: {}, body: "late" });
  await freeCommand(database.db, leaseOf(takeOver));
  expect(await claimCommand(database.db, command(key))).toMatchObject({ kind: "claimed", madeId: "KV-2" });
});

test("a command that made nothing leaves no row when it is freed", async () => {
  const key = randomUUID();
  await freeCommand(database.db, leaseOf(await claimCommand(database.db, command(key))));
  const { rowCount } = await database.pool.query("select 1 from idempotency_keys where key = $1", [key]);
  expect(rowCount).toBe(0);
});
