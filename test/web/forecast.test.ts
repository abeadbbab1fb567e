import { expect, test } from "vitest";
import { FORECAST_DEPENDENCIES, FORECAST_KINDS } from "../../domain/forecast/reasons.ts";
import { dependencyWords } from "../../words/forecast.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { forecastLine, forecastOf } from "./fake-forecast.ts";
import { Visitor } from "./visitor.ts";

test("the page says every line by month and day, with its sum, and what it depends on", async () => {
  const visitor = await new Visitor().signIn();
  visitor.engine.forecast = forecastOf([
    ...FORECAST_KINDS.map((kind) => forecastLine({ kind, dependsOn: [...FORECAST_DEPENDENCIES] })),
    forecastLine({ on: "2027-01-05", at: "2027-01-05T05:00:00.000Z" }),
    forecastLine({ kind: "expected", at: null, on: null, amount: null, reason: "first-bill" }),
  ]);
  const html = await visitor.page("/forecast");
  for (const kind of FORECAST_KINDS) expect(html).toContain(say("ru", `forecast.kind.${kind}`));
  for (const dependency of FORECAST_DEPENDENCIES) {
    const words = dependencyWords("ru", dependency);
    const what = words.charAt(0).toLowerCase() + words.slice(1);
    expect(html).toContain(say("ru", "forecast.not-sure", { what }));
  }
  expect(html).toContain("5 декабря 2026 года");
  expect(html).toContain("5 января 2027 года");
  expect(html).toContain(say("ru", "forecast.whenever"));
  // one debit in each month; what is told, asked or left out is no sum
  const sum = say("ru", "forecast.month.sum", {
    amount: formatMoney("ru", { amountMinor: 50_000, currency: "RUB" }),
  });
  expect(html.split(sum.replaceAll("\u00a0", " "))).toHaveLength(3);
});

test("who has no autopay reads that nothing will be charged", async () => {
  const visitor = await new Visitor().signIn();
  const html = await visitor.page("/forecast?days=30&lang=en");
  expect(html).toContain("Nothing will be charged in these days.");
});
