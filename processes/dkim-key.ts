import { readFileSync } from "node:fs";
import { type DkimKey, dkimRecord } from "../adapters/channels/email/dkim.ts";
import type { Config } from "./config.ts";

/**
 * The key that mails are signed with, from the environment; undefined where none is given.
 *
 * @throws when a domain is named and its key is missing, unreadable or no RSA key: mails without the signature that people were promised would land among spam
 */
export function readDkimKey(
  config: Pick<
    Config,
    "KVITOK_DKIM_DOMAIN" | "KVITOK_DKIM_SELECTOR" | "KVITOK_DKIM_KEY" | "KVITOK_DKIM_KEY_FILE"
  >,
): DkimKey | undefined {
  const { KVITOK_DKIM_DOMAIN: domain, KVITOK_DKIM_SELECTOR: selector } = config;
  if (domain === "") return undefined;
  const file = config.KVITOK_DKIM_KEY_FILE;
  // one line in an environment file cannot hold the breaks of a PEM
  const privateKey =
    file === "" ? config.KVITOK_DKIM_KEY.replaceAll("\\n", "\n") : readFileSync(file, "utf8");
  const key = { domain, selector, privateKey };
  try {
    dkimRecord(key);
  } catch (cause) {
    throw new Error("KVITOK_DKIM_KEY or KVITOK_DKIM_KEY_FILE must be an RSA private key in PEM", { cause });
  }
  return key;
}
