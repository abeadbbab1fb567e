import { createPublicKey } from "node:crypto";

/** What mails are signed with. `privateKey` is PEM of an RSA key; its public half stands in the DNS of `domain`, under `selector`. */
export type DkimKey = { readonly domain: string; readonly selector: string; readonly privateKey: string };

/**
 * The headers that a signature covers. nodemailer's own list has List-Unsubscribe and not List-Unsubscribe-Post, and a mailbox takes the one-click way only where both are signed (RFC 8058 §4).
 */
const SIGNED_HEADERS = [
  "From:Reply-To:Subject:Date:Message-ID:To:MIME-Version:Content-Type:Content-Transfer-Encoding",
  "Content-Language:Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post",
].join(":");

/** nodemailer's options for a signature over every header of ours; nothing without a key. */
export function signedWith(key: DkimKey | undefined) {
  if (key === undefined) return {};
  const { domain, selector, privateKey } = key;
  return {
    dkim: {
      domainName: domain,
      keySelector: selector,
      privateKey,
      headerFieldNames: SIGNED_HEADERS,
    },
  };
}

/** The DNS record that a key needs, as name and text of a TXT record (RFC 6376 §3.6). Throws for what is no RSA key in PEM. */
export function dkimRecord(key: DkimKey): { readonly name: string; readonly text: string } {
  const publicKey = createPublicKey(key.privateKey);
  if (publicKey.asymmetricKeyType !== "rsa") throw new RangeError("mails are signed with RSA keys only");
  const bytes = publicKey.export({ type: "spki", format: "der" });
  return {
    name: `${key.selector}._domainkey.${key.domain}`,
    text: `v=DKIM1; k=rsa; p=${bytes.toString("base64")}`,
  };
}
