import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import type { Bank } from "../bank.ts";
import { stripeApi } from "./api-server.ts";
import { stripeControl } from "./control-server.ts";
import { expireOverdueStripe } from "./expiry.ts";
import type { Face, StripeOptions } from "./face.ts";
import { stripePages } from "./pages-server.tsx";
import { Webhooks } from "./webhooks.ts";

/** The Stripe face of a running bank. */
export interface MountedFace {
  /** Ends what the bank's clock has overtaken. */
  expire(): void;
  /** Starts deliveries whose time has come. */
  look(): void;
  stop(): Promise<void>;
}

/**
 * Puts the Stripe face on the bank's server: API v1 under `/v1`, its pages under `/stripe`, its control interface under
 * `/control/stripe`. The bank's own control interface must be mounted before, because its guard covers this one.
 */
export function mountStripe(
  app: Hono<{ Bindings: HttpBindings }>,
  bank: Bank,
  options: StripeOptions,
): MountedFace {
  const { book } = bank;
  const face: Face = { bank, shelf: book.stripe, options };
  // A changed address at the start rules over one that was set while running; an unchanged one does not.
  if (book.stripe.startWebhookUrl !== options.webhookUrl) {
    book.record({ kind: "stripe", what: "webhook-url", url: options.webhookUrl, by: "start" });
  }
  const webhooks = new Webhooks(face);
  const committed = (): void => webhooks.look();
  app.route("/v1", stripeApi(face, committed));
  app.route("/stripe", stripePages(face, committed));
  app.route("/control/stripe", stripeControl(face, committed));
  return {
    expire: () => expireOverdueStripe(face),
    look: committed,
    stop: () => webhooks.stop(),
  };
}
