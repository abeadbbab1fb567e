import type { FC } from "hono/jsx";
import type { Forecast, ForecastLine } from "../../api/client.ts";
import { formatDate } from "../../words/format.ts";
import { periodWords } from "../../words/periods.ts";
import { say } from "../../words/say.ts";
import { type ForecastMonth, monthsOf, sumWords } from "../forecast-months.ts";
import { ForecastLineItem } from "../parts/forecast-line.tsx";
import { ForecastSums } from "../parts/forecast-sums.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

/** Spans that a reader may choose from. */
export const FORECAST_DAYS = [30, 90, 180] as const;

interface ForecastPageProps {
  readonly visit: Visit;
  readonly forecast: Forecast;
  readonly days: number;
}

/** The next days: what will be told and charged, by month and day. */
export const ForecastPage: FC<ForecastPageProps> = ({ visit, forecast, days }) => {
  const { locale } = visit;
  const { months, whenever } = monthsOf(forecast);
  return (
    <Frame visit={visit} title={say(locale, "forecast.title")} room="autopay">
      <div>
        <a class="crumb" href="/mandates">
          {say(locale, "page.nav.autopay")}
        </a>
        <h1>{say(locale, "forecast.title")}</h1>
        <p class="lead">
          {forecast.lines.length === 0
            ? say(locale, "forecast.none")
            : say(locale, "forecast.lead", { days })}
        </p>
      </div>
      <Spans visit={visit} days={days} />
      {forecast.lines.length === 0 ? <p class="soft">{say(locale, "forecast.none.hint")}</p> : null}
      <ForecastSums visit={visit} months={months} />
      {months.map((month) => (
        <Month visit={visit} month={month} />
      ))}
      {whenever.length === 0 ? null : <Whenever visit={visit} lines={whenever} />}
    </Frame>
  );
};

const Spans: FC<{ visit: Visit; days: number }> = ({ visit: { locale }, days }) => (
  <nav aria-label={say(locale, "forecast.days")}>
    <ul class="row spans">
      {FORECAST_DAYS.map((span) => (
        <li>
          <a href={`/forecast?days=${span}`} aria-current={span === days ? "true" : undefined}>
            {say(locale, "forecast.days.choice", { days: span })}
          </a>
        </li>
      ))}
    </ul>
  </nav>
);

const Month: FC<{ visit: Visit; month: ForecastMonth }> = ({ visit, month: of }) => {
  const { locale } = visit;
  const certain = sumWords(locale, of.certain);
  const usual = sumWords(locale, of.usual);
  return (
    <section class="card stack" id={`m${of.month}`} aria-labelledby={`t${of.month}`}>
      <div>
        <h2 class="capital" id={`t${of.month}`}>
          {periodWords(locale, of.month)}
        </h2>
        <p>
          {certain === ""
            ? say(locale, "forecast.month.nothing")
            : say(locale, "forecast.month.sum", { amount: certain })}
        </p>
        {usual === "" ? null : <p class="soft">{say(locale, "forecast.month.usual", { amount: usual })}</p>}
      </div>
      {of.days.map(({ on, lines }) => (
        <div>
          <h3>
            <time datetime={on}>{formatDate(locale, on)}</time>
          </h3>
          <Lines visit={visit} lines={lines} />
        </div>
      ))}
    </section>
  );
};

const Whenever: FC<{ visit: Visit; lines: readonly ForecastLine[] }> = ({ visit, lines }) => (
  <section class="card stack">
    <h2>{say(visit.locale, "forecast.whenever")}</h2>
    <Lines visit={visit} lines={lines} />
  </section>
);

const Lines: FC<{ visit: Visit; lines: readonly ForecastLine[] }> = ({ visit, lines }) => (
  <ul class="lines">
    {lines.map((line) => (
      <ForecastLineItem visit={visit} line={line} />
    ))}
  </ul>
);
