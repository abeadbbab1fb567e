/** An address that may stand in a link of ours. Throws `RangeError` for anything but http and https. */
export function safeLink(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new RangeError("a link in a message must be an http or https address");
  }
  return url.href;
}
