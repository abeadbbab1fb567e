import type { Scan, Sighting } from "../port.ts";
import { listedShape, listShape, paymentShape, read } from "./shapes.ts";
import { type Checks, checkedSighting } from "./sighting.ts";
import type { Exchange } from "./transport.ts";

/** The largest page that the vendor gives. */
const PAGE = "100";
/** Half a million objects in one window: more means that the cursor does not move on. */
const MOST_PAGES = 5_000;

/** The order in which objects of one charge count, should the gateway hold two: money first. */
const WEIGHT = { charged: 0, held: 1, challenged: 2, pending: 3, "not-charged": 4 } as const satisfies Record<
  Sighting["outcome"]["kind"],
  number
>;

export type Window = { readonly createdFrom: string; readonly createdTo: string };

/** Reads one page; the query has every parameter. */
export type ReadPage = (query: URLSearchParams) => Promise<Exchange>;

/**
 * Reads all pages of a window and picks the object whose metadata carries our charge id. Anything less than a complete reading, also one
 * unreadable object, is `unanswered`: only a complete scan may count towards absence.
 */
export async function scan(window: Window, checks: Checks, readPage: ReadPage): Promise<Scan> {
  const seenObjectIds: string[] = [];
  const found: Sighting[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = readListed(await readPage(queryOf(window, cursor)), checks);
    if (typeof read === "string") return { kind: "unanswered", detail: read };
    seenObjectIds.push(...read.ids);
    found.push(...read.ours);
    if (read.next === undefined) return result(found, seenObjectIds);
    if (cursors.has(read.next)) return { kind: "unanswered", detail: "the list's cursor repeats" };
    cursors.add(read.next);
    cursor = read.next;
  }
  return { kind: "unanswered", detail: "the list does not end" };
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

function result(found: readonly Sighting[], seenObjectIds: readonly string[]): Scan {
  const [first] = found.toSorted((a, b) => WEIGHT[a.outcome.kind] - WEIGHT[b.outcome.kind]);
  return first === undefined
    ? { kind: "nothing", seenObjectIds }
    : { kind: "found", sighting: first, seenObjectIds };
}

type Page = {
  readonly ids: readonly string[];
  readonly ours: readonly Sighting[];
  readonly next: string | undefined;
};

/** One page, or what is wrong with it. */
function readListed(ended: Exchange, checks: Checks): Page | string {
  if (ended.kind !== "answered") return ended.detail;
  if (ended.answer.status !== 200) return `status ${ended.answer.status}`;
  const list = read(listShape, ended.answer.body);
  if (list === null) return "the list cannot be read";
  const ids: string[] = [];
  const ours: Sighting[] = [];
  for (const item of list.items) {
    const listed = listedShape.safeParse(item);
    if (!listed.success) return "an object of the list cannot be read";
    ids.push(listed.data.id);
    if (listed.data.metadata?.charge_id !== checks.expected.chargeId) continue;
    const sighting = readOurs(item, checks);
    if (typeof sighting === "string") return sighting;
    ours.push(sighting);
  }
  return { ids, ours, next: list.next_cursor };
}

function readOurs(item: unknown, checks: Checks): Sighting | string {
  const payment = paymentShape.safeParse(item);
  if (!payment.success) return "our object in the list cannot be read";
  const raw = new TextEncoder().encode(JSON.stringify(item));
  const checked = checkedSighting(payment.data, raw, checks);
  return checked.kind === "seen"
    ? checked.sighting
    : `our object in the list disagrees about ${checked.about}`;
}
