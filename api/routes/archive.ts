import { AsyncLocalStorage } from "node:async_hooks";
import { createRoute, z } from "@hono/zod-openapi";
import { type ArchiveFilter, type ArchiveRow, listArchive, sumArchive } from "../../db/queries/archive.ts";
import { archiveHead, archiveLine } from "../archive-file.ts";
import { readSidedCursor, twoWayPage } from "../cursors.ts";
import type { Api } from "../environment.ts";
import type { ProblemLocale } from "../problem-words.ts";
import {
  type ArchiveEntry,
  archiveFilter,
  type ArchiveFilterInput,
  archivePageSchema,
  archiveQuery,
  archiveSumSchema,
} from "../schemas/archive.ts";
import { pageOf } from "../schemas/fields.ts";
import { searchWords } from "../search-words.ts";
import { bearer, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";
import { billerNameView, purposeView } from "../views/biller.ts";
import { say } from "../../words/say.ts";

/** Lines that the file is read by: few enough to hold, many enough to be quick. */
const FILE_PAGE = 500;

const shared = { method: "get" as const, tags: ["archive"], security: bearer };

const list = createRoute({
  ...shared,
  path: "/v1/archive",
  summary:
    "My payments, and the bills that I see without one, newest first: searched, filtered, page by page in both directions",
  request: { query: archiveQuery },
  responses: { 200: json(archivePageSchema, "A page of the archive"), default: problem },
});

const sums = createRoute({
  ...shared,
  path: "/v1/archive/sums",
  summary: "What I paid, per year of mine and category",
  responses: { 200: json(pageOf(archiveSumSchema), "Sums, the newest year first"), default: problem },
});

const file = createRoute({
  ...shared,
  path: "/v1/archive.csv",
  summary:
    "The same lines as a file for spreadsheets, streamed: UTF-8 with its mark, in the language of the request",
  request: { query: archiveFilter },
  responses: {
    200: { description: "The file", content: { "text/csv": { schema: z.string() } } },
    default: problem,
  },
});

/** The archive of bills and payments (B7). */
export function addArchiveRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  api.openapi(list, async (c) => {
    const { cursor, limit, ...wish } = c.req.valid("query");
    const place = readSidedCursor(cursor);
    const filter = filterOf({ residentId: await residentOf(c), locale: c.get("locale") }, wish);
    const rows = await listArchive(db, { ...filter, place, limit: limit + 1 });
    const locale = c.get("locale");
    return c.json(
      twoWayPage(rows, { limit, place }, (row) => entryView(row, locale)),
      200,
    );
  });
  api.openapi(sums, async (c) => {
    const locale = c.get("locale");
    const rows = await sumArchive(db, await residentOf(c));
    const items = rows.map(({ title, paid_minor, returned_minor, currency, ...row }) => ({
      ...row,
      categoryTitle: title[locale],
      paid: { amountMinor: paid_minor, currency },
      returned: { amountMinor: returned_minor, currency },
    }));
    return c.json({ items, nextCursor: null }, 200);
  });
  api.openapi(file, async (c) => {
    const reader = { residentId: await residentOf(c), locale: c.get("locale") };
    const filter = filterOf(reader, c.req.valid("query"));
    c.header("content-type", "text/csv; charset=utf-8");
    c.header("content-language", c.get("locale"));
    c.header("content-disposition", 'attachment; filename="kvitok-archive.csv"');
    return c.body(streamOf(linesOf(tools, filter, c.get("locale"))), 200);
  });
}

function filterOf(
  { residentId, locale }: { readonly residentId: string; readonly locale: ProblemLocale },
  { q = "", ...wish }: ArchiveFilterInput,
): ArchiveFilter {
  const unaskedWords = say(locale, "templates.purpose", { biller: "" });
  return { residentId, words: searchWords(q), unaskedWords, ...wish };
}

/** Never more than one page in memory, and nothing read ahead of whoever reads. What is added meanwhile is newer than where it reads. */
async function* linesOf(
  { db }: RouteTools,
  filter: ArchiveFilter,
  locale: ProblemLocale,
): AsyncGenerator<string, void> {
  yield archiveHead(locale);
  let place: { readonly side: "older"; readonly at: string; readonly id: string } | undefined;
  for (;;) {
    const rows = await listArchive(db, { ...filter, place, limit: FILE_PAGE });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => archiveLine(locale, row)).join("");
    if (rows.length < FILE_PAGE) return;
    place = { side: "older", at: last.at, id: last.id };
  }
}

/**
 * A file that ends in the middle must not look whole: an error breaks the connection instead of ending the answer. What is read after the handler has answered is still read within its
 * request: whatever hangs on that (for whom the work is done) holds to the last line.
 */
function streamOf(lines: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const withinRequest = AsyncLocalStorage.snapshot();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const next = await withinRequest(() => lines.next());
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      } catch (cause) {
        controller.error(cause);
      }
    },
    cancel: async () => {
      await lines.return(undefined);
    },
  });
}

function entryView(row: ArchiveRow, locale: ProblemLocale): ArchiveEntry {
  const { currency } = row;
  return {
    kind: row.kind,
    billId: row.bill_id,
    paymentId: row.payment_id,
    at: row.at,
    on: row.day,
    state: row.state,
    biller: billerNameView(row, locale),
    categoryTitle: row.category_title[locale],
    purpose: purposeView(row, locale),
    account: row.account,
    period: row.period,
    uin: row.uin,
    amount: { amountMinor: row.amount_minor, currency },
    returned: { amountMinor: row.returned_minor, currency },
    dueOn: row.due_on,
    livemode: row.livemode,
  };
}
