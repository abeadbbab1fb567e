import { z } from "@hono/zod-openapi";
import { MANDATE_STATES } from "../../domain/mandate.ts";
import { PAYMENT_OUTCOMES, PAYMENT_STATES } from "../../domain/payment.ts";
import { LINK_ACTIONS, LINK_STATES } from "../../domain/signed-link.ts";
import { billerNameSchema } from "./billers.ts";
import { moneySchema } from "./money.ts";

/** The last part of the address in the message. Whatever else comes is a link of nobody. */
export const linkTokenSchema = z.strictObject({ token: z.string().min(1).max(200) }).openapi("LinkToken");

const common = {
  state: z.enum(LINK_STATES).openapi({ description: "What is true of it now; `open`: it may be used" }),
  usable: z.boolean().openapi({ description: "Confirming it now would do something" }),
  biller: billerNameSchema,
  expiresAt: z.iso.datetime(),
  usedAt: z.iso.datetime().nullable(),
};

const debitLinkSchema = z
  .object({
    action: z.enum(LINK_ACTIONS).exclude(["renew"]),
    ...common,
    amount: moneySchema.openapi({ description: "Exactly what the link is for" }),
    method: z.string().nullable().openapi({ description: "What would be charged, as its owner knows it" }),
    plannedOn: z.iso.date(),
    isQuestion: z
      .boolean()
      .openapi({ description: "It answers a question; nothing is planned without an answer" }),
    sentAt: z.iso.datetime().nullable().openapi({ description: "When the planned debit left" }),
    payment: z
      .object({ id: z.string(), state: z.enum(PAYMENT_STATES), outcome: z.enum(PAYMENT_OUTCOMES).nullable() })
      .openapi({ description: "The planned debit; after `pay-now` the payment that the link has made" }),
    confirmation: z
      .object({ url: z.url(), confirmBy: z.iso.datetime() })
      .nullable()
      .openapi({ description: "The bank asks for a confirmation of the payment that the link has made" }),
  })
  .openapi("DebitLink");

const renewalLinkSchema = z
  .object({
    action: z.literal("renew"),
    ...common,
    mandate: z
      .object({ id: z.string(), state: z.enum(MANDATE_STATES), endsAt: z.iso.datetime().nullable() })
      .openapi({
        description: "What would be kept, by the terms that it has; `endsAt`: when it ends otherwise",
      }),
  })
  .openapi("RenewalLink");

export const signedLinkSchema = z
  .discriminatedUnion("action", [debitLinkSchema, renewalLinkSchema])
  .openapi("SignedLink");

export type DebitLink = z.infer<typeof debitLinkSchema>;
export type RenewalLink = z.infer<typeof renewalLinkSchema>;
export type SignedLink = z.infer<typeof signedLinkSchema>;
