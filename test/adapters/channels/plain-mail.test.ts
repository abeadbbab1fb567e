import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { plainMail } from "../../../adapters/channels/email/plain-mail.ts";
import { freePort } from "../../support/free-port.ts";
import { type Mailbox, startMailbox } from "../../../sandbox/mailbox/mailbox.ts";

let dataDir: string;
let mailbox: Mailbox;
let sender: ReturnType<typeof plainMail>;
const from = "Квиток <kvitok@city.example>";
const mail = {
  messageId: "alarm/KV-0000-0000-0000/1/opened",
  to: "operators@city.example",
  subject: "Квиток: Итог списания неизвестен сутки",
  text: "Задача.\nhttps://pay.city.example/v1/operator/cases/x\n",
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-plain-mail-"));
  mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
  sender = plainMail({ smtpUrl: mailbox.smtpUrl, from });
});
afterEach(async () => {
  sender.close();
  await mailbox.close();
  await rm(dataDir, { recursive: true, force: true });
});

test("a relay's 250 is accepted; the mail is there with our Message-ID, as it was written", async () => {
  expect(await sender.send(mail)).toMatchObject({ outcome: "accepted" });
  const [seen] = (await (await fetch(`${mailbox.httpUrl}/messages`)).json()) as Record<string, unknown>[];
  expect(seen).toMatchObject({
    messageId: "<alarm/KV-0000-0000-0000/1/opened@city.example>",
    subject: mail.subject,
    to: [mail.to],
  });
  expect(String(seen?.["text"]).trim()).toBe(mail.text.trim());
});

test("a relay that is away is later, not an error", async () => {
  const away = plainMail({ smtpUrl: `smtp://127.0.0.1:${await freePort()}`, from });
  expect(await away.send(mail)).toMatchObject({ outcome: "later" });
  away.close();
});

test("a message id that could break the header is a defect, and so is a sender without a domain", async () => {
  await expect(sender.send({ ...mail, messageId: "a b" })).rejects.toThrow(RangeError);
  expect(() => plainMail({ smtpUrl: mailbox.smtpUrl, from: "nobody" })).toThrow(RangeError);
});
