import type { ForecastDependency, ForecastReason } from "../domain/forecast/reasons.ts";
import type { Locale } from "./locale.ts";
import { say } from "./say.ts";

/** Why a line stands in the forecast, in a sentence without its full stop. */
export function forecastReasonWords(locale: Locale, reason: ForecastReason): string {
  return say(locale, `forecast.why.${reason}`);
}

/** What a line rests on, likewise. */
export function dependencyWords(locale: Locale, dependency: ForecastDependency): string {
  return say(locale, `forecast.depends.${dependency}`);
}
