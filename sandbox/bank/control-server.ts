import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Bank } from "./bank.ts";
import { ApiError, invalidRequest } from "./api-error.ts";
import { faultOrder } from "./fault-order.ts";
import { armFault, disarmFaults } from "./faults.ts";
import { notifyShop } from "./notify.ts";
import { renewMethod, revokeMethod } from "./payment-methods.ts";
import { answerMessage } from "./phone-message.ts";
import { findPayment } from "./payments.ts";
import { findRefund } from "./refunds.ts";
import { settlePayment, settleRefund } from "./settle.ts";
import { toWire } from "./wire.ts";

const clockOrder = z.strictObject({
  /** How far the bank's time is ahead of the real one at this moment. */
  offsetMs: z.number().int().default(0),
  scale: z.number().min(0).max(1_000_000).default(1),
  /** The real instant (milliseconds since 1970) at which the offset holds; now when absent. */
  anchorRealMs: z.number().int().optional(),
});

const settleOrder = z.strictObject({
  status: z.enum(["succeeded", "canceled", "waiting_for_capture"]),
  reason: z.string().default("general_decline"),
  party: z.string().default("payment_network"),
});

const renewOrder = z.strictObject({
  expiryMonth: z.string().regex(/^(0[1-9]|1[0-2])$/),
  expiryYear: z.string().regex(/^20\d{2}$/),
});

const notifyOrder = z.strictObject({ times: z.number().int().min(1).max(100).default(1) });

/**
 * The control interface, to be mounted under `/control`: what a real bank would never offer. No authentication, so it
 * answers to this machine only. `committed` is told after every change.
 */
export function controlServer(bank: Bank, committed: () => void): Hono<{ Bindings: HttpBindings }> {
  const { book } = bank;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    const from = c.env.incoming.socket.remoteAddress ?? "";
    if (!/^(127\.|::1$|::ffff:127\.)/.test(from)) throw new ApiError(403, "forbidden", "This machine only");
    await next();
    await book.durable();
    if (c.req.method !== "GET") committed();
  });
  app.get("/health", (c) => c.json({ ok: true, now: new Date(book.now()).toISOString() }));

  app.post("/faults", async (c) => c.json(armFault(book, await read(c, faultOrder)), 201));
  app.get("/faults", (c) => c.json([...book.faults.values()]));
  app.delete("/faults", (c) => c.json({ disarmed: disarmFaults(book) }));
  app.delete("/faults/:id", (c) => c.json({ disarmed: disarmFaults(book, c.req.param("id")) }));

  app.get("/journal", async (c) => {
    await book.durable();
    const since = c.req.query("since") ?? "0";
    if (!/^\d{1,15}$/.test(since)) throw invalidRequest("since is the number of an entry", "since");
    return c.json(book.entries(Number(since)));
  });
  app.get("/debits", (c) =>
    c.json(book.debits.map(({ atMs, ...rest }) => ({ ...rest, at: new Date(atMs).toISOString() }))),
  );

  app.get("/clock", (c) => c.json(clockNow(bank)));
  app.post("/clock", async (c) => {
    const { offsetMs, scale, anchorRealMs = Date.now() } = await read(c, clockOrder);
    const setting = { anchorBusinessMs: anchorRealMs + offsetMs, anchorRealMs, scale };
    book.record({ kind: "clock", setting });
    return c.json(clockNow(bank));
  });

  app.get("/notify-url", (c) => c.json({ url: book.notifyUrl }));
  app.post("/notify-url", async (c) => {
    const { url } = await read(c, z.strictObject({ url: z.union([z.literal(""), z.url()]) }));
    book.record({ kind: "notify-url", url, by: "control" });
    return c.json({ url });
  });
  app.get("/notifications", (c) => c.json([...book.notifications.values()]));

  paymentControl(bank, app);
  app.post("/refunds/:id/settle", async (c) => {
    const order = await read(c, settleOrder.extend({ status: z.enum(["succeeded", "canceled"]) }));
    return c.json(toWire(bank, settleRefund(bank, findRefund(bank, c.req.param("id")), order)));
  });
  app.post("/payment-methods/:id/revoke", (c) => c.json(toWire(bank, revokeMethod(bank, c.req.param("id")))));
  app.post("/payment-methods/:id/renew", async (c) =>
    c.json(toWire(bank, renewMethod(bank, c.req.param("id"), await read(c, renewOrder)))),
  );
  return app;
}

/** What can be seen of a payment, and done to it from outside. */
function paymentControl(bank: Bank, app: Hono<{ Bindings: HttpBindings }>): void {
  app.get("/payments/:id", (c) => {
    // All that the bank keeps, stored receipt and utilities order too; not the secrets of the payer's page.
    const { confirmation: _secret, ...rest } = findPayment(bank, c.req.param("id"));
    return c.json(rest);
  });
  app.post("/payments/:id/settle", async (c) => {
    const order = await read(c, settleOrder);
    return c.json(toWire(bank, settlePayment(bank, findPayment(bank, c.req.param("id")), order)));
  });
  app.post("/payments/:id/confirm-external", async (c) => {
    const { answer } = await read(
      c,
      z.strictObject({ answer: z.enum(["confirm", "refuse"]).default("confirm") }),
    );
    return c.json(toWire(bank, answerMessage(bank, findPayment(bank, c.req.param("id")), answer)));
  });
  app.post("/payments/:id/notify", async (c) => {
    const { times } = await read(c, notifyOrder);
    const payment = findPayment(bank, c.req.param("id"));
    for (let sent = 0; sent < times; sent += 1) notifyShop(bank, `payment.${payment.status}`, payment);
    return c.json({ queued: bank.book.notifyUrl === "" || payment.held ? 0 : times });
  });
}

function clockNow(bank: Bank): Record<string, unknown> {
  const { clock } = bank.book;
  return { now: new Date(bank.book.now()).toISOString(), offsetMs: bank.book.now() - Date.now(), ...clock };
}

async function read<Shape extends z.ZodType>(c: Context, shape: Shape): Promise<z.infer<Shape>> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch (cause) {
    throw new ApiError(400, "invalid_request", `Not JSON: ${String(cause)}`);
  }
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw invalidRequest(first?.message ?? "Invalid request", first?.path.join("."));
}
