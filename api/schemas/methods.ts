import { z } from "@hono/zod-openapi";
import { consentInput } from "./mandates.ts";
import { METHOD_STATES } from "../../domain/method.ts";
import { instantSchema, publicIdSchema } from "./fields.ts";

export const methodSchema = z
  .object({
    id: publicIdSchema,
    state: z.enum(METHOD_STATES),
    reason: z.string().nullable(),
    kind: z.string(),
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
  .openapi("StartBinding");

function isOwnPath(text: string): boolean {
  return /^\/(?![/\\])[^\s\\\p{Cc}\p{Cs}]*$/u.test(text);
}

export const refreshQuery = z.strictObject({ refresh: z.enum(["true", "false"]).optional() });

export type Method = z.infer<typeof methodSchema>;
export type StartBinding = z.infer<typeof startBindingSchema>;
