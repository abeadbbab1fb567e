import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeDigest } from "../../db/queries/digests.ts";
import { dropUnreachable } from "../../db/queries/sweeping.ts";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { choose, livingNotice, makePayer, makeResident, payment, planBillFor } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(4);
  await setClock(core.db, "2027-03-01T09:00:00Z");
});
afterAll(() => core.close());

/** A browser that takes messages; what it is reached by does not matter here. */
async function addBrowser(residentId: string): Promise<string> {
  const { id } = await core.db
    .insertInto("push_subscriptions")
    .values({
      resident_id: residentId,
      endpoint_hash: randomUUID().replaceAll("-", "").repeat(2),
      sealed: Buffer.from("sealed elsewhere"),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

async function own(residentId: string) {
  const { rows } = await sql<{ event: string; channel: string; state: string; why: string | null }>`
    select event, channel, state, why from notifications where resident_id = ${residentId} order by created_at, id`.execute(
    core.db,
  );
  return rows.map(({ event, channel, state, why }) => `${event} by ${channel}: ${why ?? state}`).toSorted();
}

/** Sends what is due for this person; answers by channel how it ended, and the ids. */
async function send(
  residentId: string,
  outcomes: Readonly<Record<string, "accepted" | "refused">>,
): Promise<readonly string[]> {
  const batch = (await leaseNotifications(core.db, 100)).filter((one) => one.residentId === residentId);
  await settleNotifications(
    core.db,
    batch.map(({ id, channel }) => ({
      id,
      outcome: outcomes[channel] ?? "accepted",
      answer: "",
      againSeconds: 0,
    })),
  );
  return batch.map(({ id }) => id);
}

/** The browser says that it has shown a message. */
async function shown(messageId: string, subscriptionId: string): Promise<void> {
  await sql`select push_shown(${await began(messageId, subscriptionId)})`.execute(core.db);
}

/** A message leaves for a browser; answers by what it says that it has shown it. */
async function began(messageId: string, subscriptionId: string): Promise<string> {
  const token = randomUUID().replaceAll("-", "").repeat(2);
  await sql`select begin_push(${JSON.stringify([{ notificationId: messageId, subscriptionId, tokenHash: token }])}::jsonb)`.execute(
    core.db,
  );
  return token;
}

const tell = (residentId: string, event: string, minimum: boolean) =>
  sql`select tell_resident(${event}, ${residentId}, ${`${event}/${randomUUID()}`}, 'subject', '{}', ${minimum})`.execute(
    core.db,
  );

describe("several channels", () => {
  test("each that is on gets the message, none that is off", async () => {
    const residentId = await makeResident(core.db);
    await addBrowser(residentId);
    await tell(residentId, "paid", false);
    await choose(core.db, { residentId, topic: "payments", channel: "push", choice: "off" });
    await tell(residentId, "paid", false);
    await send(residentId, {});
    expect(await own(residentId)).toEqual([
      "paid by email: accepted",
      "paid by email: accepted",
      "paid by push: preference",
      "paid by push: preference",
    ]);
  });

  test("what always comes goes by the channels that are on, and by one that proves its arrival although all are off", async () => {
    const residentId = await makeResident(core.db);
    await addBrowser(residentId);
    for (const channel of ["email", "push"] as const)
      await choose(core.db, { residentId, topic: "payments", channel, choice: "off" });
    await tell(residentId, "failed", true);
    await send(residentId, {});
    expect(await own(residentId)).toEqual(["failed by email: accepted", "failed by push: preference"]);
  });

  test("what always comes goes on by the next channel when the first refuses, once, as the same message", async () => {
    const residentId = await makeResident(core.db);
    await addBrowser(residentId);
    await choose(core.db, { residentId, topic: "payments", channel: "push", choice: "off" });
    await tell(residentId, "failed", true);
    await send(residentId, { email: "refused" });
    expect(await own(residentId)).toEqual(["failed by email: bounced", "failed by push: queued"]);
    await send(residentId, {});
    expect(await own(residentId)).toEqual(["failed by email: bounced", "failed by push: accepted"]);
  });
});

describe("a notice by push", () => {
  async function withBrowser(email: string | null) {
    const payer = await makePayer(core, { email });
    const browser = await addBrowser(payer.residentId);
    return { ...payer, browser, ...(await planBillFor(core.db, payer)) };
  }

  test("what the push service took over permits no debit; what the browser has shown does", async () => {
    const { residentId, browser, paymentId } = await withBrowser(null);
    const [message = ""] = await send(residentId, {});
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ state: "queued" });
    await shown(message, browser);
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ state: "accepted", channel: "push" });
  });

  test.each(["removed", "another-person"])(
    "shown by a browser that is its reader's no more (%s) permits no debit",
    async (why) => {
      const { residentId, browser, paymentId } = await withBrowser(null);
      const [message = ""] = await send(residentId, {});
      const token = await began(message, browser);
      await sql`select end_push_device(${browser}, ${why})`.execute(core.db);
      await sql`select push_shown(${token})`.execute(core.db);
      expect(await livingNotice(core.db, paymentId)).toMatchObject({ state: "queued" });
    },
  );

  test("a dead browser takes nothing away from a notice that the mail has brought", async () => {
    const { residentId, paymentId } = await withBrowser(`${randomUUID()}@example.test`);
    await send(residentId, { push: "refused" });
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ state: "accepted", channel: "email" });
  });

  test("the mail refused, and no browser showed it: it waits for one; both refused: no debit", async () => {
    const waits = await withBrowser(`${randomUUID()}@example.test`);
    await send(waits.residentId, { email: "refused" });
    expect(await payment(core.db, waits.paymentId)).toMatchObject({ state: "scheduled" });
    const lost = await withBrowser(`${randomUUID()}@example.test`);
    await send(lost.residentId, { email: "refused", push: "refused" });
    expect(await payment(core.db, lost.paymentId)).toMatchObject({
      state: "needs-payer",
      need: "no-channel",
    });
  });

  test("at night it waits for the morning by push, and comes alone there: a count of messages announces no debit", async () => {
    await setClock(core.db, "2027-03-02T20:30:00Z");
    const payer = await makePayer(core, { email: null });
    const browser = await addBrowser(payer.residentId);
    const first = await planBillFor(core.db, payer);
    const second = await planBillFor(core.db, payer, { period: "2026-12" });
    expect(await send(payer.residentId, {})).toEqual([]);
    await setClock(core.db, "2027-03-03T05:00:00Z");
    const digests = await core.db
      .selectFrom("digests")
      .select("id")
      .where("resident_id", "=", payer.residentId)
      .execute();
    for (const { id } of digests) await closeDigest(core.db, id);
    const sent = await send(payer.residentId, {});
    expect((await own(payer.residentId)).filter((one) => one.includes("digest"))).toEqual([]);
    expect(sent).toHaveLength(2);
    for (const [place, message] of sent.entries()) {
      await shown(message, browser);
      const states = await Promise.all(
        [first, second].map(async ({ paymentId }) => (await livingNotice(core.db, paymentId))?.state),
      );
      expect(states.filter((state) => state === "accepted")).toHaveLength(place + 1);
    }
  });
});

describe("mail that comes back", () => {
  const bounce = (messageId: string) =>
    sql`select bounce_notification(n.message_id, 'permanent', '550 5.1.1 no such mailbox', array[r.email])
      from notifications n join residents r on r.id = n.resident_id where n.message_id = ${messageId}`.execute(
      core.db,
    );
  async function mailOf(residentId: string, event: string): Promise<string> {
    const { rows } = await sql<{ id: string }>`select message_id as id from notifications
      where resident_id = ${residentId} and event = ${event} and channel = 'email' order by created_at desc limit 1`.execute(
      core.db,
    );
    return rows[0]?.id ?? "";
  }

  test("before the debit, and nobody else reaches the payer: no debit, and they are asked on the page", async () => {
    await setClock(core.db, "2027-03-10T09:00:00Z");
    const payer = await makePayer(core);
    const { paymentId } = await planBillFor(core.db, payer);
    await send(payer.residentId, {});
    await bounce(await mailOf(payer.residentId, "notice"));
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  });

  test("before the debit, and a browser reaches the payer: announced anew there, with a clock of its own, and nothing more by mail", async () => {
    await setClock(core.db, "2027-03-11T09:00:00Z");
    const payer = await makePayer(core);
    const browser = await addBrowser(payer.residentId);
    const { paymentId } = await planBillFor(core.db, payer);
    await send(payer.residentId, {});
    const before = await livingNotice(core.db, paymentId);
    expect(before).toMatchObject({ state: "accepted", channel: "email" });
    await bounce(await mailOf(payer.residentId, "notice"));
    const [message = "", ...more] = await send(payer.residentId, {});
    expect(more).toEqual([]);
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ state: "queued" });
    await shown(message, browser);
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ state: "accepted", channel: "push" });
  });

  test("of a notice that a browser has shown takes nothing away", async () => {
    await setClock(core.db, "2027-03-12T09:00:00Z");
    const payer = await makePayer(core);
    const browser = await addBrowser(payer.residentId);
    const { paymentId } = await planBillFor(core.db, payer);
    const batch = (await leaseNotifications(core.db, 100)).filter(
      (one) => one.residentId === payer.residentId,
    );
    const push = batch.find(({ channel }) => channel === "push");
    await shown(push?.id ?? "", browser);
    await settleNotifications(
      core.db,
      batch.map(({ id }) => ({ id, outcome: "accepted", answer: "", againSeconds: 0 })),
    );
    await bounce(await mailOf(payer.residentId, "notice"));
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ state: "accepted", channel: "push" });
  });

  test("of what always comes is told by the next channel", async () => {
    await setClock(core.db, "2027-03-13T09:00:00Z");
    const residentId = await makeResident(core.db);
    await tell(residentId, "failed", true);
    await send(residentId, {});
    await addBrowser(residentId);
    await bounce(await mailOf(residentId, "failed"));
    await send(residentId, {});
    expect(await own(residentId)).toEqual(["failed by email: bounced", "failed by push: accepted"]);
  });

  test("a notice that waits for an address that comes back goes on by another channel, or permits no debit", async () => {
    await setClock(core.db, "2027-03-14T09:00:00Z");
    const payer = await makePayer(core);
    await tell(payer.residentId, "paid", false);
    await send(payer.residentId, {});
    const { paymentId } = await planBillFor(core.db, payer);
    await bounce(await mailOf(payer.residentId, "paid"));
    expect(await send(payer.residentId, {})).toEqual([]);
    await dropUnreachable(core.db);
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  });
});
