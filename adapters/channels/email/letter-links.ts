import type { Locale } from "../../../words/locale.ts";
import { say } from "../../../words/say.ts";
import type { LinkName } from "../port.ts";
import { safeLink } from "./safe-link.ts";

/** A link as it stands in a mail. */
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
