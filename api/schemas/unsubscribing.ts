import { z } from "@hono/zod-openapi";
import { NOTIFICATION_EVENTS } from "../../domain/notification.ts";
import { CHANNELS } from "../../domain/notifications/channels.ts";
import { TOPICS } from "../../domain/notifications/event-rules.ts";

export const unsubscribeSchema = z
  .object({
    state: z
      .enum(["on", "off", "expired"])
      .openapi({ description: "`on`: such messages come; `off`: none does, for any category." }),
    topics: z.array(z.enum(TOPICS)).openapi({ description: "What its message was about." }),
    channel: z.enum(CHANNELS),
    undoable: z.boolean().openapi({ description: "What this link has switched off can be put back." }),
    always: z
      .array(z.enum(NOTIFICATION_EVENTS))
      .openapi({ description: "Events of these topics that come nevertheless: the legal minimum." }),
  })
  .openapi("Unsubscribe");

export type Unsubscribe = z.infer<typeof unsubscribeSchema>;
