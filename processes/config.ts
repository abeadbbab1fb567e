import { z } from "zod";
import { FORMAT_VERSIONS } from "../adapters/bill-sources/gis-gmp/names.ts";
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

/** A comma list; nothing in an empty text. */
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

const schema = z.object({
  KVITOK_MODE: z.enum(["live", "sandbox"]),
  KVITOK_DATABASE_URL: z.string().min(1),
  /** Read by `kvitok migrate` alone: it makes the API's login with it (docs/decisions/0120). */
  KVITOK_API_DATABASE_PASSWORD: z.string().default(""),
  KVITOK_TEMPORAL_ADDRESS: z.string().default("127.0.0.1:7233"),
  KVITOK_TEMPORAL_NAMESPACE: z.string().default("kvitok"),
  KVITOK_TEMPORAL_UI_URL: z.string().default(""),
  KVITOK_PAYLOAD_KEYS: keyRing,
  KVITOK_DATA_KEYS: keyRing,
  /** Seeds of Ed25519 keys: the first signs consents, the public halves of all are published for as long as their documents are to be checked. */
  KVITOK_CONSENT_KEYS: keyRing,
  KVITOK_CLAIM_KEY: bytes32,
  KVITOK_SESSION_KEY: bytes32,
  /** A session of the page that nobody used for so long has ended, whatever is left of its twelve hours. */
  KVITOK_SESSION_IDLE_MINUTES: z.coerce.number().int().min(5).max(720).default(120),
  KVITOK_PUBLIC_URL: z.url(),
  KVITOK_API_HOST: z.string().default("127.0.0.1"),
  KVITOK_API_PORT: port.default(4600),
  KVITOK_CODEC_PORT: port.default(4603),
  KVITOK_WORKER_HEALTH_PORT: port.default(4610),
  /** So many workflows a worker keeps in memory between their steps; those that fall out are replayed from their history. */
  KVITOK_CACHED_WORKFLOWS: z.coerce.number().int().min(2).max(100_000).default(600),
  KVITOK_OIDC_ISSUER: z.url(),
  KVITOK_OIDC_AUDIENCE: z.string().default("kvitok-api"),
  KVITOK_OIDC_CLIENT_ID: z.string().default("kvitok-page"),
  KVITOK_OIDC_CLIENT_SECRET: z.string().min(1),
  /** Strengths of a sign-in (`acr`), of which an operator's token must name one; asked for by `acr_values`. Whatever the provider does is enough when empty. */
  KVITOK_OPERATOR_ACR_VALUES: z
    .string()
    // they stand in a header and, parted by blanks, in an address
    .regex(/^[\w:./,\- ]*$/)
    .default("")
    .pipe(list),
  KVITOK_YOOKASSA_URL: z.url(),
  KVITOK_YOOKASSA_SHOP_ID: z.string().min(1),
  KVITOK_YOOKASSA_SECRET_KEY: z.string().min(1),
  /** The shop has a utilities contract: every charge carries a payment order, and one without it is never sent. */
  KVITOK_YOOKASSA_UTILITIES_SHOP: z.stringbool().default(false),
  KVITOK_YOOKASSA_NOTIFICATION_SOURCES: z.string().default(yooKassaSenders).pipe(list),
  /** Without a secret key there is no Stripe here. The account (`acct_…`) names whose money it is, on every charge. */
  KVITOK_STRIPE_URL: z.url().default("https://api.stripe.com"),
  KVITOK_STRIPE_SECRET_KEY: z.string().default(""),
  KVITOK_STRIPE_ACCOUNT: z.string().default(""),
  KVITOK_STRIPE_WEBHOOK_SECRETS: z.string().default("").pipe(list),
  /** The state's registry of charges (docs/gis-gmp.md); without an address there is none. */
  KVITOK_GIS_GMP_URL: z.union([z.literal(""), z.url()]).default(""),
  KVITOK_GIS_GMP_SENDER: z.string().default(""),
  KVITOK_GIS_GMP_ROLE: z.string().default("18"),
  KVITOK_GIS_GMP_ORIGINATOR: z.string().default(""),
  KVITOK_GIS_GMP_FORMAT: z.enum(FORMAT_VERSIONS).default("2.2.0"),
  /** Networks (CIDR) from which the registry's notices come: they bear no signature of their own. Nobody's are taken when empty. */
  KVITOK_GIS_GMP_NOTICE_SOURCES: z.string().default("").pipe(list),
  /** Networks (CIDR) of our own reverse proxies: only what they say of a caller's address is believed. */
  KVITOK_TRUSTED_PROXIES: z.string().default("").pipe(list),
  /** Receivers of webhooks that may be reached though they are not public, as exact host:port; may then be http, too. The sandbox city's own. */
  KVITOK_WEBHOOK_ALLOW: z.string().default("").pipe(list),
  /** Payments a minute that go out after a hold is lifted, where the operator names no rate. */
  KVITOK_RELEASE_PER_MINUTE: z.coerce.number().int().min(1).max(100_000).default(60),
  /** Clocks of the sandbox city's servers (addresses that take `{offsetMs, scale}`) that follow ours when it is moved; never looked at in live mode. */
  KVITOK_SANDBOX_CLOCKS: z.string().default("").pipe(list),
  /** Where alarms go; nowhere when empty. */
  KVITOK_OPERATOR_MAIL: z.string().default(""),
  KVITOK_SMTP_URL: z.string().min(1),
  KVITOK_MAIL_FROM: z.string().default("Kvitok <kvitok@localhost>"),
  /** Mails are signed for this domain (DKIM) with an RSA key in PEM, given itself (`\n` for its line breaks) or as a file; not signed here when empty. */
  KVITOK_DKIM_DOMAIN: z.string().default(""),
  KVITOK_DKIM_SELECTOR: z.string().default("kvitok"),
  KVITOK_DKIM_KEY: z.string().default(""),
  KVITOK_DKIM_KEY_FILE: z.string().default(""),
  /** Signs bounces and complaints that a mail server hands to `POST /v1/inbound/mail` (Standard Webhooks, `whsec_…`); nobody's are taken when empty. */
  KVITOK_INBOUND_MAIL_SECRET: z.string().default(""),
  /** A folder into which a mail server drops bounces and complaints as files (`*.eml`); nothing is read when empty. */
  KVITOK_BOUNCE_DROP: z.string().default(""),
  /** So many messages an hour reach one person by one channel one by one; what is more comes as one. */
  KVITOK_MESSAGES_AN_HOUR: z.coerce.number().int().min(1).max(1_000_000).default(30),
  /** Web push (docs/decisions/0174): the pair of keys (base64url) and how push services reach us (`mailto:` or `https:`); push is off without them. */
  KVITOK_VAPID_PUBLIC: z.string().default(""),
  KVITOK_VAPID_PRIVATE: z.string().default(""),
  KVITOK_VAPID_SUBJECT: z.string().default(""),
  /** Exact `host:port` of servers that strangers may name though they are not public; the sandbox's own. */
  KVITOK_PUBLIC_WEB_ALLOWED: z.string().default("").pipe(list),
  /** The folder that short messages are dropped into, for the operator's own program; no short messages without it. */
  KVITOK_SMS_DROP: z.string().default(""),
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
