import { createRoute, z } from "@hono/zod-openapi";
import { findReceipt, type ReceiptRow } from "../../db/queries/payment-record.ts";
import { takeTurn } from "../../db/queries/rate-limits.ts";
import { debtKey } from "../../db/sealed.ts";
import { PAPERS } from "../../domain/allowance.ts";
import { findPayment } from "../../db/queries/payments.ts";
import { callerOfRequest } from "../authentication.ts";
import type { Api, ApiContext } from "../environment.ts";
import { Refusal } from "../problems.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { receiptPaper } from "../receipt-paper.ts";
import { idParameter } from "../schemas/fields.ts";
import { type Receipt, receiptSchema } from "../schemas/payments.ts";
import { mustBeTurn } from "../turns.ts";
import { payeeView } from "../views/bill.ts";
import { billerNameView, purposeView } from "../views/biller.ts";
import { bearer, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { method: "get" as const, tags: ["payments"], security: bearer };

const receipt = createRoute({
  ...shared,
  path: "/v1/payments/{id}/receipt",
  summary: "The receipt of a paid payment",
  request: { params: idParameter },
  responses: { 200: json(receiptSchema, "The receipt"), default: problem },
});

const paper = createRoute({
  ...shared,
  path: "/v1/payments/{id}/receipt.pdf",
  summary: "The same receipt as a PDF, in the language of the request and with times in the payer's zone",
  request: { params: idParameter },
  responses: {
    200: {
      description: "The file",
      content: { "application/pdf": { schema: z.string().openapi({ format: "binary" }) } },
    },
    default: problem,
  },
});

/** Receipts of the caller's own payments: as data, and as a paper (P12). */
export function addReceiptRoutes(api: Api, tools: RouteTools): void {
  const { papers, publicUrl, residentOf, rowOf } = tools;
  api.openapi(receipt, async (c) => {
    const own = { ...c.req.valid("param"), residentId: await residentOf(c) };
    return c.json(await ownReceipt(c, tools, own), 200);
  });
  api.openapi(paper, async (c) => {
    const residentId = await residentOf(c);
    const paid = await ownReceipt(c, tools, { ...c.req.valid("param"), residentId });
    await mayDraw(tools, residentId);
    const locale = c.get("locale");
    const { zone } = (await rowOf(c)) ?? callerOfRequest(c);
    const file = await papers.make(receiptPaper(paid, { locale, zone, publicUrl }));
    return c.body(file, 200, {
      "content-type": "application/pdf",
      "content-language": locale,
      // Nobody's name: a file's name is seen by whoever looks over a shoulder or into a shared folder.
      "content-disposition": `attachment; filename="kvitok-${paid.paymentId}.pdf"`,
    });
  });
}

/** @throws Refusal `rate-limited` with `Retry-After` */
async function mayDraw({ db, claimKey }: RouteTools, residentId: string): Promise<void> {
  const whose = debtKey(claimKey, ["paper", "person", residentId]);
  mustBeTurn(await takeTurn(db, [{ whose, allowance: PAPERS }]));
}

async function ownReceipt(
  c: ApiContext,
  { db }: RouteTools,
  asked: { readonly id: string; readonly residentId: string },
): Promise<Receipt> {
  const paymentId = idFrom(asked, "payment-not-found");
  const own = { residentId: asked.residentId, paymentId };
  if (!(await findPayment(db, own))) throw new Refusal("payment-not-found");
  const row = await findReceipt(db, own);
  if (!row) throw new Refusal("not-paid-yet");
  return receiptView(paymentId, row, c.get("locale"));
}

function receiptView(paymentId: string, row: ReceiptRow, locale: ProblemLocale): Receipt {
  return {
    paymentId,
    billId: row.bill_id,
    biller: billerNameView(row, locale),
    payee: payeeView(row.payee),
    purpose: purposeView(row, locale),
    account: row.account,
    period: row.period,
    amount: { amountMinor: row.paid_minor, currency: row.currency },
    returned: { amountMinor: row.returned_minor, currency: row.currency },
    fee: { amountMinor: 0, currency: row.currency },
    paidAt: row.paid_at,
    method: row.method_title,
    kind: row.charge_kind,
    chargeId: row.charge_id,
    gatewayObjectId: row.object_id,
    acknowledgement: "awaited",
    livemode: row.livemode,
  };
}
