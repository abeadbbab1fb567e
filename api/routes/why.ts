import { createRoute } from "@hono/zod-openapi";
import { readWhyBill, readWhyPayment } from "../../db/queries/why.ts";
import { callerOfRequest } from "../authentication.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { idParameter } from "../schemas/fields.ts";
import { whySchema } from "../schemas/why.ts";
import { whyBillView, whyPaymentView } from "../views/why.ts";
import { bearer, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { method: "get" as const, security: bearer, request: { params: idParameter } };

const ofPayment = createRoute({
  ...shared,
  path: "/v1/payments/{id}/why",
  tags: ["payments"],
  summary:
    "Why I was charged or not: rule, limit, notice, attempts, outcome; for its payer and for operators",
  responses: { 200: json(whySchema, "The reason and the steps that led to it"), default: problem },
});

const ofBill = createRoute({
  ...shared,
  path: "/v1/bills/{id}/why",
  tags: ["bills"],
  summary: "Why this bill was or was not charged",
  responses: { 200: json(whySchema, "The reason, and the steps of its newest payment"), default: problem },
});

/** "Why was I charged, why not" (M9). */
export function addWhyRoutes(api: Api, { db, engine, residentOf }: RouteTools): void {
  api.openapi(ofPayment, async (c) => {
    const paymentId = idFrom(c.req.valid("param"), "payment-not-found");
    const isOperator = callerOfRequest(c).roles.includes("operator");
    // a person's rights reach their own payments and no others, and nothing before the terms are accepted
    if (!isOperator) await residentOf(c);
    const facts = await readWhyPayment(isOperator ? engine : db, paymentId);
    if (facts === null) throw new Refusal("payment-not-found");
    return c.json(whyPaymentView({ paymentId, facts }, c.get("locale")), 200);
  });
  api.openapi(ofBill, async (c) => {
    const billId = idFrom(c.req.valid("param"), "bill-not-found");
    const facts = await readWhyBill(db, { billId, residentId: await residentOf(c) });
    if (facts === null) throw new Refusal("bill-not-found");
    return c.json(whyBillView(facts, c.get("locale")), 200);
  });
}
