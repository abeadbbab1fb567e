import { z } from "@hono/zod-openapi";
import { isCivilDate } from "../../domain/calendar.ts";
import { holdsCardNumber } from "../../domain/card-numbers.ts";

/** A public id as it stands in addresses; anything else is answered like an unknown id. */
export const idParameter = z.object({ id: z.string().openapi({ example: "KV-7F3K-9Q2M-X4TB" }) });

export const publicIdSchema = z
  .string()
  .regex(/^KV(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
  .openapi({ example: "KV-7F3K-9Q2M-X4TB" });

/** Can this be a biller's id at all? */
export function isBillerId(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}

/** A biller as callers name it. */
export const billerIdInput = z
  .string()
  .refine(isBillerId, { params: { code: "biller-unknown" } })
  .openapi({ example: "gorod-zhkh" });

/** An instant, ISO 8601 in UTC. */
export const instantSchema = z.string().openapi({ format: "date-time", example: "2026-03-05T09:00:00.000Z" });

/** The years that calendar, JavaScript and PostgreSQL all know, at every offset. */
const [FIRST_INSTANT, BEYOND_INSTANTS] = [
  Date.parse("1600-01-01T00:00:00Z"),
  Date.parse("9999-01-01T00:00:00Z"),
];

/**
 * An instant as callers name it, with its offset. One of the year nought is well-formed, yet no database keeps it; one that an offset carries before our era is kept, and
 * then cannot be read by anybody.
 */
export const instantInput = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) >= FIRST_INSTANT && Date.parse(text) < BEYOND_INSTANTS, {
    params: { code: "date-invalid" },
  });

/** A day on the payer's calendar. */
export const civilDateSchema = z.string().openapi({ format: "date", example: "2026-03-15" });

/** A day that really exists, as callers name it. */
export const civilDateInput = z
  .string()
  .refine(isCivilDate, { params: { code: "date-invalid" } })
  .openapi({ format: "date", example: "2026-03-15" });

/** The number by which a biller knows its payer: letters, digits and the separators that papers use. */
export const accountSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ./-]*$/u)
  .openapi({ example: "7700123456" });

/** One line of words: no control characters, no line or paragraph separators, no halves of characters. */
export function lineSchema(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);
}

/** A line that people write for themselves. A card's number in it would be kept in the clear, so it is refused. */
export function wordsSchema(longest: number) {
  return lineSchema(longest).refine((text) => !holdsCardNumber(text), {
    params: { code: "card-number-in-text" },
  });
}

/** A page of a list: `cursor` is the `nextCursor` of the page before. */
export const pageQuery = z.strictObject({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** A list and where it goes on; `nextCursor` is null on the last page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export type Page<Item> = { readonly items: Item[]; readonly nextCursor: string | null };
