import { z } from "@hono/zod-openapi";
import { BILL_STATES } from "../../domain/bill.ts";
import { MANDATE_STATES } from "../../domain/mandate.ts";
import { METHOD_STATES } from "../../domain/method.ts";
import { NEEDS, PAYMENT_OUTCOMES, PAYMENT_STATES } from "../../domain/payment.ts";
import { REFUND_STATES } from "../../domain/refund.ts";
import { WEBHOOK_EVENTS, WEBHOOK_OBJECTS, type WebhookObject } from "../../domain/webhook-events.ts";
import { civilDateSchema, instantSchema, publicIdSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";

const billerId = z.string();
/** A code of ours, or a gateway's. */
const code = z.string().max(64);

/** The `data` of each kind of object: strict, because what is not written here must not leave. */
const DATA = {
  payment: z.strictObject({
    paymentId: publicIdSchema,
    billId: publicIdSchema,
    billerId,
    payerId: publicIdSchema,
    mandateId: publicIdSchema.nullable(),
    methodId: publicIdSchema.nullable(),
    route: z.enum(["mandate", "manual", "batch", "template", "api"]),
    state: z.enum(PAYMENT_STATES),
    need: z.enum(NEEDS).nullable(),
    outcome: z.enum(PAYMENT_OUTCOMES).nullable(),
    reason: code.nullable(),
    amount: moneySchema,
    plannedOn: civilDateSchema,
    paid: moneySchema.nullable(),
    paidAt: instantSchema.nullable(),
  }),
  bill: z.strictObject({
    billId: publicIdSchema,
    billerId,
    state: z.enum(BILL_STATES),
    version: z.int(),
    part: z.int(),
    amount: moneySchema,
    dueOn: civilDateSchema,
    mergedInto: publicIdSchema.nullable(),
  }),
  mandate: z.strictObject({
    mandateId: publicIdSchema,
    billerId,
    payerId: publicIdSchema,
    state: z.enum(MANDATE_STATES),
    version: z.int(),
    pausedBy: z.enum(["payer", "system", "operator"]).nullable(),
    pausedUntil: instantSchema.nullable(),
  }),
  method: z.strictObject({
    methodId: publicIdSchema,
    payerId: publicIdSchema,
    kind: code,
    state: z.enum(METHOD_STATES),
    daysLeft: z.int().nullable(),
  }),
  refund: z.strictObject({
    refundId: publicIdSchema,
    paymentId: publicIdSchema,
    billerId,
    state: z.enum(REFUND_STATES),
    amount: moneySchema,
  }),
  endpoint: z.strictObject({ endpointId: publicIdSchema }),
} as const satisfies Readonly<Record<WebhookObject, z.ZodType>>;

/** The schema of the whole body of one type of event; undefined for a type that is not in the catalogue. */
export function webhookBodySchema(type: string): z.ZodType | undefined {
  const kind = WEBHOOK_EVENTS.find((one) => one.type === type);
  return kind && z.strictObject({ type: z.literal(type), timestamp: instantSchema, data: DATA[kind.object] });
}

export const webhookEventKindSchema = z
  .object({
    type: z.string().openapi({ example: "payment.succeeded" }),
    version: z.int(),
    object: z.enum(WEBHOOK_OBJECTS),
    /** In English: it is for developers. */
    when: z.string(),
    example: z.object({
      type: z.string(),
      timestamp: instantSchema,
      data: z.record(z.string(), z.unknown()),
    }),
    /** JSON Schema of the body. */
    schema: z.record(z.string(), z.unknown()),
  })
  .openapi("WebhookEventKind");

export const webhookCatalogueSchema = z
  .object({ items: z.array(webhookEventKindSchema), nextCursor: z.null() })
  .openapi("WebhookCatalogue");

export type WebhookCatalogue = z.infer<typeof webhookCatalogueSchema>;
