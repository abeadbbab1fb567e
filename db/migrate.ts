import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Migration, Migrator, sql } from "kysely";
import { fillBankHolidays } from "./bank-holidays.ts";
import { openDatabase } from "./database.ts";
import { secureRows } from "./rights/row-security.ts";

const folder = fileURLToPath(new URL("./migrations/", import.meta.url));

/**
 * Brings a database to the newest version. Migrations are plain SQL, forward only, applied in order of their names, each in one
 * transaction; two migrators at once wait for each other. `livemode` is written once and never changes.
 *
 * @throws when the database was made for the other mode: live and sandbox data never share one.
 */
export async function migrateToLatest(
  url: string,
  options: { readonly livemode: boolean },
): Promise<readonly string[]> {
  const { db, close } = openDatabase({ url, applicationName: "kvitok-migrate", maxConnections: 2 });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } });
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined)
      throw error instanceof Error ? error : new Error("a migration failed", { cause: error });
    await sql`insert into deployment (livemode) values (${options.livemode}) on conflict do nothing`.execute(
      db,
    );
    const { rows } = await sql<{ livemode: boolean }>`select livemode from deployment`.execute(db);
    if (rows[0]?.livemode !== options.livemode) {
      throw new Error(
        `this database is for ${rows[0]?.livemode ? "live" : "sandbox"} use; choose another one`,
      );
    }
    if (!options.livemode) {
      const clock = await readFile(new URL("./sandbox-clock.sql", import.meta.url), "utf8");
      await db.transaction().execute(async (transaction) => {
        // two that replace one function at the same moment: PostgreSQL refuses the second
        await sql`select pg_advisory_xact_lock(hashtextextended('sandbox-clock', 0))`.execute(transaction);
        await sql.raw(clock).execute(transaction);
      });
    }
    await fillBankHolidays(db);
    await secureRows(db, { changed: (results ?? []).length > 0 });
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await close();
  }
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const tools = await readFile(new URL("./migration-tools.sql", import.meta.url), "utf8");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const entries = names.map(async (name): Promise<[string, Migration]> => {
    const text = await readFile(`${folder}/${name}`, "utf8");
    return [
      name.replace(/\.sql$/, ""),
      {
        up: (db) =>
          sql
            .raw(`${tools}\n${text}`)
            .execute(db)
            .then(() => undefined),
      },
    ];
  });
  return Object.fromEntries(await Promise.all(entries));
}
