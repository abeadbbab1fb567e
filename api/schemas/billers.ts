import { z } from "@hono/zod-openapi";
import { accountSchema, billerIdInput, instantSchema, lineSchema } from "./fields.ts";

export const billerSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    category: z.string(),
    section: z.string(),
    allowedMethods: z.array(z.string()),
  })
  .openapi("Biller");

/** A biller as other objects name it. */
export const billerNameSchema = z
  .object({ id: z.string(), name: z.string(), category: z.string() })
  .openapi("BillerName");

export const accountConnectionSchema = z
  .object({
    biller: billerNameSchema,
    account: z.string(),
    label: z.string().nullable(),
    createdAt: instantSchema,
  })
  .openapi("Account");

export const connectAccountSchema = z
  .strictObject({
    billerId: billerIdInput,
    account: accountSchema,
    label: lineSchema(60).optional(),
  })
  .openapi("ConnectAccount");

export type Biller = z.infer<typeof billerSchema>;
export type BillerName = z.infer<typeof billerNameSchema>;
export type Account = z.infer<typeof accountConnectionSchema>;
export type ConnectAccount = z.infer<typeof connectAccountSchema>;
