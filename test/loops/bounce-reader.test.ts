import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { emailChannel } from "../../adapters/channels/email/email-channel.ts";
import { mailDrop } from "../../adapters/channels/email/mail-drop.ts";
import { readReturnedMail } from "../../adapters/channels/email/read-returned-mail.ts";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { startBounceReader } from "../../loops/bounce-reader.ts";
import { type Mailbox, startMailbox } from "../../sandbox/mailbox/mailbox.ts";
import { messageAbout } from "../adapters/channels/messages.ts";
import { bounceOf } from "../adapters/channels/returned.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { makePayer, payment, planBillFor } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
let dataDir: string;
let mailbox: Mailbox;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-bounces-"));
  mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
});
afterEach(async () => {
  await mailbox.close();
  await rm(dataDir, { recursive: true, force: true });
});

const order = async (path: string, body: object): Promise<number> =>
  (await fetch(`${mailbox.httpUrl}/control/${path}`, { method: "POST", body: JSON.stringify(body) })).status;

/** Announces a debit over a real relay; answers its payment and the message's name. */
async function announce(email = "anna@city.example") {
  const payer = await makePayer(engine, { email });
  const { paymentId } = await planBillFor(engine.db, payer);
  const channel = emailChannel({ smtpUrl: mailbox.smtpUrl, from: "kvitok@city.example" });
  const leased = await leaseNotifications(engine.db, 500);
  for (const { id, messageId, noticeId } of leased) {
    const { outcome } =
      noticeId === null
        ? { outcome: "accepted" as const }
        : await channel.deliver({ ...messageAbout("notice"), messageId });
    await settleNotifications(engine.db, [{ id, outcome, answer: "250", againSeconds: 0 }]);
  }
  await channel.close();
  const messageId = leased.find(({ noticeId }) => noticeId !== null)?.messageId ?? "";
  expect(await payment(engine.db, paymentId)).toMatchObject({ state: "scheduled" });
  return { paymentId, messageId };
}

test("a notice that a relay accepted and that bounces an hour later permits no debit; files that are no report are set aside", async () => {
  const { paymentId, messageId } = await announce();
  const folder = join(dataDir, "bounces");
  expect(await order("returns", { messageId: `<${messageId}@city.example>`, kind: "delay" })).toBe(201);
  await writeFile(join(folder, "holiday.eml"), "Subject: out of office\r\n\r\nback soon\r\n");
  const reader = startBounceReader({
    db: engine.db,
    drop: mailDrop(folder),
    read: readReturnedMail,
    log: { error: (_, message) => expect(message).toBe("") },
  });
  await until(async () => (await readdir(folder)).filter((name) => name.endsWith(".eml")).length === 0);
  expect(await payment(engine.db, paymentId)).toMatchObject({ state: "scheduled" });
  expect(await readdir(join(folder, "refused"))).toEqual(["holiday.eml"]);
  expect(await order("returns", { messageId: `<${messageId}@city.example>`, kind: "bounce" })).toBe(201);
  reader.ring();
  await until(async () => (await payment(engine.db, paymentId)).state === "needs-payer");
  await reader.stop();
  expect(await payment(engine.db, paymentId)).toMatchObject({ need: "no-channel" });
  expect(await readdir(join(folder, "done"))).toHaveLength(2);
  const { rows } = await sql<{
    state: string;
  }>`select state from notifications where message_id = ${messageId}`.execute(engine.db);
  expect(rows).toEqual([{ state: "bounced" }]);
});

test("a report that somebody made up keeps no other waiting: neither what no database keeps, nor a field as long as a mail", async () => {
  const to = "boris@city.example";
  const { paymentId, messageId } = await announce(to);
  const folder = join(dataDir, "bounces");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "1.eml"), bounceOf({ messageId: "nobodys", said: "550 \0 no" }));
  await writeFile(join(folder, "2.eml"), bounceOf({ messageId: "nobodys", to: "a".repeat(900_000) }));
  await writeFile(join(folder, "3.eml"), bounceOf({ messageId, to }));
  const reader = startBounceReader({
    db: engine.db,
    drop: mailDrop(folder),
    read: readReturnedMail,
    log: { error: (_, message) => expect(message).toBe("") },
  });
  await until(async () => (await payment(engine.db, paymentId)).state === "needs-payer");
  await reader.stop();
});

test("the sandbox's mailbox can take a message and have it come back at once", async () => {
  for (const kind of ["bounce", "expire", "delay", "complain"] as const) await order("faults", { kind });
  const channel = emailChannel({ smtpUrl: mailbox.smtpUrl, from: "kvitok@city.example" });
  for (let time = 0; time < 4; time += 1) {
    expect(await channel.deliver({ ...messageAbout("paid"), messageId: `m${time}` })).toMatchObject({
      outcome: "accepted",
    });
  }
  await channel.close();
  const drop = mailDrop(join(dataDir, "bounces"));
  const kinds = new Map<string | null | undefined, string | undefined>();
  for (let file = await drop.next(); file !== undefined; file = await drop.next()) {
    const report = await readReturnedMail(file.raw ?? Buffer.alloc(0));
    kinds.set(report?.messageId, report?.kind);
    await drop.finish(file.name, "done");
  }
  expect(Object.fromEntries(kinds)).toEqual({
    m0: "permanent",
    m1: "expired",
    m2: "delayed",
    m3: "complaint",
  });
});
