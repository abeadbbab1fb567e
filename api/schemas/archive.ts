import { z } from "@hono/zod-openapi";
import { ARCHIVE_STATES } from "../../domain/archive.ts";
import { billerNameSchema } from "./billers.ts";
import { billerIdInput, civilDateInput, civilDateSchema, instantSchema, publicIdSchema } from "./fields.ts";
import { LARGEST_AMOUNT_MINOR, moneySchema } from "./money.ts";

const minorInput = z.coerce.number().int().min(0).max(LARGEST_AMOUNT_MINOR).optional();

/** What an archive is narrowed by; the same for its pages and its file. */
export const archiveFilter = z.strictObject({
  q: z.string().max(100).optional().openapi({
    description: "Words of the biller, the purpose, or a number; all of them must be found.",
  }),
  category: z.string().max(63).optional().openapi({ example: "housing" }),
  billerId: billerIdInput.optional(),
  state: z.enum(ARCHIVE_STATES).optional(),
  from: civilDateInput.optional().openapi({ description: "First day, on the person's calendar." }),
  until: civilDateInput.optional().openapi({ description: "Last day." }),
  leastMinor: minorInput.openapi({ description: "Sums from, in minor units." }),
  mostMinor: minorInput.openapi({ description: "Sums up to, in minor units." }),
});

export const archiveQuery = archiveFilter.extend({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export const archiveEntrySchema = z
  .object({
    /** A payment of mine, or a bill that I see and neither paid nor am paying. */
    kind: z.enum(["payment", "bill"]),
    billId: publicIdSchema,
    paymentId: publicIdSchema.nullable(),
    /** When it was paid or begun; of a bill the beginning of its due day. The list is in this order. */
    at: instantSchema,
    on: civilDateSchema,
    state: z.enum(ARCHIVE_STATES),
    biller: billerNameSchema,
    categoryTitle: z.string(),
    purpose: z.string(),
    account: z.string(),
    period: z.string(),
    uin: z.string().nullable(),
    amount: moneySchema,
    /** What went back of it. */
    returned: moneySchema,
    dueOn: civilDateSchema,
    livemode: z.boolean(),
  })
  .openapi("ArchiveEntry");

export const archivePageSchema = z
  .object({
    items: z.array(archiveEntrySchema),
    /** Where older lines go on; null: there are none. */
    nextCursor: z.string().nullable(),
    /** Where newer ones are; null: this is the newest page. */
    previousCursor: z.string().nullable(),
  })
  .openapi("ArchivePage");

export const archiveSumSchema = z
  .object({
    year: z.int(),
    category: z.string(),
    categoryTitle: z.string(),
    payments: z.int(),
    paid: moneySchema,
    returned: moneySchema,
  })
  .openapi("ArchiveSum");

export type ArchiveFilterInput = z.infer<typeof archiveFilter>;
export type ArchiveEntry = z.infer<typeof archiveEntrySchema>;
export type ArchivePage = z.infer<typeof archivePageSchema>;
export type ArchiveSum = z.infer<typeof archiveSumSchema>;
