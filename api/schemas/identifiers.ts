import { z } from "@hono/zod-openapi";
import { IDENTIFIER_KINDS } from "../../domain/identifiers/index.ts";
import { parseBic } from "../../domain/identifiers/bic-account.ts";
import { FAULTS, isMistyped } from "../../domain/identifiers/proof.ts";

/** More is no number, and no QR either. */
const MOST_CHARACTERS = 4096;
const reasonFields = {
  code: z.enum(FAULTS),
  /** The place of the offending character, from 1, and the character itself. */
  at: z.int().nullable(),
  character: z.string().nullable(),
  /** How many characters were read, and which numbers of them there may be where that is the complaint. */
  count: z.int(),
  expected: z.array(z.int()).nullable(),
  /** What is wrong, in the language of the request. */
  detail: z.string(),
};

/** Why a candidate is not valid; `field` of a payment QR. */
export const reasonSchema = z
  .object({ ...reasonFields, field: z.string().nullable() })
  .openapi("IdentifierReason");

/** A kind that a text may be: in its normal form when valid, else as it was read, with the reason. */
export const candidateSchema = z
  .object({
    kind: z.enum(IDENTIFIER_KINDS),
    value: z.string(),
    valid: z.boolean(),
    reason: reasonSchema.nullable(),
  })
  .openapi("IdentifierCandidate");

export const identifySchema = z
  .strictObject({
    text: z.string().max(MOST_CHARACTERS),
    /** Proves an account. */
    bic: z
      .string()
      .max(64)
      .transform((text, context) => {
        const bic = parseBic(text);
        if (bic.ok) return bic.value;
        const code = isMistyped(bic) ? "check-digit-wrong" : "identifier-misshapen";
        context.addIssue({ code: "custom", params: { code } });
        return z.NEVER;
      })
      .openapi({ type: "string" })
      .optional(),
  })
  .openapi("Identify", { example: { text: "40702810138250123017", bic: "044525225" } });

export const identifiedSchema = z.object({ candidates: z.array(candidateSchema) }).openapi("Identified");

/** A complaint about one field of a payment QR. */
const qrProblemSchema = z.object({ ...reasonFields, field: z.string() }).openapi("PaymentQrProblem");

export const paymentQrSchema = z
  .object({
    /** The bytes of the code: a bill is added by them. */
    base64: z.string(),
    encoding: z.enum(["windows-1251", "utf-8", "koi8-r"]),
    separator: z.string(),
    /** By the keys of ГОСТ Р 56042; empty ones are left out. */
    fields: z.record(z.string(), z.string()),
    /** Keys that the standard does not know. */
    others: z.array(z.object({ key: z.string(), value: z.string() })),
    /** Null: the bill leaves the sum open. */
    amount: z.object({ amountMinor: z.int(), currency: z.literal("RUB") }).nullable(),
    /** The identifiers inside, proved: accounts by the BIC beside them. */
    candidates: z.array(candidateSchema.extend({ field: z.string() })),
    problems: z.array(qrProblemSchema),
    /** True where nothing is wrong: it may be paid from. */
    sound: z.boolean(),
  })
  .openapi("PaymentQr");

/** 4 KB in base64. */
const MOST_BASE64 = 5464;
export const paymentQrBytesSchema = z
  .strictObject({ base64: z.base64().max(MOST_BASE64) })
  .openapi("PaymentQrBytes");

export const qrPictureSchema = z
  .object({
    /** Payment codes of the picture: a bill may have one with insurance and one without. */
    items: z.array(paymentQrSchema),
    /** How many other QR codes are in the picture. */
    otherCodes: z.int(),
  })
  .openapi("QrPicture");

export type Identify = z.input<typeof identifySchema>;
export type Identified = z.infer<typeof identifiedSchema>;
export type IdentifierCandidate = z.infer<typeof candidateSchema>;
export type PaymentQr = z.infer<typeof paymentQrSchema>;
export type QrPicture = z.infer<typeof qrPictureSchema>;
