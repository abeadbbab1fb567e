import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emailChannel } from "../../adapters/channels/email/email-channel.ts";
import { letterOf } from "../../adapters/channels/email/letter.ts";
import { plainMail } from "../../adapters/channels/email/plain-mail.ts";
import type { Channel } from "../../adapters/channels/port.ts";
import { guardedWeb } from "../../adapters/public-web/guarded-web.ts";
import { signedWebhooks } from "../../adapters/webhooks/http/signed-webhooks.ts";
import { type Mailbox, startMailbox } from "../../sandbox/mailbox/mailbox.ts";
import { everyMessage, messageAbout } from "../adapters/channels/messages.ts";
import { freePort } from "../support/free-port.ts";

/** What ends a header line somewhere: CR, LF, both, NEL, the separators of Unicode, and the tab-stop that some take for one. */
const ENDS = ["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029", "\u000b", "\u000c", "\u0000"];
const injected = (end: string) => `x${end}Bcc: thief@evil.example${end}Subject: won${end}${end}<b>body</b>`;

/** The same facts with every text ended by a header of somebody else's; as many as there are texts. */
function spoilt(facts: object, end: string): readonly object[] {
  const texts = Object.entries(facts).filter(([, value]) => typeof value === "string");
  return texts.map(([name, value]) => ({ ...facts, [name]: `${value as string}${injected(end)}` }));
}

test("no text of any message's facts ends its subject: not a name, a purpose, an account or a method's title", () => {
  let told = 0;
  for (const message of everyMessage) {
    const facts = message.facts as object;
    for (const changed of ENDS.flatMap((end) => spoilt(facts, end))) {
      const subject = subjectOf({ ...message, facts: changed as typeof message.facts });
      // A fact that is no free text (a date, an id of a state) does not fit any more, and nothing is written.
      if (subject === undefined) continue;
      expect(subject, message.event).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      if (subject.includes("Bcc: thief")) told += 1;
    }
  }
  // Names do get into subjects: otherwise this would prove nothing.
  expect(told).toBeGreaterThan(50);
});

function subjectOf(message: Parameters<typeof letterOf>[0]): string | undefined {
  try {
    return letterOf(message).subject;
  } catch (cause) {
    if (cause instanceof RangeError || (cause instanceof Error && cause.name === "ZodError"))
      return undefined;
    throw cause;
  }
}

describe("mail on the wire", () => {
  type Seen = { subject: string; headers: Record<string, string[]>; to: string[] };
  let dataDir: string;
  let mailbox: Mailbox;
  let channel: Channel;
  let alarms: ReturnType<typeof plainMail>;
  const from = "Квиток <kvitok@city.example>";
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "kvitok-header-injection-"));
    mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
    channel = emailChannel({ smtpUrl: mailbox.smtpUrl, from });
    alarms = plainMail({ smtpUrl: mailbox.smtpUrl, from });
  });
  afterAll(async () => {
    await channel.close();
    alarms.close();
    await mailbox.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const mails = async () => (await (await fetch(`${mailbox.httpUrl}/messages`)).json()) as Seen[];
  const names = (mail: Seen | undefined) => Object.keys(mail?.headers ?? {}).sort();

  test("has the headers and the receiver of an honest one, whatever a biller calls itself", async () => {
    const honest = messageAbout("bill-arrived");
    await channel.deliver(honest);
    const [first] = await mails();
    const known = new Set((await mails()).map(({ subject }) => subject));
    for (const [index, end] of ENDS.entries()) {
      const facts = { ...honest.facts, biller: injected(end), purpose: injected(end) };
      const outcome = await channel.deliver({ ...honest, facts, messageId: `test.injected/${index}` });
      expect([end, outcome.outcome]).toEqual([end, "accepted"]);
    }
    const spoiltMails = (await mails()).filter(({ subject }) => !known.has(subject));
    expect(spoiltMails.length).toBe(ENDS.length);
    for (const mail of spoiltMails) {
      expect([mail.to, names(mail)]).toEqual([["anna@city.example"], names(first)]);
      expect(mail.subject).toContain("Bcc: thief@evil.example");
    }
  });

  test("goes to nobody when the receiver's address would be two commands or two addresses", async () => {
    const before = (await mails()).length;
    for (const to of [
      "anna@city.example\r\nRCPT TO:<thief@evil.example>",
      "anna@city.example>\r\nDATA\r\n",
      "anna@city.example, thief@evil.example",
      "anna@city.example\r\nBcc: thief@evil.example",
    ]) {
      const outcome = await channel
        .deliver({ ...messageAbout("paid"), to, messageId: "test.two-commands" })
        .catch((cause: unknown) => ({ outcome: cause instanceof Error ? "thrown" : "?" }));
      const reached = (await mails()).slice(before).flatMap((mail) => mail.to);
      expect([to, outcome.outcome, reached.filter((one) => one === "thief@evil.example")]).toEqual([
        to,
        expect.any(String),
        [],
      ]);
    }
  });

  test("to operators keeps its headers, whatever stands in the subject of an alarm", async () => {
    await alarms.send({ messageId: "alarm/1", to: "olga@operator.example", subject: "plain", text: "x" });
    for (const [index, end] of ENDS.entries()) {
      const subject = injected(end);
      await alarms.send({ messageId: `alarm/i${index}`, to: "olga@operator.example", subject, text: "x" });
    }
    const seen = (await mails()).filter(({ to }) => to.includes("olga@operator.example"));
    const plain = seen.find(({ subject }) => subject === "plain");
    expect(seen).toHaveLength(ENDS.length + 1);
    for (const mail of seen) {
      expect([mail.to, names(mail)]).toEqual([["olga@operator.example"], names(plain)]);
    }
  });
});

describe("a webhook on the wire", () => {
  const secrets = ["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="] as const;

  test("carries no header but ours, whatever stands in its address, its id or its body", async () => {
    const seen: { readonly url: string; readonly headers: readonly string[] }[] = [];
    const server = createServer((request, response) => {
      seen.push({ url: request.url ?? "", headers: Object.keys(request.headers).sort() });
      request.resume().on("end", () => response.writeHead(204).end());
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const web = guardedWeb({ allowed: new Set([`127.0.0.1:${port}`]) });
    const sender = signedWebhooks(web);
    const url = `http://127.0.0.1:${port}/in`;
    const honest = await sender.send({ url, id: "msg_1", body: "{}", secrets });
    expect(honest).toEqual({ kind: "answered", status: 204 });
    for (const end of ENDS) {
      const text = JSON.stringify({ purpose: injected(end) });
      await sender.send({ url: `${url}${end}X-Injected: 1`, id: "msg_2", body: text, secrets });
      const replied = await sender.send({ url, id: `msg_3${end}X-Injected: 1`, body: text, secrets });
      expect([end, replied.kind]).toEqual([end, "failed"]);
    }
    expect(seen.length).toBeGreaterThan(1);
    for (const { headers } of seen) expect(headers).toEqual(seen[0]?.headers);
    expect(seen[0]?.headers).not.toContain("x-injected");
    await sender.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
