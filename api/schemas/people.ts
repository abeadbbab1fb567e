import { z } from "@hono/zod-openapi";
import { instantSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";

export const ROLES = ["resident", "operator", "biller", "integrator"] as const;

const localeSchema = z.enum(["ru", "en"]);

/** The main name of a zone that dates can be written in. */
export const zoneInput = z
  .string()
  .max(64)
  .refine(isZone, { params: { code: "zone-unknown" } })
  .openapi({ example: "Europe/Moscow" });

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone === name;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}

export const meSchema = z
  .object({
    /** Null until the first sign-in on the page or the acceptance of the terms. */
    id: z.string().nullable(),
    name: z.string(),
    email: z.string().nullable(),
    emailVerified: z.boolean(),
    /** Entered and not proved yet; nothing personal goes there. */
    pendingEmail: z.object({ address: z.string(), expiresAt: instantSchema }).nullable(),
    /** Mail to the address came back (or was called spam by its reader): nothing is sent there until it is proved again. */
    mailTrouble: z.object({ reason: z.enum(["bounced", "complained"]), since: instantSchema }).nullable(),
    locale: localeSchema,
    zone: z.string(),
    terms: z.object({ current: z.string(), accepted: z.string().nullable() }),
    roles: z.array(z.enum(ROLES)),
    billerId: z.string().nullable(),
    livemode: z.boolean(),
  })
  .openapi("Me");

export type Me = z.infer<typeof meSchema>;

export const settingsSchema = z
  .strictObject({ locale: localeSchema.optional(), zone: zoneInput.optional() })
  .openapi("Settings");

export type Settings = z.infer<typeof settingsSchema>;

export const serviceTermsSchema = z
  .object({
    version: z.string(),
    locale: localeSchema,
    title: z.string(),
    sections: z.array(z.object({ heading: z.string(), paragraphs: z.array(z.string()) })),
    /** SHA-256 of title, headings and paragraphs, one a line. */
    textHash: z.string(),
  })
  .openapi("ServiceTerms");

export type ServiceTermsView = z.infer<typeof serviceTermsSchema>;

export const acceptTermsSchema = z
  .strictObject({
    version: z.string().max(40).openapi({ example: "2026-11" }),
    /** The language in which the text was read. */
    locale: localeSchema,
  })
  .openapi("AcceptTerms");

export type AcceptTerms = z.infer<typeof acceptTermsSchema>;

export const acceptedTermsSchema = z
  .object({ version: z.string(), locale: localeSchema, textHash: z.string() })
  .openapi("AcceptedTerms");

export type AcceptedTerms = z.infer<typeof acceptedTermsSchema>;

/** Longest session, whatever the access token would allow. */
const SESSION_SECONDS = 12 * 60 * 60;

/** `quiet`: a page asks by itself, without anybody doing anything. */
export const livingSessionQuery = z.strictObject({ quiet: z.literal("true").optional() });

export const startSessionSchema = z
  .strictObject({
    /** 256 random bits that only this browser holds; we keep their hash. */
    token: z.string().regex(/^[\w-]{43}$/),
    seconds: z.int().min(1).max(SESSION_SECONDS),
  })
  .openapi("StartSession");

export type StartSession = z.infer<typeof startSessionSchema>;

export const startedSessionSchema = z.object({ id: z.string() }).openapi("StartedSession");

export type StartedSession = z.infer<typeof startedSessionSchema>;

export const livingSessionSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    locale: localeSchema,
    zone: z.string(),
    /** Has its resident accepted the terms: today's edition, an older one, none? */
    terms: z.enum(["current", "older", "none"]),
  })
  .openapi("LivingSession");

export type LivingSession = z.infer<typeof livingSessionSchema>;

export const sessionSchema = z
  .object({
    id: z.string(),
    /** What the browser says of itself. */
    device: z.string().nullable(),
    startedAt: instantSchema,
    lastSeenAt: instantSchema,
    expiresAt: instantSchema,
    /** The one that asks. */
    current: z.boolean(),
  })
  .openapi("Session");

export type Session = z.infer<typeof sessionSchema>;

export const endedSessionsSchema = z.object({ ended: z.int() }).openapi("EndedSessions");

export type EndedSessions = z.infer<typeof endedSessionsSchema>;

export const eraseMeSchema = z
  .strictObject({
    /** Said by a person who knows that it cannot be taken back. */
    confirm: z.literal("erase"),
  })
  .openapi("EraseMe");

export type EraseMe = z.infer<typeof eraseMeSchema>;

export const erasureSchema = z
  .object({
    /** `waiting`: everything is stopped, nothing is erased; ask again when what is listed has ended. */
    state: z.enum(["erased", "waiting"]),
    waitsFor: z.array(
      z.object({
        what: z.enum(["unconfirmed", "undecided", "owed-back", "looked-into", "running"]),
        paymentId: z.string().nullable(),
        amount: moneySchema.nullable(),
        /** Of what I have not confirmed at the bank: when it ends by itself at the latest. */
        endsBy: instantSchema.nullable(),
      }),
    ),
  })
  .openapi("Erasure");

export type Erasure = z.infer<typeof erasureSchema>;
