import { randomBytes } from "node:crypto";
import { z } from "zod";
import { readJsonFile, writeFileAtomically } from "./file-on-disk.ts";
import { FailureWithWaysOut } from "./way-out.ts";

const secretsShape = z.object({
  postgresPassword: z.string().min(16),
  /** `keyid:base64`, as the engine reads them. */
  payloadKeys: z.string(),
  dataKeys: z.string(),
  claimKey: z.string(),
  sessionKey: z.string(),
  oidcClientSecret: z.string().min(16),
  bankSecretKey: z.string().min(16),
  billers: z.array(z.object({ id: z.string(), name: z.string(), secret: z.string().startsWith("whsec_") })),
});

/** Keys and passwords of one data folder, made once. */
export type Secrets = z.infer<typeof secretsShape>;

const demoBillers = [
  { id: "gorod-zhkh", name: "Городские коммунальные услуги" },
  { id: "school-1507", name: "Школа № 1507" },
  { id: "mgts", name: "Домашний телефон" },
];

/**
 * Reads the secrets of a data folder, or makes them (mode 0600).
 *
 * @throws FailureWithWaysOut when the file is there but not readable as secrets: new ones would not fit the data
 */
export function readOrMakeSecrets(file: string): Secrets {
  const found = readJsonFile(file);
  if (found === undefined) {
    const made = makeSecrets();
    writeFileAtomically(file, `${JSON.stringify(made, undefined, 2)}\n`, 0o600);
    return made;
  }
  const parsed = secretsShape.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new FailureWithWaysOut(`${file} does not hold all secrets:\n${z.prettifyError(parsed.error)}`, [
    "put the old file back",
    "npm start -- --reset (all data of this folder is lost)",
  ]);
}

function makeSecrets(): Secrets {
  return {
    postgresPassword: key("base64url"),
    payloadKeys: `p1:${key("base64")}`,
    dataKeys: `d1:${key("base64")}`,
    claimKey: key("base64"),
    sessionKey: key("base64"),
    oidcClientSecret: key("base64url"),
    bankSecretKey: `test_${key("base64url")}`,
    // Standard Webhooks: "whsec_" and the base64 of the key.
    billers: demoBillers.map((biller) => ({ ...biller, secret: `whsec_${key("base64")}` })),
  };
}

function key(encoding: "base64" | "base64url"): string {
  return randomBytes(32).toString(encoding);
}
