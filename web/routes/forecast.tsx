import { Hono } from "hono";
import { show } from "../answers.tsx";
import type { Desk, WebEnv } from "../desk.ts";
import { FORECAST_DAYS, ForecastPage } from "../pages/forecast.tsx";

const usualDays = 90;

/** The next days of a payer. */
export function forecastRoutes({ engine }: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/forecast", async (c) => {
    const days = FORECAST_DAYS.find((span) => String(span) === c.req.query("days")) ?? usualDays;
    const forecast = await engine(c).getForecast({ days });
    return show(c, <ForecastPage visit={c.get("visit")} forecast={forecast} days={days} />);
  });
  return app;
}
