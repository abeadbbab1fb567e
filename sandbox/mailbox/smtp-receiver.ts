import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { type FaultBoard, replyCodeOf, returnOf } from "./fault-board.ts";
import { type MailStore, readMail } from "./mail-store.ts";
import type { Returns } from "./returned-mail.ts";

/** Keeps what arrived; durable before the client hears 250. */
export type MailKeeper = Pick<MailStore, "record" | "clock">;

const largestMailBytes = 25 * 1024 * 1024;

/** The SMTP side of the mailbox. */
export interface SmtpReceiver {
  readonly port: number;
  close(): Promise<void>;
}

class Refusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, sentence: string) {
    super(sentence);
    this.responseCode = responseCode;
  }
}

/** Thrown after the socket was destroyed on purpose: there is nobody left to answer. */
class Dropped extends Error {}

/** Listens for mail on loopback, without sign-in or TLS. Rejects with the system's error when the port is taken. */
export async function receiveMail(
  port: number,
  store: MailKeeper,
  faults: FaultBoard,
  returns: Returns,
): Promise<SmtpReceiver> {
  const sockets = new Map<number, Socket>();
  const drop = (session: SMTPServerSession): void => {
    sockets.get(session.remotePort)?.destroy();
  };
  const server = new SMTPServer({
    name: "mailbox.city.example",
    banner: "sandbox city mailbox",
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: largestMailBytes,
    rejectOversized: true,
    closeTimeout: 200,
    onConnect(session, answer) {
      if (!faults.take("connect", [])) return answer();
      drop(session);
    },
    onRcptTo(address, session, answer) {
      const fault = faults.take("rcpt", [address.address.toLowerCase()]);
      if (!fault) return answer();
      const code = replyCodeOf(fault);
      const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
      const attempt = { at: store.clock.now(), messageId: null, from, to: [address.address] };
      store
        .record({ ...attempt, outcome: "refused", replyCode: code })
        .then(() => answer(new Refusal(code, "armed refusal of the recipient")), answer);
    },
    onData(stream, session, answer) {
      takeMessage(stream, session, { store, faults, returns, drop }).then(
        (id) => answer(null, `stored as ${id}`),
        (cause: unknown) => {
          if (!(cause instanceof Dropped)) answer(cause instanceof Error ? cause : new Error(String(cause)));
        },
      );
    },
  });
  server.server.prependListener("connection", (socket: Socket) => {
    const remotePort = socket.remotePort ?? 0;
    sockets.set(remotePort, socket);
    socket.once("close", () => sockets.delete(remotePort));
  });
  const bound = await listen(server, port);
  return { port: bound, close: () => new Promise((done) => server.close(() => done())) };
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", failed);
      // A client that resets its connection is its own business; the mailbox goes on.
      server.on("error", (cause) => console.error(`mailbox: ${cause.message}`));
      const address = server.server.address();
      done(typeof address === "object" && address ? address.port : port);
    });
  });
}

async function takeMessage(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  mailbox: {
    store: MailKeeper;
    faults: FaultBoard;
    returns: Returns;
    drop: (session: SMTPServerSession) => void;
  },
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const envelope = {
    from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
    to: session.envelope.rcptTo.map((one) => one.address),
  };
  const at = mailbox.store.clock.now();
  const mail = await readMail(raw, envelope, at);
  const attempt = { at, messageId: mail.messageId, from: envelope.from, to: envelope.to };
  if (stream.sizeExceeded) {
    await mailbox.store.record({ ...attempt, outcome: "refused", replyCode: 552 });
    throw new Refusal(552, "the message is too large");
  }
  const fault = mailbox.faults.take(
    "data",
    envelope.to.map((one) => one.toLowerCase()),
  );
  if (fault?.kind === "4xx" || fault?.kind === "5xx") {
    await mailbox.store.record({ ...attempt, outcome: "refused", replyCode: replyCodeOf(fault) });
    throw new Refusal(replyCodeOf(fault), "armed refusal of the message");
  }
  if (fault?.kind === "drop-after-data") {
    const outcome = fault.keep ? "stored-then-dropped" : "dropped";
    await mailbox.store.record(
      { ...attempt, outcome, replyCode: null },
      fault.keep ? { mail, raw } : undefined,
    );
    mailbox.drop(session);
    throw new Dropped();
  }
  if (fault?.kind === "slow") await pause(fault.ms);
  await mailbox.store.record({ ...attempt, outcome: "stored", replyCode: 250 }, { mail, raw });
  const back = returnOf(fault);
  if (back !== undefined) await mailbox.returns.write(mail, back);
  return mail.id;
}
