import { z } from "zod";
import { METHOD_KINDS } from "../../domain/capability-matrix.ts";
import {
  AUDIENCES,
  BILL_SOURCE_KINDS,
  type BillerEntry,
  type Category,
  SECTIONS,
} from "../../domain/catalogue/entry.ts";
import { faultsOfBiller } from "../../domain/catalogue/faults.ts";
import { LONGEST_REFERENCE } from "../../domain/catalogue/pattern.ts";
import { REFERENCE_KINDS } from "../../domain/catalogue/reference.ts";
import { registryFormatSchema } from "../registry/file-format.ts";

/** One line of words: no control characters, nothing that hides or turns what follows. */
function line(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, "holds characters that cannot be seen");
}

const bilingual = (longest: number) => z.strictObject({ ru: line(longest), en: line(longest) });
const categoryId = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "small Latin letters, digits and dashes");
const region = z.string().regex(/^\d{2,3}$/, "the two or three digits of a region");
const digits = z.string().max(64);

/** A category as it stands in a catalogue. */
export const categoryShape = z.strictObject({
  id: categoryId,
  audience: z.enum(AUDIENCES),
  section: z.enum(SECTIONS),
  region: region.nullable().default(null),
  title: bilingual(80),
  position: z.int().min(0).max(100_000),
}) satisfies z.ZodType<Category>;

const payeeShape = z.strictObject({
  name: line(160),
  inn: digits,
  kpp: digits.optional(),
  bic: digits,
  account: digits,
  correspondentAccount: digits.optional(),
});

const fieldShape = z.strictObject({
  key: z.string().regex(/^[a-z][a-zA-Z0-9]{0,31}$/, "a word of small and capital Latin letters and digits"),
  identifier: z.enum(REFERENCE_KINDS).optional(),
  pattern: z.string().min(1).max(200).optional(),
  title: bilingual(60),
  hint: bilingual(200),
  example: z.string().min(1).max(LONGEST_REFERENCE),
  optional: z.boolean().optional(),
});

const referenceShape = z.strictObject({
  fields: z.array(fieldShape).min(1).max(4),
  period: z.enum(["month", "none"]).default("none"),
});

const discountShape = z.strictObject({
  kind: z.enum(["percent", "amount"]),
  value: z.int().min(1).max(1_000_000_000),
  withinDays: z.int().min(1).max(366),
});

const ownSumsShape = z.strictObject({
  leastMinor: z.int().min(1).max(10_000_000_000),
  mostMinor: z.int().min(1).max(10_000_000_000),
});

const hoursShape = z.strictObject({
  days: z
    .array(
      z.union([
        z.literal(1),
        z.literal(2),
        z.literal(3),
        z.literal(4),
        z.literal(5),
        z.literal(6),
        z.literal(7),
      ]),
    )
    .min(1)
    .max(7),
  from: z.string(),
  until: z.string(),
});

const orderShape = z.strictObject({
  enabled: z.boolean(),
  bank: z.strictObject({ bic: digits, name: line(160) }),
  debtBy: z.enum(["account", "unified-account", "service", "document"]),
  period: z.boolean(),
  kbk: z.string().max(20).optional(),
  oktmo: z.string().max(11).optional(),
});

const receiptShape = z.strictObject({
  issuedBy: z.enum(["gateway", "biller"]),
  vatCode: z.int().min(1).max(20),
  subject: z.string().max(64),
  mode: z.string().max(64),
  taxSystem: z.int().min(1).max(6).optional(),
});

const zones = new Set(Intl.supportedValuesOf("timeZone"));
const zoneShape = z
  .string()
  .refine((name) => zones.has(name), "no zone of the IANA database, such as Europe/Moscow");

/** A biller as it stands in a catalogue: every field, and every number in it proved. What may be left out has its default here. */
export const billerShape = z
  .strictObject({
    id: z.string().regex(/^[\w.-]{1,64}$/, "letters, digits, _ . -"),
    category: categoryId,
    name: line(160),
    nameEn: line(160).nullable().default(null),
    audience: z.enum(AUDIENCES),
    section: z.enum(SECTIONS),
    region: region.default("77"),
    payee: payeeShape,
    gateway: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, "small Latin letters, digits and dashes")
      .default("yookassa"),
    allowedMethods: z.array(z.enum(METHOD_KINDS)).min(1).max(METHOD_KINDS.length),
    settleDays: z.int().min(0).max(30).default(1),
    maxAgeHours: z
      .int()
      .min(1)
      .max(24 * 366)
      .nullable()
      .default(null),
    reference: referenceShape,
    source: z.strictObject({ kind: z.enum(BILL_SOURCE_KINDS) }).default({ kind: "push" }),
    discountRule: discountShape.nullable().default(null),
    withoutBill: ownSumsShape.nullable().default(null),
    balances: z.strictObject({ confirmsTopUps: z.boolean() }).nullable().default(null),
    zone: zoneShape.default("Europe/Moscow"),
    hours: z.array(hoursShape).min(1).max(7).nullable().default(null),
    fileFormat: registryFormatSchema.nullable().default(null),
    paymentOrder: orderShape.nullable().default(null),
    receipt: receiptShape.nullable().default(null),
  })
  .superRefine((entry, context) => {
    for (const { path, detail } of faultsOfBiller(entry)) {
      context.addIssue({ code: "custom", path: pathOf(path), message: detail });
    }
  }) satisfies z.ZodType<BillerEntry>;

/** `reference.fields[0].pattern` as zod writes paths. */
function pathOf(text: string): (string | number)[] {
  return text
    .split(/[.[\]]+/)
    .filter((step) => step !== "")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
