import type { Locale } from "./locale.ts";
import { isMessageKey, say } from "./say.ts";

/** What a source of bills is called. */
export function sourceTitle(locale: Locale, source: string): string {
  const key = `finding.source.${source}`;
  return isMessageKey(key)
    ? say(locale, key as "finding.source.gis-gmp")
    : say(locale, "finding.source.other", { source });
}
