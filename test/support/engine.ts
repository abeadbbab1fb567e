import { sql } from "kysely";
import { expect } from "vitest";
import { type Database, openDatabase } from "../../db/database.ts";
import { migrateToLatest } from "../../db/migrate.ts";
import type { EngineBank } from "./engine-bank.ts";
import { assembleEngine, type Engine, type EngineDatabase } from "./engine-core.ts";
import { createDatabaseFromTemplate, prepareTemplate } from "./postgres.ts";

export { adapterTo, type Engine, publicUrl } from "./engine-core.ts";

const template = "kvitok_engine";

/** A migrated sandbox database of a test file's own. */
export async function openTestDatabase(): Promise<EngineDatabase> {
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

/** Opens an engine with a database and a bank of its own. Closing it holds every POST at the bank against the gate's rows. */
export async function openEngine(options: Parameters<typeof assembleEngine>[1] = {}): Promise<Engine> {
  const engine = await assembleEngine(await openTestDatabase(), options);
  return {
    ...engine,
    async close() {
      try {
        expect(engine.witness.unpermitted).toEqual([]);
        await expectGateBeforeArrival(engine.db, engine.bank);
      } finally {
        await engine.close();
      }
    },
  };
}

/** Joins what the bank wrote down with what the gate wrote: the n-th arrival of a charge has its n-th pass, made before it. */
export async function expectGateBeforeArrival(db: Database, bank: EngineBank): Promise<void> {
  const passes = await sql<{ charge_id: string; transmission: number; passed_at: string }>`
    select charge_id, transmission, passed_at from gate_passes where kind = 'charge'`.execute(db);
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
