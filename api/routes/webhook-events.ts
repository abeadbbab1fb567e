import { createRoute, z } from "@hono/zod-openapi";
import { exampleOf, WEBHOOK_EVENTS } from "../../domain/webhook-events.ts";
import type { Api } from "../environment.ts";
import {
  type WebhookCatalogue,
  webhookBodySchema,
  webhookCatalogueSchema,
} from "../schemas/webhook-events.ts";
import { bearer, json, problem } from "./answers.ts";

const catalogue = createRoute({
  method: "get",
  path: "/v1/webhook-events",
  tags: ["webhooks"],
  summary: "Every type of event that is sent to integrators, with an example and the schema of its body",
  security: bearer,
  responses: { 200: json(webhookCatalogueSchema, "All of them"), default: problem },
});

/** What integrators may hear of; the same for everybody. */
export function addWebhookEventRoute(api: Api): void {
  const items: WebhookCatalogue["items"] = WEBHOOK_EVENTS.map((kind) => ({
    type: kind.type,
    version: kind.version,
    object: kind.object,
    when: kind.when,
    example: exampleOf(kind),
    schema: jsonSchemaOf(kind.type),
  }));
  api.openapi(catalogue, (c) => c.json({ items, nextCursor: null }, 200));
}

function jsonSchemaOf(type: string): Record<string, unknown> {
  const schema = webhookBodySchema(type);
  return schema === undefined ? {} : { ...z.toJSONSchema(schema) };
}
