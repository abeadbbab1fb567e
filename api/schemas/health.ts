import { z } from "@hono/zod-openapi";
import { instantSchema } from "./fields.ts";

export const liveSchema = z.object({ status: z.literal("live") }).openapi("Live");

export const readySchema = z
  .object({
    status: z.enum(["ready", "not-ready"]),
    database: z.enum(["reachable", "unreachable"]),
    /** Commands accepted that nobody has carried to Temporal yet, and how old the oldest is; null: cannot be told. */
    waiting: z.object({ commands: z.int(), oldestSeconds: z.number() }).nullable(),
    temporal: z.enum(["connected", "not-connected"]),
  })
  .openapi("Ready");

/** Why a person should look, each by a word of its own. */
export const HEALTH_REASONS = [
  "database-unreachable",
  "temporal-not-connected",
  "commands-wait",
  "unknown-too-long",
  "payer-left-in-doubt",
  "alarms-undelivered",
  "case-neglected",
  "circuit-open",
] as const;

const age = z.int().nullable();

export const healthSchema = z
  .object({
    status: z.enum(["ok", "degraded", "down"]),
    reasons: z.array(z.enum(HEALTH_REASONS)),
    temporal: z.enum(["connected", "not-connected"]),
    /** The oldest charge of which nobody knows whether it took money; null when there is none. Business time. */
    oldestUnknownSeconds: age,
    undecided: z.array(
      z.object({ gateway: z.string(), state: z.string(), count: z.int(), oldestSeconds: z.int() }),
    ),
    openCases: z.object({ count: z.int(), oldestSeconds: age }),
    alarmsUndelivered: z.int(),
    commands: z.object({ waiting: z.int(), oldestSeconds: z.int() }),
    circuits: z.array(
      z.object({
        gateway: z.string(),
        state: z.enum(["closed", "open", "half-open"]),
        openedAt: instantSchema.nullable(),
      }),
    ),
    notificationsRefused: z.array(z.object({ gateway: z.string(), kind: z.string(), times: z.int() })),
  })
  .openapi("Health");

export type Ready = z.infer<typeof readySchema>;
export type Health = z.infer<typeof healthSchema>;
