import type { z } from "zod";
import type { Exchange } from "../exchange.ts";
import { listedShape, listShape, read } from "./shapes.ts";

/** The largest page that the vendor gives. */
const PAGE = 100;
/** Half a million objects in one window: more means that the list does not move on. */
const MOST_PAGES = 5_000;

export type Window = { readonly createdFrom: string; readonly createdTo: string };

/** One page's parameters. */
export type Page = {
  readonly created: { readonly gte: number; readonly lte: number };
  readonly limit: number;
  readonly starting_after?: string;
};

export type Listed = z.infer<typeof listedShape> & { readonly item: unknown };

type Read =
  | { readonly kind: "read"; readonly items: readonly Listed[] }
  | { readonly kind: "unanswered"; readonly detail: string };

/** Reads all pages of a window, newest first as the vendor lists. Anything less than all of it, also one unreadable object, is `unanswered`. */
export async function readAll(window: Window, readPage: (page: Page) => Promise<Exchange>): Promise<Read> {
  const created = {
    gte: Math.floor(Date.parse(window.createdFrom) / 1_000),
    lte: Math.ceil(Date.parse(window.createdTo) / 1_000),
  };
  const items = new Map<string, Listed>();
  let last: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const after = last === undefined ? {} : { starting_after: last };
    const read = readListed(await readPage({ created, limit: PAGE, ...after }));
    if (typeof read === "string") return { kind: "unanswered", detail: read };
    const known = items.size;
    for (const item of read.items) items.set(item.id, item);
    if (!read.more) return { kind: "read", items: [...items.values()] };
    if (items.size === known) return { kind: "unanswered", detail: "the list does not move on" };
    last = read.items.at(-1)?.id;
  }
  return { kind: "unanswered", detail: "the list does not end" };
}

/** One page, or what is wrong with it. */
function readListed(ended: Exchange): { readonly items: readonly Listed[]; readonly more: boolean } | string {
  if (ended.kind !== "answered") return ended.detail;
  if (ended.answer.status !== 200) return `status ${ended.answer.status}`;
  const list = read(listShape, ended.answer.body);
  if (list === null) return "the list cannot be read";
  const items: Listed[] = [];
  for (const item of list.data) {
    const listed = listedShape.safeParse(item);
    if (!listed.success) return "an object of the list cannot be read";
    items.push({ ...listed.data, item });
  }
  return { items, more: list.has_more };
}
