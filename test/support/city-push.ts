import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import webPush from "web-push";
import type { Channel } from "../../adapters/channels/port.ts";
import { pushChannel } from "../../adapters/channels/push/push-channel.ts";
import { guardedWeb } from "../../adapters/public-web/guarded-web.ts";
import { startPushService } from "../../sandbox/push/push.ts";

/** A browser of the sandbox's push service. */
export type CityBrowser = {
  readonly id: string;
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
};

export type CityPushMessage = {
  readonly id: string;
  readonly headers: {
    readonly ttl: string;
    readonly urgency: string | null;
    readonly topic: string | null;
  };
  readonly payload: {
    readonly title: string;
    readonly body: string;
    readonly url: string;
    readonly tag: string;
    readonly shown: string;
    readonly actions: readonly { readonly action: string; readonly title: string; readonly url: string }[];
  };
};

/** The city's push service with the production channel in front of it. */
export type CityPush = {
  readonly url: string;
  readonly vapid: { readonly publicKey: string; readonly privateKey: string; readonly subject: string };
  readonly channel: Channel;
  subscribe(wish?: Readonly<Record<string, unknown>>): Promise<CityBrowser>;
  /** What a browser got, in order, repetitions too. */
  messages(browser: CityBrowser): Promise<readonly CityPushMessage[]>;
  /** How often a browser's address was tried. */
  tries(browser: CityBrowser): Promise<number>;
  arm(fault: Readonly<Record<string, unknown>>): Promise<void>;
  disarm(): Promise<void>;
  close(): Promise<void>;
};

/** Starts a push service of a test file's own. */
export async function openCityPush(
  options: { readonly totalMs?: number; readonly pageUrl?: string } = {},
): Promise<CityPush> {
  const folder = await mkdtemp(join(tmpdir(), "kvitok-city-push-"));
  const { pageUrl } = options;
  const service = await startPushService({
    port: 0,
    dataDir: folder,
    ...(pageUrl === undefined ? {} : { pageUrl }),
  });
  const vapid = { ...webPush.generateVAPIDKeys(), subject: "mailto:operators@kvitok.test" };
  const web = guardedWeb({
    allowed: new Set([new URL(service.url).host]),
    totalMs: options.totalMs ?? 5_000,
  });
  const channel = pushChannel({ vapid, web });
  const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(service.url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    url: service.url,
    vapid,
    channel,
    async subscribe(wish = {}) {
      const answer = await ask("POST", "/subscriptions", { applicationServerKey: vapid.publicKey, ...wish });
      return (await answer.json()) as CityBrowser;
    },
    async messages({ id }) {
      return (await (await ask("GET", `/messages?subscription=${id}`)).json()) as CityPushMessage[];
    },
    async tries({ id }) {
      const answer = await ask("GET", `/control/deliveries?subscription=${id}`);
      return ((await answer.json()) as { count: number }).count;
    },
    async arm(fault) {
      await ask("POST", "/control/faults", fault);
    },
    async disarm() {
      await ask("DELETE", "/control/faults");
    },
    async close() {
      await channel.close();
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
