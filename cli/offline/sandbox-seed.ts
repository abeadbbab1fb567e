import { z } from "zod";
import { importCatalogue } from "../../db/catalogue/import.ts";
import { openDatabase } from "../../db/database.ts";
import { keepWebhookSecrets } from "../../db/queries/billers.ts";
import { createSealer } from "../../db/sealed.ts";
import { openCatalogue } from "./catalogue-file.ts";
import { hasRefused, reportForPeople } from "./catalogue-report.ts";
import { databaseSettings, dataKeys, readSettings } from "./settings.ts";

const billerList = z.array(
  z.strictObject({ id: z.string().min(1), name: z.string().min(1), secret: z.string().startsWith("whsec_") }),
);

const settingsOfSeed = databaseSettings.extend({
  KVITOK_MODE: z.literal("sandbox"),
  KVITOK_DATA_KEYS: dataKeys,
  SANDBOX_CATALOGUE: z.string().min(1),
  SANDBOX_BILLERS: z.string().transform(readList),
});

function readList(text: string, context: z.RefinementCtx): z.output<typeof billerList> {
  try {
    return billerList.parse(JSON.parse(text));
  } catch {
    // The text holds secrets: what was wrong with it is not repeated.
    context.addIssue({ code: "custom", message: 'must be a JSON list of {"id","name","secret":"whsec_…"}' });
    return z.NEVER;
  }
}

/**
 * Takes the sandbox city's catalogue in and keeps the sealed webhook secrets of the billers that push; repeating it changes what differs.
 *
 * @throws Error when an entry was refused: the report is in the message, the other entries are taken
 */
export async function seedSandbox(environment: NodeJS.ProcessEnv): Promise<string> {
  const settings = readSettings(settingsOfSeed, environment);
  const sealer = createSealer(settings.KVITOK_DATA_KEYS);
  const { db, close } = openDatabase({
    url: settings.KVITOK_DATABASE_URL,
    applicationName: "kvitok-sandbox-seed",
    maxConnections: 1,
  });
  try {
    const { entries } = await openCatalogue(settings.SANDBOX_CATALOGUE);
    const order = { actor: "sandbox", dryRun: false, accepted: new Set<string>() };
    const report = await importCatalogue(entries, { db, ...order });
    if (hasRefused(report))
      throw new Error(`the city's catalogue was not taken:\n${reportForPeople(report)}`);
    const secrets = settings.SANDBOX_BILLERS.map(({ id, secret }) => ({
      id,
      sealed: sealer.seal(secret, id),
    }));
    const unknown = (await keepWebhookSecrets(db, secrets)).map((id) => JSON.stringify(id));
    if (unknown.length > 0) throw new Error(`the catalogue has no biller ${unknown.join(", ")}`);
    return `${reportForPeople(report)}\nsecrets:    ${secrets.length}`;
  } finally {
    await close();
  }
}
