import { createRoute } from "@hono/zod-openapi";
import { type Freshness as FreshnessRow, listFreshness } from "../../db/queries/source-readings.ts";
import type { Api } from "../environment.ts";
import { pageOf } from "../schemas/fields.ts";
import { type Freshness, freshnessSchema } from "../schemas/finding.ts";
import { bearer, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const list = createRoute({
  method: "get",
  path: "/v1/me/sources",
  tags: ["bills"],
  summary:
    "How fresh is what each source of bills says about me; one that is silent is not the same as no bills",
  security: bearer,
  responses: { 200: json(pageOf(freshnessSchema), "Sources that are asked about me"), default: problem },
});

export function addFreshnessRoute(api: Api, { db, residentOf }: RouteTools): void {
  api.openapi(list, async (c) => {
    const rows = await listFreshness(db, await residentOf(c));
    return c.json({ items: rows.map(freshnessView), nextCursor: null }, 200);
  });
}

function freshnessView({ source, readAt, ended, downSince }: FreshnessRow): Freshness {
  return { source, state: stateOf(ended, downSince !== null), readAt, silentSince: downSince };
}

/** A source that answers nobody is silent for everybody, also for those whom nobody has asked it about since. */
function stateOf(ended: FreshnessRow["ended"], isDown: boolean): Freshness["state"] {
  if (ended === "refused") return "refused";
  if (isDown) return "silent";
  if (ended === null) return "waiting";
  return ended === "complete" ? "fresh" : "part";
}
