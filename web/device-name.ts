import { parse } from "bowser";

const longest = 80;

/** A browser as its owner knows it ("Firefox, Windows"), from what it says of itself; undefined when it says nothing. */
export function deviceName(userAgent: string | null): string | undefined {
  if (userAgent === null || userAgent === "") return undefined;
  const { browser, os, platform } = parse(userAgent);
  const known = [browser.name, os.name, platform.model].filter(
    (part) => part !== undefined && part !== "" && part !== "Unknown",
  );
  // a browser may call itself anything, and at any length
  return (known.length === 0 ? userAgent : known.join(", ")).slice(0, longest);
}
