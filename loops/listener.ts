import { Client } from "pg";
import type { LoopLog } from "./loop.ts";

/** Hears NOTIFY on one connection of its own and rings the loops; the tables are the truth, a lost ring costs a second. */
export type Listener = { stop(): Promise<void> };

const RECONNECT_MS = 1_000;

/** @param onBell is called with the payload of each notification, and with "*" after every (re)connection */
export function startListener(options: {
  readonly url: string;
  readonly log: LoopLog;
  readonly onBell: (bell: string) => void;
}): Listener {
  let stopping = false;
  let client: Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const connect = async () => {
    const next = new Client({ connectionString: options.url, application_name: "kvitok-listener" });
    let lost = false;
    const again = (error?: unknown) => {
      if (lost) return;
      lost = true;
      if (stopping) return;
      options.log.error({ loop: "listener", error }, "connection lost, will listen again");
      retry = setTimeout(() => {
        connecting = connect();
      }, RECONNECT_MS);
    };
    next.on("error", again);
    next.on("end", () => again());
    next.on("notification", ({ payload }) => options.onBell(payload ?? ""));
    try {
      await next.connect();
      await next.query("listen kvitok");
      client = next;
      options.onBell("*");
    } catch (error) {
      again(error);
      await next.end().catch(() => undefined);
    }
  };
  let connecting = connect();
  return {
    async stop() {
      stopping = true;
      clearTimeout(retry);
      // a connection that is being made would outlive us and keep the process alive
      await connecting;
      await client?.end();
    },
  };
}
