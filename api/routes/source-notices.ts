import { createRoute, z } from "@hono/zod-openapi";
import { keepNotice } from "../../db/queries/source-notices.ts";
import type { Api, ApiContext } from "../environment.ts";
import { readNetworks, senderOf } from "../networks.ts";
import { Refusal } from "../problems.ts";
import { problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const document = { schema: { type: "string", format: "binary" } } as const;

const notice = createRoute({
  method: "post",
  path: "/v1/bill-sources/{name}/notices",
  tags: ["bills"],
  summary: "A source says that bills have changed: stored as a reason to ask for them, acknowledged at once",
  request: {
    params: z.object({ name: z.string().openapi({ example: "gis-gmp" }) }),
    body: { required: true, content: { "application/xml": document } },
  },
  responses: {
    200: {
      description: "Stored: the receipt that the source waits for",
      content: { "application/xml": document },
    },
    default: problem,
  },
});

/**
 * Serves every source that pushes notices. Who sends is known by its network alone, and nothing in the body is believed: it names bills to ask for, by the source's
 * own search. The receipt is written only once the notice is stored.
 */
export function addSourceNoticeRoute(
  api: Api,
  { db, log, billSources, noticeSources = [] }: RouteTools,
): void {
  const networks = readNetworks(noticeSources);
  const isFromSource = (c: ApiContext): boolean => {
    const peer = c.env.incoming?.socket.remoteAddress;
    return (
      peer !== undefined &&
      networks.includes(senderOf(peer, c.req.header("x-forwarded-for"), c.get("proxies")))
    );
  };
  api.openapi(notice, async (c) => {
    const source = billSources.get(c.req.valid("param").name);
    if (source?.readNotice === undefined) throw new Refusal("not-found");
    if (!isFromSource(c)) throw new Refusal("forbidden");
    const reading = source.readNotice(c.get("rawBytes"));
    if (reading.kind === "unreadable") {
      log.warn({ source: source.name, why: reading.why }, "a notice of a source could not be read");
      throw new Refusal("payload-invalid");
    }
    const { noticeId, about, payments, unreadable } = reading;
    if (unreadable > 0) log.warn({ source: source.name, unreadable }, "parts of a notice could not be read");
    const uins = about.map(({ value }) => value);
    await keepNotice(db, { source: source.name, noticeId, uins, payments });
    return c.body(new Uint8Array(reading.receipt), 200, { "content-type": "application/xml; charset=utf-8" });
  });
}
