import { createECDH } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { instantSchema, pageOf } from "./fields.ts";

const AUTH_BYTES = 16;

/** A point of the curve that messages are sealed over; anything else can never be written to. */
function isPublicKey(text: string): boolean {
  try {
    const ecdh = createECDH("prime256v1");
    ecdh.generateKeys();
    return text.length === 87 && ecdh.computeSecret(Buffer.from(text, "base64url")).length > 0;
  } catch {
    return false;
  }
}

const misfit = { params: { code: "push-address-invalid" } };

/** As `PushSubscription.toJSON()` gives it out. Whether its address may be written to is judged by the route. */
export const pushSubscriptionSchema = z
  .strictObject({
    endpoint: z.string().openapi({ example: "https://push.example.org/send/d3Zf…" }),
    expirationTime: z.number().nullish(),
    keys: z.strictObject({
      p256dh: z.string().refine(isPublicKey, misfit),
      auth: z
        .string()
        .refine(
          (text) => /^[\w-]{22}$/.test(text) && Buffer.from(text, "base64url").length === AUTH_BYTES,
          misfit,
        ),
    }),
  })
  .openapi("PushSubscription");

export type PushSubscriptionInput = z.infer<typeof pushSubscriptionSchema>;

export const pushDeviceSchema = z
  .object({
    id: z.string(),
    /** What the browser says of itself; null where it says nothing. */
    device: z.string().nullable(),
    /** SHA-256 of its address, in hex: by it a page knows whether this very browser is one of them. */
    endpointHash: z.string(),
    createdAt: instantSchema,
    /** When its push service last took a message of ours. */
    acceptedAt: instantSchema.nullable(),
    /** When it last showed one. */
    shownAt: instantSchema.nullable(),
  })
  .openapi("PushDevice");

export type PushDevice = z.infer<typeof pushDeviceSchema>;

export const pushDevicesSchema = pageOf(pushDeviceSchema)
  .extend({
    /** The key to subscribe for (VAPID, base64url); null: push is off here. */
    publicKey: z.string().nullable(),
    /** Amounts and names may stand on the lock screens of my devices. */
    amountsShown: z.boolean(),
  })
  .openapi("PushDevices");

export type PushDevices = z.infer<typeof pushDevicesSchema>;

export const pushSettingsSchema = z.strictObject({ amountsShown: z.boolean() }).openapi("PushSettings");

export type PushSettings = z.infer<typeof pushSettingsSchema>;

export const pushShownSchema = z
  .strictObject({ token: z.string().regex(/^[\w-]{43}$/, { error: "the token of the message" }) })
  .openapi("PushShown");

export type PushShown = z.infer<typeof pushShownSchema>;

export const pushRenewedSchema = z
  .strictObject({
    old: z.strictObject({ endpoint: z.string().max(2048), auth: z.string().max(64) }),
    subscription: pushSubscriptionSchema,
  })
  .openapi("PushRenewed");

export type PushRenewed = z.infer<typeof pushRenewedSchema>;
