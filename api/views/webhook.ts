import type { WebhookRow } from "../../db/queries/webhook-endpoints.ts";
import type { Webhook } from "../schemas/webhooks.ts";

/** An integrator's address as operators see it. */
export function webhookView(row: WebhookRow): Webhook {
  return { ...row, types: [...row.types] };
}
