import { createRoute } from "@hono/zod-openapi";
import { forecastOf } from "../../db/queries/forecast.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { forecastQuery, forecastSchema } from "../schemas/forecast.ts";
import { forecastView } from "../views/forecast.ts";
import { bearer, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const get = createRoute({
  method: "get",
  path: "/v1/forecast",
  tags: ["mandates"],
  summary: "What autopay will tell and charge in the next days if nothing new comes, with reasons",
  security: bearer,
  request: { query: forecastQuery },
  responses: { 200: json(forecastSchema, "The lines, in order of time"), default: problem },
});

/** The forecast (M9). */
export function addForecastRoute(api: Api, { db, residentOf }: RouteTools): void {
  api.openapi(get, async (c) => {
    const { days } = c.req.valid("query");
    const found = await forecastOf(db, { residentId: await residentOf(c), days });
    if (found === undefined) throw new Refusal("resident-not-found");
    return c.json(forecastView(found, c.get("locale")), 200);
  });
}
