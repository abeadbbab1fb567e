import { z } from "zod";
import { type KeyRing, readKeyRing } from "../db/sealed.ts";

const bytes32 = z.base64().transform((text, context) => {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === 32) return bytes;
  context.addIssue({ code: "custom", message: "must be 32 bytes in base64" });
  return z.NEVER;
});

/** `id:base64[,id:base64…]`, 32 bytes each; the first is active, the others only open what they once sealed. */
const keyRing = z.string().transform((text, context): KeyRing => {
  try {
    return readKeyRing(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: String(error) });
    return z.NEVER;
  }
});

const port = z.coerce.number().int().min(0).max(65_535);

/** The vendor's published senders of notifications (protocol reference §1.10). */
const yooKassaSenders =
  "185.71.76.0/27,185.71.77.0/27,77.75.153.0/25,77.75.154.128/25,77.75.156.11/32,77.75.156.35/32,2a02:5180::/32";

const schema = z.object({
  KVITOK_MODE: z.enum(["live", "sandbox"]),
  KVITOK_DATABASE_URL: z.string().min(1),
  KVITOK_TEMPORAL_ADDRESS: z.string().default("127.0.0.1:7233"),
  KVITOK_TEMPORAL_NAMESPACE: z.string().default("kvitok"),
  KVITOK_TEMPORAL_UI_URL: z.string().default(""),
  KVITOK_PAYLOAD_KEYS: keyRing,
  KVITOK_DATA_KEYS: keyRing,
  KVITOK_CLAIM_KEY: bytes32,
  KVITOK_SESSION_KEY: bytes32,
  KVITOK_PUBLIC_URL: z.url(),
  KVITOK_API_HOST: z.string().default("127.0.0.1"),
  KVITOK_API_PORT: port.default(4600),
  KVITOK_CODEC_PORT: port.default(4603),
  KVITOK_WORKER_HEALTH_PORT: port.default(4610),
  KVITOK_OIDC_ISSUER: z.url(),
  KVITOK_OIDC_AUDIENCE: z.string().default("kvitok-api"),
  KVITOK_OIDC_CLIENT_ID: z.string().default("kvitok-page"),
  KVITOK_OIDC_CLIENT_SECRET: z.string().min(1),
  KVITOK_YOOKASSA_URL: z.url(),
  KVITOK_YOOKASSA_SHOP_ID: z.string().min(1),
  KVITOK_YOOKASSA_SECRET_KEY: z.string().min(1),
  KVITOK_YOOKASSA_NOTIFICATION_SOURCES: z
    .string()
    .default(yooKassaSenders)
    .transform((text) => text.split(",").map((part) => part.trim())),
  KVITOK_SMTP_URL: z.string().min(1),
  KVITOK_MAIL_FROM: z.string().default("Kvitok <kvitok@localhost>"),
  KVITOK_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

/** What the engine's processes know of their surroundings; the only reader of the environment. */
export type Config = z.infer<typeof schema>;

/** Names of all variables, for the compose test and for documents. */
export const configVariables: readonly string[] = Object.keys(schema.shape);

/**
 * Reads the configuration of a process; `names` limits it to what that process needs (the codec server needs two keys, not the bank's).
 *
 * @throws with one line per variable that is missing or wrong; values are never printed
 */
export function readConfig<Name extends keyof Config>(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly Name[],
): Pick<Config, Name> {
  const mask = Object.fromEntries(names.map((name) => [name, true])) as { [name in Name]: true };
  const result = schema.pick(mask as never).safeParse(environment);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`the environment is not complete:\n${lines.join("\n")}`);
}

/** Every variable, for processes that need them all. */
export function readWholeConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  return readConfig(environment, Object.keys(schema.shape) as (keyof Config)[]);
}
