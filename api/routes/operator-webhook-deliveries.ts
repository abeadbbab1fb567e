import { createRoute } from "@hono/zod-openapi";
import { findWebhook } from "../../db/queries/webhook-endpoints.ts";
import {
  findWebhookDelivery,
  listWebhookDeliveries,
  replayWebhooks,
} from "../../db/queries/webhook-records.ts";
import { isInstant, pageFrom, readCursor } from "../cursors.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import {
  listDeliveriesQuery,
  replayedSchema,
  replayWebhooksSchema,
  webhookDeliverySchema,
} from "../schemas/webhooks.ts";
import { bearer, body, commandHeaders, idFrom, json, nothing, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { tags: ["operator", "webhooks"], security: bearer };

const list = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/webhook-deliveries",
  summary: "What was sent to integrators, newest first; `state=dead` for what nobody took",
  request: { query: listDeliveriesQuery },
  responses: { 200: json(pageOf(webhookDeliverySchema), "A page of deliveries"), default: problem },
});

const one = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/webhook-deliveries/{id}",
  summary: "One delivery: how often it was tried and what the receiver answered last",
  request: { params: idParameter },
  responses: { 200: json(webhookDeliverySchema, "The delivery"), default: problem },
});

const replayOne = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/webhook-deliveries/{id}/replay",
  summary: "Send one delivery again, by the id it had; also one that was delivered",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: { 200: json(webhookDeliverySchema, "Queued again"), default: problem },
});

const replayAll = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/webhooks/{id}/replay",
  summary: "Send again all that is dead or was cancelled, of what happened since",
  request: { params: idParameter, headers: commandHeaders, body: body(replayWebhooksSchema) },
  responses: { 200: json(replayedSchema, "How many are queued again"), default: problem },
});

/** What became of events for integrators; only behind the operator's role. */
export function addOperatorWebhookDeliveryRoutes(api: Api, { db, personOf, addCommand }: RouteTools): void {
  const mustFind = async (params: { readonly id: string }) => {
    const row = await findWebhookDelivery(db, idFrom(params, "delivery-not-found"));
    if (!row) throw new Refusal("delivery-not-found");
    return row;
  };
  const mustBeActive = async (id: string) => {
    const endpoint = await findWebhook(db, id);
    if (!endpoint) throw new Refusal("webhook-not-found");
    if (endpoint.state === "disabled") throw new Refusal("webhook-disabled");
  };
  api.openapi(list, async (c) => {
    const { cursor, limit, ...asked } = c.req.valid("query");
    const place = readCursor(cursor, isInstant);
    const before = place && { createdAt: place.order, id: place.id };
    const rows = await listWebhookDeliveries(db, { ...asked, before, limit: limit + 1 });
    return c.json(
      pageFrom(rows, limit, { view: (row) => row, place: (row) => [row.createdAt, row.id] }),
      200,
    );
  });
  api.openapi(one, async (c) => c.json(await mustFind(c.req.valid("param")), 200));
  addCommand(api, replayOne, async (c) => {
    const { id, endpointId } = await mustFind(c.req.valid("param"));
    await mustBeActive(endpointId);
    await replayWebhooks(db, { endpointId, deliveryId: id, by: await personOf(c) });
    return c.json(await mustFind({ id }), 200);
  });
  addCommand(api, replayAll, async (c) => {
    const id = idFrom(c.req.valid("param"), "webhook-not-found");
    await mustBeActive(id);
    const { since } = c.req.valid("json");
    const replayed = await replayWebhooks(db, { endpointId: id, since, by: await personOf(c) });
    return c.json({ replayed }, 200);
  });
}
