import { z } from "@hono/zod-openapi";

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

export type Ready = z.infer<typeof readySchema>;
