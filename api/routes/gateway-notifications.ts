import { createRoute, z } from "@hono/zod-openapi";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { gatewayKey } from "../../db/gateway-key.ts";
import { countRefusals, keepNudge, type RefusedNotification } from "../../db/queries/nudges.ts";
import type { Api, ApiContext } from "../environment.ts";
import { readNetworks, senderOf } from "../networks.ts";
import { Refusal } from "../problems.ts";
import { problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

/** A flood of forged notifications is counted in memory and written down this often at most. */
const COUNT_EVERY_MS = 10_000;

const notify = createRoute({
  method: "post",
  path: "/v1/gateways/{name}/notifications",
  tags: ["gateways"],
  summary: "A gateway says that an object changed: stored as a reason to look, answered at once",
  request: {
    params: z.object({ name: z.string().openapi({ example: "yookassa" }) }),
    body: {
      content: { "application/json": { schema: { type: "object" } } },
      description: "The vendor's notification; only the ids in it are used.",
    },
  },
  responses: { 200: { description: "Stored, or of nothing that we follow" }, default: problem },
});

const REFUSALS = { forged: "signature-invalid", stranger: "forbidden", unreadable: "body-not-json" } as const;

/**
 * Serves every configured gateway. A genuine sender is known by its signature or by its network, as the gateway's capabilities say; nothing in the body
 * is believed either way: it names an object to look up (payment rules §1.5).
 */
export function addGatewayNotificationRoute(api: Api, tools: RouteTools): void {
  const { db, log, gateways, notificationSources, claimKey } = tools;
  const sources = readNetworks(notificationSources);
  const count = counterOver(tools);

  const isFromSource = (c: ApiContext) => {
    const peer = c.env.incoming?.socket.remoteAddress;
    return (
      peer !== undefined &&
      sources.includes(senderOf(peer, c.req.header("x-forwarded-for"), c.get("proxies")))
    );
  };
  const refuse = (gateway: Gateway, kind: RefusedNotification) => {
    count(gateway.name, kind);
    return new Refusal(REFUSALS[kind]);
  };

  api.openapi(notify, async (c) => {
    const gateway = gateways.get(c.req.valid("param").name);
    if (!gateway) throw new Refusal("not-found");
    if (gateway.can.notifications === "by-address" && !isFromSource(c)) throw refuse(gateway, "stranger");
    const reading = gateway.readNotification({
      headers: Object.fromEntries(c.req.raw.headers),
      body: c.get("rawBody"),
      nowSeconds: Math.floor(Date.now() / 1000),
    });
    switch (reading.kind) {
      case "forged":
      case "unreadable":
        log.debug({ gateway: gateway.name, why: reading.why }, "a notification was turned away");
        throw refuse(gateway, reading.kind);
      case "ignored":
        break;
      case "look": {
        const { kind: _, ...nudge } = reading;
        const { subject, objectId } = nudge;
        // the name of a method may be its token: it is found again by its keyed hash, and kept nowhere
        const name =
          subject === "binding"
            ? { objectId: "", objectKey: gatewayKey(claimKey, gateway.name, objectId) }
            : {};
        await keepNudge(db, { gateway: gateway.name, ...nudge, ...name });
        log.debug({ event: nudge.event, chargeId: nudge.chargeId }, "a gateway's notification was stored");
      }
    }
    return c.body(null, 200);
  });
}

/** Counts what was turned away, without its content. A count that cannot be written now is written with the next. */
function counterOver({ db, log }: Pick<RouteTools, "db" | "log">) {
  const waiting = new Map<string, { gateway: string; kind: RefusedNotification; times: number }>();
  let writtenAt = -COUNT_EVERY_MS;
  return (gateway: string, kind: RefusedNotification): void => {
    const key = `${gateway}/${kind}`;
    const entry = waiting.get(key) ?? { gateway, kind, times: 0 };
    entry.times += 1;
    waiting.set(key, entry);
    if (performance.now() - writtenAt < COUNT_EVERY_MS) return;
    writtenAt = performance.now();
    const counts = [...waiting.values()];
    waiting.clear();
    countRefusals(db, counts).catch((error: unknown) => {
      log.warn({ error, counts }, "refused notifications could not be counted");
      for (const lost of counts) {
        const again = waiting.get(`${lost.gateway}/${lost.kind}`) ?? { ...lost, times: 0 };
        waiting.set(`${lost.gateway}/${lost.kind}`, { ...again, times: again.times + lost.times });
      }
    });
  };
}
