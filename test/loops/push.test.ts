import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { pushHash } from "../../db/push-tokens.ts";
import {
  addPushDevice,
  listPushDevices,
  pushShown,
  renewPushDevice,
  switchChannels,
} from "../../db/queries/push-devices.ts";
import { startNotifier } from "../../loops/notifier.ts";
import { type CityBrowser, type CityPush, openCityPush } from "../support/city-push.ts";
import { type Engine, openEngine, publicUrl } from "../support/engine.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { livingNotice, makePayer, makeResident, planBillFor } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
let city: CityPush;
beforeAll(async () => {
  [engine, city] = await Promise.all([openEngine(), openCityPush({ totalMs: 700 })]);
});
afterEach(() => city.disarm());
afterAll(async () => {
  await city.close();
  await engine.close();
});

async function keep(residentId: string, browser: CityBrowser): Promise<string> {
  const { endpoint, keys } = browser;
  const address = { endpoint, ...keys };
  return addPushDevice(engine.db, engine.sealer, { residentId, address, device: "Test/1.0" });
}

/** A notice on its way to browsers alone, as the rows are when the person is told there. */
async function announced(browsers: number) {
  const payer = await makePayer(engine, { email: `${crypto.randomUUID()}@example.test` });
  // at whatever hour this is tried: nobody sleeps
  await engine.db
    .insertInto("notification_settings")
    .values({ resident_id: payer.residentId, quiet: "none" })
    .execute();
  const { paymentId } = await planBillFor(engine.db, payer);
  await sql`update notifications set channel = 'push' where payment_id = ${paymentId}`.execute(engine.db);
  const devices = [];
  for (let n = 0; n < browsers; n += 1) {
    const browser = await city.subscribe();
    devices.push({ browser, id: await keep(payer.residentId, browser) });
  }
  return { ...payer, paymentId, devices };
}

async function sendAll(options: { readonly channels?: "none" } = {}): Promise<readonly string[]> {
  const log = recordingLog();
  const loop = startNotifier({
    db: engine.db,
    channels: new Map(options.channels === "none" ? [] : [["push", city.channel]]),
    publicUrl,
    linkKey: Buffer.alloc(32, 5),
    sealer: engine.sealer,
    log,
  });
  try {
    await until(async () => {
      const { rows } = await sql<{ open: number }>`select count(*)::int as open from notifications
        where channel = 'push' and ((state = 'queued' and due_at <= business_now())
          or (state = 'sending' and lease_until < clock_timestamp() + interval '5 minutes'))`.execute(
        engine.db,
      );
      return rows[0]?.open === 0;
    });
  } finally {
    await loop.stop();
  }
  return log.complaints;
}

async function message(paymentId: string) {
  return engine.db
    .selectFrom("notifications")
    .selectAll()
    .where("payment_id", "=", paymentId)
    .where("event", "=", "notice")
    .executeTakeFirstOrThrow();
}

async function leaseOver(): Promise<void> {
  await sql`update notifications set lease_until = clock_timestamp() - interval '1 second' where state = 'sending'`.execute(
    engine.db,
  );
}

const tokenOf = async (browser: CityBrowser) => (await city.messages(browser)).at(-1)?.payload.shown ?? "";

describe("a notice by push", () => {
  test("taken over by the push service permits no debit; shown by the browser does, once, however often it is said", async () => {
    const { db, bank } = engine;
    const { paymentId, devices } = await announced(1);
    expect(await sendAll()).toEqual([]);
    expect(await message(paymentId)).toMatchObject({ state: "accepted", answer: "http-201" });
    expect((await livingNotice(db, paymentId))?.state).toBe("queued");
    expect(await engine.charge(paymentId)).toBeNull();
    await sql`select accept_notice(id, 'push') from notices where payment_id = ${paymentId}`.execute(db);
    expect((await livingNotice(db, paymentId))?.state, "whoever asks").toBe("queued");
    const token = await tokenOf(devices[0]!.browser);
    expect(await pushShown(db, `${token.slice(1)}x`)).toBe(false);
    expect((await livingNotice(db, paymentId))?.state).toBe("queued");
    expect(await pushShown(db, token)).toBe(true);
    const accepted = await livingNotice(db, paymentId);
    expect(accepted).toMatchObject({ state: "accepted", channel: "push" });
    expect(await pushShown(db, token)).toBe(true);
    expect((await livingNotice(db, paymentId))?.accepted_at).toEqual(accepted?.accepted_at);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("goes to every browser of its reader, each with a token of its own, and what is kept of them opens nothing", async () => {
    const { paymentId, devices } = await announced(3);
    await sendAll();
    const tokens = await Promise.all(devices.map(({ browser }) => tokenOf(browser)));
    expect(new Set(tokens).size).toBe(3);
    const { rows } = await sql<{ row: string }>`select to_jsonb(d)::text as row from push_deliveries d
      union all select to_jsonb(s)::text from push_subscriptions s`.execute(engine.db);
    const stored = rows.map(({ row }) => row).join();
    for (const { browser } of devices) expect(stored).not.toContain(browser.endpoint);
    for (const token of tokens) {
      expect(stored).not.toContain(token);
      expect(stored).toContain(pushHash(token));
    }
    expect(await message(paymentId)).toMatchObject({ state: "accepted" });
  });

  test("to a browser whose address cannot be opened any more keeps no other message waiting, nor its own from other browsers", async () => {
    const { db } = engine;
    const [broken, other] = [await announced(2), await announced(1)];
    await sql`update push_subscriptions set sealed = 'x' where id = ${broken.devices[0]!.id}`.execute(db);
    const complaints = await sendAll();
    expect(complaints.join()).toContain(`the address ${broken.devices[0]!.id} cannot be opened`);
    expect(await message(other.paymentId)).toMatchObject({ state: "accepted", attempts: 1 });
    expect(await message(broken.paymentId)).toMatchObject({ state: "accepted", attempts: 1 });
  });

  test("answered by nobody goes again to those alone that have not taken it, under the same topic", async () => {
    const { db } = engine;
    const { paymentId, devices } = await announced(2);
    const [first, second] = devices;
    await city.arm({ kind: "drop", subscription: first!.browser.id });
    await city.arm({ kind: "429", subscription: second!.browser.id, retryAfterSeconds: 600 });
    await sendAll();
    expect(await message(paymentId)).toMatchObject({ state: "sending", uncertain: 0 });
    await leaseOver();
    await sendAll();
    expect(await message(paymentId)).toMatchObject({ state: "accepted", uncertain: 1 });
    const topics = (await city.messages(first!.browser)).map(({ headers }) => headers.topic);
    expect([topics.length, new Set(topics).size]).toEqual([2, 1]);
    const { rows } = await sql<{
      outcome: string;
      attempts: number;
    }>`select d.outcome, d.attempts from push_deliveries d
      join notifications n on n.id = d.notification_id where n.payment_id = ${paymentId}`.execute(db);
    expect(rows).toEqual([
      { outcome: "accepted", attempts: 2 },
      { outcome: "accepted", attempts: 2 },
    ]);
  });

  test("killed after sending and before marking goes again to nobody who has taken it", async () => {
    const { paymentId, devices } = await announced(2);
    await city.arm({ kind: "500", subscription: devices[1]!.browser.id });
    await sendAll();
    await sql`update notifications set state = 'sending', lease_until = clock_timestamp() - interval '1 second' where payment_id = ${paymentId}`.execute(
      engine.db,
    );
    await sendAll();
    expect(await Promise.all(devices.map(({ browser }) => city.tries(browser)))).toEqual([1, 2]);
  });

  test("is put off by a push service that asks for it, as long as it asks", async () => {
    const { paymentId } = await announced(1);
    await city.arm({ kind: "429", retryAfterSeconds: 600 });
    await sendAll();
    const { rows } = await sql<{
      seconds: number;
    }>`select extract(epoch from due_at - business_now())::int as seconds
      from notifications where payment_id = ${paymentId}`.execute(engine.db);
    expect(rows[0]?.seconds).toBeGreaterThan(590);
    expect(await message(paymentId)).toMatchObject({ state: "queued", attempts: 1 });
  });

  test("whose every browser is gone has come back, the browsers are forgotten, and no debit comes", async () => {
    const { db } = engine;
    const { paymentId, residentId } = await announced(2);
    await city.arm({ kind: "410", times: 2 });
    await sendAll();
    expect(await message(paymentId)).toMatchObject({ state: "bounced", answer: "http-410" });
    expect(await listPushDevices(db, residentId)).toEqual([]);
    const { rows } = await sql<{
      why: string;
      sealed: unknown;
    }>`select gone_why as why, sealed from push_subscriptions
      where resident_id = ${residentId}`.execute(db);
    expect(rows).toEqual([
      { why: "gone", sealed: null },
      { why: "gone", sealed: null },
    ]);
    expect(await engine.charge(paymentId)).toBeNull();
  });

  test("shown although the push service's answer was lost is accepted all the same", async () => {
    const { paymentId, devices } = await announced(1);
    await city.arm({ kind: "drop" });
    await sendAll();
    expect(await pushShown(engine.db, await tokenOf(devices[0]!.browser))).toBe(true);
    expect(await message(paymentId)).toMatchObject({ state: "accepted" });
    expect((await livingNotice(engine.db, paymentId))?.state).toBe("accepted");
  });

  test("where push is switched off comes back and is not tried for ever", async () => {
    const { paymentId } = await announced(1);
    await sendAll({ channels: "none" });
    expect(await message(paymentId)).toMatchObject({ state: "bounced", answer: "no channel push" });
  });
});

describe("a browser", () => {
  const reachable = async (residentId: string) => {
    const { rows } = await sql<{ push: boolean; sms: boolean }>`
      select push_reachable(${residentId}) as push, sms_reachable(${residentId}) as sms`.execute(engine.db);
    return rows[0];
  };

  test("makes its person reachable, as long as it lives and the channel is on", async () => {
    const residentId = await makeResident(engine.db);
    expect(await reachable(residentId)).toEqual({ push: false, sms: false });
    await keep(residentId, await city.subscribe());
    expect(await reachable(residentId)).toEqual({ push: true, sms: false });
    await switchChannels(engine.db, { push: false, sms: true });
    expect(await reachable(residentId)).toEqual({ push: false, sms: false });
    await switchChannels(engine.db, { push: true, sms: false });
    expect(await reachable(residentId)).toEqual({ push: true, sms: false });
  });

  test("is one person's at a time: what is told to the one before is not shown to the next", async () => {
    const [anna, boris] = [await makeResident(engine.db), await makeResident(engine.db)];
    const browser = await city.subscribe();
    const id = await keep(anna, browser);
    expect(await keep(anna, browser), "the same one again").toBe(id);
    await keep(boris, browser);
    expect(await reachable(anna)).toMatchObject({ push: false });
    expect(await reachable(boris)).toMatchObject({ push: true });
  });

  test("beyond ten ends the one that was silent longest", async () => {
    const residentId = await makeResident(engine.db);
    const ids: string[] = [];
    for (let n = 0; n < 11; n += 1) {
      ids.push(await keep(residentId, await city.subscribe()));
      await engine.jump({ seconds: 1 });
    }
    const living = (await listPushDevices(engine.db, residentId)).map(({ id }) => id);
    expect(living).toEqual(ids.slice(1).reverse());
  });

  test("with a new address is renewed by whoever knows the secret of the old one, and by nobody else", async () => {
    const { db, sealer } = engine;
    const residentId = await makeResident(db);
    const [old, now] = [await city.subscribe(), await city.subscribe()];
    await keep(residentId, old);
    const address = { endpoint: now.endpoint, ...now.keys };
    const renew = (auth: string) =>
      renewPushDevice(db, sealer, { old: { endpoint: old.endpoint, auth }, address });
    expect(await renew(now.keys.auth)).toBe(false);
    expect(await listPushDevices(db, residentId)).toHaveLength(1);
    expect(await renew(old.keys.auth)).toBe(true);
    expect(await listPushDevices(db, residentId)).toHaveLength(1);
    expect(await renew(old.keys.auth), "the old one is no more").toBe(false);
    const { rows } = await sql<{ why: string | null }>`select gone_why as why from push_subscriptions
      where resident_id = ${residentId} order by why nulls last`.execute(db);
    expect(rows).toEqual([{ why: "renewed" }, { why: null }]);
  });
});

test("a push service that never answers keeps no mail waiting", async () => {
  const { db } = engine;
  const { paymentId } = await announced(1);
  const reader = await makeResident(db, { email: `${crypto.randomUUID()}@example.test` });
  let answer: () => void = () => undefined;
  const hanging = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const taken = { outcome: "accepted", providerAnswer: "taken" } as const;
  const push = { ...city.channel, deliver: async () => hanging.then(() => taken) };
  const mail = { ...city.channel, name: "email" as const, deliver: async () => taken };
  const loop = startNotifier({
    db,
    channels: new Map([
      ["push", push],
      ["email", mail],
    ]),
    publicUrl,
    linkKey: Buffer.alloc(32, 5),
    sealer: engine.sealer,
    log: recordingLog(),
  });
  try {
    await until(async () => (await message(paymentId)).state === "sending");
    await sql`select tell_resident('paid', ${reader}, ${crypto.randomUUID()}, 'subject', '{}', false)`.execute(
      db,
    );
    await until(async () => {
      const { rows } = await sql<{
        state: string;
      }>`select state from notifications where resident_id = ${reader}`.execute(db);
      return rows[0]?.state === "accepted";
    });
    expect(await message(paymentId)).toMatchObject({ state: "sending" });
  } finally {
    answer();
    await loop.stop();
  }
  expect(await message(paymentId)).toMatchObject({ state: "accepted" });
});
