import type { FC } from "hono/jsx";
import type { ForecastLine } from "../../api/client.ts";
import { dependencyWords } from "../../words/forecast.ts";
import { formatMoney, formatTimeOf } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";

/** One line of the forecast: what, to whom, how much, why, and what it depends on. */
export const ForecastLineItem: FC<{ visit: Visit; line: ForecastLine }> = ({ visit, line }) => {
  const { locale, zone } = visit;
  return (
    <li data-kind={line.kind} data-reason={line.reason}>
      <div>
        <p>
          <strong>{say(locale, `forecast.kind.${line.kind}`)}</strong>
          {line.at === null ? null : (
            <>
              {", "}
              <time datetime={line.at}>{formatTimeOf(locale, line.at, zone)}</time>
            </>
          )}
          {": "}
          <a href={placeOf(line)}>{line.biller.title}</a>
        </p>
        <p class="soft">{line.why}</p>
        {line.dependsOn.map((dependency) => (
          <p class="soft">
            {say(locale, "forecast.not-sure", { what: inSentence(dependencyWords(locale, dependency)) })}
          </p>
        ))}
        {line.method?.title && line.kind === "debit" ? <p class="soft">{line.method.title}</p> : null}
      </div>
      <Amount visit={visit} line={line} />
    </li>
  );
};

/** A sentence as the rest of another one. */
function inSentence(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

const Amount: FC<{ visit: Visit; line: ForecastLine }> = ({ visit: { locale }, line }) => {
  if (line.kind === "resumed") return null;
  return line.amount === null ? (
    <p class="soft">{say(locale, "forecast.amount.unknown")}</p>
  ) : (
    <p class={line.kind === "debit" ? "amount" : "soft"}>{formatMoney(locale, line.amount)}</p>
  );
};

/** Where a reader can do something about it. */
function placeOf({ paymentId, billId, mandateId }: ForecastLine): string {
  if (paymentId !== null) return `/payments/${paymentId}`;
  return billId === null ? `/mandates/${mandateId}` : `/bills/${billId}`;
}
