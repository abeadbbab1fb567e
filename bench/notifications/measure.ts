import { generateKeyPairSync } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { simpleParser } from "mailparser";
import { createTransport } from "nodemailer";
import { type DkimKey, signedWith } from "../../adapters/channels/email/dkim.ts";
import { emailChannel } from "../../adapters/channels/email/email-channel.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { startNotifier } from "../../loops/notifier.ts";
import { withDurableDatabase } from "../../scripts/temporary-database.ts";
import { countOpen, makeBills, tellMany } from "./rows.ts";
import { type Sink, startSink } from "./sink.ts";

/** How fast messages leave, beside a loop that only sends mails; both by the same pool to the same server in the same run. */
export type NotificationBench = {
  readonly messages: number;
  readonly rounds: number;
  readonly connections: number;
  readonly mailBytes: number;
  /** Both sides sign with one key of 2,048 bits. */
  readonly dkim: true;
  readonly notifierPerSecond: number;
  readonly barePerSecond: number;
  readonly ratio: number;
};

const FROM = "Kvitok <kvitok@kvitok.test>";
const DKIM: DkimKey = {
  domain: "kvitok.test",
  selector: "bench",
  privateKey: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  }) as string,
};
/** The pool of the channel, and of whom it is compared with. */
const CONNECTIONS = 4;
const MAILS_OF_A_CONNECTION = 100;
const ROUNDS = 3;
const WARM_UP = 200;
const LOOK_MS = 50;

export async function measureNotifications(options: {
  readonly messages: number;
  readonly say: (line: string) => void;
}): Promise<NotificationBench> {
  const sink = await startSink();
  try {
    return await withDurableDatabase(async (url) => {
      const { db, close } = openDatabase({ url, applicationName: "kvitok-bench", maxConnections: 8 });
      try {
        return await measure({ db, sink, ...options });
      } finally {
        await close();
      }
    });
  } finally {
    await sink.end();
  }
}

async function measure(of: {
  readonly db: Database;
  readonly sink: Sink;
  readonly messages: number;
  readonly say: (line: string) => void;
}): Promise<NotificationBench> {
  const { db, sink, messages, say } = of;
  const bills = await makeBills(db);
  const each = Math.ceil(messages / ROUNDS);
  await tellMany(db, bills, WARM_UP);
  await notify(db, sink);
  const { last } = await sink.look();
  await sendBare(sink, last, WARM_UP);
  let [notifierSeconds, bareSeconds] = [0, 0];
  // in turns: what else the machine does disturbs both alike
  for (let round = 0; round < ROUNDS; round += 1) {
    await tellMany(db, bills, each);
    notifierSeconds += await notify(db, sink);
    bareSeconds += await sendBare(sink, last, each);
    say(`round ${round + 1} of ${ROUNDS}: ${each} messages each way`);
  }
  const { taken } = await sink.look();
  const sent = 2 * (WARM_UP + ROUNDS * each);
  if (taken !== sent) throw new Error(`the server took ${taken} mails of ${sent}`);
  const [notifier, bare] = [(ROUNDS * each) / notifierSeconds, (ROUNDS * each) / bareSeconds];
  return {
    messages: ROUNDS * each,
    rounds: ROUNDS,
    connections: CONNECTIONS,
    mailBytes: last.length,
    dkim: true,
    notifierPerSecond: Math.round(notifier),
    barePerSecond: Math.round(bare),
    ratio: Math.round((notifier / bare) * 100) / 100,
  };
}

/** Lets the engine's loop send everything that is queued; answers the seconds until the last is marked. */
async function notify(db: Database, { smtpUrl }: Sink): Promise<number> {
  const channel = emailChannel({ smtpUrl, from: FROM, connections: CONNECTIONS, dkim: DKIM });
  const from = performance.now();
  const notifier = startNotifier({
    db,
    channels: new Map([[channel.name, channel]]),
    publicUrl: "https://kvitok.test",
    linkKey: Buffer.alloc(32, 5),
    log: { error: ({ error }, message) => console.error(message, error) },
  });
  while ((await countOpen(db)) > 0) await pause(LOOK_MS);
  const seconds = (performance.now() - from) / 1_000;
  await notifier.stop();
  await channel.close();
  return seconds;
}

/** Sends the same mail so often, with nothing around it: no row, no words, no mark. */
async function sendBare({ smtpUrl }: Sink, mail: Buffer, count: number): Promise<number> {
  const { subject, text, html } = await simpleParser(mail, { skipTextToHtml: true, keepCidLinks: true });
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: MAILS_OF_A_CONNECTION,
    ...signedWith(DKIM),
  });
  const headers = { "Content-Language": "ru", "Auto-Submitted": "auto-generated" };
  const from = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      transport.sendMail({
        from: FROM,
        to: `bare-${index}@bench.example`,
        ...(subject === undefined ? {} : { subject }),
        ...(text === undefined ? {} : { text }),
        ...(html === false ? {} : { html }),
        headers,
      }),
    ),
  );
  const seconds = (performance.now() - from) / 1_000;
  transport.close();
  return seconds;
}

/** As a table for people. */
export function printNotifications(bench: NotificationBench): string {
  return [
    `${bench.messages} messages each way in ${bench.rounds} rounds, ${bench.connections} connections, ${bench.mailBytes} bytes a mail, signed by DKIM`,
    "",
    "| | messages a second |",
    "|---|---|",
    `| notifier: rows, judgement, words, links, mark | ${bench.notifierPerSecond} |`,
    `| bare nodemailer loop | ${bench.barePerSecond} |`,
    "",
    `The notifier reaches ${bench.ratio} of the bare loop (aim: 0.5).`,
    "",
  ].join("\n");
}
