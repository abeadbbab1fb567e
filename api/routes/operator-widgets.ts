import { createRoute, z } from "@hono/zod-openapi";
import { readToday } from "../../db/queries/clock.ts";
import { readUses, WIDGETS } from "../../db/queries/widget-uses.ts";
import type { Api } from "../environment.ts";
import { widgetUsesSchema } from "../schemas/finding.ts";
import { bearer, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const uses = createRoute({
  method: "get",
  path: "/v1/operator/widget-uses",
  tags: ["operator"],
  summary: "Which ways of finding bills people use, as shares of all who came in a month; nobody is named",
  security: bearer,
  request: {
    query: z.strictObject({
      month: z
        .string()
        .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
        .optional(),
    }),
  },
  responses: { 200: json(widgetUsesSchema, "The month; this one where none is named"), default: problem },
});

export function addOperatorWidgetRoutes(api: Api, { db }: RouteTools): void {
  api.openapi(uses, async (c) => {
    const month = c.req.valid("query").month ?? (await readToday(db)).slice(0, 7);
    const { visitors, users } = await readUses(db, month);
    const widgets = WIDGETS.map((widget) => {
      const count = users.get(widget) ?? 0;
      return { widget, users: count, share: visitors === 0 ? 0 : count / visitors };
    });
    return c.json({ month, visitors, widgets }, 200);
  });
}
