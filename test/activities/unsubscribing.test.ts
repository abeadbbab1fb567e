import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pruneOldWork } from "../../db/queries/outbox.ts";
import { type Engine, openEngine, publicUrl } from "../support/engine.ts";
import { type LinkHolder, linkHolderOf } from "../support/link-holder.ts";
import { choose, makeResident } from "../support/rows.ts";

let engine: Engine;
let holder: LinkHolder;
beforeAll(async () => {
  engine = await openEngine();
  holder = linkHolderOf(engine);
});
afterAll(() => engine.close());
beforeEach(() => sql`delete from rate_limits`.execute(engine.db));

const oneClick = "List-Unsubscribe=One-Click";
const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
let count = 0;

/** Tells a resident something that is due now. */
async function tell(residentId: string, event: string, isMinimum = false): Promise<void> {
  count += 1;
  const facts = {
    biller: "Город ЖКХ",
    amount: { amountMinor: 512_345, currency: "RUB" },
    dueOn: "2097-03-15",
    plannedOn: "2027-03-10",
    expiresOn: "2027-03-10",
  };
  await sql`select tell_resident(${event}, ${residentId}, ${`unsubscribing/${count}`}, 'subject', ${JSON.stringify(facts)}::jsonb, ${isMinimum})`.execute(
    engine.db,
  );
}

async function somebody() {
  const residentId = await makeResident(engine.db);
  const { email } = await engine.db
    .selectFrom("residents")
    .select("email")
    .where("id", "=", residentId)
    .executeTakeFirstOrThrow();
  return { residentId, address: email ?? "" };
}

/** A reminder by mail, with the path of its link. */
async function reminded() {
  const who = await somebody();
  await tell(who.residentId, "reminder");
  const mail = await holder.mailTo(who.address, "reminder");
  return { ...who, mail, path: (mail.unsubscribe ?? "").slice(publicUrl.length) };
}

async function choicesOf(residentId: string): Promise<readonly string[]> {
  const rows = await engine.db
    .selectFrom("notification_choices")
    .select(["category", "topic", "event", "channel", "choice"])
    .where("resident_id", "=", residentId)
    .orderBy("category")
    .orderBy("topic")
    .orderBy("event")
    .execute();
  return rows.map(
    ({ category, topic, event, channel, choice }) =>
      `${category} ${event === "*" ? topic : `${topic}/${event}`} ${channel} ${choice}`,
  );
}

const audited = async (residentId: string) =>
  (
    await engine.db
      .selectFrom("audit")
      .select("action")
      .where("actor", "=", residentId)
      .orderBy("id")
      .execute()
  )
    .map(({ action }) => action)
    .filter((action) => action.startsWith("messages."));

const post = (path: string, body: string | FormData, headers: Record<string, string> = {}) =>
  holder.request(path, { method: "POST", body, headers: { "accept-language": "en", ...headers } });

describe("a mail's link to unsubscribe", () => {
  test("stands in what may be switched off, beside the way to the settings; the legal minimum has none", async () => {
    const { mail, residentId, address } = await reminded();
    expect(mail.unsubscribe).toMatch(/\/unsubscribe\/[\w-]{43}$/);
    expect(mail.links.settings).toBe(`${publicUrl}/profile/notifications`);
    await tell(residentId, "method-gone", true);
    const minimum = await holder.mailTo(address, "method-gone");
    expect(minimum).not.toHaveProperty("unsubscribe");
    expect(minimum.links.settings).toBeDefined();
  });

  test("changes nothing when it is opened, and tells nothing of whose mail it was", async () => {
    const { path, residentId, address } = await reminded();
    const answer = await holder.request(path, { headers: { "accept-language": "en" } });
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("referrer-policy")).toBe("strict-origin");
    expect(html).toContain("No more mails about: reminders.");
    expect(html).not.toContain(address);
    expect(html).not.toContain("Анна");
    expect(await choicesOf(residentId)).toEqual([]);
  });

  test("is followed by a mail program with one POST: any origin, no cookies, no redirect, in either form; once is enough", async () => {
    const { path, residentId } = await reminded();
    const parts = new FormData();
    parts.set("List-Unsubscribe", "One-Click");
    const answers = [
      await post(path, oneClick, { ...urlencoded, origin: "https://mail.example" }),
      await post(path, parts),
      await post(path, oneClick, urlencoded),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
    expect(await choicesOf(residentId)).toEqual(["* reminders email off"]);
    expect(await audited(residentId)).toEqual(["messages.unsubscribed"]);
    const html = await answers[0]?.text();
    expect(html).toContain("No more mails come about: reminders.");
    expect(html).toContain("Send them again");
  });

  test("says what still comes, where a part of its topic always does", async () => {
    const { residentId, address } = await somebody();
    await tell(residentId, "method-expiring");
    const mail = await holder.mailTo(address, "method-expiring");
    const answer = await post((mail.unsubscribe ?? "").slice(publicUrl.length), oneClick, urlencoded);
    expect(await answer.text()).toContain("A card or an account was disconnected");
  });

  test("beats what was chosen for one category or one event, and its undoing puts every choice back", async () => {
    const { path, residentId } = await reminded();
    await choose(engine.db, { residentId, topic: "reminders", choice: "digest", category: "school" });
    await choose(engine.db, { residentId, topic: "reminders", event: "overdue", choice: "on" });
    await choose(engine.db, { residentId, topic: "bills", choice: "digest" });
    const before = await choicesOf(residentId);
    await post(path, oneClick, urlencoded);
    expect(await choicesOf(residentId)).toEqual([
      "* bills email digest",
      "* reminders email off",
      "* reminders/overdue email off",
      "school reminders email off",
    ]);
    const foreign = await post(path, "undo=yes", { ...urlencoded, origin: "https://mail.example" });
    expect(foreign.status).toBe(403);
    const undone = await post(path, "undo=yes", { ...urlencoded, origin: publicUrl });
    expect(await undone.text()).toContain("Unsubscribe?");
    expect(await choicesOf(residentId)).toEqual(before);
    await post(path, "undo=yes", { ...urlencoded, origin: publicUrl });
    expect(await choicesOf(residentId)).toEqual(before);
    expect(await audited(residentId)).toEqual(["messages.unsubscribed", "messages.resubscribed"]);
  });

  test("undoes nothing that was chosen since", async () => {
    const { path, residentId } = await reminded();
    await post(path, oneClick, urlencoded);
    await choose(engine.db, { residentId, topic: "reminders", choice: "digest" });
    await post(path, "undo=yes", { ...urlencoded, origin: publicUrl });
    expect(await choicesOf(residentId)).toEqual(["* reminders email digest"]);
  });

  test("what was queued before it is not sent after it", async () => {
    const { path, residentId, address } = await reminded();
    await tell(residentId, "overdue");
    await post(path, oneClick, urlencoded);
    await tell(residentId, "bill-annulled");
    await holder.mailTo(address, "bill-annulled");
    const { rows } = await sql<{ state: string; why: string }>`
      select state, why from notifications where resident_id = ${residentId} and event = 'overdue'`.execute(
      engine.db,
    );
    expect(rows).toEqual([{ state: "dropped", why: "preference" }]);
  });

  test.each([
    ["nothing", ""],
    ["another value", "List-Unsubscribe=Two-Clicks"],
    ["what is no form", "{}"],
  ])("a POST with %s does nothing", async (_name, body) => {
    const { path, residentId } = await reminded();
    expect((await post(path, body, urlencoded)).status).toBe(403);
    expect(await choicesOf(residentId)).toEqual([]);
  });

  test("works for a year, and says then that it is too old", async () => {
    const { path, residentId } = await reminded();
    await engine.jump({ hours: 24 * 364 });
    expect((await holder.request(path)).status).toBe(200);
    await engine.jump({ hours: 48 });
    const late = await post(path, oneClick, urlencoded);
    expect(late.status).toBe(410);
    expect(await late.text()).toContain("This link is too old");
    expect(await choicesOf(residentId)).toEqual([]);
    await engine.jump({ hours: 24 * 31 });
    await pruneOldWork(engine.db);
    expect((await holder.request(path)).status).toBe(404);
  });

  test("that nobody has is answered as such, and guessing is slowed down", async () => {
    const path = `/unsubscribe/${"a".repeat(43)}`;
    expect((await post(path, oneClick, urlencoded)).status).toBe(404);
    const answers = [];
    for (let tries = 0; tries < 65; tries += 1) answers.push((await holder.request(path)).status);
    expect(answers.at(-1)).toBe(429);
  });

  test("is turned on and off only so often", async () => {
    const { path } = await reminded();
    const statuses = [];
    for (let tries = 0; tries < 25; tries += 1)
      statuses.push((await post(path, oneClick, urlencoded)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(429);
  });

  test("leaves no trace in logs", async () => {
    const { path } = await reminded();
    await post(path, oneClick, urlencoded);
    await post(path, "x=y", urlencoded);
    const token = path.split("/").at(-1) ?? "";
    expect(holder.logged.filter((line) => line.includes(token))).toEqual([]);
  });
});

describe("a digest's link", () => {
  /** Two messages in one mail. */
  async function gathered(events: readonly (readonly [event: string, isMinimum: boolean])[]) {
    const who = await somebody();
    for (const [event, isMinimum] of events) await tell(who.residentId, event, isMinimum);
    await sql`with d as (insert into notifications (dedupe_key, event_key, event, priority, resident_id, channel, subject_id, args, locale, preference, legal_minimum, state, message_id)
        values (${`d/${count}/email`}, ${`d/${count}`}, 'digest', 4, ${who.residentId}, 'email', 'd', '{"count": 2}', 'ru', '{}', ${events.some(([, minimum]) => minimum)}, 'queued', ${`d-${count}`}) returning id)
      update notifications n set carried_by = d.id, digest_id = null from d where n.resident_id = ${who.residentId} and n.event <> 'digest'`.execute(
      engine.db,
    );
    await sql`update notifications set due_at = business_now() + interval '1 year' where resident_id = ${who.residentId} and carried_by is not null`.execute(
      engine.db,
    );
    return { ...who, mail: await holder.mailTo(who.address, "digest") };
  }

  test("switches off the topics of the messages in it, and no others", async () => {
    const { residentId, mail } = await gathered([
      ["reminder", false],
      ["method-expiring", false],
    ]);
    await post((mail.unsubscribe ?? "").slice(publicUrl.length), oneClick, urlencoded);
    expect(await choicesOf(residentId)).toEqual(["* methods email off", "* reminders email off"]);
  });

  test("is not there where the digest carries the legal minimum", async () => {
    const { mail } = await gathered([
      ["reminder", false],
      ["method-gone", true],
    ]);
    expect(mail).not.toHaveProperty("unsubscribe");
  });
});
