import type { Freshness, LookedUp } from "../api/client.ts";
import { formatInstant } from "../words/format.ts";
import type { Locale } from "../words/locale.ts";
import { say } from "../words/say.ts";
import { sourceTitle } from "../words/sources.ts";
import type { Visit } from "./visit.ts";

/** How fresh a source's word is, in one sentence. A source that is silent never reads like one that has nothing. */
export function freshnessWords({ locale, zone }: Visit, fresh: Freshness): string {
  const source = sourceTitle(locale, fresh.source);
  const time = fresh.readAt === null ? null : formatInstant(locale, fresh.readAt, zone);
  const since = fresh.silentSince === null ? "" : formatInstant(locale, fresh.silentSince, zone);
  switch (fresh.state) {
    case "fresh":
      return say(locale, "finding.fresh", { source, time: time ?? "" });
    case "part":
      return time === null
        ? say(locale, "finding.part-never", { source })
        : say(locale, "finding.part", { source, time });
    case "silent":
      return time === null
        ? say(locale, "finding.silent-never", { source, since })
        : say(locale, "finding.silent", { source, since, time });
    case "refused":
      return say(locale, "finding.refused", { source });
    case "waiting":
      return say(locale, "finding.waiting", { source });
  }
}

/** How a source has answered a question just now. */
export function answerWords(locale: Locale, answer: LookedUp["sources"][number]): string {
  const source = sourceTitle(locale, answer.source);
  const isInPart = answer.outcome === "partial" && answer.missing.every((why) => why === "in-part");
  return say(locale, `finding.answer.${isInPart ? "in-part" : answer.outcome}`, { source });
}
