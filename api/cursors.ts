import { z } from "zod";
import { refuseField } from "./problems.ts";

/** Writes a place in a list as an opaque cursor. */
export function writeCursor(place: readonly [string, string]): string {
  return Buffer.from(JSON.stringify(place), "utf8").toString("base64url");
}

const placeShape = z.tuple([z.string(), z.string()]);

/**
 * Reads a cursor that {@link writeCursor} wrote; `fits` proves its first part (a day, an instant).
 *
 * @throws Refusal naming the field `cursor`
 */
export function readCursor(
  cursor: string | undefined,
  fits: (order: string) => boolean,
): { readonly order: string; readonly id: string } | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [order, id] = placeShape.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    if (fits(order) && /^[\w.-]{1,64}$/.test(id)) return { order, id };
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
  }
  throw refuseField("cursor", "payload-invalid");
}

/** True for an instant as we answer it; the year nought is one to JavaScript alone, the database has none. */
export function isInstant(text: string): boolean {
  return /^(?!0000)\d{4}-\d{2}-\d{2}T[\d:.]{8,15}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Cuts one row more than a page down to the page, and says where the next one begins. */
export function pageFrom<Row, Item>(
  rows: readonly Row[],
  limit: number,
  read: { readonly view: (row: Row) => Item; readonly place: (row: Row) => readonly [string, string] },
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? writeCursor(read.place(last)) : null;
  return { items: shown.map((row) => read.view(row)), nextCursor };
}

/** A page that may be left in both directions: where it goes on to older lines, and back to newer ones. */
export type TwoWayPage<Item> = {
  readonly items: Item[];
  readonly nextCursor: string | null;
  readonly previousCursor: string | null;
};

/** A place in a list that is newest first, and the side of it on which the page lies. */
export type SidedPlace = { readonly side: "older" | "newer"; readonly at: string; readonly id: string };

const SIDES = { "<": "older", ">": "newer" } as const;

/**
 * Reads a cursor of {@link twoWayPage}.
 *
 * @throws Refusal naming the field `cursor`
 */
export function readSidedCursor(cursor: string | undefined): SidedPlace | undefined {
  const place = readCursor(cursor, (order) => /^[<>]/.test(order) && isInstant(order.slice(1)));
  if (place === undefined) return undefined;
  const side = place.order.startsWith("<") ? SIDES["<"] : SIDES[">"];
  return { side, at: place.order.slice(1), id: place.id };
}

/** Cuts one row more than a page down to the page; the row too many lies on the side that was asked for. */
export function twoWayPage<Row extends { readonly at: string; readonly id: string }, Item>(
  rows: readonly Row[],
  asked: { readonly limit: number; readonly place: SidedPlace | undefined },
  view: (row: Row) => Item,
): TwoWayPage<Item> {
  const { limit, place } = asked;
  const toNewer = place?.side === "newer";
  const isFull = rows.length > limit;
  const shown = toNewer ? rows.slice(-limit) : rows.slice(0, limit);
  const first = shown[0];
  const last = shown.at(-1);
  const hasOlder = toNewer || isFull;
  const hasNewer = toNewer ? isFull : place !== undefined;
  return {
    items: shown.map(view),
    nextCursor: hasOlder && last ? writeCursor([`<${last.at}`, last.id]) : null,
    previousCursor: hasNewer && first ? writeCursor([`>${first.at}`, first.id]) : null,
  };
}
