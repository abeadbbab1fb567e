import { z } from "zod";
import { openDatabase } from "../../db/database.ts";
import { saveBiller } from "../../db/queries/billers.ts";
import { createSealer, type KeyRing, readKeyRing } from "../../db/sealed.ts";
import { demoBillers } from "./sandbox-billers.ts";
import { databaseSettings, readSettings } from "./settings.ts";

const billerList = z.array(
  z.strictObject({ id: z.string().min(1), name: z.string().min(1), secret: z.string().startsWith("whsec_") }),
);

const settingsOfSeed = databaseSettings.extend({
  KVITOK_MODE: z.literal("sandbox"),
  KVITOK_DATA_KEYS: z.string().transform(readRing),
  SANDBOX_BILLERS: z.string().transform(readList),
});

function readRing(text: string, context: z.RefinementCtx): KeyRing {
  try {
    return readKeyRing(text);
  } catch (cause) {
    context.addIssue({ code: "custom", message: cause instanceof Error ? cause.message : String(cause) });
    return z.NEVER;
  }
}

function readList(text: string, context: z.RefinementCtx): z.output<typeof billerList> {
  try {
    return billerList.parse(JSON.parse(text));
  } catch {
    // The text holds secrets: what was wrong with it is not repeated.
    context.addIssue({ code: "custom", message: 'must be a JSON list of {"id","name","secret":"whsec_…"}' });
    return z.NEVER;
  }
}

/** Writes the sandbox city's billers with their sealed webhook secrets; repeating it changes what differs. */
export async function seedSandbox(environment: NodeJS.ProcessEnv): Promise<string> {
  const settings = readSettings(settingsOfSeed, environment);
  const sealer = createSealer(settings.KVITOK_DATA_KEYS);
  const { db, close } = openDatabase({
    url: settings.KVITOK_DATABASE_URL,
    applicationName: "kvitok-sandbox-seed",
    maxConnections: 1,
  });
  try {
    for (const { id, name, secret } of settings.SANDBOX_BILLERS) {
      const known = demoBillers[id];
      if (known === undefined)
        throw new Error(`no requisites are known for the biller ${JSON.stringify(id)}`);
      await saveBiller(db, { id, name, ...known, webhookSecret: sealer.seal(secret, id) });
    }
  } finally {
    await close();
  }
  return `billers: ${settings.SANDBOX_BILLERS.map(({ id }) => id).join(", ")}`;
}
