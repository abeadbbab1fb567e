import { createRoute, z } from "@hono/zod-openapi";
import { type ArrivalBiller, findArrivalBiller, placeBill } from "../../db/queries/arrivals.ts";
import { receiveBill } from "../../db/queries/bills.ts";
import { proveSignature, secretOfBiller, signedJson, signedRequest } from "../biller-signature.ts";
import type { Api, ApiContext } from "../environment.ts";
import { billStopView } from "../views/in-flight.ts";
import { Refusal } from "../problems.ts";
import {
  type PushAnswer,
  type PushResult,
  type PushedBill,
  pushAnswerSchema,
  pushedBillSchema,
} from "../schemas/bill-push.ts";
import { fieldErrors, refuseInvalid } from "../validation.ts";
import { problem } from "./answers.ts";
import { answerBulkPush, isBulkPush, NDJSON } from "./bulk-push.ts";
import { sourceBillOf } from "./pushed-bills.ts";
import type { RouteTools } from "./route-tools.ts";

const MOST_BILLS = 1000;
const batchSchema = z.strictObject({ bills: z.array(z.unknown()).min(1).max(MOST_BILLS) });

const pushedBill = { $ref: "#/components/schemas/PushedBill" };

const push = createRoute({
  method: "post",
  path: "/v1/billers/{id}/bills",
  tags: ["bills"],
  summary:
    "A biller tells its bills, signed as in Standard Webhooks: one bill, up to a thousand, or any number as one JSON object a line",
  request: {
    ...signedRequest,
    // Described only: a body is read after its signature was proved.
    body: {
      required: true,
      content: {
        "application/json": {
          schema: {
            oneOf: [
              pushedBill,
              {
                type: "object",
                required: ["bills"],
                properties: { bills: { type: "array", maxItems: MOST_BILLS, items: pushedBill } },
              },
            ],
          },
        },
        [NDJSON]: { schema: pushedBill },
      },
    },
  },
  responses: {
    200: {
      description:
        "What came of each bill; of lines a line each (`index` counts from 0), as soon as it is committed",
      content: {
        "application/json": { schema: pushAnswerSchema },
        [NDJSON]: { schema: pushAnswerSchema.shape.results.element },
      },
    },
    default: problem,
  },
});

/**
 * The signature is proved over the raw body before anything in it is believed. A push needs no idempotency key: a bill is one row by its identity and
 * version, and the same delivery again gets the answer of the first.
 */
export function addBillPushRoute(api: Api, tools: RouteTools): void {
  const { db } = tools;
  api.openAPIRegistry.register("PushedBill", pushedBillSchema);
  api.use("/v1/billers/:id/bills", async (c, next) => {
    const id = c.req.param("id");
    const secret = await secretOfBiller(tools, id);
    if (isBulkPush(c.req.header("content-type"))) {
      const arriving = await findArrivalBiller(db, id);
      if (!arriving) throw new Refusal("biller-not-found");
      return answerBulkPush(c, tools, { biller: arriving, secret });
    }
    proveSignature(c, secret);
    return next();
  });
  api.openapi(push, async (c) => {
    const billerId = c.req.valid("param").id;
    const delivery = c.req.header("webhook-id") ?? "";
    const biller = await findArrivalBiller(db, billerId);
    if (!biller) throw new Refusal("biller-not-found");
    return c.json(await receiveAll(c, tools, { biller, delivery }), 200);
  });
}

type Delivery = { readonly biller: ArrivalBiller; readonly delivery: string };

async function receiveAll(c: ApiContext, tools: RouteTools, from: Delivery): Promise<PushAnswer> {
  const content = signedJson(c);
  const locale = c.get("locale");
  if (!isBatch(content)) {
    const parsed = pushedBillSchema.safeParse(content);
    if (!parsed.success) throw refuseInvalid(parsed.error, content, locale);
    return { results: [await receiveOne(tools, from, { index: 0, bill: parsed.data })] };
  }
  const batch = batchSchema.safeParse(content);
  if (!batch.success) throw refuseInvalid(batch.error, content, locale);
  const results: PushResult[] = [];
  for (const [index, candidate] of batch.data.bills.entries()) {
    const parsed = pushedBillSchema.safeParse(candidate);
    if (parsed.success) {
      results.push(await receiveOne(tools, from, { index, bill: parsed.data }));
    } else {
      const errors = fieldErrors(parsed.error, candidate, locale);
      results.push({ index, billId: null, result: "invalid", problem: { code: "payload-invalid", errors } });
    }
  }
  return { results };
}

function isBatch(content: unknown): boolean {
  return typeof content === "object" && content !== null && "bills" in content;
}

async function receiveOne(
  { db, claimKey }: RouteTools,
  { biller, delivery }: Delivery,
  { index, bill }: { readonly index: number; readonly bill: PushedBill },
): Promise<PushResult> {
  const placed = placeBill(sourceBillOf(bill, biller.id), biller, { claimKey, delivery });
  // What a push may not say was refused before.
  if (!placed.ok) throw new Error(`a pushed bill that was read cannot be placed: ${placed.why}`);
  const { billId, result, stop } = await receiveBill(db, placed.bill);
  return { index, billId, result, ...(stop === undefined ? {} : { stop: billStopView(stop) }) };
}
