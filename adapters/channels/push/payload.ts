import { type ChannelMessage, type LinkName, LINKS_OF_EVENT } from "../port.ts";
import { pushActions, type PushWords } from "../short-words.ts";

/** What the service worker (web/static/service-worker.js) reads; `v` changes when it could misread it. */
export type PushPayload = {
  readonly v: 1;
  readonly title: string;
  readonly body: string;
  readonly lang: string;
  readonly tag: string;
  /** Addresses are paths of our own page: a message can lead nowhere else. */
  readonly url: string;
  readonly actions: readonly { readonly action: string; readonly title: string; readonly url: string }[];
  /** Sent back when it was shown. */
  readonly shown: string;
};

/** A click opens what the message is about, where there is such a page; what acts is a button of its own. */
const OPENED: ReadonlySet<LinkName> = new Set(["payment", "bill", "receipt", "mandate", "methods"]);
/** What every push service must take is 4,096 bytes with the sealing around it (RFC 8030 §7.2); a little less is what some take. */
const MOST_BYTES = 3_000;

export type Content = {
  readonly message: ChannelMessage;
  readonly words: PushWords;
  readonly tag: string;
  readonly shownToken: string;
};

/** The message as it is shown: words, the main link behind it, further ones as buttons. Cut where it would be too long. */
export function payloadOf({ message, words, tag, shownToken }: Content): PushPayload {
  const { event, locale, links } = message;
  const names = LINKS_OF_EVENT[event].filter((name: LinkName) => links[name] !== undefined);
  const opened = names.find((name) => OPENED.has(name)) ?? names[0];
  const buttons = Object.entries(links).filter(([name]) => name !== opened);
  const payload: PushPayload = {
    v: 1,
    title: words.title,
    body: words.body,
    lang: locale,
    tag,
    url: opened === undefined ? "/" : pathOf(links[opened]),
    actions: pushActions(locale, event, Object.fromEntries(buttons)).map(({ name, title, address }) => ({
      action: name,
      title,
      url: pathOf(address),
    })),
    shown: shownToken,
  };
  return fitting(payload);
}

/** For a push service that takes less than it must: what happened, and the way to it. */
export function shortPayloadOf(content: Content): PushPayload {
  return { ...payloadOf(content), body: "", actions: [] };
}

/** Bytes of a payload before it is sealed. */
export function bytesOf(payload: PushPayload): number {
  return Buffer.byteLength(JSON.stringify(payload));
}

function pathOf(address = ""): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw new RangeError("a link in a message must be an http or https address");
  return url.pathname + url.search;
}

function fitting(payload: PushPayload): PushPayload {
  let cut = payload;
  let body = Array.from(payload.body);
  while (bytesOf(cut) > MOST_BYTES && body.length > 0) {
    body = body.slice(0, Math.floor(body.length * 0.8));
    cut = { ...cut, body: body.length === 0 ? "" : `${body.join("")}…` };
  }
  return cut;
}
