import { z } from "@hono/zod-openapi";

export const ROLES = ["resident", "operator", "biller", "integrator"] as const;

export const meSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    emailVerified: z.boolean(),
    locale: z.enum(["ru", "en"]),
    zone: z.string(),
    roles: z.array(z.enum(ROLES)),
    billerId: z.string().nullable(),
    livemode: z.boolean(),
  })
  .openapi("Me");

export type Me = z.infer<typeof meSchema>;
