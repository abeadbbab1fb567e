/** A path of our own page, or undefined: an address from outside never leads a person to another site. */
export function ownPath(asked: string | undefined, publicOrigin: string): string | undefined {
  if (asked === undefined || !/^\/(?![/\\])/.test(asked) || !URL.canParse(asked, publicOrigin))
    return undefined;
  const url = new URL(asked, publicOrigin);
  // Dots are resolved by now: "/..//host" has become "//host", which a browser reads as another site.
  const stays = url.origin === publicOrigin && !url.pathname.startsWith("//");
  return stays ? url.pathname + url.search : undefined;
}
