import type { WebhookMessage, WebhookSender } from "../adapters/webhooks/port.ts";
import type { Database } from "../db/database.ts";
import {
  type BegunAttempt,
  beginWebhookAttempt,
  lookAtWebhookRows,
  settleWebhookAttempt,
  type WebhookOrders,
} from "../db/queries/webhook-deliveries.ts";
import type { Sealer } from "../db/sealed.ts";
import { judgeWebhook, MOST_WEBHOOK_ATTEMPTS } from "../domain/webhook-retries.ts";

/** What deliveries stand on. */
export type WebhookDependencies = {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly webhooks: WebhookSender;
};

/** A wait is never shorter than this: a row that is due but leased must not make a workflow spin. */
const SHORTEST_WAIT_MS = 50;

/** What an object's events at an endpoint need next; the rows decide. */
export async function lookAtWebhook(
  db: Database,
  request: { readonly endpointId: string; readonly objectId: string },
): Promise<WebhookOrders> {
  const orders = await lookAtWebhookRows(db, { ...request, mostAttempts: MOST_WEBHOOK_ATTEMPTS });
  return orders.do === "wait" ? { ...orders, waitMs: Math.max(orders.waitMs, SHORTEST_WAIT_MS) } : orders;
}

/**
 * One try: row, request, row. A worker that dies in between leaves a try without an answer, which is made again after its lease: the receiver knows the event by
 * its id. False: it was not the next try any more, and nothing was sent.
 */
export async function deliverWebhook(
  { db, sealer, webhooks }: WebhookDependencies,
  request: { readonly deliveryId: string; readonly attempt: number },
): Promise<boolean> {
  const begun = await beginWebhookAttempt(db, request);
  if (begun === null) return false;
  const reply = await webhooks.send(messageOf(begun, sealer));
  const answer = reply.kind === "answered" ? reply : {};
  await settleWebhookAttempt(db, {
    ...request,
    ...judgeWebhook(answer, { attempt: request.attempt, key: request.deliveryId }),
    status: reply.kind === "answered" ? reply.status : null,
    error: reply.kind === "failed" ? reply.why : null,
  });
  return true;
}

function messageOf(begun: BegunAttempt, sealer: Sealer): WebhookMessage {
  const open = (sealed: string) =>
    sealer.open(Buffer.from(sealed, "base64"), begun.endpointId).toString("utf8");
  const { url, eventId: id, type, timestamp, data, secret, previousSecret } = begun;
  return {
    url,
    id,
    body: JSON.stringify({ type, timestamp, data }),
    secrets: [open(secret), ...(previousSecret === null ? [] : [open(previousSecret)])],
  };
}
