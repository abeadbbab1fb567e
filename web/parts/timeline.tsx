import type { FC } from "hono/jsx";
import type { TimelineEntry } from "../../api/client.ts";
import { formatInstant } from "../../words/format.ts";
import { isMessageKey, say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";

type StepKey = Extract<Parameters<typeof say>[1], `page.timeline.${string}`>;

/** What happened to a payment, oldest first. Steps that have no words are for operators and are left out. */
export const Timeline: FC<{ visit: Visit; entries: readonly TimelineEntry[] }> = ({ visit, entries }) => {
  const { locale, zone } = visit;
  const told = entries.flatMap(({ at, what }) => {
    const key = `page.timeline.${what}`;
    return isStepKey(key) ? [{ at, words: say(locale, key) }] : [];
  });
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

function isStepKey(key: string): key is StepKey {
  return key.startsWith("page.timeline.") && isMessageKey(key);
}
