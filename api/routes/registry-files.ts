import { createRoute, z } from "@hono/zod-openapi";
import {
  findRegistryFile,
  listRefusals,
  listRegistryFiles,
  type RegistryFileRow,
} from "../../db/queries/registry-files.ts";
import { receiveUpload } from "../../db/registry/uploads.ts";
import { isPublicCode } from "../../domain/code.ts";
import type { Locale } from "../../words/locale.ts";
import { reportHead, reportLine } from "../../words/registry-report.ts";
import { type BillerAccess, billerAccess } from "../biller-access.ts";
import { readCursor, writeCursor } from "../cursors.ts";
import type { Api, ApiContext } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { pageOf } from "../schemas/fields.ts";
import {
  listRegistryFilesQuery,
  registryFileParameters,
  registryFileSchema,
  reportQuery,
  uploadQuery,
} from "../schemas/registry-files.ts";
import { bodyOf, bodyTooLarge, MOST_STREAMED_BYTES } from "../streamed-body.ts";
import { registryFileView } from "../views/registry-file.ts";
import { bearer, json, location, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const bytes = { schema: z.string().openapi({ format: "binary" }) };
const whoever = "For operators, people of the biller, and messages signed by it (Standard Webhooks).";
const shared = { tags: ["registry files"], security: [...bearer, {}] };
const ofBiller = z.object({ id: z.string().openapi({ example: "gorod-zhkh" }) });

const upload = createRoute({
  ...shared,
  method: "post",
  path: "/v1/billers/{id}/registry-files",
  summary:
    "Send a registry file, as the catalogue says that this biller writes it; it is streamed, and imported behind this answer",
  description: `${whoever} The signature is proved over the bytes as they come, and nothing of the file is believed before. The same file again is the same import as long as it is under way.`,
  request: {
    params: ofBiller,
    query: uploadQuery,
    // Described only: the body goes by and is never held.
    body: {
      required: true,
      content: { "text/csv": bytes, "text/plain": bytes, "application/octet-stream": bytes },
    },
  },
  responses: {
    202: { ...json(registryFileSchema, "It is there, whole, and will be read"), ...location },
    default: problem,
  },
});

const list = createRoute({
  ...shared,
  method: "get",
  path: "/v1/billers/{id}/registry-files",
  summary: "Registry files of a biller, newest first",
  description: whoever,
  request: { params: ofBiller, query: listRegistryFilesQuery },
  responses: { 200: json(pageOf(registryFileSchema), "A page of files"), default: problem },
});

const get = createRoute({
  ...shared,
  method: "get",
  path: "/v1/billers/{id}/registry-files/{file}",
  summary: "How far a registry file has come, and what came of its lines",
  description: whoever,
  request: { params: registryFileParameters },
  responses: { 200: json(registryFileSchema, "The file"), default: problem },
});

const report = createRoute({
  ...shared,
  method: "get",
  path: "/v1/billers/{id}/registry-files/{file}/report",
  summary: "Every refused line once, as CSV: its number, the fields, the reasons; never what it said",
  description: whoever,
  request: { params: registryFileParameters, query: reportQuery },
  responses: { 200: { description: "The report", content: { "text/csv": bytes } }, default: problem },
});

/** Files are bytes: type and size of the body are judged here, not by the rules of commands. */
const UPLOAD_TYPES = /^(text\/(csv|plain)|application\/octet-stream) *(;|$)/i;

export function addRegistryFileRoutes(api: Api, tools: RouteTools): void {
  const { db } = tools;
  api.openapi(upload, async (c) => {
    const access = await billerAccess(c, tools);
    if (!UPLOAD_TYPES.test(c.req.header("content-type") ?? "")) throw new Refusal("content-type-wrong");
    const { name, version } = c.req.valid("query");
    const file = await receiveUpload(tools, {
      billerId: access.billerId,
      sentBy: access.by,
      name: name ?? null,
      version: version ?? null,
      body: passing(c, access),
      prove: () => access.signature?.prove(),
      limit: { mostBytes: MOST_STREAMED_BYTES, tooLong: bodyTooLarge },
    });
    const path = `/v1/billers/${access.billerId}/registry-files/${file.id}`;
    return c.json(registryFileView(file, c.get("locale")), 202, { location: path });
  });
  api.openapi(list, async (c) => {
    const { billerId } = await provedAccess(c, tools);
    const { cursor, limit } = c.req.valid("query");
    const place = readCursor(cursor, (order) => /^\d{1,15}$/.test(order));
    const before = place === undefined ? {} : { before: Number(place.order) };
    const rows = await listRegistryFiles(db, { billerId, ...before, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    const nextCursor = last === undefined ? null : writeCursor([String(last.no), last.id]);
    return c.json({ items: shown.map((row) => registryFileView(row, c.get("locale"))), nextCursor }, 200);
  });
  api.openapi(get, async (c) => {
    return c.json(registryFileView(await mustFindFile(c, tools), c.get("locale")), 200);
  });
  api.openapi(report, async (c) => {
    const file = await mustFindFile(c, tools);
    const { locale } = c.req.valid("query");
    return c.body(ReadableStream.from(reportOf(tools, file, locale)) as ReadableStream, 200, {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${file.id}-refused.csv"`,
    });
  });
}

/** The body on its way into the spool, past its signature. */
async function* passing(c: ApiContext, { signature }: BillerAccess): AsyncGenerator<Uint8Array> {
  for await (const part of bodyOf(c)) {
    signature?.update(part);
    yield part;
  }
}

/** A request without a body is proved at once. */
async function provedAccess(c: ApiContext, tools: RouteTools): Promise<BillerAccess> {
  const access = await billerAccess(c, tools);
  access.signature?.prove();
  return access;
}

async function mustFindFile(c: ApiContext, tools: RouteTools): Promise<RegistryFileRow> {
  const { billerId } = await provedAccess(c, tools);
  const id = c.req.param("file") ?? "";
  const file = isPublicCode(id) ? await findRegistryFile(tools.db, { id, billerId }) : undefined;
  if (file === undefined) throw new Refusal("registry-file-not-found");
  return file;
}

const REFUSALS_AT_ONCE = 2_000;

async function* reportOf(
  { db }: RouteTools,
  { no }: RegistryFileRow,
  locale: Locale,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(reportHead(locale));
  let after = 0;
  for (;;) {
    const refusals = await listRefusals(db, { fileNo: no, after, limit: REFUSALS_AT_ONCE });
    yield encoder.encode(refusals.map((refusal) => reportLine(locale, refusal)).join(""));
    const last = refusals.at(-1);
    if (last === undefined || refusals.length < REFUSALS_AT_ONCE) return;
    after = last.line;
  }
}
