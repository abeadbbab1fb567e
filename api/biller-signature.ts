import { z } from "@hono/zod-openapi";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { findPushingBiller } from "../db/queries/billers.ts";
import type { ApiContext } from "./environment.ts";
import { Refusal } from "./problems.ts";
import type { RouteTools } from "./routes/route-tools.ts";
import { isBillerId } from "./schemas/fields.ts";

/** How a route describes what a biller signs; proved before its body is read. */
export const signedRequest = {
  params: z.object({ id: z.string() }),
  headers: z.object({
    "webhook-id": z.string().optional(),
    "webhook-timestamp": z.string().optional(),
    "webhook-signature": z.string().optional(),
  }),
} as const;

/**
 * The secret by which a biller signs what it tells us.
 *
 * @throws Refusal where there is no such biller, or it has none: then nobody's signature is its own
 */
export async function secretOfBiller({ db, sealer }: RouteTools, id: string): Promise<string> {
  const biller = isBillerId(id) ? await findPushingBiller(db, id) : undefined;
  if (!biller) throw new Refusal("biller-not-found");
  if (biller.webhook_secret === null) throw new Refusal("signature-invalid");
  return sealer.open(biller.webhook_secret, biller.id).toString("utf8");
}

/**
 * Proves the signature over the raw body (Standard Webhooks), before anything in it is believed.
 *
 * @throws Refusal
 */
export function proveSignature(c: ApiContext, secret: string): void {
  const headers = {
    "webhook-id": c.req.header("webhook-id") ?? "",
    "webhook-timestamp": c.req.header("webhook-timestamp") ?? "",
    "webhook-signature": c.req.header("webhook-signature") ?? "",
  };
  if (!/^[\x21-\x7e]{1,255}$/.test(headers["webhook-id"])) throw new Refusal("signature-invalid");
  try {
    new Webhook(secret).verify(c.get("rawBody"), headers, { jsonParse: false });
  } catch (cause) {
    if (cause instanceof WebhookVerificationError) throw new Refusal("signature-invalid");
    throw cause;
  }
}

/**
 * The JSON of a signed body.
 *
 * @throws Refusal
 */
export function signedJson(c: ApiContext): unknown {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) throw new Refusal("content-type-wrong");
  try {
    return JSON.parse(c.get("rawBody")) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new Refusal("body-not-json");
    throw cause;
  }
}
