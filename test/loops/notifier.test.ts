import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { leaseNotifications } from "../../db/queries/notifications.ts";
import { startNotifier } from "../../loops/notifier.ts";
import { type CityMail, openCityMail } from "../support/city.ts";
import { type Engine, openEngine, publicUrl } from "../support/engine.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { linkHolderOf } from "../support/link-holder.ts";
import {
  choose,
  livingNotice,
  makePayer,
  payment,
  planAll,
  planBillFor,
  pushBill,
  stopMandate,
} from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
let mail: CityMail;
beforeAll(async () => {
  [engine, mail] = await Promise.all([openEngine(), openCityMail()]);
});
afterEach(() => mail.disarm());
afterAll(async () => {
  await mail.close();
  await engine.close();
});

/** Runs so many notifiers until no message is left that could be sent now. */
async function sendAll(notifiers = 1): Promise<readonly string[]> {
  const log = recordingLog();
  const parts = {
    db: engine.db,
    channels: new Map([["email", mail.channel]]),
    publicUrl,
    linkKey: Buffer.alloc(32, 5),
    log,
  };
  const loops = Array.from({ length: notifiers }, () => startNotifier(parts));
  try {
    await until(async () => {
      const { rows } = await sql<{ open: number }>`select count(*)::int as open from notifications
        where (state = 'queued' and due_at <= business_now()) or (state = 'sending' and lease_until < clock_timestamp() + interval '5 minutes')`.execute(
        engine.db,
      );
      return rows[0]?.open === 0;
    });
  } finally {
    await Promise.all(loops.map((loop) => loop.stop()));
  }
  return log.complaints;
}

async function announced() {
  const email = `${crypto.randomUUID()}@example.test`;
  const payer = await makePayer(engine, { email });
  return { ...payer, email, ...(await planBillFor(engine.db, payer)) };
}

async function message(paymentId: string, event = "notice") {
  return engine.db
    .selectFrom("notifications")
    .selectAll()
    .where("payment_id", "=", paymentId)
    .where("event", "=", event)
    .executeTakeFirstOrThrow();
}

async function leaseOver(): Promise<void> {
  await sql`update notifications set lease_until = clock_timestamp() - interval '1 second' where state = 'sending'`.execute(
    engine.db,
  );
}

describe("a notice", () => {
  test("is accepted when the relay has said 250, and only then may its debit come", async () => {
    const { db, bank } = engine;
    const { paymentId, email } = await announced();
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await sendAll()).toEqual([]);
    expect(await mail.letters(email)).toHaveLength(1);
    expect(await livingNotice(db, paymentId)).toMatchObject({ state: "accepted", channel: "email" });
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("taken over by the relay while the database is away for a moment is written down when it is back, and goes once", async () => {
    const { db } = engine;
    const { paymentId, email } = await announced();
    await sql`create sequence hiccups`.execute(db);
    await sql`create function hiccup() returns trigger language plpgsql as $$ begin
      if nextval('hiccups') <= 2 then raise exception 'the database is away'; end if; return new; end $$`.execute(
      db,
    );
    await sql`create trigger hiccup before update on notifications for each row when (new.state = 'accepted') execute function hiccup()`.execute(
      db,
    );
    await sendAll();
    await sql`drop trigger hiccup on notifications`.execute(db);
    expect(await message(paymentId)).toMatchObject({ state: "accepted", attempts: 1, uncertain: 0 });
    expect(await mail.letters(email)).toHaveLength(1);
  });

  test("refused by the relay for good permits no debit, and the payment says why", async () => {
    const { db, bank } = engine;
    const { paymentId, email } = await announced();
    await mail.arm({ kind: "5xx", to: email, stage: "rcpt" });
    await sendAll();
    expect(await message(paymentId)).toMatchObject({ state: "bounced" });
    expect(await livingNotice(db, paymentId)).toBeUndefined();
    expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await bank.posts(paymentId)).toEqual([]);
  });

  test("not taken over now is sent again later, and is accepted then", async () => {
    const { db } = engine;
    const { paymentId, email } = await announced();
    await mail.arm({ kind: "4xx", to: email });
    await sendAll();
    expect(await message(paymentId)).toMatchObject({ state: "queued", attempts: 1 });
    expect((await livingNotice(db, paymentId))?.state).toBe("queued");
    await engine.jump({ seconds: 31 });
    await sendAll();
    expect(await mail.letters(email)).toHaveLength(1);
    expect((await livingNotice(db, paymentId))?.state).toBe("accepted");
  });

  test("accepted when the days it names are past permits nothing: a new one first, with a new clock", async () => {
    const { db, bank } = engine;
    const { paymentId, email } = await announced();
    await mail.arm({ kind: "4xx", to: email });
    await sendAll();
    const told = await livingNotice(db, paymentId);
    await engine.jump({ hours: 49 });
    await sendAll();
    expect(await mail.letters(email)).toHaveLength(2);
    const renewed = await livingNotice(db, paymentId);
    expect(renewed?.id).not.toBe(told?.id);
    expect(renewed?.state).toBe("accepted");
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    const { rows } = await sql<{
      notice_id: string;
    }>`select notice_id from charges where payment_id = ${paymentId}`.execute(db);
    expect(rows).toEqual([{ notice_id: renewed?.id }]);
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("is not accepted while the relay's answer is missing; once more under the same Message-ID, then it is", async () => {
    const { db } = engine;
    const { paymentId, email } = await announced();
    await mail.arm({ kind: "drop-after-data", to: email, keep: true });
    await sendAll();
    expect((await livingNotice(db, paymentId))?.state).toBe("queued");
    await leaseOver();
    await sendAll();
    const letters = await mail.letters(email);
    expect(letters).toHaveLength(2);
    expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(1);
    expect(await message(paymentId)).toMatchObject({ state: "accepted", uncertain: 1 });
    expect((await livingNotice(db, paymentId))?.state).toBe("accepted");
  });

  test("superseded before it was sent never goes out: only the newest amount reaches the payer", async () => {
    const { db } = engine;
    const { paymentId, email, account } = await announced();
    for (const version of [2, 3]) {
      await pushBill(db, { account, version, amountMinor: 500_000 + version });
      await planAll(db);
    }
    await sendAll();
    expect(await mail.letters(email)).toHaveLength(1);
    expect(await livingNotice(db, paymentId)).toMatchObject({ state: "accepted", amount_minor: 500_003 });
  });

  test("of a debit that was stopped before it was sent never goes out", async () => {
    const { db } = engine;
    const { paymentId, email, mandateId } = await announced();
    await stopMandate(db, { mandateId, kind: "cancel" });
    await sql`select close_payment(${paymentId}, 'stopped', 'stopped')`.execute(db);
    await sendAll();
    expect((await mail.letters(email)).map(({ subject }) => subject)).toHaveLength(1);
    expect(await message(paymentId)).toMatchObject({ state: "dropped", why: "collapsed" });
  });
});

describe("one message per event, recipient and channel", () => {
  test("three notifiers side by side send each message once", async () => {
    const situations = [];
    for (const _ of [1, 2, 3, 4, 5]) situations.push(await announced());
    await sendAll(3);
    for (const { email } of situations) expect(await mail.letters(email)).toHaveLength(1);
  });

  test("killed between sending and marking: once more under the same Message-ID, counted, and never a third time", async () => {
    const { db } = engine;
    const { paymentId, email } = await announced();
    for (const _ of [1, 2, 3]) {
      const leased = (await leaseNotifications(db, 20)).filter(({ to }) => to === email);
      const dying = startNotifierOnce(leased);
      await dying;
      await leaseOver();
    }
    const letters = await mail.letters(email);
    expect(letters).toHaveLength(2);
    expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(1);
    expect(await message(paymentId)).toMatchObject({ state: "sending", uncertain: 1 });
    await sql`select expire_one_notification()`.execute(db);
    expect(await message(paymentId)).toMatchObject({ state: "bounced", why: "no-answer" });
    expect(await payment(db, paymentId), "nobody said that the notice was taken over").toMatchObject({
      state: "needs-payer",
      need: "no-channel",
    });
  });

  /** Sends and dies before it could write down how it went. */
  async function startNotifierOnce(leased: Awaited<ReturnType<typeof leaseNotifications>>): Promise<void> {
    for (const queued of leased) {
      await mail.channel.deliver({
        messageId: queued.messageId,
        to: queued.to,
        event: "notice",
        locale: queued.locale,
        zone: queued.zone,
        facts: queued.args,
        links: { skip: `${publicUrl}/skip`, "pay-now": `${publicUrl}/pay`, payment: `${publicUrl}/payment` },
        legalMinimum: queued.legalMinimum,
        livemode: queued.livemode,
      });
    }
  }

  test("a receipt is switched off: not sent; the notice, which the law asks for, is", async () => {
    const { db } = engine;
    const { paymentId, email, residentId } = await announced();
    await choose(db, { residentId, topic: "payments", choice: "off" });
    await choose(db, { residentId, topic: "debits", choice: "off" });
    await sendAll();
    await engine.charge(paymentId);
    await sendAll();
    expect(await mail.letters(email)).toHaveLength(1);
    expect(await message(paymentId, "paid")).toMatchObject({ state: "dropped", why: "preference" });
  });

  test("switched off while it waited in the queue: not sent either", async () => {
    const { db } = engine;
    const { paymentId, email, residentId } = await announced();
    await sendAll();
    await engine.charge(paymentId);
    await choose(db, { residentId, topic: "payments", choice: "off" });
    await sendAll();
    expect(await mail.letters(email)).toHaveLength(1);
    expect(await message(paymentId, "paid")).toMatchObject({ state: "dropped", why: "preference" });
  });
});

test("what no bill asked for leads to no bill and to no way of paying one", async () => {
  const { paymentId } = await announced();
  await sql`update notifications set event = 'failed', notice_id = null, args = args || '{"unasked": true}'
    where payment_id = ${paymentId}`.execute(engine.db);
  const links = await linkHolderOf(engine).read("failed", paymentId);
  expect(Object.keys(links)).toEqual(["payment", "methods", "settings"]);
});
