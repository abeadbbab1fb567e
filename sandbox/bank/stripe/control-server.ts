import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { settleProcessing } from "./charging.ts";
import { openDispute, settleDispute } from "./disputes.ts";
import { queueDelivery } from "./deliveries.ts";
import type { Face } from "./face.ts";
import { findIntent } from "./intents.ts";
import { revokeMethod } from "./mandates.ts";
import { renewMethod } from "./payment-methods.ts";
import { findRefund, settleRefund } from "./refunds.ts";
import { StripeError, invalidRequest, missing } from "./stripe-error.ts";
import { declined } from "./test-cards.ts";
import { toWire } from "./wire.ts";

const settleOrder = z.strictObject({
  status: z.enum(["succeeded", "failed"]),
  reason: z.string().min(1).default("generic_decline"),
});
const disputeOrder = z.strictObject({
  charge: z.string(),
  reason: z.string().default("fraudulent"),
  amount: z.number().int().positive().optional(),
});
const renewOrder = z.strictObject({
  last4: z.string().regex(/^\d{4}$/),
  exp_month: z.number().int().min(1).max(12),
  exp_year: z.number().int().min(2000).max(2099),
});
const urlOrder = z.strictObject({ url: z.union([z.literal(""), z.url()]) });

/**
 * What only this sandbox can do with its Stripe face, to be mounted under `/control/stripe` behind the control
 * interface's own guard. `committed` is told after every change.
 */
export function stripeControl(face: Face, committed: () => void): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const { book } = face.bank;
  app.use(async (c, next) => {
    await next();
    await book.durable();
    if (c.req.method !== "GET") committed();
  });
  app.onError((error) => {
    if (!(error instanceof StripeError)) throw error;
    return new Response(JSON.stringify(error.toWire()), {
      status: error.status,
      headers: { "Content-Type": "application/json" },
    });
  });

  deliveriesControl(app, face);
  methodControl(app, face);
  moneyControl(app, face);
  return app;
}

type App = Hono<{ Bindings: HttpBindings }>;

function deliveriesControl(app: App, face: Face): void {
  const { book } = face.bank;
  app.get("/webhook-url", (c) => c.json({ url: face.shelf.webhookUrl }));
  app.post("/webhook-url", async (c) => {
    const { url } = await read(c, urlOrder);
    book.record({ kind: "stripe", what: "webhook-url", url, by: "control" });
    return c.json({ url });
  });
  app.get("/deliveries", (c) => c.json([...face.shelf.deliveries.values()]));
  app.post("/events/:id/send", (c) => {
    const event = face.shelf.find("event", c.req.param("id"));
    if (!event) throw missing("event", c.req.param("id"), "id");
    queueDelivery(face, event, { metadata: {} });
    return c.json({ queued: face.shelf.webhookUrl === "" ? 0 : 1 });
  });
}

/** What becomes of a saved card at its issuer, or at the vendor's own page; detaching is a call of the API itself. */
function methodControl(app: App, face: Face): void {
  const { book } = face.bank;
  app.post("/payment_methods/:id/revoke", (c) => {
    const id = c.req.param("id");
    book.transact(() => revokeMethod(face, id));
    return c.json(toWire(face, face.shelf.get("payment_method", id)));
  });
  app.post("/payment_methods/:id/renew", async (c) => {
    const { last4, exp_month: expMonth, exp_year: expYear } = await read(c, renewOrder);
    const id = c.req.param("id");
    return c.json(
      toWire(
        face,
        book.transact(() => renewMethod(face, id, { last4, expMonth, expYear })),
      ),
    );
  });
}

function moneyControl(app: App, face: Face): void {
  const { book } = face.bank;
  app.post("/payment_intents/:id/settle", async (c) => {
    const { status, reason } = await read(c, settleOrder);
    const intent = findIntent(face, c.req.param("id"));
    if (intent.status !== "processing") throw invalidRequest("The intent is not processing.");
    const after = book.transact(() =>
      settleProcessing(face, intent, status === "failed" ? declined(reason) : undefined),
    );
    return c.json(toWire(face, after));
  });
  app.post("/refunds/:id/settle", async (c) => {
    const { status, reason } = await read(c, settleOrder);
    const refund = findRefund(face, c.req.param("id"));
    return c.json(
      toWire(
        face,
        book.transact(() => settleRefund(face, refund, status === "failed" ? reason : undefined)),
      ),
    );
  });
  app.post("/disputes", async (c) => {
    const order = await read(c, disputeOrder);
    const charge = face.shelf.find("charge", order.charge);
    if (!charge) throw missing("charge", order.charge, "charge");
    return c.json(
      toWire(
        face,
        book.transact(() => openDispute(face, charge, order)),
      ),
      201,
    );
  });
  app.post("/disputes/:id/settle", async (c) => {
    const { status } = await read(c, z.strictObject({ status: z.enum(["won", "lost"]) }));
    const dispute = face.shelf.find("dispute", c.req.param("id"));
    if (!dispute) throw missing("dispute", c.req.param("id"), "id");
    return c.json(
      toWire(
        face,
        book.transact(() => settleDispute(face, dispute, status)),
      ),
    );
  });
}

async function read<Shape extends z.ZodType>(c: Context, shape: Shape): Promise<z.infer<Shape>> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch (cause) {
    throw invalidRequest(`Not JSON: ${String(cause)}`);
  }
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw invalidRequest(first?.message ?? "Invalid request", first?.path.join("."));
}
