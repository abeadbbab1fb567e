import { z } from "@hono/zod-openapi";
import { CHARGE_STATES } from "../../domain/charge.ts";
import { CURRENCIES } from "../../domain/money.ts";
import { civilDateSchema, instantSchema, pageQuery, publicIdSchema } from "./fields.ts";
import { LARGEST_AMOUNT_MINOR, moneySchema } from "./money.ts";

/** A bank's paper: what may prove how a charge ended. */
export const DOCUMENT_TYPES = [
  "application/pdf",
  "image/png",
  "image/jpeg",
  "text/plain",
  "message/rfc822",
] as const;

export const LARGEST_DOCUMENT_BYTES = 5 * 1024 * 1024;

const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .openapi({ description: "SHA-256 of the document's bytes, hex" });

const documentSchema = z.strictObject({
  mediaType: z.enum(DOCUMENT_TYPES),
  contentBase64: z.base64().max(Math.ceil(LARGEST_DOCUMENT_BYTES / 3) * 4),
});

const said = {
  /** The document itself; the operator who confirms may name its hash instead. */
  document: documentSchema.optional(),
  documentSha256: sha256Schema.optional(),
};

const resolvedMoney = z.strictObject({
  amountMinor: z.int().min(1).max(LARGEST_AMOUNT_MINOR),
  currency: z.enum(CURRENCIES),
});

export const resolveSchema = z
  .discriminatedUnion("verdict", [
    /** The amount that was taken; what was asked for where it is left out. */
    z.strictObject({ verdict: z.literal("charged"), amount: resolvedMoney.optional(), ...said }),
    z.strictObject({ verdict: z.literal("not-charged"), ...said }),
  ])
  .refine((wish) => (wish.document === undefined) !== (wish.documentSha256 === undefined), {
    path: ["document"],
    params: { code: "payload-invalid" },
  })
  .openapi("Resolve");

export const resolutionSchema = z
  .object({
    id: publicIdSchema,
    chargeId: z.string(),
    verdict: z.enum(["charged", "not-charged"]),
    amount: moneySchema.nullable(),
    state: z.enum(["open", "confirmed", "withdrawn", "expired"]),
    /** It takes back what two other operators decided. */
    reverses: z.boolean(),
    document: z.object({ sha256: sha256Schema, mediaType: z.string(), sizeBytes: z.int() }),
    proposedBy: publicIdSchema,
    proposedAt: instantSchema,
    expiresAt: instantSchema,
    /** Who confirmed it or withdrew it. */
    closedBy: publicIdSchema.nullable(),
    closedAt: instantSchema.nullable(),
  })
  .openapi("Resolution");

export const operatorChargeSchema = z
  .object({
    id: z.string().openapi({ example: "KV-7F3K-9Q2M-X4TB-1" }),
    paymentId: publicIdSchema,
    gateway: z.string(),
    merchantAccount: z.string(),
    state: z.enum(CHARGE_STATES),
    how: z.string().nullable(),
    reason: z.string().nullable(),
    initiatedBy: z.enum(["mit", "cit"]),
    amount: moneySchema,
    objectId: z.string().nullable(),
    firstSentAt: instantSchema,
    lastSentAt: instantSchema,
    ageSeconds: z.int(),
    transmissions: z.int(),
    unanswered: z.int(),
    looks: z.int(),
    nextLookAt: instantSchema.nullable(),
    dueOn: civilDateSchema,
    /** Decided by operators, not by the gateway's word. */
    byHand: z.boolean(),
    resolutions: z.array(resolutionSchema),
  })
  .openapi("OperatorCharge");

export const listChargesQuery = pageQuery.extend({
  state: z.literal("undecided").default("undecided"),
  gateway: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional(),
});

/** A charge's id: its payment's id and its number. */
export const chargeIdParameter = z.object({ id: z.string().openapi({ example: "KV-7F3K-9Q2M-X4TB-1" }) });

export type Resolve = z.infer<typeof resolveSchema>;
export type Resolution = z.infer<typeof resolutionSchema>;
export type OperatorCharge = z.infer<typeof operatorChargeSchema>;
