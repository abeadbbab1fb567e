import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emailChannel } from "../../../adapters/channels/email/email-channel.ts";
import { outcomeOf } from "../../../adapters/channels/email/outcome.ts";
import type { Channel } from "../../../adapters/channels/port.ts";
import { type Mailbox, startMailbox } from "../../../sandbox/mailbox/mailbox.ts";
import { messageAbout } from "./messages.ts";

interface SeenMail {
  messageId: string;
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string[]>;
  to: string[];
}

let dataDir: string;
let mailbox: Mailbox;
let channel: Channel;

const from = "Квиток <kvitok@city.example>";

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-channel-"));
  mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
  channel = emailChannel({ smtpUrl: mailbox.smtpUrl, from, answersWithinSeconds: 5 });
});

afterEach(async () => {
  await channel.close();
  await mailbox.close();
  await rm(dataDir, { recursive: true, force: true });
});

const arm = async (fault: unknown): Promise<void> => {
  const answer = await fetch(`${mailbox.httpUrl}/control/faults`, {
    method: "POST",
    body: JSON.stringify(fault),
  });
  expect(answer.status).toBe(201);
};
const mails = async (): Promise<SeenMail[]> =>
  (await (await fetch(`${mailbox.httpUrl}/messages`)).json()) as SeenMail[];
const deliveries = async (): Promise<string[]> => {
  const { deliveries } = (await (await fetch(`${mailbox.httpUrl}/control/deliveries`)).json()) as {
    deliveries: { messageId: string }[];
  };
  return deliveries.map((one) => one.messageId);
};

describe("what the relay answers decides the outcome", () => {
  test("250 is accepted, and the mail is there with our Message-ID, both bodies and headers", async () => {
    const message = { ...messageAbout("bill-arrived"), unsubscribe: "https://kvitok.example/u/abc" };
    expect(await channel.deliver(message)).toEqual({
      outcome: "accepted",
      providerAnswer: expect.stringMatching(/^250 /) as string,
    });
    const [mail] = await mails();
    expect(mail).toMatchObject({
      messageId: "<test.bill-arrived.ru@city.example>",
      to: ["anna@city.example"],
    });
    expect(mail?.subject.replaceAll("\u00A0", " ")).toBe("Новый счёт: 5 123,45 ₽, Городские услуги");
    expect(mail?.text).toContain("Оплатить счёт:\nhttps://kvitok.example/l/pay?t=a&b=c");
    expect(mail?.html).toMatch(/<a[^>]*href="https:\/\/kvitok\.example\/l\/pay\?t=a&amp;b=c"/);
    expect(mail?.headers).toMatchObject({
      "list-unsubscribe": ["<https://kvitok.example/u/abc>"],
      "list-unsubscribe-post": ["List-Unsubscribe=One-Click"],
      "auto-submitted": ["auto-generated"],
      "content-language": ["ru"],
    });
  });

  test.each(["rcpt", "data"] as const)(
    "4xx at %s is later, 5xx is refused, and the next message goes through",
    async (stage) => {
      await arm({ kind: "4xx", stage });
      await arm({ kind: "5xx", stage });
      expect(await channel.deliver(messageAbout("paid"))).toMatchObject({ outcome: "later" });
      const refused = await channel.deliver(messageAbout("paid"));
      expect(refused).toMatchObject({ outcome: "refused" });
      expect(refused.providerAnswer).toMatch(/^550 /);
      expect(await channel.deliver(messageAbout("paid"))).toMatchObject({ outcome: "accepted" });
      expect(await mails()).toHaveLength(1);
    },
  );

  test.each([true, false])(
    "a connection that dies after the content is unknown and is not repeated by itself (kept: %s)",
    async (keep) => {
      await channel.deliver(messageAbout("paid"));
      await arm({ kind: "drop-after-data", keep });
      expect(await channel.deliver(messageAbout("notice"))).toMatchObject({ outcome: "unknown" });
      expect((await deliveries()).filter((id) => id.includes("notice"))).toHaveLength(1);
      expect(await channel.deliver(messageAbout("notice"))).toMatchObject({ outcome: "accepted" });
      expect(new Set((await deliveries()).filter((id) => id.includes("notice"))).size).toBe(1);
    },
  );

  test("a relay that refuses connections took nothing over: later", async () => {
    await arm({ kind: "refuse-connection", times: 10 });
    expect(await channel.deliver(messageAbout("paid"))).toMatchObject({ outcome: "later" });
    expect(await deliveries()).toEqual([]);
  });

  test("a relay that is away is later", async () => {
    await mailbox.close();
    expect(await channel.deliver(messageAbout("paid"))).toMatchObject({ outcome: "later" });
    mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
  });

  test("an answer that does not come in time is unknown", async () => {
    await channel.close();
    channel = emailChannel({ smtpUrl: mailbox.smtpUrl, from, answersWithinSeconds: 1 });
    await arm({ kind: "slow", ms: 3000 });
    const startedAt = performance.now();
    expect(await channel.deliver(messageAbout("paid"))).toMatchObject({ outcome: "unknown" });
    expect(performance.now() - startedAt).toBeLessThan(2900);
  });

  test("a relay that says nothing at all is later, in time", async () => {
    const silent = createServer();
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const patient = emailChannel({ smtpUrl: `smtp://127.0.0.1:${port ?? 0}`, from, answersWithinSeconds: 1 });
    expect(await patient.deliver(messageAbout("paid"))).toMatchObject({ outcome: "later" });
    await patient.close();
    await new Promise((done) => silent.close(done));
  });
});

test("many messages at once share the connections and each comes once", async () => {
  const many = Array.from({ length: 40 }, (_, index) => ({
    ...messageAbout("paid"),
    messageId: `many/${index}`,
  }));
  const outcomes = await Promise.all(many.map((message) => channel.deliver(message)));
  expect(outcomes.every((one) => one.outcome === "accepted")).toBe(true);
  expect(new Set((await mails()).map((mail) => mail.messageId)).size).toBe(40);
  expect(await deliveries()).toHaveLength(40);
});

test("a defect is thrown, not sent: facts that do not fit, an id that would break a header", async () => {
  await expect(channel.deliver({ ...messageAbout("notice"), facts: {} })).rejects.toThrow("amount");
  await expect(channel.deliver({ ...messageAbout("paid"), messageId: "a>\r\nBcc: x" })).rejects.toThrow(
    "message id",
  );
  expect(() => emailChannel({ smtpUrl: mailbox.smtpUrl, from: "Квиток" })).toThrow("domain");
  expect(await deliveries()).toEqual([]);
});

test("a refusal of our own sign-in or of the session bounces nobody", () => {
  const failure = { message: "x", response: "5xx" };
  expect(outcomeOf({ ...failure, responseCode: 535, command: "AUTH PLAIN" }, false).outcome).toBe("later");
  expect(outcomeOf({ ...failure, responseCode: 554, command: "CONN" }, false).outcome).toBe("later");
  expect(outcomeOf({ ...failure, responseCode: 503, command: "DATA" }, false).outcome).toBe("later");
  expect(outcomeOf({ ...failure, responseCode: 550, command: "RCPT TO" }, false).outcome).toBe("refused");
  expect(outcomeOf({ message: "reset", code: "ESOCKET" }, true)).toEqual({
    outcome: "unknown",
    providerAnswer: "ESOCKET: reset",
  });
});
