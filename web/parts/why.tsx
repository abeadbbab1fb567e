import type { FC } from "hono/jsx";
import type { Why } from "../../api/client.ts";
import { formatInstant } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";

/** "Why was I charged, why not": the reason, then rule, limit, notices, attempts, outcome. */
export const WhyCard: FC<{ visit: Visit; why: Why; of: "payment" | "bill" }> = ({ visit, why, of }) => {
  const { locale, zone } = visit;
  return (
    <section class="card stack" data-why={why.reason}>
      <h2>{say(locale, `why.title.${of}`)}</h2>
      <p>{why.words}</p>
      {why.steps.length === 0 ? null : (
        <ol class="timeline">
          {why.steps.map(({ at, words }) => (
            <li>
              <time datetime={at}>{formatInstant(locale, at, zone)}</time>
              {words}
            </li>
          ))}
        </ol>
      )}
      {of === "payment" || why.paymentId === null ? null : (
        <p>
          <a href={`/payments/${why.paymentId}`}>{say(locale, "why.open-payment")}</a>
        </p>
      )}
    </section>
  );
};
