import { z } from "@hono/zod-openapi";
import { CHANNELS } from "../../domain/notifications/channels.ts";
import { instantSchema, pageOf } from "./fields.ts";

export const testMessageInput = z
  .discriminatedUnion("channel", [
    z.strictObject({ channel: z.literal("email") }),
    z.strictObject({ channel: z.literal("sms") }),
    z.strictObject({
      channel: z.literal("push"),
      deviceId: z.string().openapi({ description: "The browser that is to show it." }),
    }),
  ])
  .openapi("TestMessageWish");

export type TestMessageWish = z.infer<typeof testMessageInput>;

export const testMessageSchema = z
  .object({
    id: z.string(),
    channel: z.enum(CHANNELS),
    deviceId: z.string().nullable(),
    state: z.enum(["on-its-way", "sent", "shown", "not-reached"]).openapi({
      description:
        "`sent`: the provider took it over. `shown`: the browser has said that it showed it. `not-reached`: refused, come back, or not taken over within an hour.",
    }),
    askedAt: instantSchema,
    sentAt: instantSchema.nullable().openapi({ description: "Taken over by the provider, or shown." }),
  })
  .openapi("TestMessage");

export type TestMessage = z.infer<typeof testMessageSchema>;

export const testMessagesSchema = pageOf(testMessageSchema);
