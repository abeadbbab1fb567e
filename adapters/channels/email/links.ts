import type { Locale } from "../../../words/locale.ts";
import { say } from "../../../words/say.ts";
import type { LinkName } from "../port.ts";

/** Something to follow, in words, and where it leads. */
export type Link = { readonly label: string; readonly address: string };

/** The links that a message has, of those names, in their order. Throws `RangeError` for an address that is none of the web. */
export function linksNamed(
  locale: Locale,
  names: readonly LinkName[],
  links: Readonly<Partial<Record<LinkName, string>>>,
): Link[] {
  return names.flatMap((name) => {
    const address = links[name];
    return address === undefined
      ? []
      : [{ label: say(locale, `mail.link.${name}`), address: safeLink(address) }];
  });
}

/** An address that may stand in a link of ours. Throws `RangeError` for anything but http and https. */
function safeLink(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new RangeError("a link in a message must be an http or https address");
  }
  return url.href;
}
