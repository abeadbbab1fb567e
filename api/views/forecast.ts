import type { PayerForecast } from "../../db/queries/forecast.ts";
import { forecastReasonWords } from "../../words/forecast.ts";
import type { ProblemLocale } from "../problem-words.ts";
import type { Forecast } from "../schemas/forecast.ts";
import { billerNameView } from "./biller.ts";

/** The next days of a payer, as they read them. */
export function forecastView(of: PayerForecast, locale: ProblemLocale): Forecast {
  return {
    from: of.now,
    until: of.until,
    lines: of.lines.map(({ methodId, dependsOn, ...line }) => {
      const biller = of.billers.get(line.mandateId);
      if (biller === undefined) throw new Error(`nobody is paid by the mandate ${line.mandateId}`);
      return {
        ...line,
        biller: billerNameView(biller, locale),
        method: methodId === null ? null : { id: methodId, title: of.methods.get(methodId) ?? null },
        why: forecastReasonWords(locale, line.reason),
        dependsOn: [...dependsOn],
      };
    }),
  };
}
