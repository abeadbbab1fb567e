import { z } from "@hono/zod-openapi";
import { WEBHOOK_EVENT_TYPES, WEBHOOK_OBJECTS } from "../../domain/webhook-events.ts";
import {
  billerIdInput,
  instantInput,
  instantSchema,
  pageQuery,
  publicIdSchema,
  wordsSchema,
} from "./fields.ts";

export const DELIVERY_STATES = ["queued", "delivered", "dead", "cancelled"] as const;

const typeSchema = z.enum(WEBHOOK_EVENT_TYPES).openapi({ example: "payment.succeeded" });

export const webhookSchema = z
  .object({
    id: publicIdSchema,
    url: z.string(),
    description: z.string(),
    /** Empty: all. */
    types: z.array(z.string()),
    /** Null: of all billers. */
    billerId: z.string().nullable(),
    state: z.enum(["active", "disabled"]),
    /** Why it is disabled: `gone` (it answered 410), or an operator's words. */
    why: z.string().nullable(),
    /** Until then the secret before this one signs, too. */
    previousSecretUntil: instantSchema.nullable(),
    queued: z.int(),
    dead: z.int(),
    createdBy: z.string(),
    createdAt: instantSchema,
    changedAt: instantSchema,
  })
  .openapi("Webhook");

export const webhookWithSecretSchema = webhookSchema
  .extend({
    /** Shown now and never again. */
    secret: z.string().openapi({ example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }),
  })
  .openapi("WebhookWithSecret");

export const createWebhookSchema = z
  .strictObject({
    url: z.string().openapi({ example: "https://hooks.example.com/kvitok" }),
    description: wordsSchema(200).optional(),
    types: z.array(typeSchema).max(WEBHOOK_EVENT_TYPES.length).default([]),
    billerId: billerIdInput.optional(),
  })
  .openapi("CreateWebhook");

export const disableWebhookSchema = z.strictObject({ why: wordsSchema(300) }).openapi("DisableWebhook");

export const replayWebhooksSchema = z
  .strictObject({
    /** Everything that is dead or was cancelled, of what happened since. */
    since: instantInput.openapi({ example: "2027-03-01T09:00:00+03:00" }),
  })
  .openapi("ReplayWebhooks");

export const replayedSchema = z.object({ replayed: z.int() }).openapi("Replayed");

export const webhookDeliverySchema = z
  .object({
    id: publicIdSchema,
    endpointId: publicIdSchema,
    /** What the receiver knows it by: the header `webhook-id`. */
    eventId: z.string(),
    type: z.string(),
    objectKind: z.enum(WEBHOOK_OBJECTS),
    objectId: z.string(),
    state: z.enum(DELIVERY_STATES),
    why: z.string().nullable(),
    attempts: z.int(),
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    lastTriedAt: instantSchema.nullable(),
    nextTryAt: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
    createdAt: instantSchema,
  })
  .openapi("WebhookDelivery");

export const listDeliveriesQuery = pageQuery.extend({
  endpointId: publicIdSchema.optional(),
  state: z.enum(DELIVERY_STATES).optional(),
  type: typeSchema.optional(),
  objectId: publicIdSchema.optional(),
});

export type Webhook = z.infer<typeof webhookSchema>;
export type WebhookWithSecret = z.infer<typeof webhookWithSecretSchema>;
export type CreateWebhook = z.input<typeof createWebhookSchema>;
export type DisableWebhook = z.infer<typeof disableWebhookSchema>;
export type ReplayWebhooks = z.infer<typeof replayWebhooksSchema>;
export type Replayed = z.infer<typeof replayedSchema>;
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;
