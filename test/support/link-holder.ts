import pino from "pino";
import { createApi } from "../../api/app.ts";
import { createConsentSigner } from "../../api/consent-documents.ts";
import type { Channel, ChannelMessage } from "../../adapters/channels/port.ts";
import { pdfmakePapers } from "../../adapters/papers/pdfmake/maker.ts";
import { zxingReader } from "../../adapters/pictures/zxing/reader.ts";
import { startNotifier } from "../../loops/notifier.ts";
import { createWeb } from "../../web/app.tsx";
import { claimKey, type Engine, publicUrl } from "./engine-core.ts";
import { until } from "./until.ts";

/** Somebody who holds the links of a mailbox, and is signed in nowhere: messages as they came, the page and the API behind them. */
export type LinkHolder = {
  /** Sends what waits; answers the newest message about an event of a payment or mandate, with its links as paths. */
  read(event: string, subject: string): Promise<Readonly<Record<string, string>>>;
  /** Sends what waits; answers the newest message about an event to an address, as the channel got it. */
  mailTo(address: string, event: string): Promise<ChannelMessage>;
  /** One request of a browser or of a program that follows links. */
  request(path: string, options?: RequestInit): Promise<Response>;
  /** Presses the button of a link's page. */
  press(path: string): Promise<string>;
  /** Everything that page and API have logged. */
  readonly logged: readonly string[];
};

/** @see LinkHolder */
export function linkHolderOf(engine: Engine): LinkHolder {
  const { db, sealer, pool } = engine;
  const logged: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void logged.push(line) });
  const api = createApi({
    db,
    engine: db,
    pool,
    sealer,
    claimKey,
    gateways: engine.dependencies.gateways,
    billSources: new Map(),
    temporal: { payerReturned: async () => "unavailable", isConnected: async () => true },
    pictures: zxingReader(),
    papers: pdfmakePapers(),
    verifyToken: async () => null,
    // Test key, not a secret.
    consents: createConsentSigner({ active: "test", keys: new Map([["test", Buffer.alloc(32, 9)]]) }),
    livemode: false,
    sessionIdleSeconds: 7_200,
    publicUrl,
    notificationSources: [],
    log,
  });
  const web = createWeb({
    api: async (request) => api.fetch(request, { page: true }),
    oidc: { issuer: "http://127.0.0.1:1", clientId: "kvitok-page", clientSecret: "secret" },
    publicUrl,
    sessionKey: new Uint8Array(32).fill(7),
    livemode: false,
    log,
  });
  const request = async (path: string, options: RequestInit = {}) =>
    web.request(`${publicUrl}${path}`, options);
  return {
    read: async (event, subject) => {
      const { links } = await readMail(
        engine,
        (mail) =>
          mail.event === event && [mail.facts["paymentId"], mail.facts["mandateId"]].includes(subject),
      );
      const paths = Object.entries(links).map(([name, address]) => [name, address.slice(publicUrl.length)]);
      return Object.fromEntries(paths);
    },
    mailTo: (address, event) => readMail(engine, (mail) => mail.event === event && mail.to === address),
    request,
    press: async (path) => {
      const answer = await request(path, {
        method: "POST",
        headers: { origin: publicUrl, "accept-language": "en" },
        body: new URLSearchParams({ confirmed: "yes" }),
      });
      return (await answer.text()).replaceAll("\u00a0", " ");
    },
    logged,
  };
}

async function readMail(
  { db }: Engine,
  isWanted: (mail: ChannelMessage) => boolean,
): Promise<ChannelMessage> {
  const kept: ChannelMessage[] = [];
  const channel: Channel = {
    name: "email",
    can: {
      acceptance: "provider",
      bouncesLater: true,
      foldsRepeats: true,
      links: true,
      answersWithinSeconds: 5,
    },
    deliver: async (message) => {
      kept.push(message);
      return { outcome: "accepted", providerAnswer: "250 OK" };
    },
    close: async () => undefined,
  };
  const notifier = startNotifier({
    db,
    channels: new Map([["email", channel]]),
    publicUrl,
    linkKey: claimKey,
    log: { error: ({ error }, message) => process.stderr.write(`${message}: ${String(error)}\n`) },
  });
  try {
    await until(async () => kept.some(isWanted));
  } finally {
    await notifier.stop();
  }
  const found = kept.findLast(isWanted);
  if (!found) throw new Error("the mail that had come is gone");
  return found;
}
