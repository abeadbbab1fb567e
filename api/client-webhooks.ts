import { type ClientOptions, createRequester } from "./client-request.ts";
import type { Page } from "./schemas/fields.ts";
import type { WebhookCatalogue } from "./schemas/webhook-events.ts";
import type {
  CreateWebhook,
  DisableWebhook,
  Replayed,
  ReplayWebhooks,
  Webhook,
  WebhookDelivery,
  WebhookWithSecret,
} from "./schemas/webhooks.ts";

type Command = { readonly idempotencyKey?: string };
type PageRequest = { readonly cursor?: string; readonly limit?: number };

/** Events for integrators: what there is, where it goes, and what became of it. */
export function webhooks(options: ClientOptions) {
  const { get, send } = createRequester(options);
  const all = "/v1/operator/webhooks";
  const one = (id: string) => `${all}/${encodeURIComponent(id)}`;
  const delivery = (id: string) => `/v1/operator/webhook-deliveries/${encodeURIComponent(id)}`;
  return {
    /** Every type of event, with an example and the schema of its body. */
    listWebhookEvents: () => get<WebhookCatalogue>("/v1/webhook-events"),
    /** Answers the secret, this once. */
    createWebhook: (body: CreateWebhook, command: Command = {}) =>
      send<WebhookWithSecret>("POST", all, { body, ...command }),
    listWebhooks: (query: PageRequest = {}) => get<Page<Webhook>>(all, query),
    getWebhook: (id: string) => get<Webhook>(one(id)),
    disableWebhook: (id: string, body: DisableWebhook, command: Command = {}) =>
      send<Webhook>("POST", `${one(id)}/disable`, { body, ...command }),
    enableWebhook: (id: string, command: Command = {}) => send<Webhook>("POST", `${one(id)}/enable`, command),
    /** Answers the new secret, this once; the old one signs beside it for a day. */
    rotateWebhookSecret: (id: string, command: Command = {}) =>
      send<WebhookWithSecret>("POST", `${one(id)}/rotate-secret`, command),
    testWebhook: (id: string, command: Command = {}) =>
      send<WebhookDelivery>("POST", `${one(id)}/test`, command),
    listWebhookDeliveries: (
      query: PageRequest & {
        readonly endpointId?: string;
        readonly state?: WebhookDelivery["state"];
        readonly type?: string;
        readonly objectId?: string;
      } = {},
    ) => get<Page<WebhookDelivery>>("/v1/operator/webhook-deliveries", query),
    getWebhookDelivery: (id: string) => get<WebhookDelivery>(delivery(id)),
    replayWebhookDelivery: (id: string, command: Command = {}) =>
      send<WebhookDelivery>("POST", `${delivery(id)}/replay`, command),
    /** Everything that is dead or was cancelled since. */
    replayWebhooks: (id: string, body: ReplayWebhooks, command: Command = {}) =>
      send<Replayed>("POST", `${one(id)}/replay`, { body, ...command }),
  };
}
