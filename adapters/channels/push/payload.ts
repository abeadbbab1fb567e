import { say } from "../../../words/say.ts";
import { type ChannelMessage, type LinkName, LINKS_OF_EVENT, type ShortWords } from "../port.ts";

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

/** Systems show no more. */
const MOST_ACTIONS = 2;
/** A click opens what the message is about, where there is such a page; what acts is a button of its own. */
const OPENED: ReadonlySet<LinkName> = new Set(["payment", "bill", "receipt", "mandate", "methods"]);
/** What every push service must take is 4,096 bytes with the sealing around it (RFC 8030 §7.2); a little less is what some take. */
const MOST_BYTES = 3_000;

export type Content = {
  readonly message: ChannelMessage;
  readonly words: ShortWords;
  readonly tag: string;
  readonly shownToken: string;
};

/** The message as it is shown: words, the main link behind it, further ones as buttons. Cut where it would be too long. */
export function payloadOf({ message, words, tag, shownToken }: Content): PushPayload {
  const links = linksOf(message);
  const opened = links.find(([name]) => OPENED.has(name)) ?? links[0];
  const payload: PushPayload = {
    v: 1,
    title: words.title,
    body: words.body,
    lang: message.locale,
    tag,
    url: opened?.[1] ?? "/",
    actions: buttonsOf(links, opened).map(([name, url]) => ({
      action: name,
      title: say(message.locale, `mail.link.${name}`),
      url,
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

type Link = readonly [name: LinkName, path: string];

function linksOf({ event, links }: ChannelMessage): readonly Link[] {
  return LINKS_OF_EVENT[event].flatMap((name): Link[] => {
    const address = links[name];
    return address === undefined ? [] : [[name, pathOf(address)]];
  });
}

function buttonsOf(links: readonly Link[], opened: Link | undefined): readonly Link[] {
  return links.filter((link) => link !== opened).slice(0, MOST_ACTIONS);
}

function pathOf(address: string): string {
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
