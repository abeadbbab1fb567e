import { createRoute } from "@hono/zod-openapi";
import { readTimeline } from "../../db/queries/payment-record.ts";
import { findAnyPayment, findPayment, listPayments } from "../../db/queries/payments.ts";
import { callerOfRequest } from "../authentication.ts";
import { isInstant, pageFrom, readCursor } from "../cursors.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { idParameter, pageOf, pageQuery } from "../schemas/fields.ts";
import { paymentSchema, timelineEntrySchema } from "../schemas/payments.ts";
import { paymentView } from "../views/payment.ts";
import { bearer, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { method: "get" as const, tags: ["payments"], security: bearer };

const list = createRoute({
  ...shared,
  path: "/v1/payments",
  summary: "My payments, newest first",
  request: { query: pageQuery },
  responses: { 200: json(pageOf(paymentSchema), "A page of payments"), default: problem },
});

const get = createRoute({
  ...shared,
  path: "/v1/payments/{id}",
  summary: "One payment",
  request: { params: idParameter },
  responses: { 200: json(paymentSchema, "The payment, as the rows say"), default: problem },
});

const timeline = createRoute({
  ...shared,
  path: "/v1/payments/{id}/timeline",
  summary: "Why it went as it went: everything that happened to a payment, for its payer and for operators",
  request: { params: idParameter },
  responses: { 200: json(pageOf(timelineEntrySchema), "What happened, in order of time"), default: problem },
});

export function addPaymentRoutes(api: Api, tools: RouteTools): void {
  const { db, engine, residentOf, sealer } = tools;
  api.openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const place = readCursor(cursor, isInstant);
    const after = place && { createdAt: place.order, id: place.id };
    const rows = await listPayments(db, { residentId: await residentOf(c), after, limit: limit + 1 });
    const page = pageFrom(rows, limit, {
      view: (row) => paymentView(row, { sealer, locale: c.get("locale") }),
      place: (row) => [row.created_at, row.id],
    });
    return c.json(page, 200);
  });
  api.openapi(get, async (c) => {
    const paymentId = idFrom(c.req.valid("param"), "payment-not-found");
    const row = await findPayment(db, { residentId: await residentOf(c), paymentId });
    if (!row) throw new Refusal("payment-not-found");
    return c.json(paymentView(row, { sealer, locale: c.get("locale") }), 200);
  });
  api.openapi(timeline, async (c) => {
    const paymentId = idFrom(c.req.valid("param"), "payment-not-found");
    const isOperator = callerOfRequest(c).roles.includes("operator");
    const mayLook = isOperator
      ? await findAnyPayment(engine, paymentId)
      : await findPayment(db, { residentId: await residentOf(c), paymentId });
    if (!mayLook) throw new Refusal("payment-not-found");
    const items = [...(await readTimeline(isOperator ? engine : db, paymentId))];
    return c.json({ items, nextCursor: null }, 200);
  });
}
