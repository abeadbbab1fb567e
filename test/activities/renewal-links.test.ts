import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endDormantMandates } from "../../db/queries/sweeping.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { type LinkHolder, linkHolderOf } from "../support/link-holder.ts";
import { makePayer, stopMandate, toldTo } from "../support/rows.ts";

let engine: Engine;
let holder: LinkHolder;
beforeAll(async () => {
  engine = await openEngine();
  holder = linkHolderOf(engine);
});
afterAll(() => engine.close());

const days = (count: number) => engine.jump({ hours: 24 * count });
const english = { headers: { "accept-language": "en" } };
const says = {
  question: "Keep this autopay?",
  kept: "The autopay stays",
  ended: "This autopay has ended",
  goesOn: "nothing needs to be pressed",
  old: "This link is too old",
  otherTerms: "terms of this autopay have changed",
};

/** A mandate whose end was announced by mail, with the link of that mail. */
async function announced() {
  const payer = await makePayer(engine);
  await days(370);
  await endDormantMandates(engine.db);
  const { renew = "", mandate = "" } = await holder.read("mandate-expiring", payer.mandateId);
  return { ...payer, renew, mandate };
}

async function endsAt(mandateId: string): Promise<string | null> {
  const { rows } = await sql<{ at: string | null }>`
    select expires_at as at from mandate_dormancy where mandate_id = ${mandateId}`.execute(engine.db);
  return rows[0]?.at ?? null;
}

async function audited(mandateId: string): Promise<readonly string[]> {
  const rows = await engine.db
    .selectFrom("audit")
    .select("action")
    .where("subject", "=", mandateId)
    .orderBy("id")
    .execute();
  return rows.map(({ action }) => action).filter((action) => /^link\.|renew/.test(action));
}

async function read(path: string): Promise<string> {
  return (await (await holder.request(path, english)).text()).replaceAll("\u00a0", " ");
}

test("the announcement's link asks on a page, to whoever holds it; opening it changes nothing", async () => {
  const { renew, mandate, mandateId, account, residentId } = await announced();
  expect(renew).toMatch(/^\/link\/[\w-]{43}$/);
  expect(mandate).toBe(`/mandates/${mandateId}`);
  const page = await holder.request(renew, english);
  const html = await page.text();
  expect(html).toContain(says.question);
  expect(html).toContain(`<form method="post" action="${renew}"`);
  expect(page.headers.get("referrer-policy")).toBe("strict-origin");
  for (const secret of [account, residentId]) expect(html).not.toContain(secret);
  const before = await endsAt(mandateId);
  await holder.request(renew, { method: "HEAD" });
  await holder.request(renew, { headers: { "sec-purpose": "prefetch;prerender" } });
  expect((await holder.request(renew, { method: "POST" })).status).toBe(403);
  const foreign = await holder.request(renew, {
    method: "POST",
    headers: { origin: "https://evil.example" },
    body: new URLSearchParams({ confirmed: "yes" }),
  });
  expect(foreign.status).toBe(403);
  expect(await endsAt(mandateId)).toBe(before);
  expect(before).not.toBeNull();
  expect(await audited(mandateId)).toEqual([]);
  expect(await holder.press(`${renew}A`)).toContain("no such link");
});

test("pressed twice at once it keeps the mandate once, by the same terms, and its owner is told once", async () => {
  const { renew, mandateId, residentId } = await announced();
  const pages = await Promise.all([holder.press(renew), holder.press(renew)]);
  for (const page of pages) expect(page).toContain(says.kept);
  expect(await endsAt(mandateId)).toBeNull();
  expect(await audited(mandateId)).toEqual(["mandate.renew", "link.renew"]);
  const told = await toldTo(engine.db, residentId);
  expect(told.filter((event) => event === "mandate-renewed")).toHaveLength(1);
  const { rows } = await sql<{ version: number; state: string }>`
    select version, state from mandates where id = ${mandateId}`.execute(engine.db);
  expect(rows).toEqual([{ version: 1, state: "active" }]);
  await days(60);
  await endDormantMandates(engine.db);
  expect(await endsAt(mandateId)).toBeNull();
  expect(await read(renew), "used, for good").toContain(says.kept);
});

test("a paused mandate is kept and stays paused", async () => {
  const { renew, mandateId } = await announced();
  await stopMandate(engine.db, { mandateId, kind: "pause" });
  expect(await holder.press(renew)).toContain(says.kept);
  const { rows } = await sql`select state from mandates where id = ${mandateId}`.execute(engine.db);
  expect(rows).toEqual([{ state: "paused" }]);
});

test("after its mandate has ended, by whatever, it does nothing and says so", async () => {
  const { renew, mandateId } = await announced();
  await stopMandate(engine.db, { mandateId, kind: "cancel" });
  expect(await holder.press(renew)).toContain(says.ended);
  expect(await holder.press(renew)).toContain(says.ended);
  expect(await audited(mandateId)).toEqual(["link.refused"]);
  const { rows } = await sql`select state from mandates where id = ${mandateId}`.execute(engine.db);
  expect(rows).toEqual([{ state: "ended" }]);
});

test("of a mandate that was kept on the page it has nothing to do; a year later it opens nothing", async () => {
  const { renew, mandateId, residentId } = await announced();
  await sql`select renew_mandate(${mandateId}, ${residentId})`.execute(engine.db);
  expect(await holder.press(renew)).toContain(says.goesOn);
  await days(370);
  await endDormantMandates(engine.db);
  expect(await endsAt(mandateId)).not.toBeNull();
  expect(await holder.press(renew)).toContain(says.old);
  expect(await endsAt(mandateId)).not.toBeNull();
});

test("keeps no other terms than those of its mail: after an edit its owner signs in", async () => {
  const { renew, mandateId } = await announced();
  await sql`insert into mandate_versions (mandate_id, version, terms, narrowing)
    select mandate_id, 2, terms, true from mandate_versions where mandate_id = ${mandateId}`.execute(
    engine.db,
  );
  await sql`update mandates set version = 2 where id = ${mandateId}`.execute(engine.db);
  expect(await holder.press(renew)).toContain(says.otherTerms);
  expect(await endsAt(mandateId)).not.toBeNull();
});

test("the second announcement has a link of its own; each is kept as a hash and is in no log", async () => {
  const { renew, mandateId } = await announced();
  await sql`update notifications set state = 'accepted' where state = 'queued'`.execute(engine.db);
  await days(24);
  await endDormantMandates(engine.db);
  const { renew: second = "" } = await holder.read("mandate-expiring", mandateId);
  expect(second).not.toBe(renew);
  expect(await read(second)).toContain(says.question);
  expect(await holder.press(second)).toContain(says.kept);
  expect(await holder.press(renew)).toContain(says.goesOn);
  const rows = await sql`select * from signed_links where mandate_id = ${mandateId}`.execute(engine.db);
  const kept = JSON.stringify([rows.rows, holder.logged]);
  expect(rows.rows).toHaveLength(2);
  for (const path of [renew, second]) expect(kept).not.toContain(path.slice("/link/".length));
});
