import type { Doubt } from "./doubt.ts";
import { type Listed, listedShape, listShape, read } from "./shapes.ts";
import type { Exchange } from "../exchange.ts";

/** The largest page that the vendor gives. */
const PAGE = "100";
/** Half a million objects in one window: more means that the cursor does not move on. */
const MOST_PAGES = 5_000;

export type Window = { readonly createdFrom: string; readonly createdTo: string };

/** Reads one page; the query has every parameter. */
export type ReadPage = (query: URLSearchParams) => Promise<Exchange>;

/** How one kind of object is told apart and read. */
export type Sought<Sighting> = {
  /** True for an object that carries our id. */
  readonly isOurs: (listed: Listed) => boolean;
  readonly readOurs: (item: unknown) => { readonly kind: "seen"; readonly sighting: Sighting } | Doubt;
  /** The order in which objects of one id of ours count, should the gateway hold two: money first, i.e. lowest. */
  readonly weight: (sighting: Sighting) => number;
};

export type Listing<Sighting> =
  | { readonly kind: "found"; readonly sighting: Sighting; readonly seenObjectIds: readonly string[] }
  | { readonly kind: "nothing"; readonly seenObjectIds: readonly string[] }
  | Doubt;

/**
 * Reads all pages of a window and picks the object that is ours. Anything less than a complete reading, also one unreadable object, is
 * `unanswered`: only a complete scan may count towards absence.
 */
export async function listWindow<Sighting>(
  window: Window,
  sought: Sought<Sighting>,
  readPage: ReadPage,
): Promise<Listing<Sighting>> {
  const seenObjectIds: string[] = [];
  const found: Sighting[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const page = readListed(await readPage(queryOf(window, cursor)), sought);
    if ("kind" in page) return page;
    seenObjectIds.push(...page.ids);
    found.push(...page.ours);
    if (page.next === undefined) return result(found, seenObjectIds, sought);
    if (cursors.has(page.next)) return unread("the list's cursor repeats");
    cursors.add(page.next);
    cursor = page.next;
  }
  return unread("the list does not end");
}

function queryOf(window: Window, cursor: string | undefined): URLSearchParams {
  const query = new URLSearchParams({
    "created_at.gte": window.createdFrom,
    "created_at.lte": window.createdTo,
    limit: PAGE,
  });
  if (cursor !== undefined) query.set("cursor", cursor);
  return query;
}

function result<Sighting>(
  found: readonly Sighting[],
  seenObjectIds: readonly string[],
  { weight }: Sought<Sighting>,
): Listing<Sighting> {
  const [first] = found.toSorted((a, b) => weight(a) - weight(b));
  return first === undefined
    ? { kind: "nothing", seenObjectIds }
    : { kind: "found", sighting: first, seenObjectIds };
}

type Page<Sighting> = {
  readonly ids: readonly string[];
  readonly ours: readonly Sighting[];
  readonly next: string | undefined;
};

/** One page, or what is wrong with it. */
function readListed<Sighting>(ended: Exchange, sought: Sought<Sighting>): Page<Sighting> | Doubt {
  if (ended.kind !== "answered") return unread(ended.detail);
  if (ended.answer.status !== 200) return unread(`status ${ended.answer.status}`);
  const list = read(listShape, ended.answer.body);
  if (list === null) return unread("the list cannot be read");
  const ids: string[] = [];
  const ours: Sighting[] = [];
  for (const item of list.items) {
    const listed = listedShape.safeParse(item);
    if (!listed.success) return unread("an object of the list cannot be read");
    ids.push(listed.data.id);
    if (!sought.isOurs(listed.data)) continue;
    const seen = sought.readOurs(item);
    if (seen.kind !== "seen") return seen;
    ours.push(seen.sighting);
  }
  return { ids, ours, next: list.next_cursor };
}

function unread(detail: string): Doubt {
  return { kind: "unanswered", detail };
}

/** An object of a list as bytes: the evidence is the row, not the page. */
export function rowBytes(item: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(item));
}
