import { listenFetch } from "../city-server.ts";
import { PushFaults } from "./push-faults.ts";
import { pushRoutes } from "./push-routes.tsx";
import { PushStore } from "./push-store.ts";

export interface PushServiceOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where `push.jsonl` lies; made when missing. */
  readonly dataDir: string;
  /** Where browsers say that they have shown a message; without it they keep it to themselves. */
  readonly pageUrl?: string;
  /** Tells the engine of a browser, in somebody's name. Rejects with a sentence when it does not take it. */
  readonly signUp?: (login: string, browser: BrowserSubscription) => Promise<void>;
}

/** A browser as `PushSubscription.toJSON()` gives it out. */
export interface BrowserSubscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface PushService {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a push service (RFC 8030) together with the browsers behind it: it takes sealed messages, keeps the bytes on the disk before it answers, opens them with the keys of the browser that they
 * are for, and shows them. Rejects with the system's error when the port or the folder cannot be had.
 */
export async function startPushService(options: PushServiceOptions): Promise<PushService> {
  const store = new PushStore(options.dataDir);
  const faults = new PushFaults();
  const place = { origin: "" };
  const http = await listenFetch(pushRoutes({ ...options, store, faults, place }), options.port);
  place.origin = http.url;
  return {
    url: http.url,
    close: async () => {
      await http.close();
      await store.close();
    },
  };
}
