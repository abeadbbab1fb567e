import { migrateToLatest } from "../../db/migrate.ts";
import { databaseSettings, readSettings } from "./settings.ts";

/** Brings the database to the newest version; answers what it did. Two migrators at once wait for each other. */
export async function migrate(environment: NodeJS.ProcessEnv): Promise<string> {
  const settings = readSettings(databaseSettings, environment);
  const applied = await migrateToLatest(settings.KVITOK_DATABASE_URL, {
    livemode: settings.KVITOK_MODE === "live",
  });
  return applied.length === 0 ? "the database is up to date" : `applied ${applied.join(", ")}`;
}
