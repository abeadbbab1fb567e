import { join } from "node:path";
import { listenFetch } from "../city-server.ts";
import { FaultBoard } from "./fault-board.ts";
import { MailStore } from "./mail-store.ts";
import { mailboxRoutes } from "./mailbox-routes.tsx";
import { returnsTo } from "./returned-mail.ts";
import { receiveMail } from "./smtp-receiver.ts";

export interface MailboxOptions {
  /** 0 takes any free port. */
  readonly smtpPort: number;
  readonly httpPort: number;
  /** Where `mailbox.jsonl` lies, and reports about returned mail come into `bounces/`; made when missing. */
  readonly dataDir: string;
}

export interface Mailbox {
  /** `smtp://127.0.0.1:PORT` */
  readonly smtpUrl: string;
  /** `http://127.0.0.1:PORT` */
  readonly httpUrl: string;
  close(): Promise<void>;
}

/**
 * Starts a mailbox that takes any mail over SMTP, keeps it on the disk before it says 250, and shows it over HTTP.
 * Rejects with the system's error (EADDRINUSE, EACCES, …) when a port or the folder cannot be had.
 */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const store = new MailStore(options.dataDir);
  const faults = new FaultBoard();
  const returns = returnsTo(join(options.dataDir, "bounces"));
  const smtp = await receiveMail(options.smtpPort, store, faults, returns);
  const http = await listenFetch(mailboxRoutes({ store, faults, returns }), options.httpPort).catch(
    async (cause: unknown) => {
      await smtp.close();
      throw cause;
    },
  );
  return {
    smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
    httpUrl: http.url,
    close: async () => {
      await Promise.all([smtp.close(), http.close()]);
      await store.close();
    },
  };
}
