import { z } from "@hono/zod-openapi";
import { consentInput } from "./mandates.ts";
import { METHOD_KINDS, METHOD_USES, WALLETS } from "../../domain/capability-matrix.ts";
import { METHOD_STATES } from "../../domain/method.ts";
import { instantSchema, publicIdSchema } from "./fields.ts";

export const methodSchema = z
  .object({
    id: publicIdSchema,
    state: z.enum(METHOD_STATES),
    reason: z.string().nullable(),
    /** The gateway where it is bound: it pays billers of that gateway. */
    gateway: z.string(),
    kind: z.string(),
    /** The wallet that it came from, where it did. */
    wallet: z.enum(WALLETS).nullable(),
    /** What its owner agreed to when it was saved. */
    uses: z.array(z.enum(METHOD_USES)),
    /** New payments and mandates begin with it. */
    isDefault: z.boolean(),
    title: z.string().nullable(),
    brand: z.string().nullable(),
    last4: z.string().nullable(),
    expiryMonth: z.int().nullable(),
    expiryYear: z.int().nullable(),
    /** Where the payer binds the card; only while `binding`. */
    confirmationUrl: z.string().nullable(),
    confirmBy: instantSchema.nullable(),
    /** Living mandates that name this method. */
    mandates: z.array(publicIdSchema),
    /** Where the page goes on after the binding. */
    returnPath: z.string().nullable(),
    livemode: z.boolean(),
    createdAt: instantSchema,
  })
  .openapi("Method");

export const startBindingSchema = z
  .strictObject({
    /** Where to bind; left out: the first gateway that can. GET /v1/method-kinds lists them. */
    gateway: z.string().min(1).max(40).optional(),
    /** What to bind; a bank card where left out. */
    kind: z.enum(METHOD_KINDS).optional(),
    /** A wallet's one-time token. It goes to the gateway and is kept nowhere here. */
    wallet: z.strictObject({ kind: z.enum(WALLETS), token: z.string().min(1).max(20_000) }).optional(),
    /** What the payer agrees to; everything where left out. */
    uses: z.array(z.enum(METHOD_USES)).min(1).max(3).optional(),
    /** What the payer read about the saving of a card, exactly as shown; kept as evidence. */
    consent: consentInput.optional(),
    locale: z.enum(["ru", "en"]).optional(),
    /** A path of the page to return to after the binding: never another site. */
    returnPath: z
      .string()
      .max(300)
      .refine(isOwnPath, { params: { code: "return-url-not-allowed" } })
      .optional(),
  })
  .refine(({ kind, wallet }) => wallet === undefined || kind === undefined || kind === "bank_card", {
    path: ["kind"],
  })
  .openapi("StartBinding");

export const orderMethodsSchema = z
  .strictObject({
    /** My methods in the order in which I want them; those left out stay behind them as they were. */
    order: z.array(publicIdSchema).min(1).max(50),
  })
  .openapi("OrderMethods");

function isOwnPath(text: string): boolean {
  return /^\/(?![/\\])[^\s\\\p{Cc}\p{Cs}]*$/u.test(text);
}

export const refreshQuery = z.strictObject({ refresh: z.enum(["true", "false"]).optional() });

export type Method = z.infer<typeof methodSchema>;
export type StartBinding = z.infer<typeof startBindingSchema>;
export type OrderMethods = z.infer<typeof orderMethodsSchema>;
