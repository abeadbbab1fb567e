import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { z } from "zod";

const keyFile = z.object({
  key: z.looseObject({ kty: z.string(), kid: z.string() }),
  cookieKey: z.string().min(32),
});

/** The provider's own secrets: the private RS256 key (as JWK, with `kid`) and the key that signs its cookies. */
export interface SigningKeys {
  readonly key: JWK & { readonly kid: string };
  readonly cookieKey: string;
}

/** Reads the keys from `identity-keys.json`, or makes them once: tokens must outlive a restart. Throws when the file is spoilt. */
export async function loadSigningKeys(dataDir: string): Promise<SigningKeys> {
  const path = join(dataDir, "identity-keys.json");
  const stored = readIfThere(path);
  if (stored !== undefined) return keyFile.parse(JSON.parse(stored));
  const pair = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  const kid = randomBytes(8).toString("hex");
  const key = { ...(await exportJWK(pair.privateKey)), kid, use: "sig", alg: "RS256" };
  const keys = { key, cookieKey: randomBytes(32).toString("base64url") };
  mkdirSync(dataDir, { recursive: true });
  // Renamed into place, so that a kill in mid-write leaves no half a key.
  writeFileSync(`${path}.new`, JSON.stringify(keys), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return keys;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}
