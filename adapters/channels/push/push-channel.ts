import webPush from "web-push";
import type { GuardedWeb } from "../../public-web/guarded-web.ts";
import type { Channel, ChannelDelivery, ChannelMessage } from "../port.ts";
import { pushWords } from "../short-words.ts";
import { type Handling, handlingOf } from "./handling.ts";
import { outcomeOf } from "./outcome.ts";
import { type Content, payloadOf, type PushPayload, shortPayloadOf } from "./payload.ts";

/** Who we are to push services (RFC 8292): a pair of keys, base64url, and how they reach us. */
export type VapidKeys = {
  readonly publicKey: string;
  readonly privateKey: string;
  /** `mailto:…` or `https://…` */
  readonly subject: string;
};

export type PushOptions = {
  readonly vapid: VapidKeys;
  /** The way to servers that browsers name. */
  readonly web: GuardedWeb;
  /** Longest time of one delivery, by the limits of {@link PushOptions.web}; two exchanges at most. Default 40 s. */
  readonly answersWithinSeconds?: number;
};

/**
 * Web push to one browser: sealed for it alone (aes128gcm, RFC 8291), signed with our key (VAPID ES256). What a push service takes over may never be shown: `acceptance` is `shown`.
 *
 * @throws Error when the keys are none
 */
export function pushChannel(options: PushOptions): Channel {
  // checks the keys before the first message needs them
  webPush.setVapidDetails(options.vapid.subject, options.vapid.publicKey, options.vapid.privateKey);
  return {
    name: "push",
    can: {
      acceptance: "shown",
      bouncesLater: false,
      foldsRepeats: true,
      links: true,
      answersWithinSeconds: options.answersWithinSeconds ?? 40,
    },
    deliver: (message) => deliver(options, message),
    close: () => options.web.close(),
  };
}

async function deliver(options: PushOptions, message: ChannelMessage): Promise<ChannelDelivery> {
  const { device } = message;
  if (device === undefined) throw new RangeError("a push message needs the keys of its browser");
  const { locale, zone, livemode, amountsHidden = true } = message;
  const handling = handlingOf(message);
  const words = pushWords(message.event, message.facts, { locale, zone, livemode, amountsHidden });
  const content: Content = { message, words, tag: handling.topic, shownToken: device.shownToken };
  const to = { endpoint: message.to, keys: { p256dh: device.p256dh, auth: device.auth } };
  const send = async (payload: PushPayload) => {
    const request = sealed(options.vapid, { to, payload, handling });
    if (request === null) return { outcome: "refused", providerAnswer: "unusable keys", gone: true } as const;
    return outcomeOf(await options.web.send(request), new Date());
  };
  const first = await send(payloadOf(content));
  if (first !== "too-large") return first;
  const second = await send(shortPayloadOf(content));
  return second === "too-large" ? { outcome: "refused", providerAnswer: "http-413" } : second;
}

type Sending = {
  readonly to: {
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  readonly payload: PushPayload;
  readonly handling: Handling;
};

/** Null: the browser's keys are none, and nothing can ever be sealed for it. */
function sealed(vapid: VapidKeys, sending: Sending): ReturnType<typeof requestOf> | null {
  try {
    return requestOf(vapid, sending);
  } catch (cause) {
    // our own keys were checked when the channel was made; what is left are the browser's
    if (cause instanceof Error) return null;
    throw cause;
  }
}

function requestOf(vapidDetails: VapidKeys, { to, payload, handling }: Sending) {
  const details = webPush.generateRequestDetails(to, JSON.stringify(payload), {
    vapidDetails,
    TTL: handling.ttlSeconds,
    urgency: handling.urgency,
    topic: handling.topic,
    contentEncoding: "aes128gcm",
  });
  const headers = Object.fromEntries(
    // its types promise texts, and TTL is a number
    Object.entries<string | number>(details.headers).map(([name, value]) => [
      name.toLowerCase(),
      String(value),
    ]),
  );
  return { url: to.endpoint, method: "POST" as const, headers, body: details.body ?? "" };
}
