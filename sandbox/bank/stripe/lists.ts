import type { Face } from "./face.ts";
import type { Born, StripeRecord, Wire } from "./records.ts";
import { invalidRequest, missing } from "./stripe-error.ts";
import { toWire } from "./wire.ts";

/** What every list understands. */
export interface Paging {
  readonly limit?: number;
  readonly starting_after?: string;
  readonly ending_before?: string;
  readonly created?:
    | number
    | { readonly gte?: number; readonly gt?: number; readonly lte?: number; readonly lt?: number };
}

/** One page of records, newest first. `url` is the list's own path. */
export function listWire(face: Face, url: string, paging: Paging, rows: Iterable<StripeRecord>): Wire {
  const sorted = [...rows].filter(createdFilter(paging.created)).toSorted(newestFirst);
  const { items, more } = pageOf(sorted, paging);
  return { object: "list", data: items.map((row) => toWire(face, row)), has_more: more, url };
}

function pageOf(
  sorted: readonly StripeRecord[],
  paging: Paging,
): { readonly items: readonly StripeRecord[]; readonly more: boolean } {
  const limit = paging.limit ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalidRequest("Limit must be from 1 to 100.", "limit", "parameter_invalid_integer");
  }
  const { starting_after: after, ending_before: before } = paging;
  if (after !== undefined && before !== undefined) {
    throw invalidRequest("You can only specify one of these parameters: starting_after, ending_before.");
  }
  if (before !== undefined) {
    const newer = sorted.slice(0, placeOf(sorted, before, "ending_before"));
    return { items: newer.slice(-limit), more: newer.length > limit };
  }
  const rest = after === undefined ? sorted : sorted.slice(placeOf(sorted, after, "starting_after") + 1);
  return { items: rest.slice(0, limit), more: rest.length > limit };
}

function placeOf(sorted: readonly StripeRecord[], id: string, param: string): number {
  const place = sorted.findIndex((row) => row.id === id);
  if (place < 0) throw missing("object", id, param, 400);
  return place;
}

function newestFirst(a: Born, b: Born): number {
  return b.created - a.created || b.serial - a.serial;
}

function createdFilter(created: Paging["created"]): (row: Born) => boolean {
  if (created === undefined) return () => true;
  if (typeof created === "number") return (row) => row.created === created;
  const { gte = -Infinity, gt = -Infinity, lte = Infinity, lt = Infinity } = created;
  return (row) => row.created >= gte && row.created > gt && row.created <= lte && row.created < lt;
}
