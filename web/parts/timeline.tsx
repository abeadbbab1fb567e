import type { FC } from "hono/jsx";
import type { TimelineEntry } from "../../api/client.ts";
import { formatInstant } from "../../words/format.ts";
import type { Locale } from "../../words/locale.ts";
import { reasonOf } from "../../words/reasons.ts";
import { isMessageKey, say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";

type StepKey = Extract<Parameters<typeof say>[1], `page.timeline.${string}`>;

/** What happened to a payment, oldest first. Steps that have no words are for operators and are left out. */
export const Timeline: FC<{ visit: Visit; entries: readonly TimelineEntry[] }> = ({ visit, entries }) => {
  const { locale, zone } = visit;
  const told = entries
    .flatMap((entry) => {
      const words = stepWords(locale, entry);
      return words === undefined ? [] : [{ at: entry.at, words }];
    })
    // One step may be known from several records, e.g. the money from the charge and from the audit.
    .filter(({ words }, index, all) => words !== all[index - 1]?.words);
  return (
    <ol class="timeline">
      {told.map(({ at, words }) => (
        <li>
          <time datetime={at}>{formatInstant(locale, at, zone)}</time>
          {words}
        </li>
      ))}
    </ol>
  );
};

function stepWords(locale: Locale, { what, detail }: TimelineEntry): string | undefined {
  // A message counts as a step by what it told, once it was accepted; the notice of a debit has a step of its own.
  const step = what === "message.accepted" ? `told.${textOf(detail["event"])}` : what;
  const key = `page.timeline.${step}`;
  if (!isStepKey(key)) return undefined;
  if (what !== "charge.not-charged") return say(locale, key);
  const code = textOf(detail["reason"]);
  const reason = reasonOf({ gateway: textOf(detail["gateway"]), code, because: textOf(detail["because"]) });
  if (reason === null && code === "") return say(locale, key);
  return `${say(locale, key)}: ${say(locale, `reason.why.${reason ?? "unlisted"}`)}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isStepKey(key: string): key is StepKey {
  return key.startsWith("page.timeline.") && isMessageKey(key);
}
