import { z } from "@hono/zod-openapi";
import { SAVEABLE_KINDS } from "../../domain/saved-identifier.ts";
import { instantSchema, lineSchema, publicIdSchema, wordsSchema } from "./fields.ts";
import { stopFields } from "./stops.ts";

const LONGEST_ADDRESS = 254;
const LONGEST_TEXT = 64;
const LONGEST_LABEL = 80;

export const emailSchema = z
  .strictObject({
    address: z
      .string()
      .trim()
      .refine(isOneMailbox, { params: { code: "address-invalid" } })
      .openapi({ example: "anna@city.example" }),
  })
  .openapi("EnterEmail");

/** Nothing that a mail program could read as several addresses, a name, or a header. */
function isOneMailbox(address: string): boolean {
  const isPlain = address.length <= LONGEST_ADDRESS && !/[\s,;:<>()"\p{Cc}]/u.test(address);
  return isPlain && z.email().safeParse(address).success;
}

export type EnterEmail = z.infer<typeof emailSchema>;

export const proveEmailSchema = z
  .strictObject({ code: z.string().regex(/^[\w-]{43}$/, { error: "the code of the link in the letter" }) })
  .openapi("ProveEmail");

export type ProveEmail = z.infer<typeof proveEmailSchema>;

const labelSchema = wordsSchema(LONGEST_LABEL).openapi({ example: "Mother's flat" });

export const saveIdentifierSchema = z
  .strictObject({
    /** As it stands on paper: blanks, dashes and look-alike letters do not matter. */
    text: lineSchema(LONGEST_TEXT).openapi({ example: "99 42 123456" }),
    /** Left out where the text can be one kind only. */
    kind: z.enum(SAVEABLE_KINDS).optional(),
    label: labelSchema.optional(),
  })
  .openapi("SaveIdentifier");

export type SaveIdentifier = z.infer<typeof saveIdentifierSchema>;

export const renameIdentifierSchema = z
  .strictObject({ label: labelSchema.nullable() })
  .openapi("RenameIdentifier");

export type RenameIdentifier = z.infer<typeof renameIdentifierSchema>;

export const savedIdentifierSchema = z
  .object({
    id: z.string(),
    kind: z.enum(SAVEABLE_KINDS),
    /** Its last four characters. */
    masked: z.string().openapi({ example: "••••3456" }),
    label: z.string().nullable(),
    /** `identity-provider`: the sign-in service vouches for it. Null: nobody does. */
    provedBy: z.enum(["identity-provider"]).nullable(),
    createdAt: instantSchema,
  })
  .openapi("SavedIdentifier");

export type SavedIdentifier = z.infer<typeof savedIdentifierSchema>;

/** What is forgotten, and the mandates over it that have ended. */
export const forgottenIdentifierSchema = savedIdentifierSchema
  .extend({ ended: z.array(z.object({ mandateId: publicIdSchema, ...stopFields })) })
  .openapi("ForgottenIdentifier");

export type ForgottenIdentifier = z.infer<typeof forgottenIdentifierSchema>;

export const wholeIdentifierSchema = savedIdentifierSchema
  .extend({ value: z.string().openapi({ example: "9942123456" }) })
  .openapi("WholeIdentifier");

export type WholeIdentifier = z.infer<typeof wholeIdentifierSchema>;
