import type { FC } from "hono/jsx";
import type { Freshness } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { freshnessWords } from "../source-words.ts";
import type { Visit } from "../visit.ts";

const TONES = { fresh: "state state-good", waiting: "state state-calm" } as const;

/** Where the bills are from and how fresh that is. */
export const FreshnessBox: FC<{ visit: Visit; sources: readonly Freshness[] }> = ({ visit, sources }) => (
  <section class="card stack">
    <h2>{say(visit.locale, "finding.sources.title")}</h2>
    {sources.length === 0 ? (
      <p>
        {say(visit.locale, "finding.no-numbers")}{" "}
        <a href="/profile/identifiers/new">{say(visit.locale, "page.identifiers.add")}</a>
      </p>
    ) : (
      <ul class="plain stack">
        {sources.map((one) => (
          <li
            class={one.state === "fresh" || one.state === "waiting" ? TONES[one.state] : "state state-wait"}
            data-source={one.source}
            data-freshness={one.state}
          >
            {freshnessWords(visit, one)}
          </li>
        ))}
      </ul>
    )}
  </section>
);
