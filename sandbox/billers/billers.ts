import { Hono } from "hono";
import { type ListeningServer, listenFetch } from "../city-server.ts";
import { type PushPatience, pushBill } from "./bill-push.ts";
import { type BillerAccount, payeeOf } from "./biller-book.ts";

export interface BillerRouteOptions {
  readonly apiUrl: string;
  readonly billers: readonly BillerAccount[];
  readonly patience?: PushPatience;
}

const defaultPatience: PushPatience = { tryForMs: 10_000, answerWithinMs: 30_000 };

/**
 * The billers' desk: `GET /billers`, `POST /billers/{id}/push`. A bill without `payee` gets its biller's own requisites.
 * A header `webhook-id` on the push is passed on, so that a test can redeliver the very same message.
 */
export function billerRoutes(options: BillerRouteOptions): Hono {
  const app = new Hono();
  const patience = options.patience ?? defaultPatience;
  app.get("/billers", (c) =>
    c.json(options.billers.map(({ id, name }) => ({ id, name, payee: payeeOf(id) ?? null }))),
  );
  app.post("/billers/:id/push", async (c) => {
    const biller = options.billers.find((one) => one.id === c.req.param("id"));
    if (!biller) return c.json({ error: "no such biller" }, 404);
    const body: unknown = await c.req.json().catch(() => undefined);
    const bills = Array.isArray(body) ? body : [body];
    if (bills.length === 0 || !bills.every(isObject)) {
      return c.json({ error: "the body must be a bill or a list of bills (JSON objects)" }, 422);
    }
    const webhookId = c.req.header("webhook-id");
    if (webhookId !== undefined && bills.length > 1) {
      return c.json({ error: "one webhook-id names one bill" }, 422);
    }
    const target = {
      url: new URL(`/v1/billers/${encodeURIComponent(biller.id)}/bills`, options.apiUrl).href,
      biller,
      ...(webhookId === undefined ? {} : { webhookId }),
    };
    const pushes = [];
    for (const bill of bills) pushes.push(await pushBill(target, withPayee(biller.id, bill), patience));
    return c.json({ pushes }, pushes.every((one) => one.status !== null) ? 200 : 502);
  });
  return app;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withPayee(billerId: string, bill: Record<string, unknown>): Record<string, unknown> {
  const payee = payeeOf(billerId);
  return "payee" in bill || !payee ? bill : { ...bill, payee };
}

/** Starts the billers' desk alone, for tests. */
export function startBillers(
  options: BillerRouteOptions & { readonly port: number },
): Promise<ListeningServer> {
  return listenFetch(billerRoutes(options), options.port);
}
