import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { Stripe } from "stripe";
import { merchant } from "../../../test/support/engine-bank.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import type { Case } from "./case.ts";

/** The bank's notification with the object as it is now, over HTTP as it comes. */
export async function tellShop(
  world: WholeWorld,
  { gateway, paymentId }: Pick<Case, "gateway" | "paymentId">,
): Promise<void> {
  const { rows } = await sql<{ objectId: string }>`
    select object_id as "objectId" from charges where payment_id = ${paymentId} order by ordinal desc limit 1`.execute(
    world.db,
  );
  const objectId = rows[0]?.objectId ?? "";
  const news = gateway === "stripe" ? await stripeNews(world, objectId) : await yooKassaNews(world, objectId);
  const response = await fetch(`${world.api}/v1/gateways/${gateway}/notifications`, {
    method: "POST",
    headers: { "content-type": "application/json", ...news.headers },
    body: news.body,
  });
  if (response.status !== 200) throw new Error(`the notification was answered ${response.status}`);
}

type News = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

async function yooKassaNews(world: WholeWorld, objectId: string): Promise<News> {
  const object = await world.bank.payment(objectId);
  return {
    body: JSON.stringify({ type: "notification", event: `payment.${object.status}`, object }),
    headers: {},
  };
}

/** What the vendor calls the news of an intent in this state. */
const EVENT_OF: Readonly<Record<string, string>> = {
  succeeded: "payment_intent.succeeded",
  canceled: "payment_intent.canceled",
  requires_action: "payment_intent.requires_action",
  requires_payment_method: "payment_intent.payment_failed",
  processing: "payment_intent.processing",
};

/** Signed as the vendor does it, by the SDK's own hand. */
async function stripeNews({ engine }: WholeWorld, objectId: string): Promise<News> {
  const response = await fetch(`${engine.bank.origin}/v1/payment_intents/${objectId}`, {
    headers: { authorization: `Bearer ${merchant.secretKey}` },
  });
  if (!response.ok) throw new Error(`the bank shows no ${objectId}: ${response.status}`);
  const object = (await response.json()) as { status: string };
  const timestamp = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    id: `evt_${randomUUID().replaceAll("-", "")}`,
    object: "event",
    type: EVENT_OF[object.status] ?? "payment_intent.created",
    created: timestamp,
    livemode: false,
    data: { object },
  });
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload: body,
    secret: merchant.webhookSecret,
    timestamp,
  });
  return { body, headers: { "stripe-signature": signature } };
}
