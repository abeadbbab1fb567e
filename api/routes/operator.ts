import { createRoute } from "@hono/zod-openapi";
import { listHolds, listReleases } from "../../db/queries/holds.ts";
import { listEvidence, listGatePasses, readTrialBalance } from "../../db/queries/operator.ts";
import { findAnyPayment } from "../../db/queries/payments.ts";
import { requireRole } from "../authentication.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { idParameter } from "../schemas/fields.ts";
import {
  holdsSchema,
  type OperatorPayment,
  operatorPaymentSchema,
  trialBalanceSchema,
} from "../schemas/operator.ts";
import { holdView, releaseView } from "../views/hold.ts";
import { paymentView } from "../views/payment.ts";
import { bearer, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { method: "get" as const, tags: ["operator"], security: bearer };

const trialBalance = createRoute({
  ...shared,
  path: "/v1/operator/ledger/trial-balance",
  summary: "The ledger's sums by account; debits equal credits in every currency, or `balanced` is false",
  responses: { 200: json(trialBalanceSchema, "The trial balance"), default: problem },
});

const payment = createRoute({
  ...shared,
  path: "/v1/operator/payments/{id}",
  summary: "A payment with the permission of every transmission and all evidence",
  request: { params: idParameter },
  responses: { 200: json(operatorPaymentSchema, "The payment"), default: problem },
});

const holds = createRoute({
  ...shared,
  path: "/v1/operator/holds",
  summary: "Holds that stand, and lifted ones that still admit at their rate",
  responses: { 200: json(holdsSchema, "Holds, oldest first"), default: problem },
});

export function addOperatorRoutes(api: Api, { db }: RouteTools): void {
  api.use("/v1/operator/*", requireRole("operator"));
  api.openapi(trialBalance, async (c) => {
    const accounts = await readTrialBalance(db);
    const left = new Map<string, number>();
    for (const { currency, debitMinor, creditMinor } of accounts) {
      left.set(currency, (left.get(currency) ?? 0) + debitMinor - creditMinor);
    }
    return c.json({ accounts, balanced: [...left.values()].every((rest) => rest === 0) }, 200);
  });
  api.openapi(payment, async (c) => {
    const paymentId = idFrom(c.req.valid("param"), "payment-not-found");
    const row = await findAnyPayment(db, paymentId);
    if (!row) throw new Refusal("payment-not-found");
    const [passes, evidence] = await Promise.all([
      listGatePasses(db, paymentId),
      listEvidence(db, paymentId),
    ]);
    // The bank's page is for the payer alone.
    return c.json(
      {
        payment: paymentView(row, { sealer: null, locale: c.get("locale") }),
        ...proofView(passes, evidence),
      },
      200,
    );
  });
  api.openapi(holds, async (c) => {
    const [items, releases] = await Promise.all([listHolds(db), listReleases(db)]);
    const body = { items: items.map(holdView), nextCursor: null, releases: releases.map(releaseView) };
    return c.json(body, 200);
  });
}

function proofView(
  passes: Awaited<ReturnType<typeof listGatePasses>>,
  evidence: Awaited<ReturnType<typeof listEvidence>>,
): Omit<OperatorPayment, "payment"> {
  return {
    gatePasses: passes.map((pass) => ({
      chargeId: pass.charge_id,
      transmission: pass.transmission,
      checks: pass.checks as Record<string, string>,
      passedAt: pass.passed_at,
      businessAt: pass.business_at,
    })),
    evidence: evidence.map((seen) => ({
      chargeId: seen.charge_id,
      rank: seen.rank,
      source: seen.source,
      outcome: seen.outcome,
      moved: seen.moved,
      facts: seen.facts as Record<string, unknown>,
      seenAt: seen.seen_at,
    })),
  };
}
