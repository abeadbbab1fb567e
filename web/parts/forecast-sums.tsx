import type { FC } from "hono/jsx";
import { periodWords } from "../../words/periods.ts";
import { say } from "../../words/say.ts";
import { type ForecastMonth, lengthOf, sumWords } from "../forecast-months.ts";
import type { Visit } from "../visit.ts";

interface SumsProps {
  readonly visit: Visit;
  readonly months: readonly ForecastMonth[];
}

/** What will be charged, month by month; the bars say in a picture what the numbers beside them say. */
export const ForecastSums: FC<SumsProps> = ({ visit: { locale }, months }) => {
  const longest = Math.max(...months.map(({ certain, usual }) => lengthOf(certain) + lengthOf(usual)));
  if (longest <= 0) return null;
  return (
    <section class="card stack">
      <h2>{say(locale, "forecast.sums")}</h2>
      <table class="sums">
        <caption class="hidden-visually">{say(locale, "forecast.sums.caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{say(locale, "forecast.sums.month")}</th>
            <th scope="col">{say(locale, "forecast.sums.certain")}</th>
          </tr>
        </thead>
        <tbody>
          {months.map(({ month, certain, usual }) => (
            <tr>
              <th scope="row">
                <a class="capital" href={`#m${month}`}>
                  {periodWords(locale, month)}
                </a>
                <Bar certain={lengthOf(certain) / longest} usual={lengthOf(usual) / longest} />
              </th>
              <td>
                {sumWords(locale, certain) || "–"}
                {lengthOf(usual) > 0 ? (
                  <p class="soft">
                    {say(locale, "forecast.sums.usual", { amount: sumWords(locale, usual) })}
                  </p>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};

/** The known part is filled, what is only usual is pale. */
const Bar: FC<{ certain: number; usual: number }> = ({ certain, usual }) => (
  <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect width={(certain * 100).toFixed(1)} height="4" />
    <rect x={(certain * 100).toFixed(1)} width={(usual * 100).toFixed(1)} height="4" opacity="0.4" />
  </svg>
);
