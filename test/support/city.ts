import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel } from "../../adapters/channels/port.ts";
import { emailChannel } from "../../adapters/channels/email/email-channel.ts";
import { startMailbox } from "../../sandbox/mailbox/mailbox.ts";

/** A message as the city's mailbox keeps it. */
export type Letter = { readonly messageId: string; readonly subject: string; readonly to: readonly string[] };

/** The city's mailbox with the production channel in front of it. */
export type CityMail = {
  readonly channel: Channel;
  /** Everything that arrived for an address, also twice. */
  letters(to: string): Promise<readonly Letter[]>;
  /** How often the relay was handed a message, by Message-ID. */
  deliveries(messageId: string): Promise<number>;
  arm(fault: Readonly<Record<string, unknown>>): Promise<void>;
  disarm(): Promise<void>;
  close(): Promise<void>;
};

/** Starts a mailbox of a test file's own. */
export async function openCityMail(): Promise<CityMail> {
  const folder = await mkdtemp(join(tmpdir(), "kvitok-city-mail-"));
  const mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir: folder });
  const channel = emailChannel({
    smtpUrl: mailbox.smtpUrl,
    from: "Kvitok <kvitok@kvitok.test>",
    answersWithinSeconds: 10,
  });
  const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(mailbox.httpUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    channel,
    async letters(to) {
      const response = await ask("GET", `/messages?to=${encodeURIComponent(to)}`);
      return (await response.json()) as readonly Letter[];
    },
    async deliveries(messageId) {
      const response = await ask("GET", `/control/deliveries?messageId=${encodeURIComponent(messageId)}`);
      return ((await response.json()) as { count: number }).count;
    },
    async arm(fault) {
      await ask("POST", "/control/faults", fault);
    },
    async disarm() {
      await ask("DELETE", "/control/faults");
    },
    async close() {
      await channel.close();
      await mailbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
