import { sql } from "kysely";
import { expect } from "vitest";
import { chargePayment, type ChargeResult, type ChargingDependencies } from "../../activities/charging.ts";
import { lookUpCharge } from "../../activities/looking-up.ts";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { createYooKassa } from "../../adapters/gateways/yookassa/yookassa.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { migrateToLatest } from "../../db/migrate.ts";
import { createSealer, type Sealer } from "../../db/sealed.ts";
import { EngineBank, shop } from "./engine-bank.ts";
import { EngineWitness } from "./engine-witness.ts";
import { createDatabaseFromTemplate, prepareTemplate } from "./postgres.ts";

const template = "kvitok_engine";

/** Test keys, not secrets: what they seal lives as long as a test. */
const dataKeys = { active: "test", keys: new Map([["test", Buffer.alloc(32, 7)]]) };

export const publicUrl = "http://127.0.0.1:9";

/** The core of the engine over real parts in the test's own process: database, sealer, production adapter, sandbox bank. */
export type Engine = {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly sealer: Sealer;
  readonly bank: EngineBank;
  /** The production adapter with short time-outs. */
  readonly gateway: Gateway;
  readonly dependencies: ChargingDependencies;
  /** The charge activity, optionally over a gateway that misbehaves on our side of the wire. */
  charge(paymentId: string, gateway?: Gateway): Promise<ChargeResult | null>;
  /** The look-up activity. */
  lookUp(chargeId: string, gateway?: Gateway): Promise<ChargeResult | null>;
  /** Moves the one clock ahead, at the bank too. */
  jump(by: { readonly hours?: number; readonly minutes?: number; readonly seconds?: number }): Promise<void>;
  /** Ends everything, after every POST at the bank has been held against the gate's rows. */
  close(): Promise<void>;
};

/** How long the adapter waits for an answer unless a test says otherwise: loopback, but on a busy machine. */
const ANSWER_MS = 8_000;

/** An adapter like the worker's, with its own patience. */
export function adapterTo(url: string, answerMs = ANSWER_MS): Gateway {
  return createYooKassa({ ...shop, url, livemode: false, timeouts: { connectMs: 5_000, answerMs } });
}

/** A migrated sandbox database of a test file's own. */
export async function openTestDatabase() {
  await prepareTemplate(template, async (url) => {
    await migrateToLatest(url, { livemode: false });
  });
  const { url, drop } = await createDatabaseFromTemplate(template);
  const { db, pool, close } = openDatabase({ url, applicationName: "kvitok-test", maxConnections: 20 });
  return {
    db,
    pool,
    url,
    close: async () => {
      await close();
      await drop();
    },
  };
}

/** Opens an engine with a database and a bank of its own. */
export async function openEngine(options: { readonly answerMs?: number } = {}): Promise<Engine> {
  const database = await openTestDatabase();
  const { db } = database;
  const bank = await EngineBank.start();
  const witness = await EngineWitness.listen(database.pool, bank.url);
  const gateway = adapterTo(witness.url, options.answerMs);
  const sealer = createSealer(dataKeys);
  const over = (chosen: Gateway): ChargingDependencies => ({
    db,
    sealer,
    gateways: new Map([["yookassa", chosen]]),
    publicUrl,
  });
  return {
    db,
    databaseUrl: database.url,
    sealer,
    bank,
    gateway,
    dependencies: over(gateway),
    charge: (paymentId, chosen = gateway) => chargePayment(over(chosen), { paymentId }),
    lookUp: (chargeId, chosen = gateway) => lookUpCharge(over(chosen), { chargeId }),
    jump: (by) => jumpClock(db, bank, by),
    async close() {
      try {
        expect(witness.unpermitted).toEqual([]);
        await expectGateBeforeArrival(db, bank);
      } finally {
        await witness.close();
        await bank.close();
        await database.close();
      }
    },
  };
}

/** Re-anchors the sandbox's clock and sets the bank's to it. */
export async function jumpClock(
  db: Database,
  bank: Pick<EngineBank, "aheadBy">,
  by: { readonly hours?: number; readonly minutes?: number; readonly seconds?: number },
): Promise<void> {
  const seconds = (by.hours ?? 0) * 3_600 + (by.minutes ?? 0) * 60 + (by.seconds ?? 0);
  await sql`update sandbox_clock set business_anchor = business_now() + make_interval(secs => ${seconds}),
    real_anchor = clock_timestamp()`.execute(db);
  const { rows } = await sql<{ ahead: number }>`
    select round(extract(epoch from business_now() - clock_timestamp()) * 1000)::bigint as ahead`.execute(db);
  await bank.aheadBy(rows[0]?.ahead ?? 0);
}

/** Joins what the bank wrote down with what the gate wrote: the n-th arrival of a charge has its n-th pass, made before it. */
export async function expectGateBeforeArrival(db: Database, bank: EngineBank): Promise<void> {
  const passes = await sql<{ charge_id: string; transmission: number; passed_at: string }>`
    select charge_id, transmission, passed_at from gate_passes`.execute(db);
  const passedAt = new Map(passes.rows.map((row) => [`${row.charge_id}/${row.transmission}`, row.passed_at]));
  const arrived = new Map<string, number>();
  for (const { chargeId, key, real } of await bank.posts()) {
    expect(key).toBe(chargeId);
    const transmission = (arrived.get(key ?? "") ?? 0) + 1;
    arrived.set(key ?? "", transmission);
    const passed = passedAt.get(`${chargeId}/${transmission}`);
    expect(passed, `${chargeId}, transmission ${transmission}, has no gate row`).toBeDefined();
    expect(Date.parse(passed ?? "")).toBeLessThanOrEqual(Date.parse(real));
  }
}
