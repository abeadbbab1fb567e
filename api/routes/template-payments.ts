import { randomUUID } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import type { Transaction } from "kysely";
import { contentHash } from "../../db/content-hash.ts";
import type { DB } from "../../db/generated/database.ts";
import { findBiller } from "../../db/queries/billers.ts";
import { makeOwnBill, type TemplateRow } from "../../db/queries/templates.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { debtKey } from "../../db/sealed.ts";
import { say } from "../../words/say.ts";
import type { Api } from "../environment.ts";
import { Refusal, refuseField } from "../problems.ts";
import { idParameter } from "../schemas/fields.ts";
import { paymentSchema } from "../schemas/payments.ts";
import { type PayTemplate, payTemplateSchema } from "../schemas/templates.ts";
import { bearer, body, commandHeaders, idFrom, json, location, problem } from "./answers.ts";
import { instructPayment, paymentOf, waitForResult } from "./paying.ts";
import type { RouteTools } from "./route-tools.ts";
import { theTemplate } from "./templates.ts";

const pay = createRoute({
  method: "post",
  path: "/v1/templates/{id}/payments",
  tags: ["templates"],
  security: bearer,
  summary:
    "Pay by a template now: the bill that is due, or the sum that it names; answers like the payment of a bill",
  request: { params: idParameter, headers: commandHeaders, body: body(payTemplateSchema) },
  responses: {
    201: { ...json(paymentSchema, "The first result is there"), ...location },
    202: { ...json(paymentSchema, "It goes on; look at Location"), ...location },
    default: problem,
  },
});

/** Paying by a template (B8): the way of every payment by hand, through the same claim and the same gate. */
export function addTemplatePaymentRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  tools.addCommand(api, pay, async (c, command) => {
    const wish = c.req.valid("json");
    const templateId = idFrom(c.req.valid("param"), "template-not-found");
    const residentId = await residentOf(c);
    const template = await theTemplate(tools, { residentId, templateId });
    const paymentId =
      command.madeId ??
      (await inTransaction(db, async (transaction) => {
        const billId = await billOf(tools, transaction, { residentId, template, wish });
        const order = { transaction, residentId, billId, wish, route: "template" as const };
        const made = await instructPayment(tools, c, order);
        await command.made(transaction, made);
        return made;
      }));
    const known = await waitForResult(tools, paymentId);
    const payment = await paymentOf(tools, { residentId, paymentId }, c.get("locale"));
    return c.json(payment, known ? 201 : 202, { location: `/v1/payments/${paymentId}` });
  });
}

type Order = { readonly residentId: string; readonly template: TemplateRow; readonly wish: PayTemplate };

/** The bill that this payment pays: one that is due, or one of the payer's own making. */
async function billOf(tools: RouteTools, transaction: Transaction<DB>, order: Order): Promise<string> {
  const { template, wish } = order;
  if (template.amount_minor !== null) return ownBillOf(tools, transaction, order);
  const [first] = template.due;
  if (first === undefined) throw new Refusal("nothing-due");
  const { billId = first.billId } = wish;
  // a bill of another account is paid by itself, not under this name
  if (!template.due.some((bill) => bill.billId === billId)) throw new Refusal("bill-not-found");
  return billId;
}

/**
 * Makes the bill of a payment that nobody asked for, to whom the catalogue says today. Its name is new each time: pressing once is one debt, and the key of the
 * command makes pressing twice one pressing.
 */
async function ownBillOf(
  { claimKey }: RouteTools,
  transaction: Transaction<DB>,
  { residentId, template, wish }: Order,
): Promise<string> {
  const { biller_id: billerId, account, amount_minor: amountMinor } = template;
  // changed on another page meanwhile: the payer saw another sum
  if (amountMinor === null || wish.amount.amountMinor !== amountMinor)
    throw refuseField("amount", "bill-changed");
  const biller = await findBiller(transaction, billerId);
  if (!biller) throw new Error("the biller's row has gone");
  const { payee } = biller;
  const purpose = say("ru", "templates.purpose", { biller: biller.name });
  const told = { billerId, account, amountMinor, payee, purpose };
  const answer = await makeOwnBill(transaction, {
    ...told,
    residentId,
    identityKey: debtKey(claimKey, ["payer", randomUUID()]),
    payeeHash: contentHash(payee),
    contentHash: contentHash(told),
    again: wish.again ?? false,
  });
  switch (answer.refused) {
    case undefined:
      return answer.billId;
    case "sum-not-taken":
      throw refuseField("amount", "sum-not-taken");
    case "payee-changed":
      throw refuseField("amount", "bill-changed");
    case "paid-just-now":
      throw new Refusal("paid-just-now", answer.payment === undefined ? {} : { paymentId: answer.payment });
  }
}
