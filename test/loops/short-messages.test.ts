import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileDropChannel } from "../../adapters/channels/sms/file-drop.ts";
import { switchChannels } from "../../db/queries/push-devices.ts";
import { dropUnreachable } from "../../db/queries/sweeping.ts";
import { saveIdentifier } from "../../db/queries/saved-identifiers.ts";
import { startNotifier } from "../../loops/notifier.ts";
import { type Engine, openEngine, publicUrl } from "../support/engine.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { livingNotice, makePayer, planBillFor } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
let folder: string;
beforeAll(async () => {
  [engine, folder] = await Promise.all([openEngine(), mkdtemp(join(tmpdir(), "kvitok-sms-"))]);
  await switchChannels(engine.db, { push: true, sms: true });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** A notice on its way as a short message, to somebody who saved this number. */
async function announced(number: string, provedBy: string | null) {
  const { db, sealer } = engine;
  const payer = await makePayer(engine, { email: `${crypto.randomUUID()}@example.test` });
  // at whatever hour this is tried: nobody sleeps
  await db
    .insertInto("notification_settings")
    .values({ resident_id: payer.residentId, quiet: "none" })
    .execute();
  const { paymentId } = await planBillFor(db, payer);
  const identifier = { residentId: payer.residentId, kind: "mobile", value: number, label: null, provedBy };
  await db
    .transaction()
    .execute((transaction) =>
      saveIdentifier(transaction, { sealer, claimKey: Buffer.alloc(32, 2) }, identifier),
    );
  await sql`update notifications set channel = 'sms' where payment_id = ${paymentId}`.execute(db);
  const { rows } = await sql<{
    reachable: boolean;
  }>`select sms_reachable(${payer.residentId}) as reachable`.execute(db);
  return { paymentId, reachable: rows[0]?.reachable };
}

async function sendAll(): Promise<void> {
  const { db, sealer } = engine;
  const channels = new Map([["sms", fileDropChannel({ folder })]]);
  const log = recordingLog();
  const loop = startNotifier({ db, channels, publicUrl, linkKey: Buffer.alloc(32, 5), sealer, log });
  try {
    await until(async () => {
      // as the sweeper does
      await dropUnreachable(db);
      const { rows } = await sql<{ open: number }>`select count(*)::int as open from notifications
        where channel = 'sms' and state in ('queued', 'sending')`.execute(db);
      return rows[0]?.open === 0;
    });
  } finally {
    await loop.stop();
  }
  expect(log.complaints).toEqual([]);
}

const dropped = async () => {
  const names = await readdir(folder);
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return files.map((file) => JSON.parse(file) as { to: string; text: string; livemode: boolean });
};

test("a short message goes to a number that the identity provider vouches for, and is a notice when its file is there", async () => {
  const { paymentId, reachable } = await announced("79161234567", "identity-provider");
  expect(reachable).toBe(true);
  await sendAll();
  expect(await dropped()).toMatchObject([{ to: "+79161234567", livemode: false }]);
  expect(await livingNotice(engine.db, paymentId)).toMatchObject({ state: "accepted", channel: "sms" });
});

test("nobody is written to at a number that nobody vouches for: no file, no notice, no debit", async () => {
  const before = (await dropped()).length;
  const { paymentId, reachable } = await announced("79161234568", null);
  expect(reachable).toBe(false);
  await sendAll();
  expect(await dropped()).toHaveLength(before);
  expect(await livingNotice(engine.db, paymentId)).toBeUndefined();
  expect(await engine.charge(paymentId)).toBeNull();
});
