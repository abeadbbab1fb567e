import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaseNotifications } from "../../db/queries/notifications.ts";
import { takeMailReturn } from "../../db/queries/returned-mail.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { askGate } from "./support/money-core.ts";
import { duePayment, livingNotice, makePayer, payment, planBillFor, sendMessages } from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

type Kind = "permanent" | "expired" | "delayed" | "complaint";
const report = (messageId: string, kind: Kind, recipients: readonly string[] = []) => ({
  kind,
  messageId,
  status: kind === "delayed" || kind === "expired" ? "4.4.1" : "5.1.1",
  answer: "550 no such user",
  recipients,
});
const take = (messageId: string, kind: Kind, recipients: readonly string[] = []) =>
  takeMailReturn(engine.db, Buffer.from(randomUUID()), report(messageId, kind, recipients));

/** Somebody with a debit that was announced, and the message that announced it. */
async function announced() {
  const payer = await makePayer(engine, { email: `${randomUUID()}@city.example` });
  const { paymentId } = await duePayment(engine.db, payer);
  const { rows } = await sql<{ messageId: string; email: string }>`
    select n.message_id as "messageId", r.email from notifications n join residents r on r.id = n.resident_id
     where n.payment_id = ${paymentId} and n.notice_id is not null and n.state = 'accepted'`.execute(
    engine.db,
  );
  const [message] = rows;
  if (message === undefined) throw new Error("nothing was announced");
  return { ...payer, paymentId, ...message };
}
/** As {@link announced}, by a mail that left the way every mail does. */
async function mailed() {
  const payer = await makePayer(engine, { email: `${randomUUID()}@city.example` });
  await planBillFor(engine.db, payer);
  await sendMessages(engine.db);
  const { rows } = await sql<{ messageId: string }>`
    select message_id as "messageId" from notifications where resident_id = ${payer.residentId} and notice_id is not null and state = 'accepted'`.execute(
    engine.db,
  );
  return { ...payer, messageId: rows[0]?.messageId ?? "" };
}
async function stateOf(messageId: string) {
  const { rows } = await sql<{ state: string; answer: string }>`
    select state, answer from notifications where message_id = ${messageId}`.execute(engine.db);
  return rows[0];
}
async function troubleOf(residentId: string) {
  const { rows } = await sql<{
    trouble: { reason: string } | null;
  }>`select mail_trouble(${residentId}) as trouble`.execute(engine.db);
  return rows[0]?.trouble ?? null;
}
/** What is leased now for somebody after one more message was queued for them. */
async function sentTo(residentId: string) {
  await sql`select tell_resident('mandate-created', ${residentId}, ${randomUUID()}, 'subject', '{}', false)`.execute(
    engine.db,
  );
  const leased = await leaseNotifications(engine.db, 500);
  const { rows } = await sql<{ id: string; why: string | null }>`
    select id, why from notifications where resident_id = ${residentId} and event = 'mandate-created' order by created_at desc, id limit 1`.execute(
    engine.db,
  );
  return { isLeased: leased.some(({ id }) => id === rows[0]?.id), why: rows[0]?.why ?? null };
}

describe("a message that came back", () => {
  test.each(["permanent", "expired", "complaint"] as const)(
    "%s before its debit: bounced, its notice void, and no debit on it",
    async (kind) => {
      const { paymentId, messageId, email } = await announced();
      expect(await livingNotice(engine.db, paymentId)).toBeDefined();
      expect(await take(messageId, kind, [email.toUpperCase()])).toBe("bounced");
      expect(await stateOf(messageId)).toEqual({ state: "bounced", answer: "550 no such user" });
      expect(await livingNotice(engine.db, paymentId)).toBeUndefined();
      expect(await payment(engine.db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
    },
  );

  test("is named by chance: who knows all that it is about cannot have it come back", async () => {
    const [one, other] = [await announced(), await announced()];
    const { rows } = await sql<{ reckoned: string }>`
      select encode(sha256(convert_to(dedupe_key, 'UTF8')), 'hex') as reckoned from notifications
       where message_id = ${one.messageId}`.execute(engine.db);
    expect(new Set([one.messageId, other.messageId, rows[0]?.reckoned]).size).toBe(3);
  });

  test("from somebody who has left leaves no word of their address behind", async () => {
    const { residentId, messageId } = await announced();
    await sql`update residents set erased_at = business_now(), email = null, email_verified = false
      where id = ${residentId}`.execute(engine.db);
    expect(await take(messageId, "permanent")).toBe("bounced");
    expect(await stateOf(messageId)).toEqual({ state: "bounced", answer: null });
  });

  test("only delayed: noted, and the debit stays announced", async () => {
    const { paymentId, messageId, residentId } = await announced();
    expect(await take(messageId, "delayed")).toBe("noted");
    expect(await stateOf(messageId)).toMatchObject({ state: "accepted" });
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "scheduled" });
    expect(await troubleOf(residentId)).toBeNull();
  });

  test("when its debit is under way: recorded, the address left alone, nothing undone", async () => {
    const { paymentId, messageId, residentId, email } = await announced();
    expect(await askGate(engine.db, paymentId)).toMatchObject({ verdict: "passed" });
    expect(await take(messageId, "permanent", [email])).toBe("bounced");
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "charging" });
    expect(await livingNotice(engine.db, paymentId)).toBeDefined();
    expect(await troubleOf(residentId)).toMatchObject({ reason: "bounced" });
  });

  test("three times the same bytes: once", async () => {
    const { messageId } = await announced();
    const raw = Buffer.from(randomUUID());
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => takeMailReturn(engine.db, raw, report(messageId, "permanent"))),
    );
    expect(outcomes.toSorted()).toEqual(["bounced", "known", "known"]);
  });

  test("that was never ours: counted, and nothing else", async () => {
    expect(await take("f".repeat(64), "permanent")).toBe("unmatched");
    const { rows } = await sql<{
      count: number;
    }>`select count(*)::int as count from mail_returns where notification_id is null`.execute(engine.db);
    expect(rows).toEqual([{ count: 1 }]);
  });
});

describe("an address that mail came back from", () => {
  test("gets nothing any more, until it is proved again", async () => {
    const { messageId, residentId, email } = await announced();
    expect(await sentTo(residentId)).toEqual({ isLeased: true, why: null });
    await take(messageId, "complaint", [email]);
    expect(await troubleOf(residentId)).toMatchObject({ reason: "complained" });
    expect(await sentTo(residentId)).toEqual({ isLeased: false, why: "no-channel" });
    await sql`select lift_suppression(${residentId})`.execute(engine.db);
    expect(await troubleOf(residentId)).toBeNull();
    expect(await sentTo(residentId)).toEqual({ isLeased: true, why: null });
  });

  test("permits no debit by a notice that could not be sent", async () => {
    const payer = await announced();
    await take(payer.messageId, "permanent", [payer.email]);
    const { paymentId } = await planBillFor(engine.db, payer);
    await leaseNotifications(engine.db, 500);
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  });

  test.each(["complaint", "permanent"] as const)(
    "by a report (%s) that names nobody, as many leave out who complains: nothing more is sent there",
    async (kind) => {
      const { messageId, residentId } = await mailed();
      expect(await take(messageId, kind)).toBe("bounced");
      expect(await sentTo(residentId)).toEqual({ isLeased: false, why: "no-channel" });
    },
  );

  test("is another one where its mailbox forwards to a dead one, or its resident has moved on", async () => {
    const forwards = await announced();
    expect(await take(forwards.messageId, "permanent", ["elsewhere@home.example"])).toBe("bounced");
    expect(await troubleOf(forwards.residentId)).toBeNull();
    // a report that names nobody is about the address that its message went to, which is theirs no more
    const unnamed = await mailed();
    await sql`update residents set email = ${`${randomUUID()}@home.example`} where id = ${unnamed.residentId}`.execute(
      engine.db,
    );
    expect(await take(unnamed.messageId, "permanent")).toBe("bounced");
    expect(await troubleOf(unnamed.residentId)).toBeNull();
    const moved = await announced();
    await take(moved.messageId, "permanent", [moved.email]);
    await sql`update residents set email = ${`${randomUUID()}@home.example`} where id = ${moved.residentId}`.execute(
      engine.db,
    );
    expect(await sentTo(moved.residentId)).toEqual({ isLeased: true, why: null });
  });

  test("is kept as a hash, which goes when its resident is forgotten", async () => {
    const { messageId, residentId, email } = await announced();
    await take(messageId, "permanent", [email]);
    const count = async () =>
      (
        await sql<{
          count: number;
        }>`select count(*)::int as count from suppressed_addresses where address_hash = address_hash(${email})`.execute(
          engine.db,
        )
      ).rows;
    expect(await count()).toEqual([{ count: 1 }]);
    const { rows } = await sql<{
      text: string;
    }>`select string_agg(s::text, '') || (select string_agg(m::text, '') from mail_returns m) as text from suppressed_addresses s`.execute(
      engine.db,
    );
    expect(rows[0]?.text).not.toContain("city.example");
    await sql`update residents set email = null, erased_at = business_now() where id = ${residentId}`.execute(
      engine.db,
    );
    expect(await count()).toEqual([{ count: 0 }]);
  });
});
