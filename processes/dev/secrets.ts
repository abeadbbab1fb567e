import { generateKeyPairSync, randomBytes } from "node:crypto";
import webPush from "web-push";
import { z } from "zod";
import { pushingBillers } from "../../sandbox/billers/biller-book.ts";
import { readJsonFile, writeFileAtomically } from "./file-on-disk.ts";
import { FailureWithWaysOut } from "./way-out.ts";

const secretsShape = z.object({
  postgresPassword: z.string().min(16),
  /** `keyid:base64`, as the engine reads them. */
  payloadKeys: z.string(),
  dataKeys: z.string(),
  consentKeys: z.string(),
  claimKey: z.string(),
  sessionKey: z.string(),
  oidcClientSecret: z.string().min(16),
  bankSecretKey: z.string().min(16),
  stripeSecretKey: z.string().startsWith("sk_test_"),
  stripeWebhookSecret: z.string().startsWith("whsec_"),
  /** Signs mails: RSA, PEM. */
  dkimKey: z.string().startsWith("-----BEGIN "),
  /** Signs what a mail server hands over. */
  inboundMailSecret: z.string().startsWith("whsec_"),
  vapidPublic: z.string(),
  vapidPrivate: z.string(),
  billers: z.array(z.object({ id: z.string(), name: z.string(), secret: z.string().startsWith("whsec_") })),
});

/** Keys and passwords of one data folder, made once. */
export type Secrets = z.infer<typeof secretsShape>;

/**
 * Reads the secrets of a data folder, or makes them (mode 0600). What a folder made by an older version lacks is made and added.
 *
 * @throws FailureWithWaysOut when the file is there but not readable as secrets: new ones would not fit the data
 */
export function readOrMakeSecrets(file: string): Secrets {
  const found = readJsonFile(file);
  const parsed = secretsShape.safeParse(completed(found));
  if (parsed.success) {
    if (JSON.stringify(parsed.data) !== JSON.stringify(found))
      writeFileAtomically(file, `${JSON.stringify(parsed.data, undefined, 2)}\n`, 0o600);
    return parsed.data;
  }
  throw new FailureWithWaysOut(`${file} does not hold all secrets:\n${z.prettifyError(parsed.error)}`, [
    "put the old file back",
    "npm start -- --reset (all data of this folder is lost)",
  ]);
}

/** What was found, with what is missing beside it; what is there is never replaced. */
function completed(found: unknown): unknown {
  const made = makeSecrets();
  if (found === undefined) return made;
  const old = z.looseObject({ billers: secretsShape.shape.billers }).safeParse(found);
  if (!old.success) return found;
  const known = new Set(old.data.billers.map(({ id }) => id));
  const billers = [...old.data.billers, ...made.billers.filter(({ id }) => !known.has(id))];
  // only what later versions brought; a lost key of the data is no omission to mend
  const { stripeSecretKey, stripeWebhookSecret, consentKeys, dkimKey, inboundMailSecret } = made;
  const { vapidPublic, vapidPrivate } = made;
  const added = { stripeSecretKey, stripeWebhookSecret, consentKeys, dkimKey, inboundMailSecret };
  return { ...added, vapidPublic, vapidPrivate, ...old.data, billers };
}

function makeSecrets(): Secrets {
  const vapid = webPush.generateVAPIDKeys();
  return {
    postgresPassword: key("base64url"),
    payloadKeys: `p1:${key("base64")}`,
    dataKeys: `d1:${key("base64")}`,
    consentKeys: `c1:${key("base64")}`,
    claimKey: key("base64"),
    sessionKey: key("base64"),
    oidcClientSecret: key("base64url"),
    bankSecretKey: `test_${key("base64url")}`,
    stripeSecretKey: `sk_test_${key("base64url").replaceAll(/[-_]/g, "0")}`,
    stripeWebhookSecret: `whsec_${key("base64url").replaceAll(/[-_]/g, "0")}`,
    dkimKey: rsaKey(),
    inboundMailSecret: `whsec_${key("base64")}`,
    vapidPublic: vapid.publicKey,
    vapidPrivate: vapid.privateKey,
    // Standard Webhooks: "whsec_" and the base64 of the key.
    billers: pushingBillers().map((biller) => ({ ...biller, secret: `whsec_${key("base64")}` })),
  };
}

function rsaKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function key(encoding: "base64" | "base64url"): string {
  return randomBytes(32).toString(encoding);
}
