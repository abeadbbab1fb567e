import type { FC } from "hono/jsx";
import type { ArchiveSum } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";

/** What was paid, a table a year; the bars say in a picture what the numbers beside them say. */
export const ArchiveSums: FC<{ visit: Visit; sums: readonly ArchiveSum[] }> = ({ visit, sums }) => {
  const { locale } = visit;
  if (sums.length === 0) return null;
  const years = [...new Set(sums.map(({ year }) => year))];
  return (
    <section class="stack">
      <h2>{say(locale, "archive.sums")}</h2>
      {years.map((year, index) => (
        <details class="card" open={index === 0}>
          <summary>
            <span class="summary-title">{String(year)}</span> <Totals visit={visit} sums={sums} year={year} />
          </summary>
          <Year visit={visit} sums={sums.filter((sum) => sum.year === year)} year={year} />
        </details>
      ))}
    </section>
  );
};

/** The whole year, each currency by itself. */
const Totals: FC<{ visit: Visit; sums: readonly ArchiveSum[]; year: number }> = ({ visit, sums, year }) => {
  const totals = new Map<ArchiveSum["paid"]["currency"], number>();
  for (const { paid, year: of } of sums) {
    if (of === year) totals.set(paid.currency, (totals.get(paid.currency) ?? 0) + paid.amountMinor);
  }
  const written = [...totals].map(([currency, amountMinor]) =>
    formatMoney(visit.locale, { amountMinor, currency }),
  );
  return <span class="amount">{written.join(" + ")}</span>;
};

const Year: FC<{ visit: Visit; sums: readonly ArchiveSum[]; year: number }> = ({ visit, sums, year }) => {
  const { locale } = visit;
  const largest = Math.max(...sums.map(({ paid }) => paid.amountMinor));
  return (
    <table class="sums">
      <caption class="hidden-visually">{say(locale, "archive.sums.caption", { year: String(year) })}</caption>
      <thead>
        <tr>
          <th scope="col">{say(locale, "archive.sums.category")}</th>
          <th scope="col">{say(locale, "archive.sums.paid")}</th>
        </tr>
      </thead>
      <tbody>
        {sums.map((sum) => (
          <tr>
            <th scope="row">
              {sum.categoryTitle}
              <span class="hint">{say(locale, "archive.sums.payments", { count: sum.payments })}</span>
              <svg
                class="bar"
                viewBox="0 0 100 4"
                preserveAspectRatio="none"
                aria-hidden="true"
                focusable="false"
              >
                <rect width={((sum.paid.amountMinor / largest) * 100).toFixed(1)} height="4" />
              </svg>
            </th>
            <td>
              {formatMoney(locale, sum.paid)}
              {sum.returned.amountMinor === 0 ? null : (
                <p class="soft">
                  {say(locale, "archive.returned", { amount: formatMoney(locale, sum.returned) })}
                </p>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
