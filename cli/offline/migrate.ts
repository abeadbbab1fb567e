import { z } from "zod";
import { migrateToLatest } from "../../db/migrate.ts";
import { makeApiLogin } from "../../db/rights/api-login.ts";
import { databaseSettings, readSettings } from "./settings.ts";

const migrateSettings = databaseSettings.extend({
  /** The password of the API's own login; without one the API logs in as somebody else. */
  KVITOK_API_DATABASE_PASSWORD: z.string().default(""),
});

/** Brings the database to the newest version; answers what it did. Two migrators at once wait for each other. */
export async function migrate(environment: NodeJS.ProcessEnv): Promise<string> {
  const settings = readSettings(migrateSettings, environment);
  const applied = await migrateToLatest(settings.KVITOK_DATABASE_URL, {
    livemode: settings.KVITOK_MODE === "live",
  });
  if (settings.KVITOK_API_DATABASE_PASSWORD !== "") {
    await makeApiLogin(settings.KVITOK_DATABASE_URL, settings.KVITOK_API_DATABASE_PASSWORD);
  }
  return applied.length === 0 ? "the database is up to date" : `applied ${applied.join(", ")}`;
}
