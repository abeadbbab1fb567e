import { createRoute } from "@hono/zod-openapi";
import { receiveBalances } from "../../db/queries/top-ups.ts";
import { proveSignature, secretOfBiller, signedJson, signedRequest } from "../biller-signature.ts";
import type { Api } from "../environment.ts";
import { balanceAnswerSchema, balancesSchema } from "../schemas/balances.ts";
import { refuseInvalid } from "../validation.ts";
import { json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const tell = createRoute({
  method: "post",
  path: "/v1/billers/{id}/balances",
  tags: ["bills"],
  summary:
    "A biller tells balances of its accounts, and which top-ups have come, signed as in Standard Webhooks",
  request: {
    ...signedRequest,
    // Described only: a body is read after its signature was proved.
    body: {
      required: true,
      content: { "application/json": { schema: { $ref: "#/components/schemas/Balances" } } },
    },
  },
  responses: { 200: json(balanceAnswerSchema, "What came of each word"), default: problem },
});

/** Readings need no idempotency key: they are ordered by the biller's own instant, and of one account only the youngest is kept. */
export function addBalanceRoute(api: Api, tools: RouteTools): void {
  api.openAPIRegistry.register("Balances", balancesSchema);
  api.use("/v1/billers/:id/balances", async (c, next) => {
    proveSignature(c, await secretOfBiller(tools, c.req.param("id")));
    return next();
  });
  api.openapi(tell, async (c) => {
    const content = signedJson(c);
    const parsed = balancesSchema.safeParse(content);
    if (!parsed.success) throw refuseInvalid(parsed.error, content, c.get("locale"));
    const { readings, credited } = parsed.data;
    const answer = await receiveBalances(tools.db, {
      billerId: c.req.valid("param").id,
      readings: readings.map(({ account, balance, at }) => ({
        account,
        balanceMinor: balance.amountMinor,
        currency: balance.currency,
        at,
      })),
      credited,
    });
    return c.json({ readings: [...answer.readings], credited: [...answer.credited] }, 200);
  });
}
