import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authenticate } from "mailauth";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DkimKey, dkimRecord } from "../../../adapters/channels/email/dkim.ts";
import { emailChannel } from "../../../adapters/channels/email/email-channel.ts";
import { plainMail } from "../../../adapters/channels/email/plain-mail.ts";
import { type Mailbox, startMailbox } from "../../../sandbox/mailbox/mailbox.ts";
import { messageAbout } from "./messages.ts";

const from = "Квиток <kvitok@city.example>";
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const dkim: DkimKey = {
  domain: "city.example",
  selector: "autumn",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};

let dataDir: string;
let mailbox: Mailbox;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-dkim-"));
  mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
});
afterEach(async () => {
  await mailbox.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** The mail as it came over SMTP. */
async function received(): Promise<string> {
  const mails = (await (await fetch(`${mailbox.httpUrl}/messages`)).json()) as { id: string }[];
  return await (await fetch(`${mailbox.httpUrl}/messages/${mails[0]?.id ?? ""}/raw`)).text();
}

/** What a mailbox that reads our DNS record makes of a mail. */
async function judged(
  raw: string,
): Promise<{ readonly result: string; readonly headers: readonly string[] }> {
  const record = dkimRecord(dkim);
  const resolver = async (name: string, type: string): Promise<string[][]> => {
    await Promise.resolve();
    if (name === record.name && type === "TXT") return [[record.text]];
    throw Object.assign(new Error(`no ${type} of ${name}`), { code: "ENOTFOUND" });
  };
  const { dkim: seen } = await authenticate(Buffer.from(raw), {
    disableArc: true,
    disableDmarc: true,
    disableBimi: true,
    resolver,
  });
  const [signature] = seen.results;
  return {
    result: signature?.status.result ?? "none",
    headers: (/\bh=([^;]+);/.exec(raw.slice(0, raw.indexOf("\r\nFrom:")))?.[1] ?? "")
      .replace(/\s+/g, "")
      .toLowerCase()
      .split(":"),
  };
}

test("a mail over SMTP is signed so that an independent reader accepts it, with both unsubscribe headers under the signature", async () => {
  const channel = emailChannel({ smtpUrl: mailbox.smtpUrl, from, dkim });
  const unsubscribe = `https://kvitok.example/unsubscribe/${"t".repeat(120)}`;
  expect(await channel.deliver({ ...messageAbout("bill-arrived"), unsubscribe })).toMatchObject({
    outcome: "accepted",
  });
  await channel.close();
  const raw = await received();
  const { result, headers } = await judged(raw);
  expect(result).toBe("pass");
  expect(headers).toEqual(
    expect.arrayContaining([
      "from",
      "to",
      "subject",
      "date",
      "message-id",
      "content-type",
      "list-unsubscribe",
      "list-unsubscribe-post",
    ]),
  );
  expect(raw.replace(/\r\n[ \t]+/g, " ")).toContain(`List-Unsubscribe: <${unsubscribe}>\r\n`);
  expect(raw).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
});

test.each([
  [
    "the address behind the one-click way",
    /List-Unsubscribe: <https:/,
    "List-Unsubscribe: <https://thief.example/?",
  ],
  ["that it is one click", "List-Unsubscribe=One-Click", "List-Unsubscribe=Two-Clicks"],
  ["the sender", "kvitok@city.example>", "kvitok@thief.example>"],
])("a mail whose %s was changed on its way is not ours any more", async (_, what, other) => {
  const channel = emailChannel({ smtpUrl: mailbox.smtpUrl, from, dkim });
  await channel.deliver({ ...messageAbout("paid", "en"), unsubscribe: "https://kvitok.example/u/abc" });
  await channel.close();
  const raw = await received();
  expect((await judged(raw)).result).toBe("pass");
  const changed = raw.replace(what, other);
  expect(changed).not.toBe(raw);
  expect((await judged(changed)).result).not.toBe("pass");
});

test("plain mails are signed, too, and a signed mail that was not taken over is still known as that", async () => {
  const mails = plainMail({ smtpUrl: mailbox.smtpUrl, from, dkim });
  await mails.send({ messageId: "a/1", to: "anna@city.example", subject: "Проверка", text: "Текст\n" });
  mails.close();
  expect((await judged(await received())).result).toBe("pass");
  const arm = async (fault: object): Promise<unknown> =>
    await fetch(`${mailbox.httpUrl}/control/faults`, { method: "POST", body: JSON.stringify(fault) });
  const channel = emailChannel({ smtpUrl: mailbox.smtpUrl, from, dkim, answersWithinSeconds: 5 });
  await arm({ kind: "4xx", stage: "rcpt" });
  expect(await channel.deliver(messageAbout("paid"))).toMatchObject({ outcome: "later" });
  await arm({ kind: "drop-after-data" });
  expect(await channel.deliver(messageAbout("paid"))).toMatchObject({ outcome: "unknown" });
  await channel.close();
});

test("the DNS record is what RFC 6376 asks for, and a key that is none is refused before a mail leaves", () => {
  const { name, text } = dkimRecord(dkim);
  expect(name).toBe("autumn._domainkey.city.example");
  expect(text).toMatch(/^v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[\w+/=]+$/);
  expect(() => dkimRecord({ ...dkim, privateKey: "no key" })).toThrow(/./);
  const ed = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  expect(() => dkimRecord({ ...dkim, privateKey: ed })).toThrow("RSA");
});
