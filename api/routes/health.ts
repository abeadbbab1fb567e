import { createRoute } from "@hono/zod-openapi";
import { readWaitingCommands } from "../../db/queries/operator.ts";
import type { Api } from "../environment.ts";
import { liveSchema, type Ready, readySchema } from "../schemas/health.ts";
import { json } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const live = createRoute({
  method: "get",
  path: "/health/live",
  tags: ["health"],
  summary: "The process runs",
  responses: { 200: json(liveSchema, "It runs") },
});

const ready = createRoute({
  method: "get",
  path: "/health/ready",
  tags: ["health"],
  summary: "The database is reachable; what stands behind is told, not judged",
  responses: { 200: json(readySchema, "Ready"), 503: json(readySchema, "The database is unreachable") },
});

export function addHealthRoutes(api: Api, { db, log, temporal }: RouteTools): void {
  api.openapi(live, (c) => c.json({ status: "live" as const }, 200));
  api.openapi(ready, async (c) => {
    const connection: Ready["temporal"] = (await temporal.isConnected()) ? "connected" : "not-connected";
    try {
      const waiting = await readWaitingCommands(db);
      return c.json(
        { status: "ready" as const, database: "reachable" as const, waiting, temporal: connection },
        200,
      );
    } catch (error) {
      log.warn({ error }, "the database is unreachable");
      const answer = {
        status: "not-ready",
        database: "unreachable",
        waiting: null,
        temporal: connection,
      } as const;
      return c.json(answer, 503);
    }
  });
}
