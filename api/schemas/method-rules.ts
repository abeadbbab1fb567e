import { z } from "@hono/zod-openapi";
import { METHOD_KINDS, METHOD_REFUSALS, METHOD_USES, WALLETS } from "../../domain/capability-matrix.ts";
import { CURRENCIES } from "../../domain/money.ts";
import { billerIdInput, publicIdSchema } from "./fields.ts";
import { methodSchema } from "./methods.ts";

/** One reason against a method, with its sentence in the language of the request. */
export const methodReasonSchema = z
  .object({ code: z.enum(METHOD_REFUSALS), detail: z.string() })
  .openapi("MethodReason");

const useSchema = z.object({
  use: z.enum(METHOD_USES),
  allowed: z.boolean(),
  whyNot: z.array(methodReasonSchema),
});

/** A line of the capability matrix, as far as the gateway here can do it. */
export const methodKindSchema = z
  .object({
    /** A kind of method, or a wallet. */
    kind: z.enum([...METHOD_KINDS, ...WALLETS]),
    wallet: z.boolean(),
    /** Can be bound without a payment (a wallet: its token is taken). */
    bindable: z.boolean(),
    /** Can be taken for one payment on the gateway's page, without saving it. */
    withoutSaving: z.boolean(),
    /** Can be saved with a first payment that the payer confirms. */
    savedWithPayment: z.boolean(),
    uses: z.array(useSchema),
    notInSections: z.array(z.string()),
    payers: z.array(z.enum(["resident", "organisation"])),
    amounts: z.array(
      z.object({
        currency: z.enum(CURRENCIES),
        leastMinor: z.int(),
        /** Null: the vendor names none. */
        mostMinor: z.int().nullable(),
      }),
    ),
    /** `external`: confirmed outside of any page, by SMS or in the bank's app. */
    confirmation: z.enum(["redirect", "external"]),
    confirmMinutes: z.int(),
    /** A payment that waits for its confirmation can be called back. */
    cancelPending: z.boolean(),
    refunds: z.enum(["full-and-partial", "full"]),
  })
  .openapi("MethodKind");

export const gatewayKindsSchema = z
  .object({
    gateway: z.string(),
    /** Cards are bound here when nobody names a gateway. */
    isDefault: z.boolean(),
    kinds: z.array(methodKindSchema),
  })
  .openapi("GatewayKinds");

export const methodKindsSchema = z.object({ gateways: z.array(gatewayKindsSchema) }).openapi("MethodKinds");

export const methodChoiceQuery = z
  .strictObject({
    billId: publicIdSchema.optional(),
    billerId: billerIdInput.optional(),
    use: z.enum(METHOD_USES),
  })
  .refine(({ billId, billerId }) => (billId === undefined) !== (billerId === undefined), {
    path: ["billId"],
  });

/** What I can pay a bill or a biller with, and why not with the rest. */
export const methodChoiceSchema = z
  .object({
    gateway: z.string(),
    /** A card can be typed on the gateway's page, in the middle of the payment. */
    canEnterCard: z.boolean(),
    /** A card can be bound at that gateway without a payment. */
    canBindCard: z.boolean(),
    /** My active methods, the default first. */
    items: z.array(
      z.object({ method: methodSchema, allowed: z.boolean(), whyNot: z.array(methodReasonSchema) }),
    ),
    /** What can be taken for this bill once, without saving it; empty for other uses and where a method is bound first. */
    once: z.array(
      z.object({
        kind: z.enum(METHOD_KINDS),
        allowed: z.boolean(),
        whyNot: z.array(methodReasonSchema),
        /** The number whose account pays is named with it. */
        needsPhone: z.boolean(),
        /** It can be saved with the payment, for later ones. */
        savable: z.boolean(),
      }),
    ),
  })
  .openapi("MethodChoice");

export type GatewayKinds = z.infer<typeof gatewayKindsSchema>;
export type MethodKinds = z.infer<typeof methodKindsSchema>;
export type MethodChoice = z.infer<typeof methodChoiceSchema>;
