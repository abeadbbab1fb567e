import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startListener } from "../../loops/listener.ts";
import { startLoop } from "../../loops/loop.ts";
import { openTestDatabase } from "../support/engine.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { until } from "../support/until.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe("the listener", () => {
  test("hears what committed transactions ring, and not what was rolled back", async () => {
    const bells: string[] = [];
    const listener = startListener({
      url: database.url,
      log: recordingLog(),
      onBell: (bell) => bells.push(bell),
    });
    try {
      await until(() => bells.includes("*"));
      const rolledBack = database.db.transaction().execute(async (transaction) => {
        await sql`select ring('lost')`.execute(transaction);
        throw new Error("rolled back");
      });
      await expect(rolledBack).rejects.toThrow("rolled back");
      await sql`select ring('plan')`.execute(database.db);
      await until(() => bells.includes("plan"));
      expect(bells).toEqual(["*", "plan"]);
    } finally {
      await listener.stop();
    }
  });

  test("listens again after its connection has died, and then rings everything once: any bell may have been missed", async () => {
    const bells: string[] = [];
    const log = recordingLog();
    const listener = startListener({ url: database.url, log, onBell: (bell) => bells.push(bell) });
    try {
      await until(() => bells.length === 1);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'kvitok-listener' and datname = current_database()`.execute(database.db);
      await until(() => bells.length === 2);
      expect(bells).toEqual(["*", "*"]);
      expect(log.complaints).toHaveLength(1);
      await sql`select ring('outbox')`.execute(database.db);
      await until(() => bells.includes("outbox"));
    } finally {
      await listener.stop();
    }
  });
});

describe("a loop", () => {
  test("goes on after an error, says so, and works at once when rung", async () => {
    const log = recordingLog();
    let runs = 0;
    const loop = startLoop({
      name: "test",
      everyMs: 3_600_000,
      log,
      work: () => {
        runs += 1;
        if (runs === 1) return Promise.reject(new Error("the database is away"));
        return Promise.resolve(false);
      },
    });
    try {
      await until(() => runs === 2);
      expect(log.complaints).toEqual(["loop failed, will try again: the database is away"]);
      loop.ring();
      await until(() => runs === 3);
    } finally {
      await loop.stop();
    }
  });

  test("rung while it works, works once more", async () => {
    let runs = 0;
    const loop = startLoop({
      name: "test",
      everyMs: 3_600_000,
      log: recordingLog(),
      work: () => {
        runs += 1;
        if (runs === 1) loop.ring();
        return Promise.resolve(false);
      },
    });
    await until(() => runs === 2);
    await loop.stop();
  });
});
