import { BlockList, isIP } from "node:net";
import { createRoute, z } from "@hono/zod-openapi";
import { keepNudge } from "../../db/queries/operator.ts";
import type { Api, ApiContext } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const id = z.string().regex(/^[\x21-\x7e]{1,128}$/);

/** What is read of a notification: which object to look up. Everything else in it is hearsay. */
const notificationShape = z.object({
  event: id,
  object: z.object({ id, metadata: z.object({ charge_id: id.optional().catch(undefined) }).optional() }),
});

const notify = createRoute({
  method: "post",
  path: "/v1/gateways/yookassa/notifications",
  tags: ["gateways"],
  summary: "YooKassa says that an object changed: stored as a reason to look, answered at once",
  request: {
    body: {
      content: { "application/json": { schema: { type: "object" } } },
      description: "A notification of YooKassa v3; only the ids in it are used.",
    },
  },
  responses: { 200: { description: "Stored" }, default: problem },
});

/** Senders are known by their networks only, so nothing in the body is believed: it names an object to look up. */
export function addGatewayNotificationRoute(api: Api, { db, log, notificationSources }: RouteTools): void {
  const sources = networks(notificationSources);
  api.openapi(notify, async (c) => {
    const sender = c.env.incoming?.socket.remoteAddress;
    if (sender === undefined || !isIn(sources, sender)) throw new Refusal("forbidden");
    const { event, object } = readNotification(c);
    const chargeId = object.metadata?.charge_id ?? null;
    await keepNudge(db, { gateway: "yookassa", event, objectId: object.id, chargeId });
    log.debug({ event, chargeId }, "a gateway's notification was stored");
    return c.body(null, 200);
  });
}

function readNotification(c: ApiContext): z.infer<typeof notificationShape> {
  try {
    const parsed = notificationShape.safeParse(JSON.parse(c.get("rawBody")));
    if (parsed.success) return parsed.data;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new Refusal("body-not-json");
    throw cause;
  }
  throw new Refusal("payload-invalid");
}

/** Reads a list of addresses and networks (CIDR). Throws on what is neither: a hole in this list is a hole in the wall. */
function networks(list: readonly string[]): BlockList {
  const block = new BlockList();
  for (const entry of list) {
    const [address = "", prefix] = entry.split("/");
    const version = isIP(address);
    if (version === 0) throw new Error(`not a network: ${JSON.stringify(entry)}`);
    const family = version === 4 ? "ipv4" : "ipv6";
    if (prefix === undefined) block.addAddress(address, family);
    else block.addSubnet(address, Number(prefix), family);
  }
  return block;
}

function isIn(sources: BlockList, sender: string): boolean {
  // A server that listens on both families sees IPv4 callers in their IPv6 dress.
  const address = sender.replace(/^::ffff:(?=\d+\.)/i, "");
  return sources.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
