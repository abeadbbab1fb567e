import { createRoute } from "@hono/zod-openapi";
import { type EngineHealth, readHealth, readWaitingCommands } from "../../db/queries/health.ts";
import type { Api } from "../environment.ts";
import { type Health, healthSchema, liveSchema, type Ready, readySchema } from "../schemas/health.ts";
import { json } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

/** From here on a person should look, in seconds; the first two are those of payment rules §8.1. */
const TOO_LONG = {
  unknownOfPayer: 15 * 60,
  unknown: 6 * 3_600,
  alarm: 10 * 60,
  case: 24 * 3_600,
  command: 60,
} as const;

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

const health = createRoute({
  method: "get",
  path: "/health",
  tags: ["health"],
  summary: "How the engine's work stands: counts and ages, and why a person should look; names nobody",
  responses: {
    200: json(healthSchema, "All is well, or `degraded` with its reasons"),
    503: json(healthSchema, "The database is unreachable"),
  },
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
  api.openapi(health, async (c) => {
    const connection: Health["temporal"] = (await temporal.isConnected()) ? "connected" : "not-connected";
    try {
      return c.json(judge(await readHealth(db), connection), 200);
    } catch (error) {
      log.warn({ error }, "the database is unreachable");
      return c.json(unreachable(connection), 503);
    }
  });
}

function judge(seen: EngineHealth, temporal: Health["temporal"]): Health {
  const over = (age: number | null, most: number) => age !== null && age > most;
  const found: Readonly<Record<Exclude<Health["reasons"][number], "database-unreachable">, boolean>> = {
    "temporal-not-connected": temporal === "not-connected",
    "commands-wait": over(seen.commands.oldestSeconds, TOO_LONG.command),
    "unknown-too-long": over(seen.oldestUnknownSeconds, TOO_LONG.unknown),
    "payer-left-in-doubt": over(seen.oldestUnknownOfPayerSeconds, TOO_LONG.unknownOfPayer),
    "alarms-undelivered": over(seen.alarms.oldestSeconds, TOO_LONG.alarm),
    "case-neglected": over(seen.openCases.oldestSeconds, TOO_LONG.case),
    "circuit-open": seen.circuits.some(({ state }) => state !== "closed"),
  };
  const reasons = Object.entries(found).flatMap(([reason, is]) =>
    is ? [reason as Health["reasons"][number]] : [],
  );
  return {
    status: reasons.length === 0 ? "ok" : "degraded",
    reasons,
    temporal,
    oldestUnknownSeconds: seen.oldestUnknownSeconds,
    undecided: [...seen.undecided],
    openCases: { ...seen.openCases },
    alarmsUndelivered: seen.alarms.undelivered,
    commands: { ...seen.commands },
    circuits: seen.circuits.map(({ gateway, state, openedAt }) => ({
      gateway,
      state: state as Health["circuits"][number]["state"],
      openedAt,
    })),
    notificationsRefused: [...seen.notificationsRefused],
  };
}

function unreachable(temporal: Health["temporal"]): Health {
  return {
    status: "down",
    reasons: ["database-unreachable"],
    temporal,
    oldestUnknownSeconds: null,
    undecided: [],
    openCases: { count: 0, oldestSeconds: null },
    alarmsUndelivered: 0,
    commands: { waiting: 0, oldestSeconds: 0 },
    circuits: [],
    notificationsRefused: [],
  };
}
